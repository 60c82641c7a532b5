"""The roll over the API and on its page: looked at, imported, adopted, handed out."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.times import iso
from chalicelib.people.staff import Staff
from chalicelib.place.ladder import Role
from chalicelib.place.rules import Subdistrict
from chalicelib.poll.roll_export import to_csv, to_xlsx
from tests.contract.client import Answer, Web, visiting
from tests.fakes import places
from tests.fakes.world import World
from tests.poll import samples
from tests.poll.house import draft_poll, give_roll
from tests.session.people import PHONES, sign_in, two_communities

GOOD = "幢,室,面积(㎡),业主,电话\n10幢,101,89.5,张三,13900000001\n2幢,101,60,李四、王五,13900000002\n"
BAD = "幢,室,面积(㎡),业主\n1幢,101,89.5,张三\n1幢,101,large,李四\n,102,60,\n"


@pytest.fixture
def web() -> Iterator[Web]:
    with visiting(World(two_communities())) as web:
        yield web


def send(web: Web, verb: str, content: bytes | str, who: str = "community") -> Answer:
    data = content.encode() if isinstance(content, str) else content
    body = {"name": "roll.csv", "content": base64.b64encode(data).decode()}
    return web.post(f"/v1/rolls/yiqing/{verb}", body, token=sign_in(web, PHONES[who]))


def roll(web: Web) -> Any:
    return web.get("/v1/rolls/yiqing", token=sign_in(web, PHONES["specialist"])).json


def test_a_preview_says_what_a_file_would_make_of_the_roll_and_writes_nothing(web: Web) -> None:
    seen = send(web, "preview", GOOD).json
    assert (seen["ready"], seen["units"], seen["heads"], seen["area"]) == (True, 2, 2, 14_950)
    assert seen["added"] == 2
    assert roll(web)["versions"] == []


def test_a_preview_names_every_bad_row_and_its_column(web: Web) -> None:
    seen = send(web, "preview", BAD).json
    assert seen["ready"] is False
    assert {(p["row"], p["column"]) for p in seen["errors"]} >= {(3, "area"), (4, "building")}
    assert all(problem["message"] and "_" not in problem["message"] for problem in seen["errors"])


def test_a_file_with_a_bad_row_is_not_taken_at_all(web: Web) -> None:
    answer = send(web, "versions", BAD)
    assert (answer.status, answer.json["details"][0]["code"]) == (400, "roll_rows")
    assert roll(web)["versions"] == []


def test_a_version_becomes_the_roll_when_it_is_adopted(web: Web) -> None:
    assert send(web, "versions", GOOD).json["versions"][0]["adopted"] is False
    assert roll(web)["current"] == 0
    token = sign_in(web, PHONES["community"])
    adopted = web.post("/v1/rolls/yiqing/adopt", {"number": 1}, token=token)
    assert (adopted.status, adopted.json["current"]) == (200, 1)
    again = send(web, "preview", GOOD.replace("89.5", "90")).json
    assert (again["added"], again["removed"], again["changed"]) == (0, 0, 1)
    assert web.post("/v1/rolls/yiqing/adopt", {"number": 9}, token=token).status == 400


def test_whoever_goes_from_door_to_door_may_look_and_not_change(web: Web) -> None:
    assert send(web, "preview", GOOD, "specialist").status == 200
    assert send(web, "versions", GOOD, "specialist").status == 403


def test_what_is_handed_out_is_what_was_taken(web: Web) -> None:
    units = samples.roll()
    for file in (to_csv(units), to_xlsx(units)):
        seen = send(web, "preview", file).json
        assert (seen["ready"], seen["units"], seen["area"]) == (True, 6, 6 * 8_950), seen["errors"]


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01", b"PK\x03\x04 no archive", b"\xd0\xcf\x11\xe0", "Name\n张三\n".encode()]
)
def test_what_is_no_roll_is_refused_with_a_way_out(web: Web, content: bytes) -> None:
    answer = send(web, "preview", content)
    assert answer.status == 400
    assert answer.json["details"][0]["field"] == "content"
    assert "_" not in answer.json["details"][0]["message"]


def test_nobodys_name_is_in_the_record_of_a_roll(web: Web) -> None:
    send(web, "versions", GOOD)
    events = web.world.store.events("ROLL#yiqing")
    assert [event.kind for event in events] == ["imported"]
    assert "张三" not in str(events)


def test_the_roll_of_a_place_of_the_same_id_is_not_another_subdistricts_business(web: Web) -> None:
    give_roll(web.world, samples.roll())
    there = Staff("wang", "王五", Role.COMMUNITY, ("mishi",), "+8613700001011")
    hemu = replace(places.directory(), subdistrict=Subdistrict("hemu", "HM", "和睦街道"), staff=(there,))
    web.world.place(hemu)
    token = sign_in(web, "13700001011")
    body = {"name": "roll.csv", "content": base64.b64encode(GOOD.encode()).decode()}
    answers = [
        web.get("/v1/rolls/yiqing", token=token),
        web.post("/v1/rolls/yiqing/preview", body, token=token),
        web.post("/v1/rolls/yiqing/versions", body, token=token),
        web.post("/v1/rolls/yiqing/adopt", {"number": 1}, token=token),
        web.send("GET", "/rolls/yiqing/export", Cookie=f"session={token}"),
    ]
    assert [answer.status for answer in answers] == [403] * len(answers)
    poll = draft_poll(web, token)
    opens, closes = (iso(web.world.clock.now() + timedelta(days=days)) for days in (1, 9))
    notice = {"opens_at": opens, "closes_at": closes}
    announced = web.post(f"/v1/polls/{poll}/announce", notice, token=token)
    assert (announced.status, "roll" in announced.text) == (400, True)
