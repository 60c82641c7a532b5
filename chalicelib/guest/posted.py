"""What residents and parties posted, as the body of the API's request. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.case import wire
from chalicelib.case.course import RATING_REASONS
from chalicelib.core.errors import FieldError
from chalicelib.core.times import iso
from chalicelib.core.uploads import kind_of
from chalicelib.web import guest_views as v

Posted = Mapping[str, str]
VERBS = frozenset(
    {
        "reply",
        "message",
        "choose",
        "respond",
        "comment",
        "perform",
        "accept",
        "send_back",
        "rate",
        "reopen",
        "confirm",
    }
)
_QUESTIONS = ("answered", "solved", "satisfied")
_EVENING = time(23, 59)


def typed(posted: Posted) -> v.GuestForm:
    """Everything as it was typed, for the form to show again."""
    names = ("action", "number", "answer", "at", "option", "code", *_QUESTIONS)
    return v.GuestForm(
        **{name: posted.get(name, "") for name in names},
        text=posted.get("text", "").replace("\r\n", "\n"),
        reasons=tuple(code for code in RATING_REASONS if posted.get(f"reason_{code}")),
    )


def files(text: str) -> tuple[str, ...]:
    """The ids of uploaded files that a form or an address carries; what is none is left out."""
    return tuple(dict.fromkeys(part for part in text.split(",") if kind_of(part)))


def seen(posted: Posted) -> int:
    """The version of the case that the form was made for, 0 when it does not say."""
    return _whole(posted.get("version", ""))


def body(posted: Posted, zone: ZoneInfo) -> tuple[Any, tuple[FieldError, ...]]:
    """The body of one of `VERBS`, and the fields that say nothing that could be read."""
    form, number = typed(posted), _whole(posted.get("number", ""))
    brought = list(files(posted.get("files", "")))
    match form.action:
        case "message":
            return wire.MessageRequest(text=form.text, files=brought), ()
        case "choose":
            return wire.ChooseRequest(offer=number, option=form.option), ()
        case "respond":
            return wire.RespondRequest(meeting=number, answer=form.answer, at=instant(form.at, zone)), ()
        case "comment":
            return wire.CommentRequest(plan=number, text=form.text), ()
        case "perform":
            return wire.PerformRequest(obligation=number, text=form.text, files=brought), ()
        case "accept":
            return wire.ObligationRequest(obligation=number), ()
        case "send_back":
            due = evening(form.at, zone)
            return wire.SendBackRequest(obligation=number, text=form.text, due_at=due), ()
        case "rate":
            return _rating(form)
    return wire.TextRequest(text=form.text, files=brought), ()


def _rating(form: v.GuestForm) -> tuple[wire.RateRequest, tuple[FieldError, ...]]:
    said = {name: getattr(form, name) for name in _QUESTIONS}
    unsaid = tuple(FieldError(n, "required") for n, word in said.items() if word not in {"yes", "no"})
    yes = {name: word == "yes" for name, word in said.items()}
    return wire.RateRequest(**yes, reasons=list(form.reasons), text=form.text), unsaid


def instant(text: str, zone: ZoneInfo) -> str:
    """A date-time field of the place as an instant; what is none stays as it is, for the rules to say so."""
    try:
        return iso(datetime.fromisoformat(text.strip()).replace(tzinfo=zone))
    except (ValueError, OverflowError):
        return text


def evening(text: str, zone: ZoneInfo) -> str:
    """The end of a day of the place, from a date field."""
    try:
        day = datetime.fromisoformat(text.strip()).date()
        return iso(datetime.combine(day, _EVENING, zone))
    except (ValueError, OverflowError):
        return text


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0
