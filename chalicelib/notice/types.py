"""What a notice is: a template, parameters, a recipient; never free text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from chalicelib.people.staff import Channel


class Fate(StrEnum):
    """What became of a notice on one channel.

    claimed: somebody is about to send it · sent: the provider took it · delivered: it says that it arrived ·
    undelivered: it says that it did not · failed: the provider will never take it · opted_out: the recipient wants no
    messages there ·
    unknown: it may or may not have gone, so this channel is not tried again · held: it waits (bundle, quiet
    hours, limit) · moot: there was nothing left to say when its turn came · superseded: it came so late that newer
    news took its place · unreachable: the recipient has no channel left.
    """

    CLAIMED = "claimed"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    OPTED_OUT = "opted_out"
    UNKNOWN = "unknown"
    HELD = "held"
    MOOT = "moot"
    SUPERSEDED = "superseded"
    UNREACHABLE = "unreachable"


RESIDENT = "resident"
PARTY = "party"


@dataclass(frozen=True)
class Recipient:
    """Whom a notice goes to, their addresses in order of preference, their language.

    `id` is a staff id; `resident`, or `resident:<bell>` for who co-signs a case; `party:<id>`. Only staff are named.
    """

    id: str
    name: str
    role: str
    language: str
    addresses: tuple[tuple[Channel, str], ...]

    @property
    def is_staff(self) -> bool:
        """Whether quiet hours, bundles and limits are kept for them; nobody else is written to often."""
        return self.role not in (RESIDENT, PARTY)


# Parameters by which a notice knows what it is about; no reader and no provider sees them.
HIDDEN = frozenset(
    {"epoch", "owner", "deadline", "meeting", "starts", "online", "organizer", "offer", "plan", "signatory"}
    | {"obligation"}
)


@dataclass(frozen=True)
class Notice:
    """One message to one person about one event of a thing (`version` is that event's number).

    `params`: the template's own, and those of `HIDDEN` that say what it is about: of an alert `epoch`, the ringing it
    belongs to. `urgent`: never waits for the morning. `pressing`: of an emergency, exempt from bundles and limits.
    `alert`: may lose its point (the bell rings no more, the case is closed), so the thing is read again right before
    sending. `everywhere`: goes by every channel there is, not by the first that works.
    """

    thing: str
    version: int
    template: str
    recipient: Recipient
    params: Mapping[str, str | int] = field(default_factory=dict)
    urgent: bool = True
    pressing: bool = False
    alert: bool = False
    everywhere: bool = False

    @property
    def shown(self) -> dict[str, str | int]:
        """The parameters that the template may show."""
        return {name: value for name, value in self.params.items() if name not in HIDDEN}

    @property
    def key(self) -> str:
        """`thing#version#recipient`: one event tells one person one thing."""
        return f"{self.thing}#{self.version}#{self.recipient.id}"

    def id(self, channel: Channel) -> str:
        """`thing#version#recipient#channel`: claimed before sending, so nothing goes out twice."""
        return f"{self.key}#{channel}"


@dataclass(frozen=True)
class Dispatch:
    """A notice's fate on one channel, as the thing's record keeps it; no address, no personal data.

    `channel` is empty for what became of the notice as a whole: held, moot before any channel, unreachable.
    """

    version: int
    template: str
    recipient: str
    name: str
    role: str
    channel: str
    fate: Fate
    at: datetime
    detail: str = ""


@dataclass(frozen=True)
class Window:
    """What a person was sent lately and what waits for them: the state of bundles, limits and quiet hours.

    `open_until`: until then further alerts of bells are bundled; `cases_until`: until then news of cases are.
    `sent`: instants of the last hour's SMS. `held` go out at `due_at`. `admitted`: keys (`Notice.key`) of the latest
    notices that were let through, so that a sender that crashed goes on where it was instead of holding its own
    alert. `version` 0: not stored yet.
    """

    staff: str
    open_until: datetime | None = None
    sent: tuple[datetime, ...] = ()
    held: tuple[Notice, ...] = ()
    due_at: datetime | None = None
    admitted: tuple[str, ...] = ()
    version: int = 0
    cases_until: datetime | None = None


@dataclass(frozen=True)
class Bundle:
    """Several waiting bells behind one link."""

    id: str
    staff: str
    bells: tuple[str, ...]
    link_hash: str
    expires_at: datetime
