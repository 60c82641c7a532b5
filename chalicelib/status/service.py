"""Keeping pulses and reading them."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.ports import Ports
from chalicelib.status.rules import Pulse, Report, following, judge

REMEMBERED = timedelta(seconds=15)
_kept: tuple[Ports, datetime, Report] | None = None


def came_round(
    ports: Ports, name: str, *, ok: bool = True, detail: str = "", seconds: float = 0, mark: str = ""
) -> Pulse:
    """Note that `name` came round now, and how it went; two AWS calls. Answers what was noted."""
    now = ports.clock.now()
    pulse = Pulse(name, now, ok, now, detail, seconds, mark)
    noted = following(ports.store.pulses().get(name), pulse)
    ports.store.beat(noted)
    return noted


def report(ports: Ports) -> Report:
    """How the platform is now, or was within the last `REMEMBERED`: what everybody reloads when something is wrong must
    not be what breaks the rest. One AWS call at most, and one for each directory that is not remembered."""
    global _kept  # noqa: PLW0603 - one a process
    now = ports.clock.now()
    if _kept is None or _kept[0] is not ports or not _kept[1] <= now < _kept[1] + REMEMBERED:
        _kept = (ports, now, judge(ports.store.pulses(), len(ports.directories.all()), now))
    return _kept[2]
