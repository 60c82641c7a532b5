"""What can be taken away from the page of a case: its meetings for one's own calendar, its papers for the browser's own
print."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from chalice import Response

from chalicelib.bell import service as bells
from chalicelib.case import present, service
from chalicelib.case.reading import Lens
from chalicelib.case.service import Reading
from chalicelib.core import ical
from chalicelib.core.errors import DomainError, NotFound
from chalicelib.guest import papers, screens
from chalicelib.guest.visits import Visit, earlier, visit_of_party, visit_of_resident
from chalicelib.http import Call
from chalicelib.web import guest_views as v
from chalicelib.web.edge import show

_MEETING_LASTS = timedelta(hours=2)


def partys_calendar(call: Call, token: str, number: str) -> Response:
    """A meeting for the party's own calendar."""
    return _calendar(visit_of_party(call, token), number)


def residents_calendar(call: Call, token: str, number: str) -> Response:
    """A meeting for the resident's own calendar."""
    return _calendar(visit_of_resident(call, token), number)


def _calendar(visit: Visit, number: str) -> Response:
    lens = visit.look().lens
    found = next((m for m in lens.case.meetings if str(m.number) == number), None)
    if found is None or not lens.mine & set(found.invited) or found.status != "scheduled":
        raise NotFound("not_found")
    root, ports = lens.directory.subdistrict, visit.call.ports
    said = screens.summary(lens)
    file = ical.Appointment(
        uid=ical.uid(lens.case.id, found.number),
        starts=found.at,
        ends=found.at + _MEETING_LASTS,
        stamp=lens.now,
        summary=said,
        organizer=f"{ports.policy.public_url}/",
        organizer_name=(root.name_en if lens.language == "en" else "") or root.name,
        url=f"{ports.policy.public_url}{visit.path}",
    )
    headers = {
        "Content-Type": ical.kind(file.method),
        "Content-Disposition": f'attachment; filename="meeting-{found.number}.ics"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(ical.render(file), headers=headers)


def partys_paper(call: Call, token: str, paper: str) -> Response:
    """A paper of the meetings and agreements that a party takes part in."""
    return _printed(call, visit_of_party(call, token).look().lens, paper, f"/p/{token}")


def residents_paper(call: Call, token: str, paper: str) -> Response:
    """A paper of the resident's case."""
    seen = visit_of_resident(call, token).look()
    return _printed(call, seen.lens, paper, f"/t/{token}", lambda: seen.earlier)


def staffs_paper(call: Call, case_id: str, paper: str) -> Response:
    """A paper of a case of one's places: residents' names are in full where a signature stands under them, and in the
    story for whoever sees them whole anyway."""
    session = call.signed_in.session
    reading: Reading = service.read(call.ports, session, case_id)
    lens = present.lens_of(call.ports, reading, call.language, paper=paper != papers.STORY)

    def rung() -> tuple[v.Entry, ...]:
        with suppress(DomainError):  # whoever may read the case need not be of the place where it was rung
            return earlier(bells.read(call.ports, session, reading.case.bells[0]), call.language)
        return ()

    return _printed(call, lens, paper, f"/c/{reading.case.id}", rung)


def _printed(
    call: Call, lens: Lens, name: str, back: str, rung: Callable[[], tuple[v.Entry, ...]] = tuple
) -> Response:
    verify = f"{call.ports.policy.public_url}/v1/cases/{lens.case.id}/record"
    view = papers.paper(lens, name, back, verify, rung)
    return show(call, papers.TEMPLATES[type(view)], view, directory=lens.directory)
