"""What each event makes of a bell, which is the fold of its events. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.bell.state import Bell, Status, ladder_of, people
from chalicelib.core.chain import Event, Tip
from chalicelib.core.times import parse_iso
from chalicelib.place.ladder import Desk, Urgency


def apply(bell: Bell | None, event: Event) -> Bell:
    """The bell after the event. Only `rung` makes a bell out of nothing."""
    if bell is None:
        return _rung(event)
    at, data = parse_iso(event.at), event.data
    tip = Tip(event.seq, event.hash)
    if event.kind == "notified":
        return replace(bell, tip=tip)
    changed = _CHANGES[event.kind](bell, data, at)
    return replace(changed, tip=tip, version=bell.version + 1)


def fold(events: Iterable[Event], bell: Bell | None = None) -> Bell:
    """The bell after all these events."""
    for event in events:
        bell = apply(bell, event)
    assert bell is not None, "a record begins with an event"  # noqa: S101 - a broken promise of our own
    return bell


def _rung(event: Event) -> Bell:
    data, at = event.data, parse_iso(event.at)
    return Bell(
        id=event.thing.partition("#")[2],
        neighbourhood=data["neighbourhood"],
        community=data["community"],
        desk=Desk(data["desk"]),
        category=data["category"],
        urgency=Urgency(data["urgency"]),
        ladder=ladder_of(data["ladder"]),
        rung_at=at,
        ringing_since=at,
        due_at=at,
        version=1,
        generation_at=at,
        tip=Tip(event.seq, event.hash),
    )


def _alerted(bell: Bell, data: Mapping[str, Any], at: datetime) -> Bell:
    named = {person.id: person for person in (*bell.alerted, *people(data["staff"]))}
    return replace(
        bell,
        level=data["level"],
        repeat=data["repeat"],
        alerted=tuple(named.values()),
        due_at=parse_iso(data["due_at"]),
    )


def _skipped(bell: Bell, data: Mapping[str, Any], at: datetime) -> Bell:
    return replace(bell, level=data["level"], repeat=0)


def _exhausted(bell: Bell, data: Mapping[str, Any], at: datetime) -> Bell:
    named = {person.id: person for person in (*bell.alerted, *people(data["staff"]))}
    due = parse_iso(data["due_at"])
    return replace(bell, round=data["round"], alerted=tuple(named.values()), due_at=due)


def _answer(bell: Bell, data: Mapping[str, Any], at: datetime) -> Bell:
    (by,) = people([data["by"]])
    due = parse_iso(data["due_at"])
    return replace(bell, status=Status.ANSWERED, answered_by=by, answered_at=at, due_at=due, reminders=0)


def _overdue(bell: Bell, data: Mapping[str, Any], at: datetime) -> Bell:
    return replace(bell, reminders=data["reminder"], due_at=parse_iso(data["due_at"]))


def _accepted(bell: Bell, data: Mapping[str, Any], at: datetime) -> Bell:
    return replace(bell, status=Status.ACCEPTED, case=data["case"], due_at=None)


def _declined(bell: Bell, data: Mapping[str, Any], at: datetime) -> Bell:
    return replace(bell, status=Status.DECLINED, due_at=None)


def _withdrawn(bell: Bell, data: Mapping[str, Any], at: datetime) -> Bell:
    return replace(bell, status=Status.WITHDRAWN, due_at=None)


def _appealed(bell: Bell, data: Mapping[str, Any], at: datetime) -> Bell:
    return replace(
        _next_generation(bell, at),
        status=Status.RINGING,
        epoch=bell.epoch + 1,
        level=data["level"],
        repeat=0,
        round=0,
        ringing_since=at,
        due_at=at,
        alerted=(),
        answered_by=None,
        answered_at=None,
    )


def _transferred(bell: Bell, data: Mapping[str, Any], at: datetime) -> Bell:
    # Whoever rang and was not answered waits on: it is their wait that is told and counted.
    waiting = bell.ringing_since if bell.status is Status.RINGING else at
    return replace(
        bell,
        status=Status.RINGING,
        neighbourhood=data["to"]["neighbourhood"],
        community=data["to"]["community"],
        desk=Desk(data["to"]["desk"]),
        ladder=ladder_of(data["ladder"]),
        epoch=bell.epoch + 1,
        transfers=bell.transfers + 1,
        level=0,
        repeat=0,
        round=0,
        reminders=0,
        ringing_since=waiting,
        due_at=at,
        alerted=(),
        answered_by=None,
        answered_at=None,
    )


def _erased(bell: Bell, data: Mapping[str, Any], at: datetime) -> Bell:
    return replace(bell, erased_at=at)


def _corrected(bell: Bell, data: Mapping[str, Any], at: datetime) -> Bell:
    return bell


def _rearmed(bell: Bell, data: Mapping[str, Any], at: datetime) -> Bell:
    return _next_generation(bell, at)


def _next_generation(bell: Bell, at: datetime) -> Bell:
    return replace(bell, generation=bell.generation + 1, generation_at=at, hops=0)


_CHANGES = {
    "alerted": _alerted,
    "level_skipped": _skipped,
    "exhausted": _exhausted,
    "answered": _answer,
    "decision_overdue": _overdue,
    "accepted": _accepted,
    "declined": _declined,
    "withdrawn": _withdrawn,
    "appealed": _appealed,
    "transferred": _transferred,
    "rearmed": _rearmed,
    "erased": _erased,
    "corrected": _corrected,
}
