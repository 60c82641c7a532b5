"""Any single call to the outside fails at any point of ring, alert, time-out, answer and accept: nothing is lost,
nothing is sent twice on the same channel, and within two minutes everything is as it should be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

import pytest

from chalicelib.bell import service as bells
from chalicelib.bell.rules import Status, fold
from chalicelib.bell.service import Rung
from chalicelib.core.chain import verify
from chalicelib.notice.rules import RINGING
from tests.fakes import places
from tests.fakes.world import World, token_of
from tests.scenarios.faults import Fault, Wires, faults_of
from tests.scenarios.plays import after

T = TypeVar("T")
HEALED = timedelta(minutes=2)
DUE = timedelta(minutes=5)


def _stubborn(act: Callable[[], T]) -> T:
    """A person whose request failed tries once more."""
    try:
        return act()
    except ConnectionResetError:
        return act()


def _play(fault: Fault | None = None) -> tuple[World, Wires, Rung]:
    """Level 1 is silent for 7½ minutes, answers after level 2 was alerted, and accepts two minutes later."""
    world = World()
    wires = Wires(world, fault)
    rung = _stubborn(lambda: world.ring(key="tap-1"))
    world.pass_time(minutes=7, seconds=30)
    token = token_of(next(s for s in world.sent if world.who(s) == "zhao"))
    _stubborn(lambda: bells.answer(world.ports, token))
    world.pass_time(minutes=2)
    _stubborn(lambda: bells.accept(world.ports, token))
    world.pass_time(minutes=2)
    return world, wires, rung


CALLS = _play()[1].calls


def test_the_clean_story_makes_every_kind_of_call() -> None:
    made = Counter(CALLS)
    print(f"{len(CALLS)} calls:", dict(made))
    for name in ("ring", "commit", "opening", "bell", "append", "claim", "settle", "window", "save_window"):
        assert made[f"store.{name}"], name
    assert made["store.ring"] == 1
    assert made["timeline.start"] == 2  # the bell's clock, and that of its case
    assert made["timeline.signal"] == made["timeline.end"] == 1
    assert made["machine.advance"] == 1
    assert made["sms.send"] == 6  # rung, alert, escalated, answered, taken, accepted


@pytest.mark.parametrize("fault", faults_of(CALLS), ids=str)
def test_one_failing_call_loses_nothing_repeats_nothing_and_heals_within_two_minutes(fault: Fault) -> None:
    world, wires, rung = _play(fault)
    assert wires.failed
    _one_bell_with_an_honest_record(world, rung)
    _everybody_asked_in_time(world)
    _nothing_twice_and_nothing_late(world)
    _everybody_told(world, fault)
    assert list(world.store.stream) == []
    (case,) = world.store.all_cases()
    assert [execution.thing for execution in world.engine.running()] == [case.thing]


def _one_bell_with_an_honest_record(world: World, rung: Rung) -> None:
    assert list(world.store.persons.values()) == [[rung.bell.id]]
    file = world.file(rung)
    assert verify(file.events, file.bell.tip).intact
    assert fold(file.events).status is file.bell.status is Status.ACCEPTED
    kinds = [kind for kind in world.kinds(rung) if kind != "rearmed"]
    assert kinds == ["rung", "alerted", "alerted", "answered", "accepted"]
    (case,) = world.store.all_cases()
    assert (case.id, case.bells) == (file.bell.case, (rung.bell.id,))
    assert verify(world.store.events(case.thing), case.tip).intact


def _everybody_asked_in_time(world: World) -> None:
    """On one channel at least; a message that nobody knows about may be the one that did not arrive."""
    first = min(s.at for s in world.sent if (s.template, world.who(s)) == ("alert", "zhao"))
    assert world.start <= first <= world.start + HEALED
    second = min(s.at for s in world.sent if (s.template, world.who(s)) == ("escalated", "wang"))
    assert world.start + DUE <= second <= world.start + DUE + HEALED


def _nothing_twice_and_nothing_late(world: World) -> None:
    sent = Counter((s.template, world.who(s), s.channel) for s in world.sent)
    assert sent.most_common(1)[0][1] == 1, sent
    assert {(s.template, world.who(s)) for s in world.sent} <= {
        ("rung", "resident"),
        ("alert", "zhao"),
        ("escalated", "wang"),
        ("answered", "resident"),
        ("taken", "wang"),
        ("accepted", "resident"),
    }
    answered = after(world, minutes=7, seconds=30)
    assert not [s for s in world.sent if s.template in RINGING and s.at >= answered]


def _everybody_told(world: World, fault: Fault) -> None:
    """The resident has one channel. What may have gone out on it, as far as anybody can know, is not sent again:
    a connection that broke while sending, a claim whose answer was lost."""
    unsure = {("sms.send", "before"), ("store.claim", "after")}
    may_be_lost = (fault.name, fault.when) in unsure and not fault.refused
    told = [s.template for s in world.sent if s.to == places.RESIDENT_PHONE]
    assert len(told) >= 3 - may_be_lost, told
    assert len(told) == len(set(told)) <= 3
    assert any(world.who(s) == "wang" and s.template == "taken" for s in world.sent)
