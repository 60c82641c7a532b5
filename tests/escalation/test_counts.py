"""What the timeline costs: transitions of the state machine as AWS bills them, and calls to the store."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from chalicelib.bell import service as bells
from chalicelib.case import commands as do
from chalicelib.case.stages import Stage
from chalicelib.case.state import Ref
from chalicelib.core.chain import RESIDENT, Actor
from chalicelib.escalation import service as escalation
from tests.fakes.world import World, token_of

ZHAO = Actor("staff", "zhao", "赵虹", "specialist")


def _text(name: str) -> Ref:
    return Ref(name, "ab" * 32)


def test_answered_at_level_1_is_two_transitions_with_the_next_deadline_armed() -> None:
    world = World()
    rung = world.ring()
    world.pass_time(minutes=3)
    world.tap(world.expect("alert", to="zhao"))
    world.settle()
    execution = world.engine.of(rung.bell.thing)
    print(f"answered at level 1: {execution.transitions} transitions {execution.states}")
    assert execution.transitions == 2
    assert execution.wakes_at == world.file(rung).bell.due_at


def test_exhausted_at_level_3_is_at_most_seven_transitions() -> None:
    world = World()
    rung = world.ring()
    world.pass_time(minutes=15)
    execution = world.engine.of(rung.bell.thing)
    print(f"exhausted at level 3: {execution.transitions} transitions {execution.states}")
    assert world.kinds(rung)[-1] == "exhausted"
    assert execution.transitions <= 7
    assert execution.wakes_at == world.file(rung).bell.due_at


def test_accepted_after_level_1_answered_is_three_transitions_in_all() -> None:
    world = World()
    rung = world.ring()
    world.settle()
    token = token_of(world.expect("alert", to="zhao"))
    bells.answer(world.ports, token)
    world.settle()
    bells.accept(world.ports, token)
    world.settle()
    execution = world.engine.of(rung.bell.thing)
    print(f"answered and accepted: {execution.transitions} transitions {execution.states}")
    assert (execution.status, execution.transitions) == ("SUCCEEDED", 3)


def test_a_step_is_two_calls_and_a_step_that_is_not_due_one() -> None:
    world = World()
    rung = world.ring()
    payload = {"id": rung.bell.thing, "version": rung.bell.version}
    for minutes, expected in ((0, {"opening": 1}), (5, {"opening": 1, "commit": 1})):
        world.clock.advance(minutes=minutes)
        before = Counter(world.store.calls)
        escalation.advance(world.ports, payload)
        calls = dict(world.store.calls - before)
        print(f"advance {minutes} minutes after the ring: {calls}")
        assert calls == expected


def test_a_timer_of_an_earlier_version_obeys_the_row_and_does_nothing() -> None:
    world = World()
    rung = world.ring()
    world.clock.advance(minutes=6)
    before = Counter(world.store.calls)
    answer = escalation.advance(world.ports, {"id": rung.bell.thing, "version": rung.bell.version - 1})
    assert answer == {"id": rung.bell.thing, "version": rung.bell.version, "seconds": 1}
    assert dict(world.store.calls - before) == {"opening": 1}
    assert world.kinds(rung) == ["rung", "alerted"]


def test_the_happy_path_of_a_case_is_at_most_two_transitions_a_deadline() -> None:
    world = World()
    rung = world.ring()
    world.settle()
    case_id = world.accept(rung)
    begun = 0

    def does(command: object, by: Actor = ZHAO) -> None:
        nonlocal begun
        before = {d.key for d in world.case(case_id).deadlines}
        after = world.does(case_id, command, by)
        begun += len({d.key for d in after.deadlines} - before)
        world.settle()

    begun += len(world.case(case_id).deadlines)
    world.pass_time(hours=3)
    does(do.Visit(_text("seen")))
    does(do.Negotiate())
    world.pass_time(hours=20)
    does(do.Propose(_text("plan")))
    duty = do.Duty("community", _text("mend it"), world.clock.now() + timedelta(days=3))
    does(do.Draft("minutes", (_text("term"),), (duty,), ("community", "resident")))
    does(do.Consult("parties", world.clock.now() + timedelta(days=2)))
    does(do.Sign("community", "paper", _text("photo")))
    does(do.Sign("resident", "paper", _text("photo")), RESIDENT)
    does(do.CarryOut())
    world.pass_time(hours=20)
    does(do.Perform(1, _text("photo")))
    does(do.AcceptWork(1), RESIDENT)
    does(do.Finish(_text("done")))
    world.pass_time(hours=2)
    does(do.Rate(True, True, True), RESIDENT)
    execution = world.engine.of(f"CASE#{case_id}")
    print(f"a case in time: {execution.transitions} transitions, {begun} deadlines, {execution.states}")
    assert world.case(case_id).stage is Stage.CLOSED
    assert execution.status == "SUCCEEDED"
    assert (execution.transitions, begun) == (13, 8), "at most two a deadline"


def test_a_deadline_that_is_reminded_and_missed_is_two_transitions_each_time() -> None:
    world = World()
    rung = world.ring(category="elevator")
    world.settle()
    case_id = world.accept(rung)
    execution = world.engine.of(f"CASE#{case_id}")
    assert execution.transitions == 1, "armed with the case"
    signals: list[str] = []
    world.engine.signal = lambda *told: signals.append(told[1])
    world.pass_time(hours=4)
    assert world.case_kinds(case_id) == ["opened", "reminded", "overdue"]
    print(f"reminded and overdue: {execution.transitions} transitions {execution.states}")
    assert execution.states == ["AwaitSignal", "Advance", "AwaitSignal", "Advance", "AwaitSignal"]
    assert signals == [], "nobody need tell the machine what it did itself"


def test_the_last_step_of_a_case_ends_its_execution_at_once() -> None:
    world = World()
    rung = world.ring()
    world.settle()
    case_id = world.accept(rung)
    world.does(case_id, do.Fail("no_agreement", _text("no")), ZHAO)
    world.pass_time(days=60)
    execution = world.engine.of(f"CASE#{case_id}")
    assert world.case_kinds(case_id) == ["opened", "failed", "closed"]
    assert execution.states == ["AwaitSignal", "AwaitSignal", "Advance", "Closed"]


def test_a_step_of_a_case_is_two_calls_and_one_that_is_not_due_one() -> None:
    world = World()
    rung = world.ring(category="elevator")
    world.settle()
    case = world.case(world.accept(rung))
    payload = {"id": case.thing, "version": case.version, "execution": f"case-{case.id}-g1"}
    for hours, expected in ((0, {"case_opening": 1}), (4, {"case_opening": 1, "commit": 1})):
        world.clock.advance(hours=hours)
        before = Counter(world.store.calls)
        escalation.advance(world.ports, payload)
        assert dict(world.store.calls - before) == expected
