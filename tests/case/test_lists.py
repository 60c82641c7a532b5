"""Worklists and searching: what is due first first, within one's own sight, a page a Query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from chalicelib.bell.rules import Bell
from chalicelib.case import lists
from chalicelib.case.lists import Filter, likeness
from chalicelib.case.shapes import CaseChange, CaseLine, Worklist
from chalicelib.case.stages import Stage
from chalicelib.case.state import Case
from chalicelib.core import ids
from chalicelib.core.chain import Tip
from chalicelib.people.staff import Staff
from chalicelib.place.rules import Directory
from tests.case.house import PHONE, House
from tests.case.lives import Life
from tests.contract.client import Answer
from tests.fakes.world import World
from tests.session.people import two_communities


def listed(house: House, who: str = "zhao", **query: str) -> Answer:
    """A worklist."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    answer = house.web.get(f"/v1/cases?{asked}", token=house.token(who))
    assert answer.status == 200, answer.text
    return answer


def found(house: House, typed: str, who: str = "zhao") -> Any:
    """What a search finds."""
    answer = house.web.get(f"/v1/cases/search?q={typed}", token=house.token(who))
    assert answer.status == 200, answer.text
    return answer.json


def numbers(answer: Answer) -> list[str]:
    """The cases of a page."""
    return [line["id"] for line in answer.json["items"]]


@pytest.fixture
def three(house: House) -> tuple[House, str, str, str]:
    """Three cases: noise at Yiqing, an elevator that is due sooner, and property management."""
    _, lift = house.rings(phone="13900000031", category="elevator", text="电梯停在三楼")
    _, gate = house.rings(phone="13900000032", category="property-management", text="门禁坏了")
    return house, house.case, lift, gate


def test_what_is_due_first_comes_first(three: tuple[House, str, str, str]) -> None:
    house, noise, lift, gate = three
    assert numbers(listed(house)) == [lift, noise, gate]
    line = listed(house).json["items"][0]
    assert (line["due"], line["stage"], line["owner"]["name"]) == ("stage", "looking_into", "赵虹")
    assert "电梯停在三楼" in line["subject"]


def test_mine_is_what_one_owns_and_community_is_what_is_in_it(three: tuple[House, str, str, str]) -> None:
    house, noise, lift, gate = three
    house.act("wang", "assign", {"staff": "wang"})
    assert numbers(listed(house, view="mine")) == [lift, gate]
    assert numbers(listed(house, "wang", view="mine")) == [noise]
    assert numbers(listed(house, "wang", view="community")) == [lift, noise, gate]
    assert numbers(listed(house, "li", view="all")) == [lift, noise, gate]
    assert numbers(listed(house, "li", view="community", community="mishi")) == [lift, noise, gate]
    assert numbers(listed(house, "li", view="community", community="jiacheng")) == []


def test_nobody_sees_the_list_of_a_place_that_is_not_theirs(three: tuple[House, str, str, str]) -> None:
    house, *_ = three
    for who in ("sun", "qian", "lin", "zheng"):
        for query in ({"view": "all"}, {"view": "community", "community": "mishi"}, {"view": "mine"}):
            assert numbers(listed(house, who, **query)) == [], (who, query)
    assert house.web.get("/v1/cases", token=house.token("resident")).status == 401


def test_a_lawyer_lists_the_cases_that_are_theirs(three: tuple[House, str, str, str]) -> None:
    house, noise, *_ = three
    house.act("zhao", "assign", {"staff": "lin"})
    assert numbers(listed(house, "lin", view="all")) == [noise]


def test_filters_narrow_the_list(three: tuple[House, str, str, str]) -> None:
    house, noise, lift, gate = three
    house.act("zhao", "negotiate")
    house.act(
        "zhao",
        "pause",
        {"reason": "weather", "waits_for": "community", "until": house.soon(days=9)},
        case=gate,
    )
    assert numbers(listed(house, stage="negotiating")) == [noise]
    assert numbers(listed(house, category="elevator")) == [lift]
    assert numbers(listed(house, urgency="emergency")) == []
    assert numbers(listed(house, neighbourhood="wenyi")) == []
    assert numbers(listed(house, paused="1")) == [gate]
    assert numbers(listed(house, overdue="1")) == []
    house.world.clock.advance(minutes=5 * 60)
    assert numbers(listed(house, overdue="1")) == [lift]
    assert numbers(listed(house, stage="negotiating", category="elevator")) == []


