"""What the table's stream says, in the words of the platform. Plain data, apart from `ports` because only who reacts
to the stream needs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.core.chain import Event
from chalicelib.session.shapes import Code


@dataclass(frozen=True)
class HeadMoved:
    """A stream record: the clock of a thing was created or its version changed. `token`: what the machine
    waited with."""

    thing: str
    version: int
    generation: int
    due_at: datetime | None
    was_version: int | None
    was_generation: int | None
    token: str
    by_timeline: bool


@dataclass(frozen=True)
class EventAppended:
    """A stream record: an event joined a thing's chain."""

    event: Event


@dataclass(frozen=True)
class CodeAsked:
    """A stream record: somebody wants to sign in and waits for a code."""

    code: Code


@dataclass(frozen=True)
class Undelivered:
    """A stream record: a provider reported that a notice of event `version` of the thing did not arrive."""

    thing: str
    version: int


StreamRecord = HeadMoved | EventAppended | CodeAsked | Undelivered
