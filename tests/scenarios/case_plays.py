"""What happens at the beginning of scenarios about cases, and what everybody is told at their end."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.bell.service import Rung
from chalicelib.case.state import Ref
from chalicelib.core.chain import Actor, Event
from chalicelib.core.times import parse_iso
from chalicelib.record.service import verify_all
from tests.fakes.clock import START
from tests.fakes.world import World

ZHAO = Actor("staff", "zhao", "赵虹", "specialist")
WANG = Actor("staff", "wang", "王丽芬", "community")
# Four fifths of 24 hours later, and 24 hours later, it is office time.
AFTERNOON = START + timedelta(hours=5)
# Cases of this category have 4 hours for the visit and 24 for everything, day and night.
URGENT = "elevator"
HOURS_4, HOURS_24 = timedelta(hours=4), timedelta(hours=24)
Told = tuple[str, int, timedelta]


def text(name: str) -> Ref:
    """Something written that lives elsewhere."""
    return Ref(name, "ab" * 32)


def opens(world: World, category: str = URGENT, **changes: str) -> str:
    """A resident rings and the specialist accepts at once, of which both hear; the case."""
    rung = world.ring(category=category, **changes)
    world.settle()
    return accepts(world, rung)


def accepts(world: World, rung: Rung) -> str:
    """The specialist accepts the bell, of which both have heard then; the case."""
    case_id = world.accept(rung)
    world.expect("alert", to="zhao")
    for template in ("rung", "answered", "accepted"):
        world.expect(template, to="resident")
    return case_id


def told(world: World, case_id: str, key: str) -> list[Told]:
    """What the clock said of a deadline: reminded or overdue, the how manieth time, how long after the start.
    A timer waits whole seconds, so it may say so up to a second late."""
    return [
        (event.kind, event.data["count"], _whole(parse_iso(event.at) - world.start))
        for event in world.case_file(case_id).events
        if event.kind in {"reminded", "overdue"} and event.data["key"] == key
    ]


def _whole(span: timedelta) -> timedelta:
    return timedelta(seconds=int(span.total_seconds()))


def ends_well(world: World, *others: tuple[str, str]) -> None:
    """Everybody heard once of each thing the clock said of an open case, and of these other things (what, who);
    nobody was sent anything else, no record has a flaw, and nothing failed on the way."""
    world.pass_time(minutes=3)  # two messages at once to the same person are one, a little later
    for case in world.store.all_cases():
        for event in world.case_file(case.id).events:
            for template, to in _heard(event):
                world.expect(template, to=to)
    for template, to in others:
        world.expect(template, to=to)
    world.no_other_message()
    assert world.failures == []
    assert all(found.intact for _, found in verify_all(world.ports))


def _heard(event: Event) -> list[tuple[str, str]]:
    """What is sent of a step of the clock: before it the owner is told, after it the next level, too."""
    if event.kind == "overdue":
        return [("overdue", "zhao"), ("overdue_below", "wang")]
    if event.kind == "reminded":
        return [("rate", "resident") if event.data["key"] == "rating" else ("due_soon", "zhao")]
    return [("resumed", "zhao")] if event.data.get("reason") == "latest_end" else []


def generations(world: World, case_id: str) -> list[str]:
    """The generations of the timers that wait for the case."""
    running = (e.name for e in world.engine.running() if e.thing == f"CASE#{case_id}")
    return [name.rpartition("-")[2] for name in running]


def at(world: World, **span: float) -> datetime:
    """That long after the scenario began."""
    return world.start + timedelta(**span)
