"""Moving and reading the published figures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from chalicelib.core import ids
from chalicelib.core.chain import Event
from chalicelib.ports import Ports
from chalicelib.statistics.rules import counters_of, day_scope, figures, scope_of


def count(ports: Ports, event: Event) -> None:
    """Move the figures of the day the event belongs to, once however often it is told."""
    counters = counters_of(event) if event.thing.startswith(("BELL#", "CASE#")) else {}
    if counters:
        directory = ports.directories.of(ids.prefix_of(event.thing.partition("#")[2]))
        scope = scope_of(directory.subdistrict, event.at)
        ports.store.count(f"{event.thing}#{event.seq}", counters, scope)


def of_day(ports: Ports, prefix: str, day: date | None = None) -> Mapping[str, Any]:
    """The figures of a day (today in the place's zone); one AWS call."""
    zone = ports.directories.of(prefix).subdistrict.zone
    wanted = day or ports.clock.now().astimezone(zone).date()
    return {"day": wanted.isoformat(), **figures(ports.store.counters(day_scope(prefix, wanted)))}
