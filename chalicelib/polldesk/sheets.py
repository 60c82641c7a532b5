"""Sheets for the doors of a building: a ballot on paper for each unit, with the code that opens the same ballot on a
phone. Printed by a browser, two to an A4 page."""

from __future__ import annotations

import io
from collections.abc import Iterable

from chalice import Response

from chalicelib.ballot import screens
from chalicelib.core import ids
from chalicelib.core.text import mask_name
from chalicelib.http import Call
from chalicelib.poll import heads, present, rules, service, tickets
from chalicelib.poll.ballots import Box
from chalicelib.poll.roll import Unit
from chalicelib.poll.state import Poll, Stage
from chalicelib.poll.tickets import Ticket
from chalicelib.polldesk.field import building_of, staff
from chalicelib.web import poll_field_views as views
from chalicelib.web.edge import show


def door_sheets(call: Call, poll_id: str) -> Response:
    """The sheets of a building, or of one unit whose sheet was lost (`unit=17`)."""
    poll, directory = service.opened(call.ports, staff(call), poll_id)
    poll_is_announced(poll)
    building = building_of(poll, call.query.get("building", ""))
    numbers = _numbers(poll, building, call.query.get("unit", ""))
    papers = call.ports.polls.papers(poll.id, numbers).values()
    view = views.DoorSheets(
        number=ids.number(poll.id),
        back=f"/polls/{poll.id}/desk",
        notice=screens.notice(poll, directory, call.language),
        building=building,
        buildings=tuple(found.name for found in (poll.frozen.buildings if poll.frozen else ())),
        questions=screens.questions(poll, call.language, {}),
        sheets=tuple(_sheets(call, poll, papers)),
    )
    return show(call, "paper_sheets.html", view, directory=directory)


def poll_is_announced(poll: Poll) -> None:
    """Raise Conflict for a draft: its roll is not frozen, so that no unit has its place yet."""
    if poll.stage is Stage.DRAFT:
        raise rules.refusal(poll)


def qr(address: str) -> str:
    """A QR code as SVG that scales with its box: error correction M, four modules of margin (ISO/IEC 18004)."""
    import segno

    out = io.BytesIO()
    code = segno.make(address, error="m", micro=False)
    code.save(
        out, kind="svg", border=4, xmldecl=False, svgns=True, omitsize=True, svgclass="qr", lineclass=None
    )
    return out.getvalue().decode()


def _sheets(call: Call, poll: Poll, papers: Iterable[tuple[Unit, Box]]) -> Iterable[views.Sheet]:
    for unit, box in papers:
        if not heads.is_asked(poll, unit):
            continue
        ticket = tickets.encode(call.ports.policy.key, Ticket(poll.id, unit.number, box.round))
        address = present.ticket_url(call.ports, ticket)
        owners = tuple(mask_name(owner.name) for owner in unit.owners)
        yield views.Sheet(
            unit.number, unit.building, unit.room, screens.area(unit.area), owners, address, qr(address)
        )


def _numbers(poll: Poll, building: str, unit: str) -> list[int]:
    if unit.isascii() and unit.isdigit() and len(unit) < 7 and rules.has_unit(poll, int(unit)):
        return [int(unit)]
    found = next((b for b in (poll.frozen.buildings if poll.frozen else ()) if b.name == building), None)
    return list(range(found.first, found.first + found.units)) if found else []
