"""The engine's use cases, where a scenario would hide what is meant."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib import steps
from chalicelib.escalation import service as escalation
from chalicelib.escalation.service import TimelineClosed
from chalicelib.ports import PermanentFailure
from tests.fakes.world import World


@pytest.fixture
def world() -> World:
    return World()


def _payload(world: World, bell_id: str, execution: str) -> dict[str, Any]:
    bell = world.file(bell_id).bell
    return {"id": bell.thing, "version": bell.version, "execution": execution}


def test_an_execution_that_was_replaced_while_it_was_only_slow_ends(world: World) -> None:
    rung = world.ring()
    world.settle()
    world.engine.kill(rung.bell.thing)
    world.clock.advance(minutes=6)
    steps.sweep_once(world.ports)
    with pytest.raises(TimelineClosed):
        escalation.advance(world.ports, _payload(world, rung.bell.id, f"bell-{rung.bell.id}-g1"))
    assert world.kinds(rung) == ["rung", "alerted", "rearmed"], "the old one did nothing"


def test_a_bell_that_was_just_given_a_new_timer_is_left_alone(world: World) -> None:
    rung = world.ring()
    world.settle()
    world.engine.kill(rung.bell.thing)
    world.clock.advance(minutes=6)
    assert steps.sweep_once(world.ports)["rearmed"] == 1
    world.take_stream()  # nothing reacts: the new timer is not started
    world.clock.advance(seconds=59)
    assert steps.sweep_once(world.ports)["rearmed"] == 0
    world.clock.advance(minutes=2)
    assert steps.sweep_once(world.ports)["rearmed"] == 1, "a timer that was lost again is given again"


def test_an_alert_that_reached_nobody_is_skipped_once_however_often_the_stream_tells_it(world: World) -> None:
    for sender in world.senders.values():
        sender.fail(PermanentFailure("gone"), times=99)
    rung = world.ring()
    alerted = world.file(rung).events[1]
    world.settle()
    kinds = [
        "rung",
        "alerted",
        "level_skipped",
        "alerted",
        "level_skipped",
        "alerted",
        "level_skipped",
        "exhausted",
    ]
    assert world.kinds(rung) == kinds
    escalation.skip_unreached(world.ports, alerted)
    assert world.kinds(rung) == kinds
