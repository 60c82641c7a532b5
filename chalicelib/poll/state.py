"""What a poll (意向征询) is at a moment: the fold of its events. Plain data, as the store keeps it.

The questions and options are an official's public words and stand in the record as they were announced.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from chalicelib.core.chain import Tip
from chalicelib.poll.roll import Building

HOUSEHOLDS = 0
"""The matter of a consultation of households; 1 … 9 are the matters of Civil Code art. 278."""


class Stage(StrEnum):
    """Where a poll stands. `closed`: voting is over, paper from before the end is still entered. `sealed`: nothing
    comes in any more and it is being counted. `disputed`: conflicts that an official must rule on decide it."""

    DRAFT = "draft"
    ANNOUNCED = "announced"
    OPEN = "open"
    CLOSED = "closed"
    SEALED = "sealed"
    DISPUTED = "disputed"
    COUNTED = "counted"
    CANCELLED = "cancelled"


class Sight(StrEnum):
    """What may be seen before the end."""

    NOTHING = "nothing"
    TURNOUT = "turnout"
    TALLY = "tally"


@dataclass(frozen=True)
class Option:
    """What can be chosen. Yes-or-no topics have `for`, `against`, `abstain`, and `majority` where the covenant has
    that rule; a consultation of households may have others instead."""

    id: str
    label: str = ""
    label_en: str = ""


@dataclass(frozen=True)
class Topic:
    """One question. `matter`: `HOUSEHOLDS`, or the number of the matter in art. 278."""

    id: str
    question: str
    options: tuple[Option, ...]
    matter: int = HOUSEHOLDS
    question_en: str = ""


@dataclass(frozen=True)
class Terms:
    """How it is counted and who sees what; announced with the notice and fixed from then on.

    `parking`: parking spaces count. `covenant`: the covenant has "count mine with the majority" (随多数), whose result
    is shown beside the strict one; `silent_with_majority`: it takes in ballots returned blank, too. `share` and `of`:
    households agree when more than this share (numerator, denominator) of those `asked` or `answered` do.
    `secret`: officials never see who chose what. `public`, `officials`: what these see before the end.
    """

    parking: bool = False
    covenant: bool = False
    silent_with_majority: bool = False
    share: tuple[int, int] = (1, 2)
    of: str = "asked"
    secret: bool = True
    public: Sight = Sight.TURNOUT
    officials: Sight = Sight.TURNOUT


@dataclass(frozen=True)
class Frozen:
    """The roll that this poll asks: a copy of one version, which nothing changes any more."""

    roll: int
    digest: str
    units: int
    buildings: tuple[Building, ...]


@dataclass(frozen=True)
class Poll:
    """A poll. `case`: the id of the case it was asked for, or empty. `entry_seconds`: for so long after
    `closes_at` ballots on paper and from the door that were cast before it may still be entered. `result`:
    the summary of the last count as `publication.summary` gives it; `counts`: how often it was counted.
    `remind_at`: when reminders that wait for the end of quiet hours go on, from the unit `remind_from`.
    `generation` is 0 while there is no timer: a draft waits for nothing.
    """

    id: str
    neighbourhood: str
    community: str
    topics: tuple[Topic, ...]
    terms: Terms
    created_at: datetime
    by: str
    case: str = ""
    notice_days: int = 7
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    entry_seconds: int = 86_400
    stage: Stage = Stage.DRAFT
    stage_since: datetime | None = None
    announced_at: datetime | None = None
    frozen: Frozen | None = None
    warned: bool = False
    extended: int = 0
    reminded_at: datetime | None = None
    remind_at: datetime | None = None
    remind_from: int = 0
    counts: int = 0
    result: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1
    tip: Tip = field(default=Tip())
    generation: int = 0
    generation_at: datetime | None = None
    hops: int = 0

    @property
    def thing(self) -> str:
        """The key of the poll's chain and clock."""
        return f"POLL#{self.id}"

    @property
    def households(self) -> bool:
        """Whether households are asked, one voice each, and not owners under art. 278."""
        return all(topic.matter == HOUSEHOLDS for topic in self.topics)

    @property
    def due_at(self) -> datetime | None:
        """When the clock has to act next."""
        from chalicelib.poll import clock

        return clock.due_at(self)

    @property
    def window(self) -> tuple[datetime, datetime]:
        """When voting begins and ends; only of a poll that has been announced."""
        assert self.opens_at is not None, "a poll that was announced has a window"  # noqa: S101 - our own promise
        assert self.closes_at is not None, "a poll that was announced has a window"  # noqa: S101 - our own promise
        return self.opens_at, self.closes_at

    def topic(self, topic_id: str) -> Topic | None:
        """The topic of that id."""
        return next((topic for topic in self.topics if topic.id == topic_id), None)
