"""The engine stops, executions are lost, signals never arrive, the stream stammers: the row decides."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.bell import service as bells
from chalicelib.bell.rules import Status
from chalicelib.record.shapes import HeadMoved
from tests.fakes.world import World
from tests.scenarios.plays import after, ends_well, escalates, intact, rings


def test_5_a_crash_between_the_answer_and_its_signal_loses_nothing(world: World) -> None:
    rung, alert = rings(world)
    world.pass_time(minutes=4)
    world.tap(alert)
    lost = world.take_stream()  # the answer is written; nobody is told, the timer still waits for level 1
    world.pass_time(minutes=10)
    world.no_other_message()
    assert world.kinds(rung) == ["rung", "alerted", "answered"]
    world.deliver(lost)
    world.expect("answered", to="resident", at=after(world, minutes=14))
    world.pass_time(hours=24)
    # The next deadline is that of the answer, 24 hours after it, whatever the timer went through.
    world.expect("decide", to="zhao", at=after(world, minutes=4, hours=24))
    ends_well(world)


def test_14_an_engine_that_was_down_for_forty_minutes_takes_one_step_with_a_fresh_delay(world: World) -> None:
    rung, _ = rings(world)
    world.outage(minutes=40)
    world.pass_time(minutes=4, seconds=59)
    world.expect("escalated", to="wang", at=after(world, minutes=40))
    world.no_other_message()
    world.pass_time(seconds=1)
    world.expect("escalated", to="li", at=after(world, minutes=45))
    assert world.kinds(rung) == ["rung", "alerted", "alerted", "alerted"]
    ends_well(world)


def test_14_a_bell_rung_as_the_engine_stopped_alerts_each_level_once(world: World) -> None:
    rung = world.ring()
    world.outage(minutes=40)
    world.pass_time(minutes=4)
    world.expect("rung", to="resident", at=after(world, minutes=40))
    world.expect("alert", to="zhao", at=after(world, minutes=40))
    world.expect("escalated", to="wang", at=after(world, minutes=40, seconds=1))
    assert world.kinds(rung) == ["rung", "alerted", "alerted"]
    ends_well(world)


@pytest.mark.parametrize("phase", [0, 0.001, 1, 14, 16, 30, 44, 45, 46, 59, 59.999])
def test_18_a_killed_execution_is_restored_within_two_minutes_whenever_the_sweeper_comes(
    world: World, phase: float
) -> None:
    world.pass_time(seconds=phase)
    rung, _ = rings(world)
    world.pass_time(seconds=30)
    assert world.engine.kill(rung.bell.thing) == 1
    world.pass_time(minutes=6, seconds=30)
    late = world.expect("escalated", to="wang").at - after(world, minutes=5, seconds=phase)
    assert timedelta(0) <= late <= timedelta(minutes=2)
    assert world.kinds(rung) == ["rung", "alerted", "rearmed", "alerted"]
    assert (world.file(rung).bell.generation, len(world.engine.running())) == (2, 1)
    ends_well(world)


def test_18_an_execution_that_never_started_is_started_by_the_sweeper(world: World) -> None:
    rung = world.ring()
    records = world.take_stream()
    world.deliver(record for record in records if not isinstance(record, HeadMoved))
    world.expect("rung", to="resident")
    world.expect("alert", to="zhao")
    world.pass_time(minutes=7)
    assert world.expect("escalated", to="wang").at <= after(world, minutes=7)
    assert world.engine.of(rung.bell.thing).name.endswith("-g2")
    ends_well(world)


def test_18_the_sweeper_leaves_bells_alone_that_are_looked_after(world: World) -> None:
    rung, _ = rings(world)
    escalates(world, "wang")
    escalates(world, "li")
    assert world.file(rung).bell.generation == 1
    ends_well(world)


def test_18_a_lost_execution_that_comes_back_ends_when_it_finds_its_successor(world: World) -> None:
    """It was not dead, only late: two timers must not stay behind one bell."""
    rung, _ = rings(world)
    (first,) = world.engine.running()
    first.wakes_at, first.token = after(world, minutes=8), "a token nobody can end it by"
    world.pass_time(minutes=9)
    assert world.expect("escalated", to="wang").at <= after(world, minutes=7)
    assert [execution.name[-2:] for execution in world.engine.running()] == ["g2"]
    assert world.kinds(rung) == ["rung", "alerted", "rearmed", "alerted"]
    ends_well(world)


def test_18_an_execution_that_is_replaced_is_told_to_end(world: World) -> None:
    rung, _ = rings(world)
    (first,) = world.engine.running()
    first.wakes_at = after(world, hours=2)
    world.pass_time(minutes=8)
    world.expect("escalated", to="wang")
    assert first.status == "SUCCEEDED"
    assert world.engine.of(rung.bell.thing).name.endswith("-g2")
    ends_well(world)


def test_19_every_stream_record_may_come_twice(world: World) -> None:
    rung = world.ring()
    records = world.take_stream()
    world.deliver(record for record in records for _ in (1, 2))
    world.deliver(records)
    world.settle()
    world.expect("rung", to="resident", at=after(world))
    alert = world.expect("alert", to="zhao", at=after(world))
    assert len(world.engine.executions) == 1
    world.tap(alert)
    records = world.take_stream()
    world.deliver([*records, *records])
    world.pass_time(hours=1)
    world.expect("answered", to="resident")
    assert world.kinds(rung) == ["rung", "alerted", "answered"]
    ends_well(world)


def test_19_stream_records_may_come_in_any_order(world: World) -> None:
    rung = world.ring()
    world.deliver(reversed(world.take_stream()))
    world.expect("rung", to="resident")
    first = world.expect("alert", to="zhao")
    second = escalates(world, "wang")
    world.tap(first)
    world.deliver(reversed(world.take_stream()))
    world.pass_time(hours=1)
    world.expect("answered", to="resident")
    world.expect("taken", to="wang")
    assert world.file(rung).bell.status is Status.ANSWERED
    assert second.at == after(world, minutes=5)
    ends_well(world)


def test_19_an_alert_that_is_delivered_after_the_answer_disturbs_nobody(world: World) -> None:
    rung, first = rings(world)
    world.clock.advance(minutes=5)
    world.engine.run_due()
    late = world.take_stream()  # "wang is to be alerted" is written, and not yet told
    world.tap(first)
    world.settle()
    world.deliver(late)
    world.pass_time(hours=1)
    world.expect("answered", to="resident")
    assert world.kinds(rung) == ["rung", "alerted", "alerted", "answered"]
    ends_well(world)


def test_19_what_a_closed_bell_said_before_reaches_nobody_when_it_is_told_again(world: World) -> None:
    rung = world.ring()
    everything = world.take_stream()
    world.deliver(everything)
    world.expect("rung", to="resident")
    world.expect("alert", to="zhao")
    bells.withdraw(world.ports, rung.token)
    everything += world.take_stream()
    world.deliver(everything)
    world.expect("withdrawn", to="zhao")
    world.deliver([*everything, *reversed(everything)])
    world.pass_time(hours=2)
    assert intact(world, rung)
    assert world.engine.running() == []
    ends_well(world)
