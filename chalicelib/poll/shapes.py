"""What the store hands out and takes of polls: see `ports.Polls`. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.poll.ballots import Ballot, Box
from chalicelib.poll.roll import Roll, RollVersion, Unit
from chalicelib.poll.state import Poll

if TYPE_CHECKING:
    from chalicelib.core.chain import Event
    from chalicelib.notice.types import Dispatch
    from chalicelib.place.rules import Directory

GATES = 16
"""So many rows hold a poll's window, so that votes at one moment rarely meet at the same one."""
PART = 200
"""So many units are in one row of a roll."""


@dataclass(frozen=True)
class Gate:
    """When a vote may come in: cast from `opens_at` until before `closes_at`, received before `entry_until`, with
    choices (`topic:option`) that exist. Shut: `entry_until` is not after `opens_at`."""

    opens_at: datetime
    closes_at: datetime
    entry_until: datetime
    choices: tuple[str, ...]


@dataclass(frozen=True)
class PollChange:
    """A poll that came into being (`before` is None) or moved on: written only if its stored version and tip are still
    those of `before`. `gate`: written to all gates in the same transaction; None leaves them."""

    before: Poll | None
    after: Poll
    events: tuple[Event, ...]
    gate: Gate | None = None
    by_timeline: bool = False


@dataclass(frozen=True)
class RollChange:
    """A roll whose history or current version changed, and what happened."""

    before: Roll | None
    after: Roll
    events: tuple[Event, ...]


@dataclass(frozen=True)
class PollFile:
    """A poll, its record and the fates of its notices; ballots and roll are read in pages."""

    poll: Poll
    events: tuple[Event, ...]
    dispatches: tuple[Dispatch, ...]


@dataclass(frozen=True)
class PollOpening:
    """What changing a poll needs, read at once."""

    poll: Poll
    directory: Directory


@dataclass(frozen=True)
class BallotPaper:
    """What somebody needs to vote for a unit: the poll, the unit as the frozen roll has it, what was voted."""

    poll: Poll
    unit: Unit
    box: Box
    directory: Directory


@dataclass(frozen=True)
class Cast:
    """A vote to write: valid if the gate lets it pass and `round` is the round of the unit's link."""

    poll: str
    unit: int
    ballot: Ballot
    round: int | None = None
    """None for a ballot that staff enter: it needs no link."""


@dataclass(frozen=True)
class Refusal:
    """Why a vote was not written: `not_open`, `closed`, `no_such_choice`, `link_replaced`, `too_many`, `no_such_poll`;
    `at`: the instant that it is about."""

    code: str
    at: datetime | None = None


__all__ = [
    "GATES",
    "PART",
    "BallotPaper",
    "Cast",
    "Gate",
    "PollChange",
    "PollFile",
    "PollOpening",
    "Refusal",
    "RollChange",
    "RollVersion",
]
