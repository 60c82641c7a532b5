"""What a bell is, and its parts as events hold them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from chalicelib.core.chain import Tip
from chalicelib.place.ladder import Desk, Ladder, Level, Role, Urgency


class Status(StrEnum):
    """Where a bell stands."""

    RINGING = "ringing"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


OPEN = frozenset({Status.RINGING, Status.ANSWERED})


@dataclass(frozen=True)
class Person:
    """A member of staff as an event remembers them."""

    id: str
    name: str
    role: Role

    def json(self) -> dict[str, str]:
        """As an event holds it."""
        return {"id": self.id, "name": self.name, "role": self.role}


@dataclass(frozen=True)
class Post:
    """Where a bell rings: the neighbourhood with its community, and the desk that is asked."""

    neighbourhood: str
    community: str
    desk: Desk

    def json(self) -> dict[str, str]:
        """As an event holds it."""
        return {"neighbourhood": self.neighbourhood, "community": self.community, "desk": self.desk}


@dataclass(frozen=True)
class Bell:
    """One resident's ring. `epoch` counts its ringings (an appeal and each transfer begin another), `round` how often
    it was exhausted in this one; `version` counts changes of state, `tip` is the end of its record. `hops` is how
    often this generation of the timer began to wait; the state machine counts it. `erased_at`: since when nobody knows
    any more who rang and what they wrote."""

    id: str
    neighbourhood: str
    community: str
    desk: Desk
    category: str
    urgency: Urgency
    ladder: Ladder
    rung_at: datetime
    status: Status = Status.RINGING
    level: int = 0
    repeat: int = 0
    round: int = 0
    epoch: int = 1
    ringing_since: datetime | None = None
    due_at: datetime | None = None
    alerted: tuple[Person, ...] = ()
    answered_by: Person | None = None
    answered_at: datetime | None = None
    reminders: int = 0
    case: str = ""
    version: int = 0
    generation: int = 1
    generation_at: datetime | None = None
    hops: int = 0
    transfers: int = 0
    tip: Tip = field(default=Tip())
    erased_at: datetime | None = None

    @property
    def thing(self) -> str:
        """The key of the bell's chain and clock."""
        return f"BELL#{self.id}"

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something about it."""
        return self.status in OPEN

    @property
    def post(self) -> Post:
        """Where it rings."""
        return Post(self.neighbourhood, self.community, self.desk)

    @property
    def appeals(self) -> int:
        """How often the resident appealed."""
        return self.epoch - 1 - self.transfers


def people(data: Iterable[Mapping[str, str]]) -> tuple[Person, ...]:
    """The people an event names."""
    return tuple(Person(p["id"], p["name"], Role(p["role"])) for p in data)


def ladder_json(ladder: Ladder) -> dict[str, Any]:
    """A ladder as an event holds it."""
    return {
        "levels": [
            {"roles": list(level.roles), "seconds": level.seconds, "repeats": level.repeats}
            for level in ladder.levels
        ],
        "exhausted_roles": list(ladder.exhausted_roles),
        "repeat_seconds": ladder.repeat_seconds,
        "decide_seconds": ladder.decide_seconds,
        "holds_in_quiet_hours": ladder.holds_in_quiet_hours,
    }


def ladder_of(data: Mapping[str, Any]) -> Ladder:
    """The reverse of `ladder_json`."""
    levels = (
        Level(tuple(map(Role, level["roles"])), level["seconds"], level["repeats"])
        for level in data["levels"]
    )
    return Ladder(
        tuple(levels),
        tuple(map(Role, data["exhausted_roles"])),
        data["repeat_seconds"],
        data["decide_seconds"],
        data["holds_in_quiet_hours"],
    )
