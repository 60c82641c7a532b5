"""The Polls port in memory: a part of `tests.fakes.store.FakeStore`, which has the lock, the stream and the faults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from chalicelib.core import ids
from chalicelib.core.times import iso
from chalicelib.poll.ballots import ROOM, Ballot, Box, Ruling
from chalicelib.poll.roll import Roll, RollVersion, Unit
from chalicelib.poll.shapes import Cast, Gate, Refusal
from chalicelib.poll.state import Poll


@dataclass(slots=True)
class PollHead:
    """A poll and what belongs to it."""

    poll: Poll
    token: str = ""
    gate: Gate | None = None
    units: tuple[Unit, ...] = ()
    boxes: dict[int, Box] = field(default_factory=dict)
    published: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Rolls:
    """A neighbourhood's roll and the units of its versions."""

    head: Roll | None = None
    units: dict[int, tuple[Unit, ...]] = field(default_factory=dict)


def let_in(head: PollHead | None, cast: Cast) -> Ballot | Refusal:
    """What the gate and the box say to a vote; the ballot is in the box afterwards if it may."""
    if head is None or head.gate is None:
        return Refusal("no_such_poll")
    box, ballot = head.boxes.get(cast.unit, Box(cast.unit)), cast.ballot
    if there := next((b for b in box.ballots if b.id == ballot.id), None):
        return there
    if refusal := _shut(head.gate, ballot):
        return refusal
    if cast.round is not None and box.round != cast.round:
        return Refusal("link_replaced")
    if len(box.ballots) >= ROOM[ballot.via]:
        return Refusal("too_many")
    head.boxes[cast.unit] = replace(box, ballots=(*box.ballots, ballot))
    return ballot


def _shut(gate: Gate, ballot: Ballot) -> Refusal | None:
    if ballot.cast_at < gate.opens_at:
        return Refusal("not_open", gate.opens_at)
    if ballot.cast_at >= gate.closes_at or ballot.received_at >= gate.entry_until:
        return Refusal("closed", gate.closes_at)
    known = set(gate.choices)
    if any(f"{topic}:{choice}" not in known for topic, choice in ballot.choices.items()):
        return Refusal("no_such_choice")
    return None


def listed(heads: Mapping[str, PollHead], prefix: str) -> list[tuple[str, Poll]]:
    """The polls of a subdistrict by their place in the list, newest first."""
    found = (head.poll for head in heads.values() if ids.prefix_of(head.poll.id) == prefix)
    return sorted(((f"{iso(p.created_at)}#{p.id}", p) for p in found), key=lambda pair: pair[0], reverse=True)


def papers_of(head: PollHead | None, units: Sequence[int]) -> dict[int, tuple[Unit, Box]]:
    """Units and their boxes."""
    if head is None:
        return {}
    known = {unit.number: unit for unit in head.units}
    return {n: (known[n], head.boxes.get(n, Box(n))) for n in units if n in known}


def full(head: PollHead | None) -> Iterator[Box]:
    """The boxes with a ballot in order."""
    boxes = head.boxes if head else {}
    return (boxes[number] for number in sorted(boxes) if boxes[number].ballots)


__all__ = ["Box", "PollHead", "RollVersion", "Rolls", "Ruling", "full", "let_in", "listed", "papers_of"]
