"""What a canary needs to fly over a world of fakes."""

from __future__ import annotations

import json
from datetime import datetime

from tests.fakes.world import World

OPEN_DOOR = json.dumps({"status": "ok", "places": 1})


class Settling:
    """A clock on which the stream and the timers do their work while somebody waits."""

    def __init__(self, world: World, *, reacts: bool = True) -> None:
        self._world, self._reacts = world, reacts

    def now(self) -> datetime:
        """As the world's."""
        return self._world.clock.now()

    def sleep(self, seconds: float) -> None:
        """A second passes, and with it whatever can happen."""
        self._world.clock.advance(seconds=seconds)
        if self._reacts:
            self._world.settle()

    def real(self, seconds: int) -> int:
        """As the world's."""
        return self._world.clock.real(seconds)
