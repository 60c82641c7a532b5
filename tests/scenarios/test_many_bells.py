"""The same ring twice, and many bells at once."""

from __future__ import annotations

import pytest

from chalicelib.bell import service as bells
from chalicelib.bell.changes import answer_token
from chalicelib.core.errors import Conflict, TooMany
from chalicelib.people.staff import Channel
from tests.fakes.world import World, token_of
from tests.scenarios.plays import after, ends_well, rings


def test_15_the_same_ring_within_ten_minutes_is_one_bell_and_the_second_caller_is_told_so(
    world: World,
) -> None:
    rung, alert = rings(world, text="楼上 半夜装修！")
    world.pass_time(minutes=4)
    again = world.ring(text="楼上半夜装修", name="张三的妻子")
    assert (again.repeated, again.bell.id, again.token) == (True, rung.bell.id, rung.token)
    world.tap(alert)
    world.pass_time(minutes=5)
    world.expect("answered", to="resident")
    assert world.ring().repeated
    world.pass_time(hours=1)
    ends_well(world)


def test_15_the_same_idempotency_key_is_one_bell_for_a_day(world: World) -> None:
    rung = world.ring(key="tap-1")
    world.settle()
    world.expect("rung", to="resident")
    world.tap(world.expect("alert", to="zhao"))
    world.pass_time(hours=23)
    world.expect("answered", to="resident")
    again = world.ring(key="tap-1")
    assert (again.repeated, again.bell.id) == (True, rung.bell.id)
    world.settle()
    ends_well(world)


def test_15_an_idempotency_key_used_for_another_ring_is_refused(world: World) -> None:
    world.ring(key="tap-1")
    with pytest.raises(Conflict) as refused:
        world.ring(key="tap-1", text="电梯坏了")
    assert refused.value.code == "idempotency_key_reused"
    world.settle()
    world.expect("rung", to="resident")
    world.expect("alert", to="zhao")
    ends_well(world)


def test_15_after_the_bell_is_closed_the_same_ring_is_a_new_bell(world: World) -> None:
    rung, alert = rings(world)
    world.tap(alert)
    bells.decline(world.ports, token_of(alert), "not_in_scope", "归城管", "12345")
    world.pass_time(minutes=3)
    world.expect("answered", to="resident")
    world.expect("declined", to="resident")
    again, _ = rings(world)
    assert not again.repeated
    assert again.bell.id != rung.bell.id
    ends_well(world)


def test_15_after_ten_minutes_the_same_ring_is_a_new_bell(world: World) -> None:
    rung, alert = rings(world)
    world.tap(alert)
    world.pass_time(minutes=10)
    world.expect("answered", to="resident")
    again, _ = rings(world)
    assert again.bell.id != rung.bell.id
    ends_well(world)


def test_15_the_same_words_from_another_phone_or_neighbourhood_are_another_bell(world: World) -> None:
    first = world.ring()
    others = [world.ring(phone="13900000002"), world.ring(neighbourhood="wenyi")]
    assert len({first.bell.id, *(other.bell.id for other in others)}) == 3
    world.settle()
    world.expect("rung", to="+8613900000001", times=2)
    world.expect("rung", to="+8613900000002")
    world.expect("alert", to="zhao")
    world.expect("alert", to="wang")
    ends_well(world)


def test_the_sixth_ring_from_a_phone_is_refused_until_the_window_ends(world: World) -> None:
    for count in range(5):
        world.ring(text=f"第{count}件事")
    with pytest.raises(TooMany) as refused:
        world.ring(text="第六件事")
    assert after(world) < refused.value.again_at <= after(world, minutes=10)
    assert world.store.calls["ring"] == 6
    world.clock.go_to(refused.value.again_at)
    assert not world.ring(text="第六件事").repeated
    world.take_stream()
    ends_well(world)


def test_16_of_twenty_bells_in_two_minutes_the_first_alerts_at_once_and_the_rest_together(
    world: World,
) -> None:
    rungs = []
    for count in range(20):
        rungs.append(world.ring(text=f"第{count}件事", phone=f"139{count:08d}"))
        world.pass_time(seconds=6)
    first = world.expect("alert", to="zhao", at=after(world))
    world.pass_time(minutes=2)
    world.expect("rung", times=20)
    bundle = world.expect("bundle", to="zhao", channel=Channel.SMS)
    assert after(world, minutes=2) <= bundle.at <= after(world, minutes=3)
    assert "19个铃" in bundle.text
    waiting = bells.waiting(world.ports, token_of(bundle))
    assert [bell.id for bell in waiting.bells] == [rung.bell.id for rung in rungs[1:]]
    world.tap(first)
    for rung in rungs[1:]:
        world.tap(answer_token(world.ports.policy.key, rung.bell, "zhao"))
    world.pass_time(hours=1)
    world.expect("answered", times=20)
    ends_well(world)


def test_16_bells_answered_before_the_bundle_goes_are_left_out_of_it(world: World) -> None:
    rungs = [world.ring(text=f"第{count}件事", phone=f"139{count:08d}") for count in range(3)]
    world.settle()
    world.expect("rung", times=3)
    world.expect("alert", to="zhao", at=after(world))
    bells.withdraw(world.ports, rungs[1].token)
    world.pass_time(minutes=4)
    # Whoever heard nothing of a bell is not told that it was withdrawn, and one bell alone is an ordinary alert.
    single = world.expect("alert", to="zhao")
    assert after(world, minutes=2) <= single.at <= after(world, minutes=3)
    assert world.tap(single).id == rungs[2].bell.id
    world.settle()
    world.expect("answered", to=f"+86139{2:08d}")
    ends_well(world)
