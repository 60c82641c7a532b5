"""Two cases about one matter become one; one case about two matters becomes two."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.case import service
from chalicelib.core.errors import Stale, Unavailable
from chalicelib.record.service import verify_all
from tests.case.house import House


@pytest.fixture
def two(house: House) -> tuple[House, str, str]:
    """A house with two cases: the first one's, and another bell and its case."""
    bell, case = house.rings(phone="13900000099", name="司马相如", text="楼上又装修")
    return house, bell, case


def bells(house: House, case: str) -> list[str]:
    """The bells of a case."""
    return list(house.world.case(case).bells)


def test_a_case_that_is_merged_brings_its_bells_and_ends(two: tuple[House, str, str]) -> None:
    house, bell, other = two
    answer = house.act("zhao", "merge", {"case": other})
    assert answer["id"] == other
    assert answer["possible"] == house.read("zhao", other).json["possible"]
    assert bells(house, other) == [bell, house.bell]
    ended = house.read("zhao").json
    assert (ended["stage"], ended["merged_into"], ended["possible"]) == ("closed", other, [])
    assert ended["deadlines"] == []
    assert house.world.case_kinds(house.case)[-1] == "merged"
    assert house.world.case_kinds(other)[-1] == "absorbed"
    assert all(found.intact for _, found in verify_all(house.world.ports))


def test_a_resident_s_link_follows_the_case_that_theirs_was_merged_into(two: tuple[House, str, str]) -> None:
    house, _, other = two
    house.act("zhao", "merge", {"case": other})
    reading = service.as_resident(house.world.ports, house.case, house.bell)
    assert reading is not None
    assert reading.case.id == other
    assert house.read("resident", other).status == 200
    house.act("resident", "message", {"text": "还有我"}, case=other)


def test_after_a_merger_nobody_is_alerted_about_the_case_that_ended(two: tuple[House, str, str]) -> None:
    house, _, other = two
    house.act("zhao", "merge", {"case": other})
    before = len(house.world.case_file(house.case).events)
    house.world.pass_time(days=5)
    later = house.world.case_file(house.case).events[before:]
    assert [event.kind for event in later if event.kind != "notified"] == []
    assert "overdue" in house.world.case_kinds(other)


@pytest.mark.parametrize("into", ["", "nonsense", "MX-0000-0000", "self"])
def test_a_case_goes_on_in_another_one_that_is_there(two: tuple[House, str, str], into: str) -> None:
    house, _, _ = two
    target = house.case if into == "self" else into
    with house.web.nothing_written():
        answer = house.tries("zhao", "merge", {"case": target})
    assert (answer.status, answer.fields) == (400, {"case": "unknown"})


def test_a_case_does_not_go_on_in_one_that_is_over(two: tuple[House, str, str]) -> None:
    house, _, other = two
    house.act("zhao", "fail", {"reason": "withdrawn", "text": "不谈了"}, case=other)
    with house.web.nothing_written():
        answer = house.tries("zhao", "merge", {"case": other})
    assert (answer.status, answer.code) == (409, "not_possible_now")


def test_a_merger_that_loses_a_race_is_decided_again_and_is_whole_or_not_at_all(
    two: tuple[House, str, str],
) -> None:
    house, _, other = two
    house.token("zhao")
    house.world.store.fail("commit", 6, error=Stale("CASE"))
    with house.web.nothing_written():
        assert house.tries("zhao", "merge", {"case": other}).status == 503
    house.world.store.fail("commit", 2, error=Stale("CASE"))
    house.act("zhao", "merge", {"case": other})
    assert len(bells(house, other)) == 2


def test_whoever_merges_has_seen_the_newest_state(two: tuple[House, str, str]) -> None:
    house, _, other = two
    seen = house.read("wang").json["version"]
    house.act("zhao", "visit", {"text": "x"})
    answer = house.tries("wang", "merge", {"case": other, "version": seen})
    assert (answer.status, answer.code) == (409, "changed_meanwhile")
    assert [event["kind"] for event in answer.json["since"]] == ["visited"]
    assert "merge" in answer.json["possible"]


def split(house: House, **more: Any) -> dict[str, Any]:
    """A second matter is split off."""
    return dict(house.act("zhao", "split", {"category": "elevator", "subject": "电梯也坏了", **more}))


def test_a_second_matter_gets_a_case_and_a_clock_of_its_own(house: House) -> None:
    new = split(house)
    case = house.read("zhao", new["id"]).json
    assert (case["category"], case["stage"], case["subject"]) == ("elevator", "looking_into", "电梯也坏了")
    assert case["owner"]["id"] == "zhao"
    assert {d["key"] for d in case["deadlines"]} == {"stage", "target"}
    assert bells(house, new["id"]) == bells(house, house.case) == [house.bell]
    assert house.world.case_kinds(house.case)[-1] == "split_off"
    house.world.pass_time(hours=5)
    assert "overdue" in house.world.case_kinds(new["id"])
    assert all(found.intact for _, found in verify_all(house.world.ports))


def test_a_bell_that_leaves_takes_its_resident_along(house: House) -> None:
    bell = house.joins()
    new = split(house, bells=[bell])
    assert bells(house, house.case) == [house.bell]
    assert bells(house, new["id"]) == [bell]
    reading = service.as_resident(house.world.ports, house.case, bell)
    assert reading is not None
    assert reading.case.id == new["id"]
    assert house.read(bell).status == 403
    assert house.read(bell, new["id"]).status == 200


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"category": "unknown", "subject": "required"}),
        ({"category": "elevator", "subject": " "}, {"subject": "required"}),
        ({"category": "elevator", "subject": "x", "bells": ["MX-0000-0000"]}, {"bells": "unknown"}),
        ({"category": "elevator", "subject": "x", "bells": "all"}, {"bells": "wrong_type"}),
    ],
)
def test_what_is_wrong_with_a_split_is_named(
    house: House, body: dict[str, Any], wrong: dict[str, str]
) -> None:
    house.token("zhao")
    with house.web.nothing_written():
        answer = house.tries("zhao", "split", {"category": "", "subject": "", **body})
    assert answer.status == 400
    assert answer.fields.items() >= wrong.items()


def test_somebody_always_stays(house: House) -> None:
    answer = house.tries("zhao", "split", {"category": "noise", "subject": "x", "bells": [house.bell]})
    assert (answer.status, answer.fields) == (400, {"bells": "none_left"})


def test_when_the_store_is_busy_neither_case_knows_of_a_split(house: House) -> None:
    house.token("zhao")
    house.world.store.fail("commit", error=Unavailable("busy"))
    with house.web.nothing_written():
        assert house.tries("zhao", "split", {"category": "noise", "subject": "x"}).status == 503


def test_only_staff_of_both_places_merge_and_split(two: tuple[House, str, str]) -> None:
    house, _, other = two
    for who in ("resident", "sun"):
        house.token(who)
        with house.web.nothing_written():
            merged = house.tries(who, "merge", {"case": other})
            halved = house.tries(who, "split", {"category": "noise", "subject": "x"})
        assert {merged.status, halved.status} <= {401, 403}
