"""What decisions about a poll or a roll write: the events in their chain, what it is after them, the gates. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from chalicelib.core.chain import Actor, Happening, Tip, extend
from chalicelib.people.staff import Staff
from chalicelib.poll.clock import counts_at
from chalicelib.poll.roll import Roll
from chalicelib.poll.rules import fold
from chalicelib.poll.shapes import Gate, PollChange, RollChange
from chalicelib.poll.state import Poll, Stage

# What changes when a vote may come in.
_TURNS = frozenset({"announced", "extended", "sealed", "cancelled"})
_SHUT = frozenset({Stage.SEALED, Stage.DISPUTED, Stage.COUNTED, Stage.CANCELLED})


def actor_of(member: Staff) -> Actor:
    """A member of staff as an event names them."""
    return Actor("staff", member.id, member.name, str(member.role))


def beginning(poll_id: str, happenings: Iterable[Happening], by: Actor, now: datetime) -> PollChange:
    """A poll begins with `drafted`."""
    events = extend(f"POLL#{poll_id}", Tip(), now, by, happenings)
    return PollChange(None, fold(events), events)


def following(
    before: Poll, happenings: Iterable[Happening], by: Actor, now: datetime, *, by_timeline: bool = False
) -> PollChange:
    """The poll moves on, and its gates with it."""
    events = extend(before.thing, before.tip, now, by, happenings)
    after = fold(events, before)
    turns = any(event.kind in _TURNS for event in events)
    return PollChange(before, after, events, gate_of(after) if turns else None, by_timeline)


def gate_of(poll: Poll) -> Gate | None:
    """What lets votes pass; None for a poll that was never announced. Shut gates let nothing pass from any time on."""
    ends = counts_at(poll)
    if poll.opens_at is None or poll.closes_at is None or ends is None:
        return None
    choices = tuple(f"{topic.id}:{option.id}" for topic in poll.topics for option in topic.options)
    shut = poll.stage in _SHUT
    return Gate(poll.opens_at, poll.closes_at, poll.opens_at if shut else ends, choices)


def roll_after(
    before: Roll, after: Roll, happenings: Iterable[Happening], by: Actor, now: datetime
) -> RollChange:
    """The history of a roll moves on, with its record."""
    events = extend(before.thing, before.tip, now, by, happenings)
    tip = Tip(events[-1].seq, events[-1].hash)
    moved = replace(after, version=before.version + 1, tip=tip)
    return RollChange(before if before.version else None, moved, events)
