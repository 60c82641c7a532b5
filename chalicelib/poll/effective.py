"""Which ballot counts (有效票): of a unit, and of a head with several units. Pure.

The last one, by when it was cast (at the same instant: by when it came in); but

1. a ballot of a proxy without proof of authority never counts by itself;
2. where the roll names the voter of a unit and he, or his proxy, voted, his last one counts, whatever others sent;
3. an official's ruling on a box goes before everything, and settles it for the whole head.

Ballots of different people that say different things, and different ballots through the units of one head, are a
conflict: it is told, whether it is settled or not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from chalicelib.poll.ballots import Ballot, Box, Ruling
from chalicelib.poll.roll import NOBODY, Unit
from chalicelib.poll.state import Topic

RULING, NAMED_VOTER = "ruling", "named_voter"
SUPERSEDED, NO_PROOF, RULED_OUT = "superseded", "no_proof", "ruled_out"
NOT_NAMED, NOT_ASKED, NO_SUCH_UNIT = "not_named_voter", "not_asked", "no_such_unit"
_NEVER = datetime.min.replace(tzinfo=UTC)
NONE = -1
"""The wording of a box or head of which no ballot counts."""


class Wordings:
    """What ballots say, as small numbers: the same number for the same choice in every topic. What is not an option of
    the topic is a blank (`""`), so is what was not said."""

    def __init__(self, topics: Sequence[Topic]) -> None:
        self._topics = [topic.id for topic in topics]
        self._options = [{option.id for option in topic.options} for topic in topics]
        self._numbers: dict[tuple[str, ...], int] = {}
        self._spoken: dict[tuple[str, ...], int] = {}

    def number(self, choices: Mapping[str, str]) -> int:
        """The number of what was said."""
        spoken = tuple([choices.get(topic, "") for topic in self._topics])
        known = self._spoken.get(spoken)
        if known is None:
            said = tuple(s if s in options else "" for s, options in zip(spoken, self._options, strict=True))
            known = self._numbers.setdefault(said, len(self._numbers))
            self._spoken[spoken] = known
        return known

    @property
    def all(self) -> list[tuple[str, ...]]:
        """By number: the choice in each topic."""
        return list(self._numbers)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which ballot of a box counts (or None) and why the others do not. `split`: different people said different things
    in it; `settled`: what decided that, or empty."""

    counts: Ballot | None
    others: tuple[tuple[Ballot, str], ...] = ()
    split: bool = False
    settled: str = ""


def judge(unit: Unit, box: Box, wordings: Wordings) -> Verdict:
    """Judge one box by itself."""
    valid = sorted((b for b in box.ballots if _may_vote(b)), key=lambda ballot: ballot.cast_at)
    split = _differ(unit, valid, wordings)
    if box.ruling is not None and (ruled := _ruled(box, box.ruling)):
        return Verdict(ruled[0], _others(box, ruled[0], RULED_OUT), split, RULING)
    named = [ballot for ballot in valid if _is_named_voters(unit, ballot)]
    counts = next(reversed(named or valid), None)
    settled = NAMED_VOTER if split and named and not _differ(unit, named, wordings) else ""
    return Verdict(counts, _others(box, counts, SUPERSEDED, named), split, settled)


def _ruled(box: Box, ruling: Ruling) -> tuple[Ballot | None] | None:
    """What was ruled; None for a ruling about a ballot that is not there, which decides nothing."""
    if not ruling.ballot:
        return (None,)
    return next(((ballot,) for ballot in box.ballots if ballot.id == ruling.ballot), None)


def _others(
    box: Box, counts: Ballot | None, reason: str, named: Sequence[Ballot] = ()
) -> tuple[tuple[Ballot, str], ...]:
    def why(ballot: Ballot) -> str:
        if not _may_vote(ballot):
            return NO_PROOF
        return NOT_NAMED if named and ballot not in named else reason

    return tuple((ballot, why(ballot)) for ballot in box.ballots if ballot is not counts)


def _may_vote(ballot: Ballot) -> bool:
    return ballot.proxy is None or bool(ballot.proxy.proof)


def _is_named_voters(unit: Unit, ballot: Ballot) -> bool:
    """Whether the voter that the roll names for the unit voted, or a proxy: his, or of all of them together."""
    if unit.voter == NOBODY:
        return False
    return ballot.voter == unit.voter or (ballot.proxy is not None and ballot.voter == NOBODY)


