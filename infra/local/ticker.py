"""What comes round by itself: the minute's sweep, the hour's anchor and trial bell, as EventBridge would call them."""

import threading
import time
import traceback
from typing import Any
from unittest.mock import patch

from infra.local.clock import ScaledClock
from infra.local.mend import Context, Handler

SWEEP_SECONDS = 60.0
SWEEP_AT_LEAST_SECONDS = 3.0
"""However fast the clock runs, a timer waits a real second at least: a sweep must leave it the time to go off."""


def scheduled(detail: dict[str, Any]) -> dict[str, Any]:
    """What EventBridge hands to a scheduled function. AWS's own rule has an empty `detail`."""
    return {
        "version": "0",
        "id": "local",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "1970-01-01T00:00:00Z",
        "region": "local",
        "resources": [],
        "detail": detail,
    }


class _Held:
    """Several locks as one, which may be taken again by whoever has it."""

    def __init__(self, *locks: Any) -> None:
        self._locks = locks

    def __enter__(self) -> None:
        for lock in self._locks:
            lock.acquire()

    def __exit__(self, *_: object) -> None:
        for lock in reversed(self._locks):
            lock.release()


class Ticker:
    """Calls the sweeper each minute of the scaled clock, and with the first minute of an hour what makes the day's
    anchor and what rings the trial bell; not while somebody else holds `paused`. A trial bell takes its real seconds,
    so it is rung beside the minutes, and `paused` waits for its end."""

    def __init__(
        self, sweep: Handler, anchor: Handler, clock: ScaledClock, canary: Handler | None = None
    ) -> None:
        self._sweep = sweep
        self._anchor = anchor
        self._canary = canary
        self._clock = clock
        self._hours: dict[str, str] = {}
        self._interval = max(SWEEP_AT_LEAST_SECONDS, SWEEP_SECONDS / clock.speed)
        self._stopped = threading.Event()
        self._minute, self._flight = threading.RLock(), threading.RLock()
        self.paused = _Held(self._minute, self._flight)

    def run(self) -> None:
        """Tick until stopped."""
        waited = 0.0
        while not self._stopped.wait(step := min(1.0, self._interval)):
            self._clock.keep()
            waited += step
            if waited >= self._interval:
                waited = 0.0
                self.sweep()
                self.anchor()
                if self._canary:
                    threading.Thread(target=self.canary, name="canary", daemon=True).start()

    def sweep(self) -> None:
        """What a minute's sweep does, now."""
        with self._minute:
            self._call({})

    def anchor(self) -> None:
        """What an hour's anchor does, unless it was done this hour."""
        with self._minute:
            if self._new_hour("anchor"):
                self._try(self._anchor, "anchor", {})

    def canary(self) -> None:
        """Ring the hour's trial bell, unless it was rung this hour. However fast the clock runs, the stream and a timer
        take their real seconds, so meanwhile waiting is real."""
        with self._flight:
            if self._canary and self._new_hour("canary"):
                with patch.object(self._clock, "sleep", time.sleep):
                    self._try(self._canary, "canary", {})

    def _new_hour(self, what: str) -> bool:
        """Whether this is the first time in this hour that anybody asks for it."""
        before, self._hours[what] = self._hours.get(what), self._clock.now().isoformat()[:13]
        return before != self._hours[what]

    def rearm(self) -> None:
        """Have every open clock given a new timer."""
        self._call({"rearm": True})

    def stop(self) -> None:
        """Tick no more."""
        self._stopped.set()

    def _call(self, detail: dict[str, Any]) -> None:
        self._try(self._sweep, "sweep", detail)

    def _try(self, function: Handler, name: str, detail: dict[str, Any]) -> None:
        try:
            function(scheduled(detail), Context(name, name))
        except Exception:  # noqa: BLE001  # the next time may do better
            traceback.print_exc()
