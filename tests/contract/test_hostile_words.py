"""Whatever residents, parties, the file of a place or a roll say, a page shows it as text. Every page that the client
gets is looked through for what a browser would run (`tests.contract.client.check`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from chalicelib.poll import tickets
from chalicelib.poll.roll import Owner
from chalicelib.poll.tickets import Ticket
from tests.case.house import House, living
from tests.poll import samples
from tests.poll.house import open_poll

WORDS = "\"><img src=x onerror=alert(1)>'</textarea><script>alert(1)</script>{{7*7}}"
SHORT = '"><b onclick=x>'


@pytest.fixture
def house() -> Iterator[House]:
    with living() as found:
        yield found


def test_no_page_of_a_bell_or_case_runs_what_somebody_wrote(house: House) -> None:
    hostile = {"name": WORDS[:50], "text": WORDS, "where": WORDS, "building": SHORT, "unit": SHORT}
    bell, case = house.rings(**hostile, phone="13900000099")
    for verb, body in (
        ("invite", {"kind": "other", "name": WORDS[:80], "person": SHORT, "phone": "13800009999"}),
        ("negotiate", {}),
        ("visit", {"text": WORDS}),
        (
            "schedule",
            {"at": house.soon(days=2), "place": WORDS, "text": WORDS, "invited": ["p-1", "resident"]},
        ),
        ("propose", {"text": WORDS}),
        ("offer", {"options": [{"text": WORDS, "price": 1}, {"text": SHORT}]}),
        ("draft", {"form": "minutes", "facts": WORDS, "terms": [WORDS], "signatories": ["resident", "p-1"]}),
        ("ask", {"text": WORDS, "days": 2}),
    ):
        house.act("zhao", verb, body, case=case)
    house.case = case
    guests = {f"/t/{house.token(bell)}": bell, f"/p/{house.token('p-1')}": "p-1"}
    for page, who in guests.items():
        house.act(who, "comment", {"plan": 1, "text": WORDS}, case=case)
        for path in (page, f"{page}?told={SHORT}&slot={SHORT}&files={SHORT}", f"{page}/print/agreement"):
            assert "&lt;" in shown(house, path)
    staff = house.token("zhao")
    for path in (
        f"/c/{case}",
        f"/c/{case}?similar",
        f"/c/{case}?do=visit&text={SHORT}",
        f"/a/{bell}",
        "/cases",
    ):
        shown(house, path, staff)
    for paper in ("case", "agreement"):
        shown(house, f"/c/{case}/print/{paper}", staff)


def test_no_page_of_a_poll_runs_what_a_roll_or_an_official_wrote(house: House) -> None:
    web, manager = house.web, house.token("wang")
    units = [replace(samples.unit(n, Owner(WORDS[:40])), building=SHORT, room=f"{SHORT}{n}") for n in (1, 2)]
    options = [{"id": "a", "label": WORDS[:60]}, {"id": "b", "label": SHORT}]
    topic = {"question": WORDS, "question_en": WORDS, "options": options}
    poll = open_poll(web, manager, units, topics=[topic])
    ticket = tickets.encode(web.world.ports.policy.key, Ticket(poll, 1))
    for path in (f"/polls/{poll}", "/polls", f"/v/{ticket}", f"/polls/{poll}/vote"):
        assert "&lt;" in shown(house, path)
    for path in (f"/polls/{poll}/{page}" for page in ("desk", "sheets", "paper")):
        assert "&lt;" in shown(house, path, manager)
    assert "&lt;" in shown(house, f"/door/{poll}", manager)


def shown(house: House, path: str, session: str = "") -> str:
    """The page, in which the client found nothing to run."""
    answer = house.web.send("GET", path, **({"Cookie": f"session={session}"} if session else {}))
    assert answer.status == 200, (path, answer.text)
    return answer.text