def _differ(unit: Unit, ballots: Sequence[Ballot], wordings: Wordings) -> bool:
    """Whether different people said different things, each in his last ballot."""
    last = {_person(unit, ballot): ballot.choices for ballot in ballots}
    return len(last) > 1 and len({wordings.number(choices) for choices in last.values()}) > 1


def _person(unit: Unit, ballot: Ballot) -> str:
    alone = len(unit.owners) == 1 and ballot.proxy is None and ballot.voter == NOBODY
    return "0" if alone else ballot.person


class Entry(NamedTuple):
    """What a box adds to its head, kept small. `at`, `received`, `ruled` in the order in which they decide; `wording`
    of the ballot that counts or `NONE`; `box`: the wordings of all its ballots; `split`, `settled`: see `Verdict`."""

    at: datetime
    received: datetime
    unit: int
    wording: int
    nonce: str
    ballot: str
    box: tuple[int, ...] = ()
    split: bool = False
    settled: str = ""
    ruled: datetime | None = None


class LeftOut(NamedTuple):
    """A ballot that does not count and why: `superseded` by a later one, `not_named_voter` while the voter whom the
    roll names voted, `no_proof` of a proxy's authority, `ruled_out`, `not_asked` (a parking space where these do not
    count), `no_such_unit`."""

    unit: int
    ballot: str
    reason: str
    wording: int
    nonce: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Ballots of different people, or through different units of one head, that say different things: all units of the
    head that have ballots. `settled`: by `ruling` or by the `named_voter` of the roll; empty: the last one counts until
    an official rules. `wordings`: of all its ballots."""

    units: tuple[int, ...]
    settled: str = ""
    wordings: frozenset[int] = frozenset()


def entry(unit: Unit, box: Box, wordings: Wordings, left_out: list[LeftOut]) -> Entry:
    """What a box says, once judged; what does not count goes to `left_out`."""
    ballots = box.ballots
    if len(ballots) == 1 and box.ruling is None and ballots[0].proxy is None:
        return _of(ballots[0], unit.number, wordings)  # nearly all of a big poll: nothing to judge
    verdict = judge(unit, box, wordings)
    left_out += [out(ballot, unit.number, reason, wordings) for ballot, reason in verdict.others]
    said = tuple(wordings.number(ballot.choices) for ballot in ballots)
    ruled = box.ruling.at if box.ruling and verdict.settled == RULING else None
    bare = _of(verdict.counts, unit.number, wordings) if verdict.counts else _nothing(unit.number)
    return bare._replace(box=said, split=verdict.split, settled=verdict.settled, ruled=ruled)


def out(ballot: Ballot, unit: int, reason: str, wordings: Wordings) -> LeftOut:
    """A ballot that does not count."""
    return LeftOut(unit, ballot.id, reason, wordings.number(ballot.choices), ballot.nonce)


def _of(ballot: Ballot, unit: int, wordings: Wordings) -> Entry:
    said = wordings.number(ballot.choices)
    return Entry(ballot.cast_at, ballot.received_at, unit, said, ballot.nonce, ballot.id)


def _nothing(unit: int) -> Entry:
    return Entry(_NEVER, _NEVER, unit, NONE, "", "")


def of_head(entries: Sequence[Entry], left_out: list[LeftOut]) -> tuple[Entry | None, Conflict | None]:
    """Which ballot counts for a head with these boxes, and the conflict if there is one."""
    counting = [e for e in entries if e.wording != NONE]
    ruled = [e for e in counting if e.ruled]
    chosen = max(ruled, key=lambda e: (e.ruled or _NEVER, e.unit)) if ruled else max(counting, default=None)
    reason = RULED_OUT if ruled else SUPERSEDED
    others = (e for e in counting if e is not chosen)
    left_out.extend(LeftOut(e.unit, e.ballot, reason, e.wording, e.nonce) for e in others)
    return chosen, _conflict(entries, counting, bool(ruled))


def _conflict(entries: Sequence[Entry], counting: Sequence[Entry], ruled: bool) -> Conflict | None:
    apart = len({e.wording for e in counting}) > 1
    splits = [e.settled for e in entries if e.split or e.settled]
    if not apart and not splits:
        return None
    is_open = not ruled and (apart or "" in splits)
    settled = "" if is_open else RULING if ruled or RULING in splits else NAMED_VOTER
    said = frozenset(wording for e in entries for wording in e.box or (e.wording,))
    return Conflict(tuple(e.unit for e in entries), settled, said)
