"""Heads (业主人数): who is one owner. Pure.

法释〔2009〕7号: several units of one owner are one owner; a unit of several owners is one owner; the developer's units
that are not sold, or not handed over, are together one owner. A consultation of households has a voice for each unit.
"""

from __future__ import annotations

from collections.abc import Hashable

from chalicelib.poll.roll import Kind, Owner, Unit
from chalicelib.poll.state import Poll

_DEVELOPER = "developer"


def is_asked(poll: Poll, unit: Unit) -> bool:
    """Whether the unit is asked at all: a parking space only if the terms count it, and never as a household."""
    return unit.kind is not Kind.PARKING or (poll.terms.parking and not poll.households)


def identity(unit: Unit) -> Hashable:
    """Whose unit it is: equal for two units exactly if they are one head's.

    An owner is known by name and mark, else by name and phone, else by this unit alone: the roll does not say that two
    of the same name are one, and merging strangers would take a vote away. Co-owners of several units are one head
    where the sets of them are the same.
    """
    if unit.developer:
        return _DEVELOPER
    owners = unit.owners
    if len(owners) == 1:
        return _known(owners[0]) or unit.number
    known = [_known(owner) for owner in owners]
    return frozenset(known) if known and all(known) else unit.number


def _known(owner: Owner) -> tuple[str, str, str] | None:
    if owner.mark:
        return ("mark", owner.name, owner.mark)
    return ("phone", owner.name, owner.phone) if owner.phone else None


class Heads:
    """Numbers the heads of a poll from 0 in the order in which their first unit comes, and adds up their areas."""

    def __init__(self, poll: Poll) -> None:
        self._households = poll.households
        self._known: dict[Hashable, int] = {}
        self.areas: list[int] = []

    def add(self, unit: Unit) -> int:
        """The head of a unit that is asked; of households each unit is one, and area does not count."""
        if self._households:
            self.areas.append(0)
            return len(self.areas) - 1
        head = self._known.setdefault(identity(unit), len(self.areas))
        if head == len(self.areas):
            self.areas.append(unit.area)
        else:
            self.areas[head] += unit.area
        return head
