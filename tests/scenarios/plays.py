"""What happens at the beginning of many scenarios, and what everybody is told at their end."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.bell.service import Rung
from chalicelib.core.ids import number
from chalicelib.record.service import verdict, verify_all
from tests.fakes.senders import Sent
from tests.fakes.world import World


def after(world: World, *, minutes: float = 0, seconds: float = 0, hours: float = 0) -> datetime:
    """That long after the scenario began."""
    return world.start + timedelta(minutes=minutes, seconds=seconds, hours=hours)


def rings(world: World, first: str = "zhao", **changes: str) -> tuple[Rung, Sent]:
    """A resident rings, is told so, and the first person is alerted; the bell and that alert."""
    rung = world.ring(**changes)
    now = world.clock.now()
    world.settle()
    told = world.expect("rung", to="resident", at=now)
    assert number(rung.bell.id) in told.text
    return rung, world.expect("alert", to=first, at=now)


def escalates(world: World, to: str) -> Sent:
    """Five minutes pass and the next person is alerted, at their very end."""
    due = world.clock.now() + timedelta(minutes=5)
    world.pass_time(minutes=5)
    return world.expect("escalated", to=to, at=due)


def silent(world: World, rung: Rung) -> tuple[Sent, Sent, Sent]:
    """Nobody answers for fifteen minutes: the alerts of the second level, of the third, and of the supervisor."""
    second, third = escalates(world, "wang"), escalates(world, "li")
    due = world.clock.now() + timedelta(minutes=5)
    world.pass_time(minutes=5)
    assert world.file(rung).bell.round == 1
    return second, third, world.expect("exhausted", to="he", at=due)


def ends_well(world: World) -> None:
    """Nobody was sent anything else, and no record has a flaw."""
    world.no_other_message()
    assert all(found.intact for _, found in verify_all(world.ports))


def intact(world: World, rung: Rung) -> bool:
    """Whether the bell's record verifies."""
    return verdict(world.file(rung)).intact
