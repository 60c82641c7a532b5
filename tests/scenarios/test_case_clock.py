"""A case and its deadlines in the whole platform: reminded, overdue, moved, stopped, lost and found again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from chalicelib import steps
from chalicelib.bell.service import Rung
from chalicelib.case import commands as do
from chalicelib.case.stages import Stage
from chalicelib.case.state import Ref
from chalicelib.core.chain import RESIDENT, Actor, Event
from chalicelib.core.times import parse_iso
from chalicelib.escalation.rules import MAX_HOPS
from chalicelib.escalation.service import LONGEST_WAIT
from chalicelib.ports import HeadMoved
from chalicelib.record.service import verify_all
from tests.fakes.clock import START
from tests.fakes.world import World

ZHAO = Actor("staff", "zhao", "赵虹", "specialist")
WANG = Actor("staff", "wang", "王丽芬", "community")
# Four fifths of 24 hours later, and 24 hours later, it is office time.
AFTERNOON = START + timedelta(hours=5)
# Cases of this category have 4 hours for the visit and 24 for everything, day and night.
URGENT = "elevator"
HOURS_4, HOURS_24 = timedelta(hours=4), timedelta(hours=24)
Told = tuple[str, int, timedelta]


def text(name: str) -> Ref:
    """Something written that lives elsewhere."""
    return Ref(name, "ab" * 32)


def opens(world: World, category: str = URGENT, **changes: str) -> str:
    """A resident rings and the specialist accepts at once, of which both hear; the case."""
    rung = world.ring(category=category, **changes)
    world.settle()
    return accepts(world, rung)


def accepts(world: World, rung: Rung) -> str:
    """The specialist accepts the bell, of which both have heard then; the case."""
    case_id = world.accept(rung)
    world.expect("alert", to="zhao")
    for template in ("rung", "answered", "accepted"):
        world.expect(template, to="resident")
    return case_id


def told(world: World, case_id: str, key: str) -> list[Told]:
    """What the clock said of a deadline: reminded or overdue, the how manieth time, how long after the start.
    A timer waits whole seconds, so it may say so up to a second late."""
    return [
        (event.kind, event.data["count"], _whole(parse_iso(event.at) - world.start))
        for event in world.case_file(case_id).events
        if event.kind in {"reminded", "overdue"} and event.data["key"] == key
    ]


def _whole(span: timedelta) -> timedelta:
    return timedelta(seconds=int(span.total_seconds()))


def ends_well(world: World, *others: tuple[str, str]) -> None:
    """Everybody heard once of each thing the clock said of an open case, and of these other things (what, who);
    nobody was sent anything else, no record has a flaw, and nothing failed on the way."""
    world.pass_time(minutes=3)  # two messages at once to the same person are one, a little later
    for case in world.store.all_cases():
        for event in world.case_file(case.id).events:
            for template, to in _heard(event):
                world.expect(template, to=to)
    for template, to in others:
        world.expect(template, to=to)
    world.no_other_message()
    assert world.failures == []
    assert all(found.intact for _, found in verify_all(world.ports))


def _heard(event: Event) -> list[tuple[str, str]]:
    """What is sent of a step of the clock: before it the owner is told, after it the next level, too."""
    if event.kind == "overdue":
        return [("overdue", "zhao"), ("overdue_below", "wang")]
    if event.kind == "reminded":
        return [("rate", "resident") if event.data["key"] == "rating" else ("due_soon", "zhao")]
    return [("resumed", "zhao")] if event.data.get("reason") == "latest_end" else []


def generations(world: World, case_id: str) -> list[str]:
    """The generations of the timers that wait for the case."""
    running = (e.name for e in world.engine.running() if e.thing == f"CASE#{case_id}")
    return [name.rpartition("-")[2] for name in running]


def at(world: World, **span: float) -> datetime:
    """That long after the scenario began."""
    return world.start + timedelta(**span)


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
