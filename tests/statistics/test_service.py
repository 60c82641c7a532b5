"""The published figures of a day."""

from __future__ import annotations

from datetime import date

from chalicelib.core.chain import SYSTEM, Happening, Tip, extend
from chalicelib.statistics import service
from tests.fakes.world import World


def test_the_figures_of_today_are_one_call_and_those_of_another_day_are_empty() -> None:
    world = World()
    world.ring()
    world.settle()
    before = sum(world.store.calls.values())
    today = service.of_day(world.ports, "MX")
    assert sum(world.store.calls.values()) == before + 1
    assert (today["day"], today["rung"]) == ("2026-11-23", 1)
    yesterday = service.of_day(world.ports, "MX", date(2026, 11, 22))
    assert (yesterday["day"], yesterday["rung"]) == ("2026-11-22", 0)


def test_a_bell_rung_before_midnight_and_answered_after_it_counts_on_each_day() -> None:
    world = World()
    world.clock.advance(hours=13, minutes=59)  # 23:59
    world.ring()
    world.settle()
    alert = world.expect("alert", to="zhao")
    world.pass_time(minutes=2)
    world.tap(alert)
    world.settle()
    assert service.of_day(world.ports, "MX", date(2026, 11, 23))["answered"] == 0
    assert service.of_day(world.ports, "MX")["answered"] == 1
    assert service.of_day(world.ports, "MX")["rung"] == 0


def test_an_event_told_twice_and_those_of_other_things_move_nothing() -> None:
    world = World()
    rung = world.ring()
    world.settle()
    before = service.of_day(world.ports, "MX")
    service.count(world.ports, world.file(rung).events[0])
    (case,) = extend("CASE#MX00000000", Tip(), world.clock.now(), SYSTEM, (Happening("accepted", {}),))
    service.count(world.ports, case)
    assert service.of_day(world.ports, "MX") == before
