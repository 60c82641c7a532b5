"""Field work: the door-to-door page, which goes on without a network, and entering ballots from paper."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from chalice import Response

from chalicelib.ballot import screens
from chalicelib.core.errors import DomainError
from chalicelib.core.times import iso
from chalicelib.http import JSON_HEADERS, Call, explain
from chalicelib.people.staff import Staff
from chalicelib.poll import access, present, service, voting
from chalicelib.poll.ballots import Via
from chalicelib.poll.roll import NOBODY, Unit
from chalicelib.poll.state import Poll
from chalicelib.web import poll_field_views as views
from chalicelib.web import poll_labels as say
from chalicelib.web.assets import asset
from chalicelib.web.edge import base_path, see_other, show
from chalicelib.web.poll_views import Voter
from chalicelib.web.views import FieldError

_TOPIC = "topic-"
_MOST_AGE = 10**7


def staff(call: Call) -> Staff:
    """The member of staff who has signed in."""
    member, _ = call.staff
    return member


def door_page(call: Call, poll_id: str) -> Response:
    """The units of a building with a ballot for each; the browser keeps the page for where there is no network."""
    poll, directory = service.opened(call.ports, staff(call), poll_id)
    building = building_of(poll, call.query.get("building", ""))
    view = views.DoorPage(
        notice=screens.notice(poll, directory, call.language),
        questions=screens.questions(poll, call.language, {}),
        buildings=tuple(found.name for found in (poll.frozen.buildings if poll.frozen else ())),
        building=building,
        units=_units(call, poll, building),
        open=poll.stage in access.FIELD,
        told=call.query.get("told", ""),
    )
    return show(call, "door.html", view, directory=directory)


def door_acts(call: Call, poll_id: str) -> Response:
    """One ballot from the door. A script gets JSON, a browser without one its page again."""
    form, member = call.form(), staff(call)
    wants_json = "json" in call.header("accept")
    try:
        voted = voting.enter(call.ports, member, poll_id, entry_of(form, Via.DOOR))
    except DomainError as error:
        if not wants_json:
            raise
        status, body, headers = explain(error, call.language)
        told = "; ".join(detail.message for detail in body.details) or body.message
        return _json({"code": body.code, "message": told}, status, headers)
    if wants_json:
        return _json({"unit": voted.unit, "ballot": voted.ballot.id, "at": iso(voted.ballot.cast_at)}, 201)
    return see_other(call, f"/door/{poll_id}?{_back(form)}")


def door_worker(call: Call) -> Response:
    """The script that keeps the door pages; it lives at the root so that it may serve them."""
    found = asset("door-worker.js")
    body = found.body if found else ""
    headers = {"Content-Type": "text/javascript; charset=utf-8", "Cache-Control": "no-cache"}
    return Response(body.replace("{{base}}", base_path(call)), status_code=200, headers=headers)


def entry_of(form: Mapping[str, str], via: Via) -> voting.Entry:
    """A ballot as a form has it."""
    choices = {name.removeprefix(_TOPIC): value for name, value in form.items() if name.startswith(_TOPIC)}
    typed = _number(form.get("voter_number", ""), 0)
    voter = typed - 1 if typed else _number(form.get("voter", ""), NOBODY)
    vote = voting.Vote(form.get("key", ""), choices, voter)
    return voting.Entry(
        _number(form.get("unit", ""), 0),
        vote,
        str(via),
        age=min(_number(form.get("age", ""), 0), _MOST_AGE),
        photo=_first(form.get("photo", "")),
        proxy=form.get("proxy", ""),
        proof=_first(form.get("proof", "")),
    )


def _back(form: Mapping[str, str]) -> str:
    """Building names are Chinese, and whatever was typed must not end the header that it is put in."""
    return urlencode({"building": form.get("building", ""), "told": "entered"})


def _first(ids: str) -> str:
    """A sheet has one photo; of several the first."""
    return ids.partition(",")[0]


def _units(call: Call, poll: Poll, building: str) -> tuple[views.DoorUnit, ...]:
    found = next((b for b in (poll.frozen.buildings if poll.frozen else ()) if b.name == building), None)
    if found is None:
        return ()
    papers = call.ports.polls.papers(poll.id, range(found.first, found.first + found.units))
    return tuple(
        _unit(unit, bool(box.ballots), f"{call.ports.entropy.number(96):024x}", call.language)
        for unit, box in papers.values()
    )


def _unit(unit: Unit, voted: bool, key: str, language: str) -> views.DoorUnit:
    owners = tuple(Voter(index, owner.name) for index, owner in enumerate(unit.owners))
    kind = say.unit_kind(str(unit.kind), language)
    return views.DoorUnit(unit.number, unit.room, kind, owners, unit.voter, key, voted)


def building_of(poll: Poll, asked: str) -> str:
    """The building asked for, else the first one."""
    names = [building.name for building in (poll.frozen.buildings if poll.frozen else ())]
    return asked if asked in names else next(iter(names), "")


def _number(typed: str, otherwise: int) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 12 else otherwise


def _json(body: Mapping[str, Any], status: int, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        json.dumps(body, ensure_ascii=False), status_code=status, headers={**JSON_HEADERS, **(headers or {})}
    )


# -- from paper


def paper_page(call: Call, poll_id: str) -> Response:
    """A form for one sheet after another."""
    return _paper(call, poll_id, {})


def paper_acts(call: Call, poll_id: str) -> Response:
    """One ballot from a sheet, whose photo was uploaded; what was typed stays when something is wrong."""
    form, member = call.form(), staff(call)
    if form.get("action") == "upload":
        return _upload(call, member, poll_id, form)
    try:
        voting.enter(call.ports, member, poll_id, entry_of(form, Via.PAPER))
    except DomainError as error:
        status, body, headers = explain(error, call.language)
        told = tuple(FieldError(d.field, d.message) for d in body.details)
        answer = _paper(call, poll_id, form, told or (FieldError("unit", body.message),), status)
        answer.headers.update(headers)
        return answer
    return see_other(call, f"/polls/{poll_id}/paper?{_back(form)}")


def _upload(call: Call, member: Staff, poll_id: str, form: Mapping[str, str]) -> Response:
    """Where a browser may put the photo of a sheet."""
    try:
        size = _number(form.get("bytes", ""), 0)
        forms = voting.upload(call.ports, member, poll_id, form.get("kind", ""), size)
    except DomainError as error:
        status, body, headers = explain(error, call.language)
        return _json({"code": body.code, "message": body.message}, status, headers)
    return _json(msgspec.to_builtins(present.upload(*forms)), 201)


def _paper(
    call: Call,
    poll_id: str,
    form: Mapping[str, str],
    errors: tuple[FieldError, ...] = (),
    status: int = 200,
) -> Response:
    poll, directory = service.opened(call.ports, staff(call), poll_id)
    building = building_of(poll, form.get("building", "") or call.query.get("building", ""))
    chosen = {name.removeprefix(_TOPIC): value for name, value in form.items() if name.startswith(_TOPIC)}
    view = views.PaperPage(
        notice=screens.notice(poll, directory, call.language),
        questions=screens.questions(poll, call.language, chosen),
        buildings=tuple(found.name for found in (poll.frozen.buildings if poll.frozen else ())),
        building=building,
        units=_units(call, poll, building),
        unit=_number(form.get("unit", ""), 0),
        voter=_number(form.get("voter_number", ""), 0) - 1,
        proxy=form.get("proxy", ""),
        photo=form.get("photo", ""),
        proof=form.get("proof", ""),
        key=form.get("key", "") or f"{call.ports.entropy.number(96):024x}",
        open=poll.stage in access.FIELD,
        told=call.query.get("told", "") if not errors else "",
        errors=errors,
    )
    return show(call, "paper_ballots.html", view, directory=directory, status=status)
