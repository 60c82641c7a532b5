"""What has a clock: a bell, a case and a poll, each saying of itself what is due and what that changes.

The engine in `service` knows nothing else of them. Ringing and answering import this module too, so whatever only
a case or a poll needs is imported when one is at hand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from chalicelib.bell.changes import plan_change
from chalicelib.bell.rules import Bell
from chalicelib.case.rules import Case
from chalicelib.core.chain import SYSTEM, Happening
from chalicelib.escalation import rules
from chalicelib.place.rules import Directory
from chalicelib.ports import Change, Ports

if TYPE_CHECKING:
    from chalicelib.case.shapes import CaseChange
    from chalicelib.poll.shapes import PollChange
    from chalicelib.poll.state import Poll

Found = tuple["Clocked", Directory]


class Clocked(Protocol):
    """A thing as it stands, with a clock."""

    @property
    def head(self) -> Bell | Case | Poll:
        """The thing itself: `thing`, `version`, `generation`, `generation_at`, `due_at`, `hops`."""

    def due(self, directory: Directory, now: datetime) -> tuple[Happening, ...]:
        """What is due now; nothing before `head.due_at`."""

    def change(
        self, ports: Ports, happenings: tuple[Happening, ...], now: datetime, *, by_timeline: bool = False
    ) -> Change | CaseChange | PollChange:
        """What the happenings write when the clock does them."""


@dataclass(frozen=True)
class BellClock:
    """A bell: its ladder, then the reminders of whoever answered it."""

    head: Bell

    def due(self, directory: Directory, now: datetime) -> tuple[Happening, ...]:
        """As `Clocked` says."""
        return rules.due(self.head, directory, now)

    def change(
        self, ports: Ports, happenings: tuple[Happening, ...], now: datetime, *, by_timeline: bool = False
    ) -> Change:
        """As `Clocked` says."""
        return plan_change(ports.policy.key, self.head, happenings, now, by_timeline=by_timeline)


@dataclass(frozen=True)
class CaseClock:
    """A case: its deadlines, measured by the calendar and the policy of its place."""

    head: Case

    def due(self, directory: Directory, now: datetime) -> tuple[Happening, ...]:
        """As `Clocked` says."""
        from chalicelib.case.due import due
        from chalicelib.place.casework import calendar_for, policy_for

        return due(self.head, calendar_for(directory), now, policy_for(directory))

    def change(
        self, ports: Ports, happenings: tuple[Happening, ...], now: datetime, *, by_timeline: bool = False
    ) -> CaseChange:
        """As `Clocked` says."""
        from chalicelib.case.changes import following

        return following(self.head, happenings, SYSTEM, now, by_timeline=by_timeline)


@dataclass(frozen=True)
class PollClock:
    """A poll: its opening, its end, and when it is counted."""

    head: Poll

    def due(self, directory: Directory, now: datetime) -> tuple[Happening, ...]:
        """As `Clocked` says."""
        from chalicelib.poll.clock import due

        return due(self.head, now)

    def change(
        self, ports: Ports, happenings: tuple[Happening, ...], now: datetime, *, by_timeline: bool = False
    ) -> PollChange:
        """As `Clocked` says."""
        from chalicelib.poll.changes import following

        return following(self.head, happenings, SYSTEM, now, by_timeline=by_timeline)


def load(ports: Ports, thing: str) -> Found | None:
    """The thing and the directory of its place, in one call; None when there is none of that key."""
    kind, _, identity = thing.partition("#")
    if kind == "BELL":
        bell = ports.store.opening(identity)
        return (BellClock(bell.bell), bell.directory) if bell else None
    if kind == "CASE":
        case = ports.store.case_opening(identity)
        return (CaseClock(case.case), case.directory) if case else None
    if kind == "POLL":
        poll = ports.polls.poll_opening(identity)
        return (PollClock(poll.poll), poll.directory) if poll else None
    return None


def load_all(ports: Ports, things: Iterable[str]) -> tuple[Clocked, ...]:
    """Those of the things that have a clock, as they stand now; a call for each kind that is among them."""
    named = tuple(things)
    bells, cases, polls = (_ids(named, kind) for kind in ("BELL", "CASE", "POLL"))
    found: tuple[Clocked, ...] = ()
    if bells:
        found += tuple(BellClock(bell) for bell in ports.store.bells(bells))
    if cases:
        found += tuple(CaseClock(line.case) for line in ports.store.cases(cases))
    if polls:
        found += tuple(PollClock(poll) for poll in ports.polls.polls_of(polls))
    return found


def _ids(things: Iterable[str], kind: str) -> tuple[str, ...]:
    return tuple(thing.partition("#")[2] for thing in things if thing.startswith(f"{kind}#"))
