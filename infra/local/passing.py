"""Letting days pass in seconds: the local clock leaps over every stretch in which nothing is due.

Nothing is skipped that would have happened. Before each deadline the clock runs at its usual pace again, the execution
that waits for it is told how long that still is, goes off by itself and asks `advance`; what waits for a minute's sweep
gets its sweep. At the end every execution is told anew: its timer began before the leap and would go off late.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from chalicelib.core.times import parse_iso
from chalicelib.timeline.runner import StepFunctionsTimeline
from infra.local.clock import ScaledClock
from infra.local.embedded import EmbeddedAws

LONGEST = timedelta(days=366)
SETTLING_SECONDS = 5.0
_LEAD_SECONDS = 0.95
"""Real seconds before a deadline at which time runs on: a timer waits a whole second, so it goes off right after."""
_PATIENCE_SECONDS = 6.0
_TOLD_FOR_SECONDS = 2.0
_LOOK_SECONDS, _STILL_SECONDS = 0.02, 0.08
_HARDLY = timedelta(minutes=2)
"""How late a deadline of a case may be met: no later than on AWS when a timer was lost."""
_A_MOMENT = timedelta(milliseconds=2)
_A_MINUTE = timedelta(minutes=1)


Deadline = tuple[str, int, datetime]


@dataclass(frozen=True)
class Due:
    """A row with a deadline. `token`: what its execution waits with; what has none waits for the sweeper."""

    thing: str
    version: int
    due_at: datetime
    token: str
    swept: bool

    @property
    def deadline(self) -> Deadline:
        """This deadline and no later one of the same thing."""
        return self.thing, self.version, self.due_at

    def near(self, other: Due) -> bool:
        """Whether both are of cases and hardly apart. A bell's levels are minutes: each has its own moment."""
        both = self.thing.startswith("CASE#") and other.thing.startswith("CASE#")
        return both and self.due_at - other.due_at <= _HARDLY


def deadlines(aws: EmbeddedAws) -> tuple[Due, ...]:
    """Every row that has a deadline, the earliest first; read in the emulator's memory, without any call."""
    table = dynamodb_backends[DEFAULT_ACCOUNT_ID][aws.region].tables[aws.table_name]
    with aws.gate.lock:
        rows = [
            row.attrs for shelf in table.items.values() for row in shelf.values() if "due_at" in row.attrs
        ]
        found = [_due({name: value.value for name, value in row.items()}) for row in rows]
    return tuple(sorted(found, key=lambda due: due.due_at))


def _due(row: dict[str, Any]) -> Due:
    at, token = parse_iso(row["due_at"]), str(row.get("task_token", ""))
    return Due(row["pk"], int(row["version"]), at, token, row["kind"] == "WINDOW")


def _together(found: list[Due]) -> Iterator[Due]:
    """The first deadline, and those of cases that are so near that one real second serves them all."""
    first = found[0]
    yield first
    if not first.near(first):
        return
    for due in found[1:]:
        if not due.near(first):
            return
        yield due


class Passing:
    """Lets time pass in one run. `settled` waits until the stream is consumed; `sweep` is one minute's sweep; while
    `paused` is held the minutes of the run itself stand still; `afterwards` is called when the time has passed."""

    def __init__(
        self,
        aws: EmbeddedAws,
        clock: ScaledClock,
        settled: Callable[[float], bool],
        sweep: Callable[[], None],
        paused: AbstractContextManager[Any],
        afterwards: Callable[[], None] = lambda: None,
    ) -> None:
        self._aws, self.clock = aws, clock
        self._settled, self._sweep, self._paused = settled, sweep, paused
        self._afterwards = afterwards
        self._timeline = StepFunctionsTimeline(aws.session, aws.state_machine_arn)
        self._told: dict[Deadline, float] = {}

    def let_pass(self, span: timedelta) -> datetime:
        """Let that much time pass; answers when all that was due has happened, with the time it is then. Raises
        ValueError unless the span is between nothing and `LONGEST`."""
        if not timedelta() < span <= LONGEST:
            raise ValueError(f"no span of time: {span}")
        with self._paused:
            target = self.clock.now() + span
            self._rest()
            for due in self._until(target):
                self._meet(due)
                self._rest()
            self.clock.leap(target)
            self._told.clear()
            self._tell(deadlines(self._aws))
            if span >= _A_MINUTE:
                # One came round just now; whoever asks must not hear that they have stopped.
                self._sweep()
            self._afterwards()
            return self.clock.now()

    def _until(self, target: datetime) -> Iterator[tuple[Due, ...]]:
        """The earliest deadlines again and again; one that was not met in its time is left to the sweeper."""
        seen: set[Deadline] = set()
        while found := [d for d in deadlines(self._aws) if d.deadline not in seen and d.due_at <= target]:
            together = tuple(_together(found))
            seen |= {due.deadline for due in together}
            yield together

    def _rest(self) -> None:
        """Until what was written has had its consequences: no execution that is about to wait is told too early."""
        self._settled(SETTLING_SECONDS)
        before: tuple[Due, ...] = ()
        given_up = time.monotonic() + _TOLD_FOR_SECONDS
        while before != (now := deadlines(self._aws)) and time.monotonic() < given_up:
            before = now
            time.sleep(_STILL_SECONDS)

    def _meet(self, together: tuple[Due, ...]) -> None:
        last = together[-1]
        if last.swept:
            self.clock.leap(last.due_at + _A_MOMENT)
            self._sweep()
            return
        second = timedelta(seconds=self.clock.speed)
        self.clock.leap(last.due_at - _LEAD_SECONDS * second)
        awaited, given_up = {due.deadline for due in together}, time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < given_up:
            rows = deadlines(self._aws)
            if awaited.isdisjoint(row.deadline for row in rows):
                return
            self._tell(row for row in rows if row.due_at <= self.clock.now() + 2 * second)
            time.sleep(_LOOK_SECONDS)

    def _tell(self, rows: Iterable[Due]) -> None:
        """Tell each execution how long to wait from now; again after a while, as it may just have begun to wait."""
        for due in rows:
            told = self._told.get(due.deadline, 0.0)
            if due.swept or time.monotonic() - told < _TOLD_FOR_SECONDS:
                continue
            self._told[due.deadline] = time.monotonic()
            seconds = self.clock.real((due.due_at - self.clock.now()).total_seconds())
            self._timeline.signal(due.token, due.thing, due.version, seconds)
