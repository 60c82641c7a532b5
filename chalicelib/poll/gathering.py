"""Reading the roll and the boxes side by side, keeping of each head only what the count needs. Pure."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TypeVar

from chalicelib.poll.ballots import Box
from chalicelib.poll.effective import (
    NO_SUCH_UNIT,
    NONE,
    NOT_ASKED,
    Conflict,
    Entry,
    LeftOut,
    Wordings,
    entry,
    of_head,
    out,
)
from chalicelib.poll.heads import Heads, is_asked
from chalicelib.poll.roll import Unit
from chalicelib.poll.state import Poll

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many units of a building are asked and took part (of owners: whose owner did, through whichever unit), and
    their areas."""

    building: str
    asked: int
    took_part: int
    area: int
    area_took_part: int


@dataclass(frozen=True, slots=True)
class Voice:
    """A head whose conflict is open: its area, the wording that counts meanwhile, and all that could count instead."""

    area: int
    wording: int
    wordings: frozenset[int]


@dataclass(frozen=True)
class Effective:
    """What counts, head by head (the same place in `areas`, `wordings` and `nonces`); a head of which no ballot
    counts has the wording `NONE`. `said`: by wording the choice in each topic."""

    areas: Sequence[int]
    wordings: Sequence[int]
    nonces: Sequence[str]
    said: Sequence[tuple[str, ...]]
    buildings: tuple[Turnout, ...]
    conflicts: tuple[Conflict, ...]
    open: tuple[Voice, ...]
    left_out: tuple[LeftOut, ...]


def gather(poll: Poll, units: Iterable[Unit], boxes: Iterable[Box]) -> Effective:
    """Read roll and boxes once, side by side, keeping a few numbers of each. Raises ValueError when either is not in
    ascending order of units."""
    gathered = _Gathered(poll)
    waiting = _ascending(boxes, attrgetter("unit"))
    box = next(waiting, None)
    for unit in _ascending(units, attrgetter("number")):
        while box is not None and box.unit < unit.number:
            gathered.stray(box, NO_SUCH_UNIT)
            box = next(waiting, None)
        mine = box if box is not None and box.unit == unit.number else None
        gathered.add(unit, mine)
        if mine is not None:
            box = next(waiting, None)
    for stray in (box, *waiting) if box else ():
        gathered.stray(stray, NO_SUCH_UNIT)
    return gathered.result()


class _Gathered:
    def __init__(self, poll: Poll) -> None:
        self._poll = poll
        self._wordings = Wordings(poll.topics)
        self._heads = Heads(poll)
        self._buildings: dict[str, int] = {}
        # Of each unit that is asked: its head, its building's number and its area.
        self._units = array("q"), array("q"), array("q")
        self._entries: dict[int, Entry | list[Entry]] = {}
        self._left_out: list[LeftOut] = []

    def add(self, unit: Unit, box: Box | None) -> None:
        if not is_asked(self._poll, unit):
            return self.stray(box, NOT_ASKED) if box else None
        head = self._heads.add(unit)
        building = self._buildings.setdefault(unit.building, len(self._buildings))
        for column, value in zip(self._units, (head, building, unit.area), strict=True):
            column.append(value)
        if box is not None and box.ballots:
            self._put(head, entry(unit, box, self._wordings, self._left_out))
        return None

    def stray(self, box: Box, reason: str) -> None:
        self._left_out += [out(ballot, box.unit, reason, self._wordings) for ballot in box.ballots]

    def _put(self, head: int, one: Entry) -> None:
        known = self._entries.get(head)
        if known is None:
            self._entries[head] = one
        elif isinstance(known, list):
            known.append(one)
        else:
            self._entries[head] = [known, one]

    def result(self) -> Effective:
        areas = self._heads.areas
        wordings, nonces = [NONE] * len(areas), [""] * len(areas)
        conflicts: list[Conflict] = []
        voices: list[Voice] = []
        for head, entries in self._entries.items():
            chosen, conflict = self._of_head(entries)
            if chosen:
                wordings[head], nonces[head] = chosen.wording, chosen.nonce
            if conflict:
                conflicts.append(conflict)
            if conflict and not conflict.settled:
                voices.append(Voice(areas[head], wordings[head], conflict.wordings))
        conflicts.sort(key=attrgetter("units"))
        turnout, left_out = self._turnout(wordings), tuple(sorted(self._left_out))
        said = self._wordings.all
        return Effective(areas, wordings, nonces, said, turnout, tuple(conflicts), tuple(voices), left_out)

    def _of_head(self, entries: Entry | list[Entry]) -> tuple[Entry | None, Conflict | None]:
        if isinstance(entries, list):
            return of_head(entries, self._left_out)
        if not entries.box:
            return entries, None  # one unit, one ballot: nearly all of a big poll
        return of_head([entries], self._left_out)

    def _turnout(self, wordings: Sequence[int]) -> tuple[Turnout, ...]:
        rows = [[0, 0, 0, 0] for _ in self._buildings]
        for head, building, area in zip(*self._units, strict=True):
            row = rows[building]
            row[0] += 1
            row[2] += area
            if wordings[head] != NONE:
                row[1] += 1
                row[3] += area
        return tuple(Turnout(name, *row) for name, row in zip(self._buildings, rows, strict=True))


def _ascending(things: Iterable[_T], place: Callable[[_T], int]) -> Iterator[_T]:
    last = 0
    for thing in things:
        if place(thing) <= last:
            raise ValueError(f"unit {place(thing)} comes after unit {last}")
        last = place(thing)
        yield thing
