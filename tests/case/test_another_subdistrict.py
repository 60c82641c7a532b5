"""Subdistricts that share a stage: nobody sees another's matters, whatever their own place and role."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.core import ids
from chalicelib.people.staff import Staff
from chalicelib.place.ladder import Role
from chalicelib.place.rules import Subdistrict
from tests.case.house import PHONE, House
from tests.contract.client import Web
from tests.fakes import places
from tests.session.people import sign_in

# Named after the neighbours' own: whoever writes a second file may well begin it as a copy of the first.
STRANGERS = (
    Staff("zhao", "赵云", Role.SPECIALIST, ("yiqing",), "+8613700001001"),
    Staff("wang", "王五", Role.COMMUNITY, ("mishi",), "+8613700001011"),
    Staff("li", "李四", Role.SUBDISTRICT, ("hemu",), "+8613700001021"),
    Staff("he", "何平", Role.SUPERVISOR, ("hemu",), "+8613700001031"),
)
ALL = [member.phone.removeprefix("+86") for member in STRANGERS]


@pytest.fixture
def strangers(house: House) -> House:
    """A second subdistrict, Hemu, is served from the same table."""
    hemu = replace(places.directory(), subdistrict=Subdistrict("hemu", "HM", "和睦街道"), staff=STRANGERS)
    house.world.place(hemu)
    return house


@pytest.mark.parametrize("phone", ALL)
def test_no_search_finds_a_matter_of_another_subdistrict(strangers: House, phone: str) -> None:
    web, token = strangers.web, sign_in(strangers.web, phone)
    rings = strangers.web.ring(phone="13900000055", text="另一只铃").json["id"]
    for typed in (strangers.case, ids.number(strangers.bell), PHONE, "13900000055", rings, "脚垫"):
        found = web.get(f"/v1/cases/search?q={typed}", token=token)
        assert (found.status, found.json["items"], found.json["bells"]) == (200, [], []), typed
    assert web.get("/v1/cases?view=all", token=token).json["items"] == []


@pytest.mark.parametrize("phone", ALL[1:3])
def test_nobody_asks_about_a_case_of_another_subdistrict(strangers: House, phone: str) -> None:
    topic = {"question": "同意吗？", "matter": 0, "options": []}
    draft = {"case": strangers.case, "neighbourhood": "yiqing", "topics": [topic]}
    refused = strangers.web.post("/v1/polls", draft, token=sign_in(strangers.web, phone))
    assert (refused.status, refused.fields["case"]) == (400, "unknown")


@pytest.mark.parametrize("phone", ALL)
def test_nobody_reads_or_changes_a_bell_or_case_of_another_subdistrict(strangers: House, phone: str) -> None:
    web, token = strangers.web, sign_in(strangers.web, phone)
    for path in (f"cases/{strangers.case}", f"cases/{strangers.case}/record", f"bells/{strangers.bell}"):
        assert web.get(f"/v1/{path}", token=token).status == 403
    assert web.post(f"/v1/cases/{strangers.case}/press", {"text": "x"}, token=token).status == 403
    assert _page(web, f"/c/{strangers.case}", token) == 403


def _page(web: Web, path: str, token: str) -> int:
    return web.send("GET", path, Cookie=f"session={token}").status
