"""What the entry points that are not HTTP do: the state machine's step, the stream's batch, the minute."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from chalicelib import wiring
from chalicelib.escalation import service as escalation
from chalicelib.notice import service as notices
from chalicelib.observability import logger
from chalicelib.ports import CodeAsked, HeadMoved, Ports, StreamRecord
from chalicelib.session import service as sessions
from chalicelib.statistics import service as statistics


def advance(event: Mapping[str, Any]) -> dict[str, Any]:
    """The state machine asks what is due: `{id, version, seconds}` in and out."""
    return escalation.advance(wiring.ports(), event)


def react(event: Mapping[str, Any]) -> dict[str, Any]:
    """A batch of the table's stream, in order. The first record that fails is named, so that it and what follows
    come again; everything a record causes may be done twice without harm."""
    ports = wiring.ports()
    for sequence, record in wiring.stream_records(event["Records"]):
        try:
            react_to(ports, record)
        except Exception:  # noqa: BLE001 - whatever it is, the stream brings the record again
            logger().exception("reaction failed", sequence=sequence)
            return {"batchItemFailures": [{"itemIdentifier": sequence}]}
    return {"batchItemFailures": []}


def react_to(ports: Ports, record: StreamRecord) -> None:
    """Everything that one fact causes: the timer first, so that a failed message delays no level."""
    if isinstance(record, HeadMoved):
        escalation.drive(ports, record)
        return
    if isinstance(record, CodeAsked):
        sessions.send_code(ports, record.code)
        return
    notices.announce(ports, record.event)
    escalation.skip_unreached(ports, record.event)
    statistics.count(ports, record.event)


def sweep(event: Mapping[str, Any]) -> dict[str, int]:
    """Each minute: held messages whose time has come, and clocks that nobody looked after.

    With `{"rearm": true}` (the local run starts) every open clock gets a new timer at once.
    """
    ports = wiring.ports()
    return rearm_all(ports) if event.get("rearm") else sweep_once(ports)


def rearm_all(ports: Ports) -> dict[str, int]:
    """A new timer for every clock, what is due first first: none of the old ones has survived the restart. What is
    beyond the limit gets its own from the sweeper when it is due."""
    horizon = timedelta(days=36_500)
    things = ports.store.overdue(ports.clock.now() + horizon, limit=1_000)
    return {"rearmed": escalation.sweep(ports, things, grace=-horizon, reason="restart")}


def sweep_once(ports: Ports) -> dict[str, int]:
    """One minute's sweep."""
    things = ports.store.overdue(ports.clock.now())
    staff = [thing.partition("#")[2] for thing in things if thing.startswith("STAFF#")]
    rearmed = escalation.sweep(ports, things)
    flushed = sum(_flushed(ports, staff_id) for staff_id in staff)
    return {"rearmed": rearmed, "flushed": flushed}


def _flushed(ports: Ports, staff_id: str) -> bool:
    try:
        notices.flush(ports, staff_id)
    except Exception:  # noqa: BLE001 - one person's trouble must not silence the others; the next minute tries again
        logger().exception("flush failed", staff=staff_id)
        return False
    return True
