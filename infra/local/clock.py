"""The local clock, which can run faster than life and never goes back, restarts included."""

import math
import threading
import time
from datetime import UTC, datetime
from pathlib import Path


class ScaledClock:
    """The clock port at `speed`: with 60, an hour passes in a minute.

    Starts at the real time, or where an earlier run on the same `folder` had got to, if that is later. `leap` skips
    a stretch of time; whoever lets it must see to the timers that wait (`infra.local.passing`).
    `keep()` writes how far time has got (a little more than that, for the time until the next call); call
    it about every second.
    """

    MARGIN_SECONDS = 3.0

    def __init__(self, speed: float = 1.0, folder: Path | None = None) -> None:
        if not speed > 0:
            raise ValueError("SPEED is a number greater than 0")
        self.speed = speed
        self._path = folder / "clock" if folder else None
        self._lock, self._writing = threading.Lock(), threading.Lock()
        self._real_start = time.time()
        self._start = self._latest = max(self._real_start, self._kept())
        self.keep()

    def now(self) -> datetime:
        """The scaled time, aware, in UTC, to the millisecond."""
        return datetime.fromtimestamp(math.floor(self._now() * 1000) / 1000, UTC)

    def sleep(self, seconds: float) -> None:
        """Sleep until `seconds` of scaled time have passed."""
        time.sleep(seconds / self.speed)

    def real(self, seconds: float) -> int:
        """How many whole seconds of real time a timer has to run for `seconds` of scaled time; at least 1."""
        return max(1, math.ceil(seconds / self.speed))

    def leap(self, to: datetime) -> None:
        """Be at that instant now, and go on from there; an instant that has passed changes nothing."""
        with self._lock:
            ahead = to.timestamp() - self._at()
            self._start += max(0.0, ahead)
        self.keep()

    def keep(self, margin: float = MARGIN_SECONDS) -> None:
        """Remember how far time has got, `margin` real seconds ahead."""
        if self._path is not None:
            with self._writing:
                temporary = self._path.with_name("clock.new")
                temporary.write_text(repr(self._now() + margin * self.speed), "utf-8")
                temporary.replace(self._path)

    def _now(self) -> float:
        with self._lock:
            return self._at()

    def _at(self) -> float:
        # The machine's clock may be set back; ours is not.
        self._latest = max(self._latest, self._start + (time.time() - self._real_start) * self.speed)
        return self._latest

    def _kept(self) -> float:
        return float(self._path.read_text("utf-8")) if self._path and self._path.exists() else 0.0
