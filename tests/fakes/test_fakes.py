"""What tests may rely on of the fakes, beyond what the ports promise."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.core.errors import Unavailable
from chalicelib.notice.shapes import Message
from chalicelib.people.staff import Channel
from chalicelib.ports import UnknownOutcome
from tests.fakes.clock import START, FakeClock
from tests.fakes.entropy import FakeEntropy
from tests.fakes.senders import FakeSender
from tests.fakes.store import FakeStore
from tests.fakes.world import World, token_of
from tests.store.samples import ringing

MESSAGE = Message("+8613800001001", "协商铃", "alert")


def test_a_scripted_fault_happens_before_the_work_and_only_so_often() -> None:
    store = FakeStore()
    store.fail("ring", times=2)
    for _ in range(2):
        with pytest.raises(Unavailable):
            store.ring(ringing())
    assert store.peek(ringing().bell.id) is None
    store.ring(ringing())
    assert store.peek(ringing().bell.id) is not None


def test_a_fault_after_the_work_is_a_lost_answer() -> None:
    store = FakeStore()
    store.fail("ring", when="after", error=TimeoutError())
    with pytest.raises(TimeoutError):
        store.ring(ringing())
    assert store.peek(ringing().bell.id) is not None


def test_a_fault_of_another_operation_waits() -> None:
    store = FakeStore()
    store.fail("commit")
    assert store.ring(ringing()) is None


def test_nothing_that_the_store_gave_out_can_be_changed() -> None:
    store = FakeStore()
    store.ring(ringing())
    event = store.events(ringing().bell.thing)[0]
    for values in (event.data, event.actor):
        with pytest.raises(TypeError):
            values.update(desk="police")  # type: ignore[union-attr]  # a careless caller would
    with pytest.raises(TypeError):
        event.data["ladder"]["levels"].clear()


def test_the_clock_moves_only_forward_and_while_somebody_sleeps() -> None:
    clock = FakeClock()
    clock.sleep(90)
    assert clock.now() == START + timedelta(seconds=90)
    assert clock.go_to(START) == START + timedelta(seconds=90)
    assert clock.slept == [90]


def test_chance_is_the_same_every_time_and_as_long_as_asked_for() -> None:
    first, second = FakeEntropy(), FakeEntropy()
    numbers = [first.number(11) for _ in range(200)]
    assert numbers == [second.number(11) for _ in range(200)]
    assert 1024 <= max(numbers) < 2048
    assert len(set(numbers)) > 150


def test_a_sender_fails_for_one_address_and_keeps_what_arrived_all_the_same() -> None:
    sender = FakeSender(Channel.SMS, FakeClock())
    sender.fail(UnknownOutcome("time-out"), to=MESSAGE.to, delivered=True)
    sender.send(Message("+8613800009999", "协商铃", "alert"))
    with pytest.raises(UnknownOutcome):
        sender.send(MESSAGE)
    assert [sent.to for sent in sender.sent] == ["+8613800009999", MESSAGE.to]


def test_a_message_nobody_expected_is_reported() -> None:
    world = World()
    world.ring()
    world.settle()
    world.expect("rung", to="resident")
    with pytest.raises(AssertionError, match="alert sms zhao"):
        world.no_other_message()
    with pytest.raises(AssertionError, match="no message like"):
        world.expect("alert", to="wang")
    alert = world.expect("alert", to="zhao", at=START)
    world.no_other_message()
    assert world.tap(alert).answered_by is not None
    assert len(token_of(alert)) == 19


def test_timers_fire_at_their_instants_however_far_time_jumps() -> None:
    world = World()
    world.ring()
    world.pass_time(minutes=16)
    alerts = [sent.at - START for sent in world.sent if sent.template != "rung"]
    assert alerts == [timedelta(minutes=minute) for minute in (0, 5, 10, 15)]
    assert world.clock.now() == START + timedelta(minutes=16)


def test_during_an_outage_nothing_happens() -> None:
    world = World()
    world.ring()
    world.settle()
    world.outage(minutes=40)
    assert len(world.sent) == 2
