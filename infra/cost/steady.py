"""What makes each play count the same: a clock moved by hand, and chance that always falls the same way."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

from infra.local.mend import Record


class HandClock:
    """The clock port, moved by hand."""

    speed = 1.0

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """The time that it was moved to."""
        return self._at

    def sleep(self, seconds: float) -> None:
        """Time passes at once."""
        self._at += timedelta(seconds=seconds)

    def real(self, seconds: float) -> int:
        """Timers wait as long as they are told."""
        return max(1, int(seconds))

    def leap(self, to: datetime) -> None:
        """Be there, unless that has passed."""
        self._at = max(self._at, to)


def dated(clock: HandClock, kept: deque[list[Record]]) -> Callable[[list[Record]], None]:
    """Keep records for the stream, as old as the clock says: what is logged of their age is then always as long."""

    def keep(records: list[Record]) -> None:
        for record in records:
            record["dynamodb"]["ApproximateCreationDateTime"] = int(clock.now().timestamp())
        kept.append(records)

    return keep


def same_each_time() -> Callable[..., int]:
    """Chance that falls the same way in each run."""
    calls = count()

    def number(_: object, bits: int) -> int:
        digest = hashlib.shake_256(str(next(calls)).encode()).digest(bits // 8 + 1)
        return int.from_bytes(digest, "big") % (1 << bits)

    return number
