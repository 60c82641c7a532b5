"""Time that is moved by hand."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from chalicelib.core.times import tick

START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""A Monday, 10:00 in Hangzhou."""


class FakeClock:
    """The Clock port. Nothing moves it but `advance`, `go_to` and whoever sleeps; `slept` lists their seconds."""

    def __init__(self, start: datetime = START) -> None:
        self._now = tick(start)
        self._lock = threading.Lock()
        self.slept: list[float] = []

    def now(self) -> datetime:
        """Aware UTC, to the millisecond."""
        with self._lock:
            return self._now

    def sleep(self, seconds: float) -> None:
        """Passes at once: the clock moves itself."""
        self.slept.append(seconds)
        self.advance(seconds=seconds)

    def real(self, seconds: int) -> int:
        """Timers outside run at the same pace."""
        return max(1, seconds)

    def advance(
        self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0
    ) -> datetime:
        """Move forward and say what time it is now."""
        step = timedelta(seconds=seconds, minutes=minutes, hours=hours, days=days)
        return self.go_to(self.now() + step)

    def go_to(self, instant: datetime) -> datetime:
        """Move forward to an instant; time never goes back."""
        with self._lock:
            self._now = max(self._now, tick(instant))
            return self._now
