"""A ballot (表决票): what somebody said for a unit, when and how. Pure data. Every ballot is kept; which one counts
is decided in `effective`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from chalicelib.poll.roll import NOBODY

MOST = 50
"""So many ballots a unit's box takes; whoever changes more often comes to the community."""


class Via(StrEnum):
    """How a ballot came in."""

    LINK = "link"
    SMS = "sms"
    KIOSK = "kiosk"
    DOOR = "door"
    PAPER = "paper"


# A sheet at the door can be photographed by anybody: whoever fills the box with its link must not shut out the owner
# who comes with his phone, and nobody shuts out those who come to the community.
_BY_LINK, _BY_PHONE = 20, 35
ROOM: Mapping[Via, int] = {
    Via.LINK: _BY_LINK,
    Via.SMS: _BY_PHONE,
    Via.KIOSK: _BY_PHONE,
    Via.DOOR: MOST,
    Via.PAPER: MOST,
}
"""A box that has so many ballots takes no more that come in this way."""


@dataclass(frozen=True)
class Proxy:
    """Somebody who votes for an owner; `proof`: the file that shows the written authority (委托书)."""

    name: str
    proof: str


@dataclass(frozen=True)
class Ballot:
    """One ballot for one unit.

    `id`: 22 characters that follow from the sender's idempotency key, so that a repeat is the same ballot. `choices`:
    option by topic; a topic that is not there was left blank. `cast_at` is when the person voted and decides which
    ballot is the last; `received_at` is when it came in. `voter`: which owner of the unit, or `NOBODY`. `by`: the
    member of staff who entered it. `photo`: the sheet. `nonce`: known to the voter; makes the receipt unguessable.
    """

    id: str
    choices: Mapping[str, str]
    cast_at: datetime
    received_at: datetime
    via: Via
    nonce: str
    voter: int = NOBODY
    proxy: Proxy | None = None
    by: str = ""
    photo: str = ""

    @property
    def person(self) -> str:
        """Who voted, as far as it is known; two ballots of one person are a change of mind, of two a conflict."""
        return f"proxy:{self.proxy.name}" if self.proxy else str(self.voter)


@dataclass(frozen=True)
class Ruling:
    """What an official decided about a unit with a conflict: this ballot counts (empty: none), and why (a code)."""

    ballot: str
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class Box:
    """All ballots of a unit in the order in which they came in. `round`: which printing of its link is valid."""

    unit: int
    ballots: tuple[Ballot, ...] = field(default=())
    round: int = 0
    ruling: Ruling | None = None
