"""The desk of a poll: draft it, announce it, see how it goes, extend, remind, rule on conflicts, seal, cancel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from chalice import Response

from chalicelib.ballot import screens
from chalicelib.core.errors import Conflict, DomainError, Forbidden, Invalid
from chalicelib.core.times import iso
from chalicelib.http import BadRequest, Call, explain
from chalicelib.place.rules import Directory
from chalicelib.poll import access, commands, disputes, orders, progress, service, tickets, wire
from chalicelib.poll.state import Poll, Stage
from chalicelib.poll.tickets import Ticket
from chalicelib.polldesk import desk_screens
from chalicelib.polldesk.field import staff
from chalicelib.web.edge import see_other, show
from chalicelib.web.views import FieldError

Form = Mapping[str, str]
_MOST_TOPICS = 3


def new_poll_page(call: Call) -> Response:
    """A form for a draft; a link from a case brings its number."""
    member, directory = staff(call), call.signed_in.directory
    if not access.manages(member) or directory is None:
        raise Forbidden("role_not_for_this")
    typed = {"case": call.query.get("case", ""), "neighbourhood": call.query.get("neighbourhood", "")}
    return _draft_form(call, directory, typed)


def new_poll(call: Call) -> Response:
    """Draft it; what was typed stays when something is wrong."""
    member, directory, form = staff(call), call.signed_in.directory, call.form()
    if directory is None:
        raise Forbidden("role_not_for_this")
    notes = orders.Notes()
    try:
        command = orders.draft(_drafted(form), notes)
        poll = service.draft(
            call.ports,
            directory,
            member,
            form.get("neighbourhood", ""),
            command,
            case=form.get("case", "").strip(),
            known=notes.problems,
        )
    except Invalid as error:
        return _draft_form(call, directory, form, error)
    return see_other(call, f"/polls/{poll.id}/desk?told=drafted")


def desk_page(call: Call, poll_id: str) -> Response:
    """How it stands, and what can be done now."""
    return _desk(call, poll_id, {})


def desk_acts(call: Call, poll_id: str) -> Response:
    """One of the desk's buttons."""
    form = call.form()
    act = _ACTS.get(form.get("action", ""))
    if act is None:
        raise BadRequest("unknown_action")
    try:
        told = act(call, poll_id, form)
    except (Invalid, Conflict) as error:
        return _desk(call, poll_id, form, error)
    return see_other(call, f"/polls/{poll_id}/desk?told={told}")


def _desk(call: Call, poll_id: str, form: Form, error: DomainError | None = None) -> Response:
    member = staff(call)
    reading = service.read(call.ports, poll_id, member)
    if reading.member is None:
        raise Forbidden("not_your_place")
    told: tuple[FieldError, ...] = ()
    poll, status = reading.poll, 200
    if error:
        status, body, _ = explain(error, call.language)
        wrong = error.errors if isinstance(error, Invalid) else ()
        told = screens.messages(wrong, call.language) or (FieldError("desk", body.message),)
    roll = call.ports.polls.roll(poll.neighbourhood) if poll.stage is Stage.DRAFT else None
    found = disputes.listed(call.ports, poll) if _has_boxes(poll) else ()
    turnout = progress.turnout(call.ports, poll, member) if access.sees_turnout(poll, member) else None
    view = desk_screens.desk(
        reading,
        member,
        turnout,
        found,
        roll,
        call.language,
        form=_with_suggestions(call, poll, reading.directory, form),
        told=call.query.get("told", ""),
        errors=told,
    )
    return show(call, "poll_desk.html", view, directory=reading.directory, status=status)


def _has_boxes(poll: Poll) -> bool:
    return poll.stage in {Stage.OPEN, Stage.CLOSED, Stage.DISPUTED, Stage.COUNTED}


# -- the buttons


def _announce(call: Call, poll_id: str, form: Form) -> str:
    notes, zone = orders.Notes(), _zone(call)
    opens_at = _time(notes, "opens_at", form, zone, call)
    closes_at = _time(notes, "closes_at", form, zone, call)
    service.announce(
        call.ports, staff(call), poll_id, opens_at, closes_at, seen=_seen(form), known=notes.problems
    )
    return "announced"


def _extend(call: Call, poll_id: str, form: Form) -> str:
    notes = orders.Notes()
    closes_at = _time(notes, "closes_at", form, _zone(call), call)
    command = commands.Extend(closes_at, form.get("reason", ""))
    return _do(call, poll_id, form, command, "extended", notes)


def _remind(call: Call, poll_id: str, form: Form) -> str:
    return _do(call, poll_id, form, commands.Remind(), "reminded")


def _seal(call: Call, poll_id: str, form: Form) -> str:
    return _do(call, poll_id, form, commands.Seal(), "sealed")


