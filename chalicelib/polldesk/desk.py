"""The desk of a poll: announce it, see how it goes, extend, remind, rule on conflicts, seal, cancel. Drafts are written
in `polldesk.drafts`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from chalice import Response

from chalicelib.ballot import screens
from chalicelib.core.errors import Conflict, DomainError, FieldError, Forbidden, Invalid
from chalicelib.core.times import iso
from chalicelib.http import BadRequest, Call, explain
from chalicelib.place.rules import Directory
from chalicelib.poll import access, commands, disputes, doors, orders, progress, service
from chalicelib.poll.state import Poll, Stage
from chalicelib.polldesk import desk_screens, drafts
from chalicelib.polldesk.field import staff
from chalicelib.polldesk.forms import number
from chalicelib.web.edge import see_other, show
from chalicelib.web.views import FieldError as Shown

Form = Mapping[str, str]
_OPENS, _ENDS = time(9), time(20)
"""Hours that are suggested for the first and the last vote: people are awake, and the office can be called."""


def desk_page(call: Call, poll_id: str) -> Response:
    """How it stands, and what can be done now; `edit=1`: the draft in its form."""
    if call.query.get("edit") == "1":
        return drafts.edit_page(call, poll_id)
    return _desk(call, poll_id, {})


def desk_acts(call: Call, poll_id: str) -> Response:
    """One of the desk's buttons."""
    form = call.form()
    if form.get("action") == "redraft":
        return drafts.redraft(call, poll_id)
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
    told: tuple[Shown, ...] = ()
    poll, status = reading.poll, 200
    if error:
        status, body, _ = explain(error, call.language)
        wrong = error.errors if isinstance(error, Invalid) else ()
        told = screens.messages(wrong, call.language) or (Shown("desk", body.message),)
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
        reissued=number(call.query.get("unit", "")),
        redraft=poll.stage is Stage.DRAFT and access.manages(member) and drafts.fits(poll),
        now=call.ports.clock.now(),
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
    command = commands.Rule(number(form.get("unit", "")), form.get("ballot", ""), form.get("reason", ""))
    disputes.rule(call.ports, staff(call), poll_id, command)
    return "ruled"


def _reissue(call: Call, poll_id: str, form: Form) -> str:
    poll, _ = service.opened(call.ports, staff(call), poll_id)
    found = doors.at(call.ports, poll, form.get("building", ""), form.get("room", ""))
    if found is None:
        raise Invalid(FieldError("room", "no_such_door"))
    number = found[0].number
    service.reissue(call.ports, staff(call), poll_id, number)
    return f"reissued&unit={number}"


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


def _with_suggestions(call: Call, poll: Poll, directory: Directory, form: Form) -> Form:
    """Times for the notice that would be right, so that nobody has to reckon."""
    zone, now = directory.subdistrict.zone, call.ports.clock.now()
    first = (now + timedelta(days=poll.notice_days)).astimezone(zone)
    opens = datetime.combine(first.date() + timedelta(days=first.time() >= _OPENS), _OPENS, zone)
    days = 3 if poll.households else 10
    ends, later = (
        (opens, days) if poll.stage is Stage.DRAFT else ((poll.closes_at or now).astimezone(zone), 3)
    )
    closes = datetime.combine(ends.date() + timedelta(days=later), _ENDS, zone)
    suggested = {"opens_at": f"{opens:%Y-%m-%dT%H:%M}", "closes_at": f"{closes:%Y-%m-%dT%H:%M}"}
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
    _, directory = call.staff
    return directory.subdistrict.zone


def _seen(form: Form) -> int:
    return number(form.get("version", "0"))