def test_what_is_over_is_in_no_worklist(three: tuple[House, str, str, str]) -> None:
    house, noise, lift, gate = three
    house.act("zhao", "fail", {"reason": "withdrawn", "text": "不谈了"})
    assert numbers(listed(house)) == [lift, gate]
    house.act("zhao", "merge", {"case": gate}, case=lift)
    assert numbers(listed(house, "li", view="all")) == [gate]
    assert found(house, noise)["items"][0]["stage"] == "failed"


def test_a_list_costs_one_call_and_a_search_at_most_three(three: tuple[House, str, str, str]) -> None:
    house, noise, *_ = three
    calls = house.world.store.calls
    for who in ("zhao", "wang", "li"):
        house.token(who)
        for view in ("mine", "community", "all"):
            before = calls.total()
            listed(house, who, view=view)
            assert calls.total() - before == 1
    for typed in (noise, house.bell, PHONE, "电梯", "MX-0000-0000"):
        before = calls.total()
        found(house, typed)
        assert calls.total() - before <= 3, typed


def test_a_case_is_found_by_its_number_and_by_that_of_its_bell(three: tuple[House, str, str, str]) -> None:
    house, noise, *_ = three
    for typed in (noise, noise.lower(), f"{noise[:2]}-{noise[2:6]}-{noise[6:]}", house.bell):
        assert [line["id"] for line in found(house, typed)["items"]] == [noise], typed


def test_a_case_is_found_by_the_phone_of_whoever_rang(three: tuple[House, str, str, str]) -> None:
    house, noise, *_ = three
    for typed in (PHONE, f"%2B86{PHONE}", f"{PHONE[:3]}%20{PHONE[3:7]}%20{PHONE[7:]}"):
        assert [line["id"] for line in found(house, typed)["items"]] == [noise], typed
    assert found(house, "13911112222")["items"] == []
    assert found(house, PHONE, "sun")["items"] == []


def test_a_bell_that_is_in_no_case_is_found_as_a_bell(house: House) -> None:
    rung = house.web.ring(phone="13900000031", text="还没有人受理")
    for typed in (rung.json["id"], "13900000031"):
        assert found(house, typed) == {"items": [], "cursor": "", "bells": [rung.json["id"]]}
        assert found(house, typed, "sun")["bells"] == []


def test_open_cases_are_found_by_words_of_their_subject(three: tuple[House, str, str, str]) -> None:
    house, _, lift, _ = three
    assert [line["id"] for line in found(house, "电梯")["items"]] == [lift]
    assert found(house, "电梯", "sun")["items"] == []
    assert found(house, "飞机")["items"] == []


@pytest.mark.parametrize("cursor", ["nonsense", "AAAA", "%F0%9F%92%A5"])
def test_a_cursor_that_is_none_is_refused(house: House, cursor: str) -> None:
    for path in (f"/v1/cases?cursor={cursor}", f"/v1/cases/search?q=x&cursor={cursor}"):
        answer = house.web.get(path, token=house.token("zhao"))
        assert (answer.status, answer.fields) == (400, {"cursor": "unknown"})


# -- many


@pytest.fixture(scope="module")
def crowd() -> World:
    """10,000 open cases, two in three of the community of Mishi."""
    world = World(two_communities())
    for number in range(10_000):
        world.store.commit(_opened(world, number))
    world.store.stream.clear()
    world.store.calls.clear()
    return world


def _opened(world: World, number: int) -> CaseChange:
    beside = number % 3 == 2
    case_id = ids.new_id("MX", world.start + timedelta(seconds=number), number)
    first = _a_case()
    due = world.start + timedelta(minutes=(number * 7919) % 10_000)
    stage = next(d for d in first.deadlines if d.key == "stage")
    case = replace(
        first,
        id=case_id,
        neighbourhood="zuojia" if beside else "yiqing",
        community="jiacheng" if beside else "mishi",
        owner="zhao" if number % 100 == 0 else "wang",
        tip=Tip(1, f"{number:064x}"),
        deadlines=(replace(stage, due_at=due, next_at=due),),
    )
    return CaseChange(None, case, (), subject=f"第{number}件")