def _cancel(call: Call, poll_id: str, form: Form) -> str:
    return _do(call, poll_id, form, commands.Cancel(form.get("reason", "")), "cancelled")


def _rule(call: Call, poll_id: str, form: Form) -> str:
    command = commands.Rule(_number(form.get("unit", "")), form.get("ballot", ""), form.get("reason", ""))
    disputes.rule(call.ports, staff(call), poll_id, command)
    return "ruled"


def _reissue(call: Call, poll_id: str, form: Form) -> str:
    unit = _number(form.get("unit", ""))
    poll, round_ = service.reissue(call.ports, staff(call), poll_id, unit)
    tickets.encode(call.ports.policy.key, Ticket(poll.id, unit, round_))
    return "reissued"


def _do(
    call: Call,
    poll_id: str,
    form: Form,
    command: commands.Command,
    told: str,
    notes: orders.Notes | None = None,
) -> str:
    known = notes.problems if notes else ()
    service.act(call.ports, staff(call), poll_id, lambda _: command, seen=_seen(form), known=known)
    return told


_ACTS: Mapping[str, Callable[[Call, str, Form], str]] = {
    "announce": _announce,
    "extend": _extend,
    "remind": _remind,
    "seal": _seal,
    "cancel": _cancel,
    "rule": _rule,
    "reissue": _reissue,
}


# -- forms


def _drafted(form: Form) -> wire.PollRequest:
    """The draft as programs would send it."""
    matter = _number(form.get("matter", "0"))
    own = [line.strip() for line in form.get("options", "").splitlines() if line.strip()]
    options = [wire.OptionRequest(id=f"o{n}", label=label) for n, label in enumerate(own, 1)]
    topics = []
    for number in range(1, _MOST_TOPICS + 1):
        if question := form.get(f"question{number}", "").strip():
            english = form.get(f"question{number}_en", "").strip()
            mine = options if number == 1 else []
            topics.append(
                wire.TopicRequest(question=question, question_en=english, matter=matter, options=mine)
            )
    above, _, below = form.get("share", "1/2").partition("/")
    terms = wire.TermsRequest(
        parking=bool(form.get("parking")),
        covenant=bool(form.get("covenant")),
        silent_with_majority=bool(form.get("silent_with_majority")),
        share=[_number(above), _number(below)],
        of=form.get("of", "asked"),
        secret=form.get("secret", "1") == "1",
        public=form.get("public", "turnout"),
        officials=form.get("officials", "turnout"),
    )
    return wire.PollRequest(
        topics=topics,
        terms=terms,
        notice_days=_number(form.get("notice_days", "7")),
        entry_seconds=_number(form.get("entry_hours", "24")) * 3_600,
    )


def _draft_form(call: Call, directory: Directory, form: Form, error: Invalid | None = None) -> Response:
    member = staff(call)
    view = desk_screens.draft(
        directory, member, form, call.language, screens.messages(error.errors if error else (), call.language)
    )
    return show(call, "poll_draft.html", view, directory=directory, status=400 if error else 200)


def _with_suggestions(call: Call, poll: Poll, directory: Directory, form: Form) -> Form:
    """Times for the notice that would be right, so that nobody has to reckon."""
    zone, now = directory.subdistrict.zone, call.ports.clock.now()
    start = (now.astimezone(zone) + timedelta(days=poll.notice_days, hours=1)).replace(minute=0, second=0)
    days = 3 if poll.households else 10
    later = (poll.closes_at or now).astimezone(zone) + timedelta(days=3)
    suggested = {
        "opens_at": f"{start:%Y-%m-%dT%H:%M}",
        "closes_at": f"{start + timedelta(days=days):%Y-%m-%dT%H:%M}"
        if poll.stage is Stage.DRAFT
        else f"{later:%Y-%m-%dT%H:%M}",
    }
    return {**suggested, **{name: value for name, value in form.items() if value}}


def _time(notes: orders.Notes, field: str, form: Form, zone: ZoneInfo, call: Call) -> datetime:
    """A time as a form has it, on the place's clock."""
    typed = form.get(field, "")
    try:
        local = datetime.fromisoformat(typed)
        written = iso(local.replace(tzinfo=local.tzinfo or zone))
    except (
        ValueError,
        OverflowError,
    ):  # the first and the last day there is have no neighbours in other zones
        written = typed
    return notes.time(field, written, call.ports.clock.now())


def _zone(call: Call) -> ZoneInfo:
    directory = call.signed_in.directory
    if directory is None:
        raise Forbidden("role_not_for_this")
    return directory.subdistrict.zone


def _seen(form: Form) -> int:
    return _number(form.get("version", "0"))


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 8 else 0
