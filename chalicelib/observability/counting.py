"""Which metrics an event moves, and what the minute finds. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from chalicelib.bell.rules import Bell, Status
from chalicelib.core import ids
from chalicelib.core.chain import Event
from chalicelib.observability.metrics import Measure

_FATES: Mapping[str, str] = {
    "sent": "NoticesSent",
    "failed": "NoticesFailed",
    "undelivered": "NoticesFailed",
    "unknown": "NoticesFailed",
    "unreachable": "NoticesUnreachable",
    "superseded": "NoticesSuperseded",
}


def of_event(event: Event) -> tuple[Measure, ...]:
    """What an event that was reacted to adds; nothing for a canary's."""
    if ids.is_canary(event.thing):
        return ()
    if event.kind == "notified":
        return tuple(_of_notices(event.data["notices"]))
    return tuple(_of_bell(event)) if event.thing.startswith("BELL#") else ()


def _of_bell(event: Event) -> Iterator[Measure]:
    prefix = ids.prefix_of(event.thing.partition("#")[2])
    if event.kind == "rung":
        yield Measure("BellsRung", 1, prefix)
    elif event.kind == "answered":
        yield Measure("BellsAnswered", 1, prefix)
        yield Measure("SecondsToAnswer", event.data["after_seconds"], prefix)
    elif event.kind == "exhausted" and event.data["round"] == 1:
        yield Measure("BellsExhausted", 1, prefix)


def _of_notices(notices: Iterable[Mapping[str, Any]]) -> Iterator[Measure]:
    found = Counter(_FATES[n["fate"]] for n in notices if n["fate"] in _FATES)
    return (Measure(name, count) for name, count in found.items())


def of_bells(open_bells: Mapping[str, Sequence[Bell]], now: datetime) -> tuple[Measure, ...]:
    """What rings now, by subdistrict and altogether, and for how long the oldest of it has."""
    found: list[Measure] = []
    waited_longest, all_ringing = 0.0, 0
    for prefix, bells in open_bells.items():
        ringing = [bell for bell in bells if bell.status is Status.RINGING]
        waited = max(((now - (b.ringing_since or b.rung_at)).total_seconds() for b in ringing), default=0.0)
        found.append(Measure("BellsRinging", len(ringing), prefix, alone=True))
        found.append(Measure("OldestUnansweredSeconds", round(waited), prefix, alone=True))
        waited_longest, all_ringing = max(waited_longest, waited), all_ringing + len(ringing)
    found.append(Measure("BellsRinging", all_ringing))
    found.append(Measure("OldestUnansweredSeconds", round(waited_longest)))
    return tuple(found)


def age(records: Iterable[Mapping[str, Any]], now: datetime) -> float | None:
    """Seconds since the oldest of these records of the stream was written; None when none says when that was."""
    written = [record["dynamodb"].get("ApproximateCreationDateTime") for record in records]
    instants = [float(at.timestamp() if isinstance(at, datetime) else at) for at in written if at]
    return max(0.0, now.timestamp() - min(instants)) if instants else None
