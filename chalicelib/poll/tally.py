"""The count (计票). Pure; integers only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from chalicelib.poll.ballots import Box
from chalicelib.poll.outcome import Outcome, TopicResult
from chalicelib.poll.roll import Unit
from chalicelib.poll.state import Poll


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many units of a building are asked and took part (for owners: whose owner did, through whichever unit)."""

    building: str
    asked: int
    took_part: int
    area: int
    area_took_part: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """Ballots of different people, or through different units of one owner, that say different things. `settled`: by
    `ruling` or by the `named_voter` of the roll; empty: the last one counts until an official rules."""

    units: tuple[int, ...]
    settled: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A ballot that was not superseded and does not count, and why: `no_proof` (a proxy without authority),
    `ruled_out`, `not_asked` (a parking space where these do not count), `no_such_unit`."""

    unit: int
    ballot: str
    reason: str


@dataclass(frozen=True)
class Count:
    """The count of a poll. `conclusive`: no ruling could turn any topic. `carried`: every topic passed (strictly)."""

    topics: tuple[TopicResult, ...]
    buildings: tuple[Turnout, ...]
    conflicts: tuple[Conflict, ...] = field(default=())
    left_out: tuple[LeftOut, ...] = ()
    superseded: int = 0

    @property
    def conclusive(self) -> bool:
        """Whether no ruling on an open conflict can turn any topic's outcome."""
        return all(topic.conclusive for topic in self.topics)

    @property
    def carried(self) -> bool:
        """Whether every topic passed in the strict count."""
        return all(topic.outcome is Outcome.PASSED for topic in self.topics)


def count(poll: Poll, units: Iterable[Unit], boxes: Iterable[Box]) -> Count:
    """Count. `units`: the frozen roll in order; `boxes`: in order of their units; both are read once, side by side.
    Raises ValueError when either is out of order."""
    raise NotImplementedError
