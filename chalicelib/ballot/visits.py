"""What happens on the pages of voters and readers of polls. The routes are in `ballot.pages`."""

from __future__ import annotations

from chalice import Response

from chalicelib.ballot import results, screens
from chalicelib.core.errors import FieldError, Forbidden, Gone, Invalid, NotFound, TooMany, Unauthorized
from chalicelib.http import Call, explain
from chalicelib.people.staff import Staff
from chalicelib.place.rules import Directory
from chalicelib.poll import access, phones, progress, service, voting
from chalicelib.poll.phones import Door
from chalicelib.poll.roll import NOBODY
from chalicelib.poll.state import Poll
from chalicelib.web import poll_views as views
from chalicelib.web.edge import name_of, see_other, show
from chalicelib.web.views import FieldError as Shown

_TOPIC = "topic-"
_KEY_BITS = 96


def polls_page(call: Call) -> Response:
    """Everybody sees what was announced; staff the drafts of their places, too."""
    member = call.perhaps_staff
    directory = call.ports.directories.of(call.prefix)
    page = service.listed(call.ports, directory, member, call.query.get("cursor", ""))
    rows = tuple(screens.row(poll, directory, call.language) for poll in page.items)
    draft = member is not None and access.manages(member)
    rolls = _rolls(directory, member, call.language) if member else ()
    view = views.PollsPage(rows, page.cursor, member is not None, draft, rolls)
    return show(call, "polls.html", view, directory=directory)


def _rolls(directory: Directory, member: Staff, language: str) -> tuple[views.Pair, ...]:
    mine = (place for _, place in directory.neighbourhoods() if access.sights(directory, member, place.id))
    return tuple(views.Pair(place.id, name_of(place, language)) for place in mine)


def poll_page(call: Call, poll_id: str) -> Response:
    """The notice, the turnout where it is shown, the result once it is counted."""
    reading = service.read(call.ports, poll_id, call.perhaps_staff)
    return show(call, "poll.html", _view(call, reading), directory=reading.directory)


def result_sheet(call: Call, poll_id: str) -> Response:
    """The result on A4, with all four ratios, thresholds and what is missing."""
    reading = service.read(call.ports, poll_id, call.perhaps_staff)
    if not access.sees_tally(reading.poll, None):
        raise NotFound("not_counted_yet")
    view = results.sheet(reading, call.language)
    return show(call, "paper_result.html", view, directory=reading.directory)


def _view(call: Call, reading: service.Reading) -> views.PollPage:
    try:
        turnout = progress.turnout(call.ports, reading.poll, reading.member)
    except Forbidden:
        turnout = None
    return results.page(reading, turnout, call.language)


# -- with the registered phone


def code_page(call: Call, poll_id: str) -> Response:
    """Which unit, and which phone."""
    reading = service.read(call.ports, poll_id)
    view = views.CodePage(
        screens.notice(reading.poll, reading.directory, call.language),
        "phone",
        _buildings(reading.poll),
        kiosk=call.query.get("kiosk") == "1",
    )
    return show(call, "poll_code.html", view, directory=reading.directory)


def code_acts(call: Call, poll_id: str) -> Response:
    """Have the code sent, then open the ballot with it."""
    form = call.form()
    typed = {name: form.get(name, "").strip() for name in ("building", "room", "phone")}
    door, kiosk = Door(**typed), call.query.get("kiosk") == "1"
    try:
        if form.get("action") == "enter":
            code = form.get("code", "")
            ticket = phones.ticket(call.ports, poll_id, door, code, kiosk=kiosk)
            # The tablet closes a ballot that was left; this one has just been opened.
            return see_other(call, f"/v/{ticket}{'?fresh=1' if kiosk else ''}")
        phones.ask_code(call.ports, poll_id, door, call.address, call.language)
    except (Invalid, Unauthorized, Gone, TooMany) as error:
        # A code that was sent a moment ago is still good: on to typing it.
        waiting = form.get("action") == "enter" or isinstance(error, TooMany)
        return _code_again(call, poll_id, typed, kiosk=kiosk, error=error, waiting=waiting)
    return show(call, "poll_code.html", _code_view(call, poll_id, typed, kiosk=kiosk, step="code"))


def _code_again(
    call: Call, poll_id: str, typed: dict[str, str], *, kiosk: bool, error: Exception, waiting: bool
) -> Response:
    status, body, headers = explain(error, call.language)
    if isinstance(error, Invalid):
        told = screens.messages(error.errors, call.language)
        waiting = waiting and all(e.field == "code" for e in error.errors)
    else:
        told = (Shown("code" if waiting else "phone", body.message),)
    view = _code_view(call, poll_id, typed, kiosk=kiosk, step="code" if waiting else "phone", errors=told)
    answer = show(call, "poll_code.html", view, status=status)
    answer.headers.update(headers)
    return answer


def _code_view(
    call: Call,
    poll_id: str,
    typed: dict[str, str],
    *,
    kiosk: bool,
    step: str,
    errors: tuple[Shown, ...] = (),
) -> views.CodePage:
    reading = service.read(call.ports, poll_id)
    notice = screens.notice(reading.poll, reading.directory, call.language)
    buildings = _buildings(reading.poll)
    return views.CodePage(
        notice, "code" if step == "code" else "phone", buildings, **typed, errors=errors, kiosk=kiosk
    )


def _buildings(poll: Poll) -> tuple[str, ...]:
    return tuple(building.name for building in poll.frozen.buildings) if poll.frozen else ()


# -- with a ticket


def ballot_page(call: Call, ticket: str) -> Response:
    """The ballot of the unit; looking changes nothing."""
    return _ballot(call, ticket)


def ballot_acts(call: Call, ticket: str) -> Response:
    """Vote; the last vote before the end counts."""
    form = call.form()
    choices = {name.removeprefix(_TOPIC): value for name, value in form.items() if name.startswith(_TOPIC)}
    chosen = form.get("voter", "")
    voter = int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 3 else NOBODY
    known = () if choices else (FieldError("choices", "required"),)
    try:
        voting.vote(call.ports, ticket, voting.Vote(form.get("key", ""), choices, voter), known)
    except Invalid as error:
        return _ballot(call, ticket, choices, error)
    return see_other(call, f"/v/{ticket}")


def _ballot(
    call: Call, token: str, typed: dict[str, str] | None = None, error: Invalid | None = None
) -> Response:
    ticket, paper = voting.paper(call.ports, token)
    key = f"{call.ports.entropy.number(_KEY_BITS):024x}"
    view = screens.ballot(
        paper,
        ticket,
        token,
        call.language,
        key,
        voting.own(ticket, paper),
        typed=typed,
        errors=error.errors if error else (),
    )
    status = 400 if error else 200
    return show(call, "vote.html", view, directory=paper.directory, status=status)
