"""Which notices come too late to matter. Pure.

The stream tells of events a second after they were written. After an outage it tells of a day's at once, and whoever
was concerned would get a day's messages in a minute. So a notice about an event that is older than `STALE_AFTER` is
sent only while the record holds nothing newer that says the same to the same person or makes it beside the point:
somebody who was called and not told is still told, once, of how things stand now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from chalicelib.core.chain import Event
from chalicelib.core.times import parse_iso
from chalicelib.notice.rules import RINGING
from chalicelib.notice.types import RESIDENT, Notice

STALE_AFTER = timedelta(minutes=15)
"""Longer than any retry of a message takes, shorter than anything that an operator would call an outage."""

# After these a resident has newer news, an alert has a successor, word of an answer is history.
_NEWS = frozenset({"answered", "transferred", "accepted", "declined", "withdrawn", "appealed"})
_CALLS = frozenset({"alerted", "exhausted"})
_DECIDED = frozenset({"accepted", "declined", "withdrawn", "appealed", "transferred"})
_SUBJECTS = ("deadline", "meeting", "offer", "plan", "obligation", "signatory")

Later = Callable[[Event], Sequence[Notice]]
"""The notices of a later event of the same thing."""


def stale(event: Event, now: datetime) -> bool:
    """Whether the event is so old that what it has to tell must be looked at again."""
    return now - parse_iso(event.at) > STALE_AFTER


def superseded(notice: Notice, event: Event, events: Iterable[Event], later: Later) -> bool:
    """Whether newer events of the thing make the notice of a stale event superfluous. Invitations to a meeting and
    what is sent to everywhere are never (each is another appointment)."""
    after = [past for past in events if past.seq > event.seq]
    if notice.everywhere or not after:
        return False
    if not notice.thing.startswith("BELL#"):
        return any(_says(told, notice) for past in after if past.kind == event.kind for told in later(past))
    return any(past.kind in _makes_superfluous(notice) for past in after)


def _makes_superfluous(notice: Notice) -> frozenset[str]:
    """The kinds of a bell's events after which the notice need not be sent any more."""
    if notice.recipient.role == RESIDENT:
        return _NEWS
    if notice.template in RINGING:
        return _CALLS
    return frozenset({"decision_overdue"}) if notice.template == "decide" else _DECIDED


def _says(newer: Notice, older: Notice) -> bool:
    """Whether a newer notice says to the same person the same about the same."""
    same = newer.template == older.template and newer.recipient.id == older.recipient.id
    return same and all(newer.params.get(name) == older.params.get(name) for name in _SUBJECTS)
