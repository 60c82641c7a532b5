"""Finding a unit as people name it: building and room, without caring for width, case and spaces."""

from __future__ import annotations

from chalicelib.poll.ballots import Box
from chalicelib.poll.roll import Unit
from chalicelib.poll.roll_units import loosely
from chalicelib.poll.state import Poll
from chalicelib.ports import Ports

_ROUND_TRIP = 300
"""So many units of a building are looked through at a time."""


def at(ports: Ports, poll: Poll, building: str, room: str) -> tuple[Unit, Box] | None:
    """The unit of the frozen roll and its box; None when the roll has no such door."""
    buildings = poll.frozen.buildings if poll.frozen else ()
    found = next((b for b in buildings if loosely(b.name) == loosely(building)), None)
    if found is None:
        return None
    for start in range(found.first, found.first + found.units, _ROUND_TRIP):
        end = min(start + _ROUND_TRIP, found.first + found.units)
        for unit, box in ports.polls.papers(poll.id, range(start, end)).values():
            if loosely(unit.room) == loosely(room):
                return unit, box
    return None
