"""The record (铃录): a chain of hashed events. Pure; the reader's browser computes the same.

An event is `{thing, seq, at, actor, kind, data, prev, hash}` and its hash is SHA-256 over the canonical JSON
of all but the hash. Canonical JSON is RFC 8785 (JCS) for what events may hold: strings, integers that a
browser holds exactly, booleans, null, lists and objects with ASCII keys; anything else is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.core.times import iso

GENESIS = "0" * 64
_EXACT = 2**53 - 1  # what JavaScript reads without rounding
Json = Mapping[str, Any]


@dataclass(frozen=True)
class Actor:
    """Who did it: `kind` is resident, staff or system; the name is a staff member's, never a resident's."""

    kind: str
    id: str = ""
    name: str = ""
    role: str = ""

    def json(self) -> dict[str, str]:
        """The actor as an event holds it."""
        return {k: v for k, v in vars_of(self).items() if v}


SYSTEM = Actor("system")
RESIDENT = Actor("resident")


@dataclass(frozen=True)
class Happening:
    """What the rules decided: an event before it has its place in the chain."""

    kind: str
    data: Json


@dataclass(frozen=True)
class Event:
    """One link of a thing's chain; `at` as `core.times.iso` writes it."""

    thing: str
    seq: int
    at: str
    actor: Mapping[str, str]
    kind: str
    data: Json
    prev: str
    hash: str


@dataclass(frozen=True)
class Tip:
    """Where a chain ends: the last event's number and hash."""

    seq: int = 0
    hash: str = GENESIS


@dataclass(frozen=True)
class Verdict:
    """Whether a chain holds, how many events it has, and which is the first that does not fit."""

    intact: bool
    events: int
    broken_at: int | None = None
    reason: str = ""


def vars_of(actor: Actor) -> dict[str, str]:
    """The fields of an actor (slots have no `__dict__`)."""
    return {"kind": actor.kind, "id": actor.id, "name": actor.name, "role": actor.role}


def canonical(value: object) -> bytes:
    """Canonical JSON; raises ValueError on what two machines may write differently, such as a float."""
    if refusal := _refusal(value):
        raise ValueError(refusal)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def commitment(salt: str, values: Json) -> str:
    """A salted hash that binds an event to personal data kept elsewhere, so that the data can be erased."""
    return hashlib.sha256(canonical({"salt": salt, "values": dict(values)})).hexdigest()


def digest(event: Event) -> str:
    """What the hash of the event must be."""
    body = {
        "thing": event.thing,
        "seq": event.seq,
        "at": event.at,
        "actor": dict(event.actor),
        "kind": event.kind,
        "data": event.data,
        "prev": event.prev,
    }
    return hashlib.sha256(canonical(body)).hexdigest()


def extend(
    thing: str, tip: Tip, at: datetime, actor: Actor, happenings: Iterable[Happening]
) -> tuple[Event, ...]:
    """The happenings as the next events of the chain that ends at `tip`."""
    events: list[Event] = []
    for happening in happenings:
        bare = Event(thing, tip.seq + 1, iso(at), actor.json(), happening.kind, happening.data, tip.hash, "")
        sealed = _with_hash(bare)
        events.append(sealed)
        tip = Tip(sealed.seq, sealed.hash)
    return tuple(events)


def verify(events: Sequence[Event], tip: Tip | None = None, thing: str = "") -> Verdict:
    """Walk the chain from its first event. With `tip` it must end there: nothing cut off, nothing put behind;
    with `thing` every event must be that thing's, so that no other chain can stand in for it."""
    seq, prev = 0, GENESIS
    for event in events:
        seq += 1
        if reason := _misfit(event, seq, prev, thing):
            return Verdict(False, len(events), seq, reason)
        prev = event.hash
    if tip is not None and (tip.seq, tip.hash) != (seq, prev):
        return Verdict(False, len(events), seq + 1, "truncated" if tip.seq > seq else "beyond_tip")
    return Verdict(True, len(events))


def _misfit(event: Event, seq: int, prev: str, thing: str) -> str:
    if thing and event.thing != thing:
        return "foreign"
    if event.seq != seq:
        return "missing"
    if event.prev != prev:
        return "unlinked"
    try:
        return "" if digest(event) == event.hash else "altered"
    except ValueError:  # holds what no event can have held when it was written
        return "altered"


def _with_hash(event: Event) -> Event:
    return Event(
        event.thing, event.seq, event.at, event.actor, event.kind, event.data, event.prev, digest(event)
    )


def _refusal(value: object) -> str:
    """Why a value has no canonical form here, or ""."""
    if value is None or isinstance(value, bool | str):
        return ""
    if isinstance(value, int):
        return "" if abs(value) <= _EXACT else f"an event holds no integers beyond 2**53: {value}"
    if isinstance(value, dict):
        if any(not isinstance(key, str) or not key.isascii() for key in value):
            return "an event holds ASCII keys only"
        return next(filter(None, map(_refusal, value.values())), "")
    if isinstance(value, list | tuple):
        return next(filter(None, map(_refusal, value)), "")
    return f"an event holds no {type(value).__name__}: write integers with their unit, or text"
