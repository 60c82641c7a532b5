"""How a poll is going: who has voted by building, who has not (for those who go from door to door). Reads in
pages of a megabyte."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.core.errors import Forbidden
from chalicelib.people.staff import Staff
from chalicelib.poll import access, heads
from chalicelib.poll.roll import Building, Unit
from chalicelib.poll.state import Poll
from chalicelib.ports import Ports


@dataclass(frozen=True)
class Turnout:
    """How many of the units of a building that are asked have a ballot."""

    building: str
    units: int
    voted: int


def turnout(ports: Ports, poll: Poll, member: Staff | None = None) -> tuple[Turnout, ...]:
    """Building by building, units with a ballot; raises Forbidden when the notice keeps it until the end."""
    if not access.sees_turnout(poll, member):
        raise Forbidden("not_before_the_end")
    if poll.frozen is None:
        return ()
    return by_building(poll.frozen.buildings, ports.polls.voted(poll.id))


def by_building(buildings: tuple[Building, ...], voted: Iterable[int]) -> tuple[Turnout, ...]:
    """The units that have voted, counted by building."""
    starts = [building.first for building in buildings]
    counted = Counter(bisect_right(starts, unit) - 1 for unit in voted)
    return tuple(
        # A ballot for a parking space is kept and counts nowhere: it is no turnout either.
        Turnout(building.name, building.asked, min(counted[place], building.asked))
        for place, building in enumerate(buildings)
        if building.asked
    )


def missing(ports: Ports, poll: Poll, building: str = "") -> tuple[Unit, ...]:
    """The units that are asked and whose owner has not voted, through none of his units; of one building or of all."""
    voted = ports.polls.voted(poll.id)
    asked = [unit for unit in ports.polls.frozen(poll.id) if heads.is_asked(poll, unit)]
    whose = (lambda unit: unit.number) if poll.households else heads.identity
    heard = {whose(unit) for unit in asked if unit.number in voted}
    return tuple(
        unit for unit in asked if whose(unit) not in heard and (not building or unit.building == building)
    )
