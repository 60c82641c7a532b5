"""When a timer has grown old. An execution of the state machine ends after 25,000 events of its history or a year;
whatever has a deadline goes over to the next generation of its timer well before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from chalicelib.core.chain import Happening

MAX_HOPS = 1_000
MAX_AGE = timedelta(days=300)


class Timer(Protocol):
    """Whatever has a timer: since when its generation runs, and how often that began to wait."""

    @property
    def generation_at(self) -> datetime | None:
        """When the generation began."""

    @property
    def hops(self) -> int:
        """How often it began to wait."""


def renewal(timer: Timer, now: datetime) -> tuple[Happening, ...]:
    """The next generation of a timer that has grown old: by its hops, or by its days."""
    old = timer.generation_at is not None and now - timer.generation_at >= MAX_AGE
    return (rearmed("age"),) if old or timer.hops >= MAX_HOPS else ()


def rearmed(reason: str) -> Happening:
    """The next generation of the timer: `lost` when the sweeper found none, `age` when it grew old."""
    return Happening("rearmed", {"reason": reason})
