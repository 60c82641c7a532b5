"""What the timeline costs: transitions of the state machine as AWS bills them, and calls to the store."""

from __future__ import annotations

from collections import Counter

from chalicelib.bell import service as bells
from chalicelib.escalation import service as escalation
from tests.fakes.world import World, token_of


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
