"""The ladder is climbed: past empty levels, through edits, hand-overs and changes of the clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from chalicelib.bell.rules import Status
from chalicelib.core.errors import Gone
from chalicelib.people.staff import Roster, Rotation, Staff
from chalicelib.place.ladder import Ladder, LadderRule, Level, Role
from tests.fakes import places
from tests.fakes.world import World
from tests.scenarios.plays import after, ends_well, escalates, rings, silent

YOUNG = Staff("young", "杨新", Role.COMMUNITY, ("mishi",), "+8613800001012", "young@example.org")


def test_11_with_nobody_on_duty_a_level_is_skipped_at_once_and_the_record_says_so(world: World) -> None:
    rung, _ = rings(world, first="wang", neighbourhood="wenyi")
    skipped = world.file(rung).events[1]
    assert (skipped.kind, skipped.data["level"], skipped.data["reason"]) == (
        "level_skipped",
        0,
        "nobody_on_duty",
    )
    escalates(world, "li")
    ends_well(world)


def test_11_somebody_without_phone_and_mail_is_as_good_as_nobody(world: World) -> None:
    staff = (replace(places.STAFF[0], phone="", mail=""), *places.STAFF[1:])
    world.place(replace(places.directory(), staff=staff))
    rung, _ = rings(world, first="wang")
    assert world.file(rung).events[1].data["reason"] == "nobody_reachable"
    ends_well(world)


def test_11_levels_that_empty_while_the_bell_rings_are_skipped_in_one_step(world: World) -> None:
    rung, _ = rings(world)
    world.without("wang", "li")
    world.pass_time(minutes=5)
    world.expect("exhausted", to="he", at=after(world, minutes=5))
    assert world.kinds(rung) == ["rung", "alerted", "level_skipped", "level_skipped", "exhausted"]
    ends_well(world)


def test_11_with_nobody_anywhere_the_bell_still_rings_and_finds_whoever_comes(world: World) -> None:
    world.place(replace(places.directory(), staff=()))
    rung = world.ring()
    world.pass_time(minutes=20)
    world.expect("rung", to="resident")
    assert world.file(rung).bell.status is Status.RINGING
    world.place(places.directory())
    world.pass_time(minutes=15)
    world.expect("exhausted", to="he", at=after(world, minutes=30))
    ends_well(world)


def test_12_a_ladder_edited_while_a_bell_rings_changes_only_later_bells(world: World) -> None:
    rings(world)
    world.pass_time(minutes=1)
    quick = Ladder((Level((Role.POLICE,), seconds=30), Level((Role.LAWYER,), seconds=30)))
    world.place(replace(places.directory(), ladders=(LadderRule(quick),)))
    world.pass_time(minutes=4)
    world.expect("escalated", to="wang", at=after(world, minutes=5))
    rings(world, first="zheng", text="又来了")
    world.pass_time(seconds=30)
    world.expect("alert", to="lin", at=after(world, minutes=5, seconds=30))
    world.pass_time(seconds=29)
    ends_well(world)


def test_13_a_member_of_staff_who_leaves_can_answer_no_more_and_the_others_are_asked(world: World) -> None:
    rung, alert = rings(world)
    world.without("zhao")
    with pytest.raises(Gone) as refused:
        world.tap(alert)
    assert refused.value.code == "link_of_former_staff"
    second = escalates(world, "wang")
    world.tap(second)
    world.pass_time(minutes=30)
    world.expect("answered", to="resident")
    assert world.file(rung).bell.answered_by is not None
    ends_well(world)


def test_13_whoever_left_before_their_level_is_not_asked_and_their_successor_is(world: World) -> None:
    rings(world)
    staff = (*(member for member in places.STAFF if member.id != "wang"), YOUNG)
    world.place(replace(places.directory(), staff=staff))
    escalates(world, "young")
    escalates(world, "li")
    ends_well(world)


def test_17_duty_handed_over_between_two_levels_asks_whoever_is_on_duty_then(world: World) -> None:
    turns = Rotation(("wang", "young"), date(2026, 11, 16), handover=time(10, 3))
    roster = Roster("mishi", Role.COMMUNITY, (turns,))
    directory = replace(places.directory(), staff=(*places.STAFF, YOUNG), rosters=(roster,))
    world.place(directory)
    rings(world)
    escalates(world, "young")
    ends_well(world)


def _berlin(start: datetime, handover: time) -> World:
    """A place in Berlin whose community hands over on Sundays."""
    turns = Rotation(("wang", "young"), start.date() - timedelta(days=7), handover=handover)
    directory = places.directory()
    zone = replace(directory.subdistrict, timezone="Europe/Berlin")
    rosters = (Roster("mishi", Role.COMMUNITY, (turns,)),)
    staff = (*places.STAFF, YOUNG)
    return World(replace(directory, subdistrict=zone, staff=staff, rosters=rosters), start=start)


@pytest.mark.parametrize(
    ("rung_at", "second"),
    [
        (datetime(2026, 10, 25, 0, 58, tzinfo=UTC), "wang"),  # 02:58; level 2 at 02:03
        (datetime(2026, 10, 25, 1, 58, tzinfo=UTC), "young"),  # 02:58 again; level 2 at 03:03
    ],
)
def test_17_clocks_set_back_hand_over_when_the_places_clocks_show_three(
    rung_at: datetime, second: str
) -> None:
    world = _berlin(rung_at, time(3))
    rings(world)
    escalates(world, second)
    ends_well(world)


@pytest.mark.parametrize(
    ("rung_at", "second"),
    [
        (datetime(2027, 3, 28, 0, 54, tzinfo=UTC), "wang"),  # 01:54; level 2 at 01:59
        (datetime(2027, 3, 28, 1, 24, tzinfo=UTC), "wang"),  # 03:24; level 2 at 03:29
        (datetime(2027, 3, 28, 1, 26, tzinfo=UTC), "young"),  # 03:26; level 2 at 03:31
    ],
)
def test_17_a_hand_over_at_half_past_two_comes_an_hour_later_when_that_hour_is_skipped(
    rung_at: datetime, second: str
) -> None:
    world = _berlin(rung_at, time(2, 30))
    rings(world)
    escalates(world, second)
    ends_well(world)


def test_a_ladder_that_holds_in_quiet_hours_asks_the_next_level_in_the_morning() -> None:
    patient = LadderRule(
        Ladder((Level((Role.SPECIALIST,)), Level((Role.COMMUNITY,))), holds_in_quiet_hours=True)
    )
    world = World(
        replace(places.directory(), ladders=(patient,)), start=datetime(2026, 11, 23, 13, 57, tzinfo=UTC)
    )
    rings(world)  # 21:57 in Hangzhou: five minutes later it is too late to disturb the next
    world.pass_time(until=datetime(2026, 11, 23, 23, 4, tzinfo=UTC))
    world.expect("escalated", to="wang", at=datetime(2026, 11, 23, 23, 0, tzinfo=UTC))
    ends_well(world)


def test_the_usual_ladder_does_not_wait_for_the_morning() -> None:
    world = World(start=datetime(2026, 11, 23, 18, 0, tzinfo=UTC))  # 02:00 at night
    rung, _ = rings(world)
    silent(world, rung)
    ends_well(world)


def test_a_level_that_repeats_is_asked_again_before_the_next() -> None:
    twice = LadderRule(Ladder((Level((Role.SPECIALIST,), 180, repeats=1), Level((Role.COMMUNITY,)))))
    world = World(replace(places.directory(), ladders=(twice,)))
    rings(world)
    world.pass_time(minutes=6)
    world.expect("alert_again", to="zhao", at=after(world, minutes=3))
    world.expect("escalated", to="wang", at=after(world, minutes=6))
    ends_well(world)


@pytest.mark.parametrize(("desk", "first"), [("lawyer", "lin"), ("police", "zheng"), ("community", "zhao")])
def test_each_desk_begins_with_its_own_staff(world: World, desk: str, first: str) -> None:
    rings(world, first=first, desk=desk)
    escalates(world, "wang")
    escalates(world, "li")
    ends_well(world)
