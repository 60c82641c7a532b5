"""What people do to a poll. Plain data; `rules.decide` says what each makes happen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.poll.state import Frozen, Terms, Topic


@dataclass(frozen=True)
class Draft:
    """Write a poll anew; it can be rewritten until it is announced. `notice_days`: days between notice and opening."""

    topics: tuple[Topic, ...]
    terms: Terms
    notice_days: int
    entry_seconds: int = 86_400


@dataclass(frozen=True)
class Announce:
    """Publish the notice: from now on no topic is added and the roll is frozen."""

    opens_at: datetime
    closes_at: datetime
    frozen: Frozen


@dataclass(frozen=True)
class Extend:
    """Vote longer, for a reason out of `EXTENSIONS`."""

    closes_at: datetime
    reason: str


@dataclass(frozen=True)
class Remind:
    """Remind those who have not voted, and nobody else."""


@dataclass(frozen=True)
class Reissue:
    """Give a unit a new link: the sheet was lost or taken. The old one opens nothing any more."""

    unit: int


@dataclass(frozen=True)
class Seal:
    """All paper is entered: count now, before the time for entering is over."""


@dataclass(frozen=True)
class Count:
    """The result as `publication.summary` gives it. `conclusive`: no ruling on a conflict could turn it round.
    `published`: SHA-256 of the published file; `carried`: for the case, every topic passed."""

    result: Mapping[str, Any]
    published: str
    conclusive: bool
    carried: bool


@dataclass(frozen=True)
class Rule:
    """Decide which ballot of a unit with a conflict counts (empty: none), for a reason out of `RULINGS`."""

    unit: int
    ballot: str
    reason: str


@dataclass(frozen=True)
class Cancel:
    """End it without a result, for a reason out of `CANCELLATIONS`."""

    reason: str


Command = Draft | Announce | Extend | Remind | Reissue | Seal | Count | Rule | Cancel

EXTENSIONS = ("participation", "bad_weather", "sheets_late", "owners_asked")
CANCELLATIONS = ("question_changed", "roll_wrong", "settled_otherwise", "notice_faulty")
RULINGS = ("named_voter", "proxy_valid", "proxy_invalid", "not_the_owner", "owners_agreed")
