"""What a curious official or neighbour cannot learn from a poll, and cannot do to it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from chalicelib.people.staff import Staff
from chalicelib.place.ladder import Role
from chalicelib.poll.ballots import Via
from chalicelib.poll.roll import Owner
from tests.contract.client import visiting
from tests.fakes.world import World
from tests.poll import samples
from tests.poll.hall import Hall
from tests.poll.house import open_poll
from tests.session.people import sign_in, two_communities

COUPLE = samples.unit(1, Owner("甲", phone="+8613900000101"), Owner("乙", phone="+8613900000102"))


@pytest.fixture
def hall() -> Iterator[Hall]:
    with visiting(World(two_communities())) as web:
        yield Hall(web)


def disputed(hall: Hall) -> str:
    """Four households, two for and two against; one of them said both."""
    poll = open_poll(hall.web, hall.community, (COUPLE, *samples.roll(4)[1:]))
    hall.vote(poll, 1, "for", key="a", voter=0)
    hall.world.pass_time(seconds=5)
    hall.vote(poll, 1, "against", key="b", voter=1)
    hall.vote(poll, 2, "for")
    hall.vote(poll, 3, "for")
    hall.vote(poll, 4, "against")
    hall.ends(poll)
    assert hall.read(poll)["stage"] == "disputed"
    return poll


def rulings(hall: Hall, poll: str) -> list[str]:
    items = hall.web.get(f"/v1/polls/{poll}/conflicts", token=hall.community).json["items"]
    return [item["ruling"] for item in items]


def test_the_public_record_holds_no_figures_of_a_count_before_a_ruling(hall: Hall) -> None:
    poll = disputed(hall)
    events = hall.web.get(f"/v1/polls/{poll}/record").json["events"]
    counted = next(event for event in events if event["kind"] == "counted")
    assert counted["data"]["result"].keys() <= {"format", "conflicts"}
    assert "choices" not in json.dumps(events)


def test_an_official_sees_no_figures_before_a_ruling(hall: Hall) -> None:
    poll = disputed(hall)
    page = hall.web.get(f"/polls/{poll}/desk", Cookie=f"session={hall.community}")
    assert page.status == 200
    assert 'class="bar' not in page.text
    assert hall.web.get(f"/v1/polls/{poll}", token=hall.community).json["result"] == {}


def test_nobody_silences_a_household_about_which_there_is_no_question(hall: Hall) -> None:
    poll = disputed(hall)
    answer = hall.do(poll, "rule", unit=2, ballot="", reason="not_the_owner")
    assert (answer.status, answer.fields) == (400, {"unit": "not_disputed"})
    assert rulings(hall, poll) == [""]


def test_a_ruling_that_is_refused_leaves_nothing_in_the_box(hall: Hall) -> None:
    poll = disputed(hall)
    items = hall.web.get(f"/v1/polls/{poll}/conflicts", token=hall.community).json["items"]
    first = items[0]["ballots"][0]["id"]
    stale = hall.do(poll, "rule", unit=1, ballot=first, reason="owners_agreed", version=1)
    assert (stale.status, stale.code) == (409, "changed_meanwhile")
    assert rulings(hall, poll) == [""]
    body = {"unit": 1, "ballot": first, "reason": "owners_agreed"}
    stranger = hall.web.post(f"/v1/polls/{poll}/rule", body, token=hall.specialist)
    assert stranger.status == 403
    assert rulings(hall, poll) == [""]


def test_who_has_the_sheet_from_a_door_cannot_shut_the_owner_out(hall: Hall) -> None:
    poll = open_poll(hall.web, hall.community)
    refused = [hall.vote(poll, 1, "against", key=str(n)).status for n in range(60)]
    assert refused[-1] == 429
    owner = hall.ticket(poll, 1, via=Via.SMS)
    body = {"choices": {"1": "for"}}
    assert hall.web.post("/v1/vote", body, token=owner, Idempotency_Key="mine").status == 201
    assert hall.enter(poll, 1, "for").status == 201


@pytest.mark.parametrize("voter", [-2, 100, 2**64, 10**40])
def test_nobody_votes_as_an_owner_whom_no_unit_can_have(hall: Hall, voter: int) -> None:
    poll = open_poll(hall.web, hall.community)
    assert hall.vote(poll, 1, voter=voter).fields == {"voter": "unknown"}
    assert hall.enter(poll, 1, voter=voter).fields == {"voter": "unknown"}


@pytest.mark.parametrize(
    "choices", [{str(n): "for" for n in range(3_000)}, {"1": "x" * 50_000}, {"票" * 5_000: "for"}]
)
def test_a_ballot_as_long_as_a_book_is_refused_before_anything_is_asked(
    hall: Hall, choices: dict[str, str]
) -> None:
    poll = open_poll(hall.web, hall.community)
    calls = hall.world.store.calls
    token = hall.ticket(poll, 1)
    answer = hall.web.post("/v1/vote", {"choices": choices}, token=token, Idempotency_Key="k")
    assert (answer.status, answer.fields) == (400, {"choices": "unknown"})
    assert hall.world.store.calls == calls


def test_a_unit_whose_link_was_replaced_too_often_spoils_no_sheets(hall: Hall) -> None:
    poll = open_poll(hall.web, hall.community)
    path = f"/v1/polls/{poll}/reissue"
    answers = [hall.web.post(path, {"unit": 1}, token=hall.specialist) for _ in range(20)]
    assert answers[-1].code == "too_many_links"
    last = [answer.json["ticket"] for answer in answers if answer.status == 201][-1]
    assert hall.web.get("/v1/vote", token=last).status == 200, "the last link goes on working"
    assert hall.web.get(f"/polls/{poll}/sheets", Cookie=f"session={hall.specialist}").status == 200


def test_an_options_id_and_the_english_words_have_limits_too(hall: Hall) -> None:
    wide = [{"id": "x" * 21, "label": "甲"}, {"id": "b", "label": "乙", "label_en": "y" * 81}]
    topic = {"question": "?", "question_en": "z" * 501, "options": wide}
    answer = hall.web.post("/v1/polls", {"neighbourhood": "yiqing", "topics": [topic]}, token=hall.community)
    assert answer.fields == {
        "topics[0].question_en": "too_long",
        "topics[0].options[0].id": "too_long",
        "topics[0].options[1].label_en": "too_long",
    }


def test_what_is_typed_as_a_building_stays_inside_its_header(hall: Hall) -> None:
    poll = open_poll(hall.web, hall.community)
    cookie = f"session={hall.specialist}"
    page = hall.web.get(f"/door/{poll}", Cookie=cookie).text
    found = re.search(r'name="csrf" value="(\w+)"', page)
    assert found
    fields = {
        "csrf": found[1],
        "unit": "1",
        "key": "k",
        "topic-1": "for",
        "building": "1幢\r\nSet-Cookie: a=b",
    }
    answer = hall.web.form(f"/door/{poll}", fields, Cookie=cookie)
    assert answer.status == 303
    assert answer.location.isascii()
    assert answer.location.isprintable()


@pytest.mark.parametrize("day", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_the_first_and_the_last_day_there_is_are_no_time_to_vote(hall: Hall, day: str) -> None:
    poll = open_poll(hall.web, hall.community)
    cookie = f"session={hall.community}"
    found = re.search(r'name="csrf" value="(\w+)"', hall.web.get("/polls/new", Cookie=cookie).text)
    assert found
    fields = {"csrf": found[1], "action": "extend", "reason": "participation", "closes_at": day}
    assert hall.web.form(f"/polls/{poll}/desk", fields, Cookie=cookie).status == 400


def test_an_endless_number_of_a_version_is_none(hall: Hall) -> None:
    cookie = f"session={hall.community}"
    assert hall.web.get(f"/rolls/yiqing?version={'9' * 5_000}", Cookie=cookie).status == 200


def test_a_roll_larger_than_other_forms_is_taken_from_the_page(hall: Hall) -> None:
    cookie = f"session={hall.community}"
    found = re.search(r'name="csrf" value="(\w+)"', hall.web.get("/rolls/yiqing", Cookie=cookie).text)
    assert found
    rows = "".join(f"{n // 50}幢,{n % 50 + 100},60,业主{n}\n" for n in range(12_000))
    content = base64.b64encode(f"幢,室,面积,业主\n{rows}".encode()).decode()
    fields = {"csrf": found[1], "action": "preview", "content": content}
    assert hall.web.form("/rolls/yiqing", fields, Cookie=cookie).status == 200
    forged = hall.web.form("/rolls/yiqing", {**fields, "csrf": "0" * 32}, Cookie=cookie)
    assert forged.status == 403


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.COMMUNITY])
def test_staff_of_another_subdistrict_see_nothing_of_a_poll_or_a_roll(hall: Hall, role: Role) -> None:
    here = two_communities()
    spy = Staff("spy", "外人", role, ("mishi",), "+8613800009999")
    town = replace(here.subdistrict, id="other", prefix="ZX")
    hall.world.place(replace(here, subdistrict=town, staff=(spy,)))
    poll = open_poll(hall.web, hall.community, terms={"public": "nothing"})
    token = sign_in(hall.web, "13800009999")
    for path in ("missing", "conflicts"):
        assert hall.web.get(f"/v1/polls/{poll}/{path}", token=token).code == "not_your_place"
    assert hall.web.get(f"/v1/polls/{poll}/turnout", token=token).code == "not_before_the_end"
    entered = {"unit": 1, "choices": {"1": "for"}}
    path = f"/v1/polls/{poll}/ballots"
    assert hall.web.post(path, entered, token=token, Idempotency_Key="k").code == "not_your_place"
    assert hall.web.get(f"/door/{poll}", Cookie=f"session={token}").status == 403