@cache
def _a_case() -> Case:
    return Life().case


def member(world: World, who: str) -> tuple[Directory, Staff]:
    """A member of staff and their directory."""
    directory = world.store.places["MX"]
    found = directory.member(who)
    assert found is not None
    return directory, found


def pages(world: World, who: str, view: lists.View, limit: int = 500) -> Iterator[tuple[CaseLine, ...]]:
    """Page after page; each is one call."""
    cursor, directory_and_member = "", member(world, who)
    while True:
        before = world.store.calls.total()
        page = lists.worklist(world.ports, *directory_and_member, view, cursor=cursor, limit=limit)
        assert world.store.calls.total() - before == 1
        yield page.items
        if not (cursor := page.cursor):
            return


def test_ten_thousand_open_cases_are_read_page_by_page_each_once_and_in_order(crowd: World) -> None:
    read = [line for page in pages(crowd, "li", "all", 2_000) for line in page]
    assert len({line.case.id for line in read}) == len(read) == 10_000
    assert [line.case.due_at for line in read] == sorted(line.case.due_at for line in read)


def test_one_s_own_hundred_are_two_pages_among_ten_thousand(crowd: World) -> None:
    found = [*pages(crowd, "zhao", "mine", lists.PAGE)]
    mine = [line for page in found for line in page]
    assert {line.case.owner for line in mine} == {"zhao"}
    assert len(mine) <= 100
    assert len(found) <= 3


def test_a_page_is_never_longer_than_was_asked(crowd: World) -> None:
    first = lists.worklist(crowd.ports, *member(crowd, "li"), "all")
    assert len(first.items) == lists.PAGE
    assert first.cursor


def test_a_filter_that_fits_little_still_leads_to_the_end(crowd: World) -> None:
    cursor, hits, looked = "", 0, 0
    while True:
        page = lists.worklist(
            crowd.ports, *member(crowd, "li"), "all", Filter(words="第7777件"), cursor=cursor, limit=2_000
        )
        hits, looked, cursor = hits + len(page.items), looked + 1, page.cursor
        if not cursor:
            break
    assert (hits, looked) == (1, 5)


# -- what is about the same


def bell_of(house: House) -> Bell:
    """The first bell."""
    return house.world.file(house.bell).bell


def test_what_is_about_the_same_is_suggested_likeliest_first(house: House) -> None:
    told = {"phone": "13900000031", "text": "楼上半夜装修太吵", "category": "noise"}
    _, same = house.rings(**told)
    _, kind = house.rings(phone="13900000032", text="跳广场舞", category="noise")
    house.rings(phone="13900000033", text="电梯停在三楼", category="elevator")
    house.rings(
        phone="13900000034", text="楼上半夜装修太吵", category="noise", neighbourhood="wenyi", by="wang"
    )
    alike = lists.similar(house.world.ports, bell_of(house), "楼上半夜又装修，太吵了")
    assert [line.case.id for line in alike][:2] == [same, kind]
    assert {line.case.neighbourhood for line in alike} == {"yiqing"}
    assert house.case not in {line.case.id for line in alike}


def test_likeness_is_between_nothing_and_everything(house: House) -> None:
    (line,) = house.world.store.worklist(Worklist("MX", community="mishi")).items
    assert likeness(line, "elevator", "") == 0
    assert likeness(line, line.case.category, line.subject) == 1
    assert 0.5 < likeness(line, line.case.category, line.subject[:6]) < 1


def test_only_what_is_open_is_suggested(house: House) -> None:
    _, other = house.rings(phone="13900000031", text="楼上装修")
    house.act("zhao", "fail", {"reason": "withdrawn", "text": "不谈了"}, case=other)
    assert lists.similar(house.world.ports, bell_of(house), "楼上装修") == ()
    assert not lists.is_open(replace(house.stored(), stage=Stage.FAILED))
    assert lists.is_open(house.stored())
