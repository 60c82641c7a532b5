"""What an import would do: the units it gives, every bad row, what looks odd, and what changes. Pure.

Nothing is guessed: a row with a flaw gives no unit, and a roll with a flaw cannot be imported.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from chalicelib.poll import heads, roll_file
from chalicelib.poll.roll import Kind, Owner, Unit
from chalicelib.poll.roll_columns import Column
from chalicelib.poll.roll_file import Record, Table
from chalicelib.poll.roll_sheet import refused
from chalicelib.poll.roll_units import Finding, Reader, loosely, same_place, voter_shown

_DIGITS = re.compile(r"([0-9]+)")
Place = tuple[str, str]


@dataclass(frozen=True)
class Totals:
    """Sums over the units. `heads`: owners of what is no parking space, as art. 278 counts them. Areas in 0.01 m²."""

    units: int
    area: int
    heads: int
    buildings: int


@dataclass(frozen=True, slots=True)
class Change:
    """A unit that is in both rolls and is not the same; `what`: area, owners, contact (phones only), voter, kind,
    developer."""

    before: Unit
    after: Unit
    what: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """From the current roll to this one; units are the same by building and room, however these are spelled."""

    added: tuple[Unit, ...] = ()
    removed: tuple[Unit, ...] = ()
    changed: tuple[Change, ...] = ()
    same: int = 0


@dataclass(frozen=True)
class Preview:
    """What an import would do. `flaws`: every bad row, by line. `warnings`: what should be looked at and can stay.
    `ignored`: columns that mean nothing to a roll. `difference`: None where there is no roll yet."""

    units: tuple[Unit, ...]
    totals: Totals
    flaws: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    ignored: tuple[str, ...] = ()
    rows: int = 0
    difference: Difference | None = field(default=None)

    @property
    def ready(self) -> bool:
        """Whether it can be imported."""
        return bool(self.units) and not self.flaws


def of_file(
    content: bytes, current: Iterable[Unit] | None = None, country_code: str = "86", sheet: str = ""
) -> Preview:
    """The preview of a CSV or XLSX file; raises Invalid for a file that is no roll at all."""
    return preview(roll_file.read(content, sheet), current, country_code)


def preview(table: Table, current: Iterable[Unit] | None = None, country_code: str = "86") -> Preview:
    """What importing the table would do. Units stand building by building (2幢 before 10幢), numbered from 1.

    `country_code`: of telephone numbers without one. Raises Invalid (`file_empty`) for a table without rows, and what
    reading the rest of the file raises.
    """
    pile = _Pile(country_code)
    for record in table.records:
        pile.add(record)
    if not pile.rows:
        raise refused("file_empty")
    ordered = sorted(pile.found, key=lambda pair: _order(pair[0]))
    units = tuple(replace(unit, number=number) for number, (unit, _) in enumerate(ordered, 1))
    lines = [line for _, line in ordered]
    warnings = sorted([*pile.odd, *_doubtful(units, lines)], key=lambda finding: finding.line)
    difference = None if current is None else compare(current, units)
    return Preview(
        units, totals(units), tuple(pile.flaws), tuple(warnings), table.ignored, pile.rows, difference
    )


def totals(units: Sequence[Unit]) -> Totals:
    """The sums over a roll."""
    counted = [unit for unit in units if unit.kind is not Kind.PARKING]
    return Totals(
        units=len(units),
        area=sum(unit.area for unit in units),
        heads=len({heads.identity(unit) for unit in counted}),
        buildings=len({unit.building for unit in units}),
    )


def compare(before: Iterable[Unit], after: Iterable[Unit]) -> Difference:
    """What is different; reads each once."""
    left = {same_place(unit): unit for unit in before}
    added: list[Unit] = []
    changed: list[Change] = []
    same = 0
    for unit in after:
        old = left.pop(same_place(unit), None)
        if old is None:
            added.append(unit)
        elif what := _changes(old, unit):
            changed.append(Change(old, unit, what))
        else:
            same += 1
    return Difference(tuple(added), tuple(left.values()), tuple(changed), same)


class _Pile:
    """The units as they come, one for each place."""

    def __init__(self, country_code: str) -> None:
        self._country = country_code
        self._lines: dict[Place, int] = {}
        self._spelled: dict[str, str] = {}
        self.found: list[tuple[Unit, int]] = []
        self.flaws: list[Finding] = []
        self.odd: list[Finding] = []
        self.rows = 0

    def add(self, record: Record) -> None:
        """Take the next row."""
        self.rows += 1
        reader = Reader(record, self._country)
        unit = reader.unit()
        self.odd += reader.odd
        flaws = reader.flaws or list(self._twice(unit, record))
        self.flaws += flaws
        if not flaws:
            # Spelled in two ways, a building would be two, and the units of one would not stand together.
            building = self._spelled.setdefault(loosely(unit.building), unit.building)
            self.found.append((replace(unit, building=building), record.line))

    def _twice(self, unit: Unit, record: Record) -> Iterator[Finding]:
        first = self._lines.setdefault(same_place(unit), record.line)
        if first != record.line:
            typed = record.values.get(Column.ROOM, "")
            yield Finding(record.line, Column.ROOM, "duplicate_unit", typed, {"first": first})


def _order(unit: Unit) -> tuple[Hashable, ...]:
    return _natural(unit.building), unit.building, _natural(unit.room), unit.room


def _natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Numbers by their value and the rest by its letters: 2幢 before 10幢."""
    parts = _DIGITS.split(loosely(name))
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part)


def _doubtful(units: Sequence[Unit], lines: Sequence[int]) -> Iterator[Finding]:
    """Owners whose heads may be counted wrongly: the roll says too little, or says two things of one person."""
    named: defaultdict[str, list[tuple[Owner, int]]] = defaultdict(list)
    for unit, line in zip(units, lines, strict=True):
        if not unit.owners and not unit.developer and unit.kind is not Kind.PARKING:
            yield Finding(line, Column.OWNERS, "no_owner")
        for owner in () if unit.developer else unit.owners:
            named[owner.name].append((owner, line))
    for name, places in named.items():
        if len(places) > 1:
            yield from _namesakes(name, places)


def _namesakes(name: str, places: list[tuple[Owner, int]]) -> Iterator[Finding]:
    marks = defaultdict(set)
    for owner, _ in places:
        marks[owner.phone].add(owner.mark)
    for owner, line in places:
        if not owner.mark and not owner.phone:
            yield Finding(line, Column.OWNERS, "same_name", name, {"times": len(places)})
        elif owner.phone and len(marks[owner.phone]) > 1:
            yield Finding(line, Column.MARK, "same_phone_other_mark", name)


def _changes(old: Unit, new: Unit) -> tuple[str, ...]:
    found = {
        "area": old.area != new.area,
        "owners": _people(old) != _people(new),
        "contact": _people(old) == _people(new) and old.owners != new.owners,
        "voter": voter_shown(old) != voter_shown(new),
        "kind": old.kind is not new.kind,
        "developer": old.developer != new.developer,
    }
    return tuple(what for what, differs in found.items() if differs)


def _people(unit: Unit) -> list[tuple[str, str]]:
    return [(owner.name, owner.mark) for owner in unit.owners]


__all__ = ["Change", "Difference", "Finding", "Preview", "Totals", "compare", "of_file", "preview", "totals"]
