"""Gas, fire, injury, trapped: everybody at once, again every two minutes, and no limit in the way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.bell import service as bells
from chalicelib.bell.service import Rung
from chalicelib.people.staff import Channel
from tests.fakes.senders import Sent
from tests.fakes.world import World
from tests.scenarios.plays import after, ends_well, rings

LEVELS = ("zhao", "wang", "li")


def _emergency(world: World, **changes: str) -> tuple[Rung, dict[str, Sent]]:
    rung = world.ring(**{"category": "gas", "text": "厨房有煤气味", **changes})
    now = world.clock.now()
    world.settle()
    world.expect("rung", to="resident", at=now)
    return rung, {person: world.expect("emergency", to=person, at=now) for person in LEVELS}


def test_20_an_emergency_alerts_all_levels_at_once_is_answered_by_one_and_the_others_are_told(
    world: World,
) -> None:
    rung, alerts = _emergency(world)
    assert all("燃气泄漏" in alert.text for alert in alerts.values())
    world.pass_time(seconds=40)
    world.tap(alerts["wang"])
    world.pass_time(minutes=14)
    world.expect("answered", to="resident", at=after(world, seconds=40))
    for other in ("zhao", "li"):
        assert "王丽芬" in world.expect("taken", to=other, at=after(world, seconds=40)).text
    assert world.kinds(rung) == ["rung", "alerted", "answered"]
    ends_well(world)


@pytest.mark.parametrize("hour", [10, 23, 3])
def test_20_an_unanswered_emergency_alerts_everybody_and_the_supervisor_every_two_minutes_for_an_hour(
    world: World, hour: int
) -> None:
    world.pass_time(hours=(hour - 10) % 24)
    rung, _ = _emergency(world)
    world.pass_time(minutes=60)
    for step in range(1, 31):
        at = rung.bell.rung_at + step * timedelta(minutes=2)
        for person in (*LEVELS, "he"):
            world.expect("emergency", to=person, channel=Channel.SMS, at=at)
    ends_well(world)


def test_20_an_emergency_rung_at_night_reminds_its_answerer_at_night(world: World) -> None:
    world.pass_time(hours=16)  # 02:00
    _, alerts = _emergency(world)
    world.tap(alerts["zhao"])
    world.pass_time(minutes=15)
    world.expect("answered", to="resident")
    world.expect("taken", to="wang")
    world.expect("taken", to="li")
    world.expect("decide", to="zhao", at=after(world, hours=16, minutes=15))
    ends_well(world)


def test_20_an_emergency_is_not_held_back_by_the_bell_before_it(world: World) -> None:
    _, alert = rings(world)
    world.tap(alert)
    world.pass_time(seconds=5)
    world.expect("answered", to="resident")
    _, alerts = _emergency(world)
    world.tap(alerts["li"])
    world.pass_time(minutes=10)
    world.expect("answered", to="resident")
    world.expect("taken", to="zhao")
    world.expect("taken", to="wang")
    ends_well(world)


@pytest.mark.parametrize("end", ["taken", "withdrawn"])
def test_20_that_an_emergency_is_over_is_told_at_once_however_many_alerts_went_before(
    world: World, end: str
) -> None:
    """The limit on a person's SMS must not keep somebody running to a gas leak that is in good hands."""
    rung, alerts = _emergency(world)
    world.pass_time(minutes=20)
    for _ in range(10):
        for person in (*LEVELS, "he"):
            world.expect("emergency", to=person)
    if end == "taken":
        world.tap(alerts["zhao"])
    else:
        bells.withdraw(world.ports, rung.token)
    world.pass_time(minutes=14)
    if end == "taken":
        world.expect("answered", to="resident")
    for person in ("wang", "li", "he") if end == "taken" else (*LEVELS, "he"):
        world.expect(end, to=person, at=after(world, minutes=20))
    ends_well(world)
