"""What the pulses say about the platform. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

SWEEP, CANARY, MAILBOX = "sweep", "canary", "mailbox"
# A pulse that is missing for so long has stopped: three minutes' sweeps, two hours' canaries and some. Only operators
# ask after the mailbox.
SILENT = {SWEEP: timedelta(minutes=4), CANARY: timedelta(minutes=150), MAILBOX: timedelta(minutes=10)}


@dataclass(frozen=True)
class Pulse:
    """That something that comes round by itself (`sweep`, `canary`, `mailbox`) came round, how it went, and since when
    it has gone that way. `detail` says where it went wrong; `seconds` is how long it took; `mark` how far it came, for
    what goes on from there (`ports.Mailbox`)."""

    name: str
    at: datetime
    ok: bool
    since: datetime
    detail: str = ""
    seconds: float = 0
    mark: str = ""


class State(StrEnum):
    """How the platform is.

    ok · starting: no minute has come round yet · late: what comes round by itself has stopped, so levels, reminders or
    messages may come late · failing: the last trial bell did not get through · no_place: nothing can be rung.
    """

    OK = "ok"
    STARTING = "starting"
    LATE = "late"
    FAILING = "failing"
    NO_PLACE = "no_place"

    @property
    def well(self) -> bool:
        """Whether nobody need be called."""
        return self in (State.OK, State.STARTING)


@dataclass(frozen=True)
class Report:
    """How the platform is, since when, and what that is concluded from; `since` is None when nobody knows."""

    state: State
    since: datetime | None
    sweep: Pulse | None
    canary: Pulse | None


def judge(pulses: Mapping[str, Pulse], places: int, now: datetime) -> Report:
    """How the platform is, given its latest pulses and how many places it has loaded."""
    sweep, canary = pulses.get(SWEEP), pulses.get(CANARY)
    silent = [pulse for pulse in (sweep, canary) if pulse and now - pulse.at > SILENT[pulse.name]]
    if not places:
        return Report(State.NO_PLACE, None, sweep, canary)
    if silent:
        return Report(State.LATE, min(pulse.at for pulse in silent), sweep, canary)
    if canary and not canary.ok:
        return Report(State.FAILING, canary.since, sweep, canary)
    if sweep is None:
        return Report(State.STARTING, None, sweep, canary)
    return Report(State.OK, max(pulse.since for pulse in (sweep, canary) if pulse), sweep, canary)


def following(before: Pulse | None, pulse: Pulse) -> Pulse:
    """The pulse with the instant since when it has gone that way: not since before it was last silent."""
    if before is None or before.ok != pulse.ok or pulse.at - before.at > SILENT[pulse.name]:
        return replace(pulse, since=pulse.at)
    return replace(pulse, since=before.since)
