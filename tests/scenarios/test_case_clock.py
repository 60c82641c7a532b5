"""The deadlines of a case in the whole platform: reminded, overdue, moved, stopped, over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.case import commands as do
from chalicelib.case.stages import Stage
from chalicelib.core.chain import RESIDENT
from chalicelib.core.times import parse_iso
from tests.fakes.world import World
from tests.scenarios.case_plays import (
    AFTERNOON,
    HOURS_4,
    HOURS_24,
    ZHAO,
    at,
    ends_well,
    opens,
    text,
    told,
)


def test_a_visit_has_24_hours_is_reminded_at_four_fifths_and_overdue_daily_until_the_case_is_moved() -> None:
    world = World(start=AFTERNOON)
    case_id = opens(world, "noise")
    world.pass_time(days=5)
    assert told(world, case_id, "stage") == [
        ("reminded", 0, timedelta(hours=19, minutes=12)),
        ("overdue", 1, timedelta(days=1)),
        ("overdue", 2, timedelta(days=2)),
        ("overdue", 3, timedelta(days=3)),
        ("overdue", 4, timedelta(days=4)),
    ]
    # The sixth day is a Saturday: an ordinary case waits until Monday at nine, and so does the visitor.
    world.pass_time(days=1, hours=19)
    assert told(world, case_id, "stage")[5:] == [("overdue", 5, timedelta(days=6, hours=18))]
    world.does(case_id, do.Visit(text("seen")), ZHAO)
    world.pass_time(days=1)
    assert len(told(world, case_id, "stage")) == 6
    ends_well(world)


def test_the_owner_is_told_of_a_late_visit_and_one_level_up() -> None:
    world = World()
    case_id = opens(world)
    world.pass_time(hours=4)
    (overdue,) = (e for e in world.case_file(case_id).events if e.kind == "overdue")
    assert (overdue.kind, overdue.actor["kind"]) == ("overdue", "system")
    assert overdue.data["to"] == {"owner": "zhao", "role": "community"}
    ends_well(world)


def test_a_visit_in_time_stops_its_deadline_for_ever(world: World) -> None:
    case_id = opens(world)
    world.pass_time(hours=3)
    world.does(case_id, do.Visit(text("seen")), ZHAO)
    world.pass_time(days=30)
    assert told(world, case_id, "stage") == []
    # What is left is the target of 24 hours, and that goes on.
    assert told(world, case_id, "target")[:2] == [
        ("reminded", 0, timedelta(hours=19, minutes=12)),
        ("overdue", 1, HOURS_24),
    ]
    ends_well(world)


def test_a_visit_at_the_very_instant_of_its_deadline_wins_or_loses_cleanly(world: World) -> None:
    case_id = opens(world)
    world.pass_time(hours=3, minutes=59)
    load = world.store.case_opening

    def visited_meanwhile(*args: object) -> object:
        found = load(*args)
        world.store.case_opening = load
        world.does(case_id, do.Visit(text("seen")), ZHAO)
        return found

    world.store.case_opening = visited_meanwhile
    world.pass_time(minutes=1)
    assert told(world, case_id, "stage") == [("reminded", 0, timedelta(hours=3, minutes=12))]
    assert world.case_kinds(case_id)[-1] == "visited"
    states = world.engine.of(f"CASE#{case_id}").states
    assert states.count("Advance") == 2, "the step that lost looked again itself"
    ends_well(world)


def test_a_pause_keeps_what_is_left_to_the_second(world: World) -> None:
    case_id = opens(world)
    run = timedelta(hours=1, minutes=23, seconds=45, milliseconds=678)
    world.pass_time(seconds=run.total_seconds())
    world.does(case_id, do.Hold("weather", "contractor", at(world, days=10)), ZHAO)
    world.pass_time(days=3, hours=2, minutes=3, seconds=4.005)
    assert told(world, case_id, "stage") == told(world, case_id, "target") == []
    resumed = world.clock.now()
    world.does(case_id, do.Resume(), ZHAO)
    stage = world.case(case_id).deadline("stage")
    assert stage is not None
    assert stage.due_at == resumed + HOURS_4 - run
    world.pass_time(hours=3)
    assert [t[:2] for t in told(world, case_id, "stage")] == [("reminded", 0), ("overdue", 1)]
    said = parse_iso(world.case_file(case_id).events[-1].at)
    assert timedelta(0) <= said - stage.due_at < timedelta(seconds=1)
    ends_well(world)


def test_a_pause_ends_by_itself_on_its_last_day_with_the_same_remainder(world: World) -> None:
    case_id = opens(world)
    world.pass_time(hours=1)
    world.does(case_id, do.Ask(text("which door?"), days=7), ZHAO)
    world.pass_time(days=7)
    assert world.case_kinds(case_id)[-1] == "resumed"
    world.pass_time(hours=3)
    late = timedelta(days=7, hours=4)
    assert told(world, case_id, "stage") == [
        ("reminded", 0, late - timedelta(minutes=48)),
        ("overdue", 1, late),
    ]
    ends_well(world, ("asked", "resident"))


def test_an_engine_that_was_down_for_three_days_says_overdue_once(world: World) -> None:
    case_id = opens(world)
    world.outage(minutes=3 * 24 * 60)
    world.pass_time(hours=23)
    assert told(world, case_id, "stage") == [("overdue", 1, timedelta(days=3))]
    assert told(world, case_id, "target") == [("overdue", 1, timedelta(days=3))]
    world.pass_time(hours=1)
    assert told(world, case_id, "stage")[1:] == [("overdue", 2, timedelta(days=4))]
    ends_well(world)


@pytest.mark.parametrize("how", ["rated", "time"])
def test_a_closed_case_says_nothing_ever_again(world: World, how: str) -> None:
    case_id = opens(world)
    world.does(case_id, do.Visit(text("seen")), ZHAO)
    world.does(case_id, do.CarryOut(), ZHAO)
    world.settle()
    world.does(case_id, do.Finish(text("done")), ZHAO)
    if how == "rated":
        world.pass_time(days=1)
        world.does(case_id, do.Rate(True, True, True, ("quick",)), RESIDENT)
        world.settle()
    else:
        world.pass_time(days=60)
        assert told(world, case_id, "rating") == [("reminded", 0, timedelta(days=14) * 8 / 10)]
    assert world.case(case_id).stage is Stage.CLOSED
    assert (world.engine.of(f"CASE#{case_id}").status, world.engine.running()) == ("SUCCEEDED", [])
    before = world.case_kinds(case_id)
    assert before[-1] == "closed"
    world.pass_time(days=100)
    assert world.case_kinds(case_id) == before
    ends_well(world, ("rate", "resident"))
