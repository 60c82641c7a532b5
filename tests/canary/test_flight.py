"""The canary: a bell that the platform rings itself gets through, disturbs nobody and leaves nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.canary import flight, place
from chalicelib.config import ConfigError, Settings
from chalicelib.core import ids
from chalicelib.place.directories import CachedDirectories
from chalicelib.status.rules import CANARY
from tests.canary.settling import OPEN_DOOR, Settling
from tests.fakes.world import World


def fly(world: World, *, door: str = OPEN_DOOR, reacts: bool = True, **broken: Any) -> flight.Flight:
    """One flight over that world."""
    ports = replace(world.ports, clock=Settling(world, reacts=reacts), **broken)
    flown = flight.fly(ports, lambda: door)
    world.settle()
    return flown


@pytest.fixture
def world() -> World:
    return World()


def canary_things(world: World) -> list[str]:
    """Whatever of a canary is in the store."""
    return [thing for thing, _, _ in world.store.chains() if ids.is_canary(thing)]


def test_it_gets_through_and_leaves_nothing_behind(world: World) -> None:
    flown = fly(world)
    assert (flown.failed, flown.seconds > 0) == ("", True)
    assert canary_things(world) == []
    assert world.store.clocks().items == ()
    world.pass_time(hours=2)
    world.no_other_message()
    assert world.failures == []
    assert canary_things(world) == []


def test_it_rings_really_and_is_answered_really(world: World) -> None:
    seen: list[list[str]] = []
    forget = world.store.forget_canary

    def watched(bell_id: str) -> None:
        seen.append(world.kinds(bell_id))
        forget(bell_id)

    world.store.forget_canary = watched  # type: ignore[method-assign]  # looks before it is gone
    assert fly(world).failed == ""
    assert seen == [["rung", "alerted", "answered", "withdrawn"]]


def test_it_is_in_no_figure_in_no_list_and_no_place_that_can_be_rung(world: World) -> None:
    before = dict(world.store._counters)
    fly(world)
    assert world.store._counters == before
    assert world.store.ringing("MX").items == ()
    served = CachedDirectories(world.store, world.clock, ("MX",))
    assert served.having(place.NEIGHBOURHOOD) is None
    assert [directory.subdistrict.prefix for directory in served.all()] == ["MX"]


def test_two_flights_an_hour_apart_and_two_at_once_get_through(world: World) -> None:
    assert fly(world).failed == ""
    assert fly(world).failed == ""
    world.pass_time(hours=1)
    assert fly(world).failed == ""


@pytest.mark.parametrize(
    ("answer", "failed"),
    [(OPEN_DOOR, ""), ('{"status": "no_place"}', "door"), ("<html>", "door"), ("[]", "door"), ("", "door")],
)
def test_it_finds_a_public_address_that_does_not_lead_here(world: World, answer: str, failed: str) -> None:
    assert fly(world, door=answer).failed == failed


def test_it_finds_that_nothing_reacts_and_says_so_until_it_gets_through_again(world: World) -> None:
    assert fly(world, reacts=False).failed == "timer"
    lost = world.store.pulses()[CANARY]
    assert (lost.ok, lost.detail, lost.since) == (False, "timer", lost.at)
    world.clock.advance(hours=1)
    assert fly(world, reacts=False).failed == "timer"
    assert world.store.pulses()[CANARY].since == lost.at
    world.clock.advance(hours=1)
    assert fly(world).failed == ""
    well = world.store.pulses()[CANARY]
    assert (well.ok, well.detail, well.since) == (True, "", well.at)


def test_it_finds_that_signals_do_not_arrive(world: World) -> None:
    signal = world.engine.signal
    world.engine.signal = lambda *_: None  # type: ignore[method-assign]  # the signal is lost
    try:
        assert fly(world).failed == "signal"
    finally:
        world.engine.signal = signal  # type: ignore[method-assign]  # as it was
    assert canary_things(world) == []


def test_it_finds_a_record_that_does_not_verify(world: World) -> None:
    opened = world.store.bell

    def tampered(bell_id: str) -> Any:
        file = opened(bell_id)
        if file and file.bell.hops >= 2:
            world.store.tamper(file.bell.thing, 1, {"desk": "another"})
            return opened(bell_id)
        return file

    world.store.bell = tampered  # type: ignore[method-assign]  # somebody changes the record
    assert fly(world).failed == "record"


def test_a_store_that_fails_is_found_and_the_flight_ends_all_the_same(world: World) -> None:
    world.store.fail("ring", times=3)
    assert fly(world).failed == "fault"
    assert not world.store.pulses()[CANARY].ok


def test_what_a_flight_that_died_left_behind_is_removed_by_the_next(world: World) -> None:
    ports = replace(world.ports, clock=Settling(world))
    bell = flight._ring(ports)
    world.pass_time(hours=1)
    assert canary_things(world) == [bell.thing]
    world.no_other_message()
    assert fly(world).failed == ""
    assert canary_things(world) == []


def test_the_platforms_own_bells_are_never_taken_for_canaries(world: World) -> None:
    rung = world.ring()
    fly(world)
    assert world.file(rung).bell.status == "ringing"


def test_no_place_can_have_its_prefix_and_no_stage_can_serve_it() -> None:
    assert not ids.PREFIX.match(ids.CANARY)
    assert ids.PREFIX.match("ZY")
    with pytest.raises(ConfigError, match="trial bells"):
        Settings.from_env(
            {"TABLE_NAME": "t", "STATE_MACHINE_ARN": "a", "PUBLIC_URL": "https://b.cn", "PREFIXES": "MX,ZZ"}
        )
