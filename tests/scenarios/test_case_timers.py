"""The timers of cases are lost, late, replaced, grown old: the row decides."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib import steps
from chalicelib.case import commands as do
from chalicelib.case.stages import Stage
from chalicelib.core.chain import RESIDENT
from chalicelib.core.timers import MAX_HOPS
from chalicelib.escalation.service import LONGEST_WAIT
from chalicelib.record.shapes import HeadMoved
from tests.fakes.world import World
from tests.scenarios.case_plays import (
    HOURS_4,
    URGENT,
    WANG,
    ZHAO,
    accepts,
    at,
    ends_well,
    generations,
    opens,
    text,
    told,
)


@pytest.mark.parametrize("phase", [0, 0.001, 15, 45, 46, 59.999])
def test_a_killed_execution_costs_at_most_two_minutes(world: World, phase: float) -> None:
    world.pass_time(seconds=phase)
    case_id = opens(world)
    opened = world.clock.now()
    world.pass_time(hours=3, minutes=30)
    assert world.engine.kill(f"CASE#{case_id}") == 1
    world.pass_time(minutes=32)
    ((_, _, said),) = told(world, case_id, "stage")[1:]
    late = world.start + said - (opened + HOURS_4)
    assert timedelta(seconds=-1) <= late <= timedelta(minutes=2)
    assert world.case_kinds(case_id) == ["opened", "reminded", "rearmed", "overdue"]
    assert generations(world, case_id) == ["g2"]
    ends_well(world)


def test_an_execution_that_never_started_is_started_by_the_sweeper(world: World) -> None:
    rung = world.ring(category=URGENT)
    world.settle()
    started = world.engine.start
    world.engine.start = lambda *lost: None
    case_id = accepts(world, rung)
    world.engine.start = started
    assert generations(world, case_id) == []
    world.pass_time(hours=3, minutes=14)
    assert world.case_kinds(case_id) == ["opened", "rearmed", "reminded"]
    assert generations(world, case_id) == ["g2"]
    ends_well(world)


def test_an_execution_of_a_case_that_was_only_late_ends_when_it_finds_its_successor(world: World) -> None:
    case_id = opens(world)
    first = world.engine.of(f"CASE#{case_id}")
    first.wakes_at, first.token = at(world, hours=4), "a token nobody can end it by"
    world.pass_time(hours=5)
    assert first.status == "SUCCEEDED"
    assert world.case_kinds(case_id) == ["opened", "rearmed", "reminded", "overdue"]
    assert generations(world, case_id) == ["g2"]
    ends_well(world)


def test_a_lost_signal_changes_nothing(world: World) -> None:
    case_id = opens(world)
    world.pass_time(hours=2)
    world.does(case_id, do.Visit(text("seen")), ZHAO)
    records = world.take_stream()
    assert [type(r) for r in records].count(HeadMoved) == 1
    world.deliver(record for record in records if not isinstance(record, HeadMoved))
    world.pass_time(days=1)
    assert told(world, case_id, "stage") == []
    assert [t[0] for t in told(world, case_id, "target")] == ["reminded", "overdue"]
    assert generations(world, case_id) == ["g1"]
    ends_well(world)


def test_every_record_of_the_stream_may_come_twice_and_late(world: World) -> None:
    case_id = opens(world)
    world.pass_time(hours=4)
    before = world.case_kinds(case_id)
    world.does(case_id, do.Visit(text("seen")), ZHAO)
    records = world.take_stream()
    world.deliver([*records, *reversed(records)])
    world.pass_time(hours=1)
    world.deliver(records)
    world.settle()
    assert world.case_kinds(case_id) == [*before, "visited"]
    assert generations(world, case_id) == ["g1"]
    ends_well(world)


@pytest.mark.parametrize("ended", ["failed", "closed"])
def test_reopening_starts_the_next_generation_and_only_that(world: World, ended: str) -> None:
    case_id = opens(world)
    world.does(case_id, do.Fail("no_agreement", text("no")), ZHAO)
    world.settle()
    if ended == "closed":
        world.does(case_id, do.Close(), ZHAO)
        world.settle()
    world.pass_time(days=20)
    assert generations(world, case_id) == (["g1"] if ended == "failed" else [])
    world.does(case_id, do.Reopen(text("again")), RESIDENT)
    world.settle()
    case = world.case(case_id)
    assert (case.stage, case.generation, case.hops) == (Stage.NEGOTIATING, 2, 1)
    assert generations(world, case_id) == ["g2"]
    world.pass_time(days=1)
    assert [t[0] for t in told(world, case_id, "stage")] == ["reminded", "overdue"]
    ends_well(world, ("failed", "resident"), ("reopened", "zhao"))


def test_a_case_that_is_merged_ends_its_timer(world: World) -> None:
    case_id = opens(world)
    world.does(case_id, do.MergeInto("MX00000000"), WANG)
    world.settle()
    assert (world.case(case_id).due_at, world.engine.running()) == (None, [])
    world.pass_time(days=30)
    assert world.case_kinds(case_id) == ["opened", "merged"]
    ends_well(world)


def test_a_case_of_a_thousand_hops_goes_on_in_the_next_generation(world: World) -> None:
    case_id = opens(world)
    case = world.case(case_id)
    for _ in range(MAX_HOPS):  # as often as an execution of many small changes begins to wait
        assert world.store.write_token(case.thing, case.version, "waiting again")
    world.pass_time(hours=4)
    assert world.case_kinds(case_id) == ["opened", "reminded", "rearmed", "overdue"]
    assert generations(world, case_id) == ["g2"]
    assert world.case(case_id).hops <= 3
    ends_well(world)


def test_a_promise_for_the_year_after_next_outlives_its_executions(world: World) -> None:
    case_id = opens(world, "noise")
    world.does(case_id, do.Visit(text("seen")), ZHAO)
    world.does(case_id, do.CarryOut(), ZHAO)
    world.settle()
    due = at(world, days=640)
    world.does(case_id, do.Promise(do.Duty("community", text("check again"), due)), ZHAO)
    # The target of the whole case would speak every day.
    world.does(case_id, do.Hold("materials", "contractor", at(world, days=600)), ZHAO)
    world.settle()
    waits = []
    for _ in range(16):
        (timer,) = world.engine.running()
        waits.append((timer.wakes_at - world.clock.now()).total_seconds())
        world.pass_time(days=40)
    assert max(waits) <= LONGEST_WAIT
    kinds = world.case_kinds(case_id)
    assert kinds.count("rearmed") == 2
    assert kinds[kinds.index("paused") + 1 : kinds.index("resumed") + 1] == ["rearmed", "resumed"]
    ends_well(world, ("promised", "wang"))


def test_the_sweeper_looks_after_bells_cases_and_people_alike(world: World) -> None:
    case_id = opens(world)
    world.pass_time(hours=3, minutes=8)
    rung = world.ring(phone="13900000002")
    world.settle()
    world.ring(phone="13900000003", text="电梯又坏了")  # the second alert to zhao waits for its bundle
    world.settle()
    world.engine.kill(rung.bell.thing)
    world.engine.kill(f"CASE#{case_id}")
    world.outage(minutes=6)
    world.settle()  # the timer of the third bell was not lost
    assert steps.sweep_once(world.ports) == {"rearmed": 2, "flushed": 1}
    world.settle()
    assert "rearmed" in world.kinds(rung)
    assert "rearmed" in world.case_kinds(case_id)
    # Both bells alert both levels: one came to its second by the sweeper, the other's alert came in its bundle.
    bells = [("rung", "resident"), ("alert", "zhao"), ("escalated", "wang")]
    ends_well(world, *bells, *bells)


def test_a_restart_gives_every_clock_a_new_timer(world: World) -> None:
    case_id = opens(world)
    world.pass_time(minutes=3)
    rung = world.ring(phone="13900000002", neighbourhood="wenyi")  # has no specialist: wang is asked
    world.settle()
    closed = opens(world, phone="13900000003", text="门坏了")
    world.does(closed, do.MergeInto(case_id), WANG)
    world.settle()
    for execution in world.engine.running():
        world.engine.kill(execution.thing)
    assert steps.rearm_all(world.ports) == {"rearmed": 2}
    world.settle()
    assert sorted(e.name for e in world.engine.running()) == [
        f"bell-{rung.bell.id}-g2",
        f"case-{case_id}-g2",
    ]
    assert world.case_kinds(closed)[-1] == "merged"
    ends_well(world, ("rung", "resident"), ("alert", "wang"))
