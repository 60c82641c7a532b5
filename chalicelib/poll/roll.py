"""The roll (业主清册): who owns what in a neighbourhood. Pure data; importing is in `roll_file`, counting in `tally`.

Areas are integers in 0.01 m², as the register, else the survey, else the contract has them (法释〔2009〕7号).
A roll holds personal data: it lives beside the record, which knows only its size and its digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Any

from chalicelib.core.chain import Tip, canonical

NOBODY = -1
"""No owner of the unit: no voter is named, or it is not known who voted."""


class Kind(StrEnum):
    """What a unit is for; parking spaces count only where a poll says so."""

    DWELLING = "dwelling"
    COMMERCIAL = "commercial"
    PARKING = "parking"


@dataclass(frozen=True, slots=True)
class Owner:
    """An owner. `mark`: what tells two of the same name apart (number of the certificate …). `phone`: E.164."""

    name: str
    mark: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """One exclusive unit (专有部分). `number` is its place in the roll, from 1, building by building.

    `voter`: which of the owners votes for them all (co-owners name one), or `NOBODY`. `developer`: not sold, or
    sold and not handed over: all such units together are one owner. `area` in 0.01 m².
    """

    number: int
    building: str
    room: str
    area: int
    owners: tuple[Owner, ...] = ()
    voter: int = NOBODY
    kind: Kind = Kind.DWELLING
    developer: bool = False


@dataclass(frozen=True)
class Building:
    """A building's units in the roll: the numbers `first` … `first + units - 1`. `asked`: how many of them a poll asks
    (no parking spaces, unless its terms say so)."""

    name: str
    first: int
    units: int
    asked: int


@dataclass(frozen=True)
class RollVersion:
    """One import: immutable once written. `digest`: SHA-256 of all its units. `adopted`: it was the roll at some
    time; what nobody adopts is forgotten after a week."""

    number: int
    units: int
    area: int
    digest: str
    at: datetime
    by: str = ""
    adopted: bool = False


@dataclass(frozen=True)
class Roll:
    """The roll of a neighbourhood and its history; `current` is 0 while no version has been adopted."""

    neighbourhood: str
    prefix: str
    current: int = 0
    versions: tuple[RollVersion, ...] = ()
    version: int = 0
    tip: Tip = field(default=Tip())

    @property
    def thing(self) -> str:
        """The key of the roll's chain."""
        return f"ROLL#{self.neighbourhood}"


class Seal:
    """The digest of a roll, unit by unit in order."""

    def __init__(self) -> None:
        self._total = hashlib.sha256()

    def add(self, unit: Unit) -> None:
        """The next unit."""
        self._total.update(hashlib.sha256(canonical(to_json(unit))).digest())

    @property
    def digest(self) -> str:
        """SHA-256 of all units so far, in hexadecimal."""
        return self._total.hexdigest()


def digest(units: Iterable[Unit]) -> str:
    """SHA-256 over the units in order; the same units give the same digest."""
    seal = Seal()
    for unit in units:
        seal.add(unit)
    return seal.digest


def to_json(unit: Unit) -> dict[str, Any]:
    """A unit as it is stored."""
    return {**asdict(unit), "owners": [asdict(owner) for owner in unit.owners], "kind": str(unit.kind)}


def of_json(data: dict[str, Any]) -> Unit:
    """The unit of `to_json`."""
    owners = tuple(Owner(**owner) for owner in data["owners"])
    return Unit(**{**data, "owners": owners, "kind": Kind(data["kind"])})


def buildings(units: Iterable[Unit], is_asked: Callable[[Unit], bool]) -> tuple[Building, ...]:
    """The buildings of a roll, whose units stand together."""
    grouped = ((name, list(group)) for name, group in groupby(units, key=lambda unit: unit.building))
    return tuple(
        Building(name, group[0].number, len(group), sum(map(is_asked, group))) for name, group in grouped
    )
