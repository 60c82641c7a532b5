"""What an anchor is, what it proves, and what does not fit it. Pure; a reader's browser computes the same.

A leaf is `{thing, seq, hash}`: a record and the event it ended with. The leaves of a day, sorted by thing, are the
leaves of a Merkle tree (`core.merkle`) over their canonical JSON; the anchor names its root and the hash of the anchor
before, and is itself hashed as an event is: SHA-256 over the canonical JSON of all but the hash.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from chalicelib.core import merkle
from chalicelib.core.chain import GENESIS, Event, canonical
from chalicelib.core.times import iso

FORMAT = "consultation-bell/anchor/1"
STALE_AFTER = timedelta(days=2)
"""An anchor is made each day; the newest is never older than this while all is well."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, order=True)
class Leaf:
    """A record as an anchor found it: it ended with event `seq`, whose hash this is."""

    thing: str
    seq: int
    hash: str


@dataclass(frozen=True)
class Census:
    """The leaves of a day, sorted by thing. Not published: the numbers of all bells are nobody's business."""

    date: str
    at: str
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True)
class Anchor:
    """What is published of a day (UTC): `size` records under `root`, read at `at`; `previous` is the hash of the anchor
    before, 64 zeros for the first. There is nothing personal in it, and no record is named."""

    date: str
    at: str
    size: int
    root: str
    previous: str
    hash: str = ""
    format: str = FORMAT


@dataclass(frozen=True)
class Proof:
    """That a leaf is the `index`-th under an anchor's root: the hashes of `path`, lowest first, lead there."""

    leaf: Leaf
    index: int
    path: tuple[str, ...]
    anchor: Anchor


@dataclass(frozen=True)
class Misfit:
    """Something that does not fit an anchor. `reason`: missing (the record or its end is gone), altered (that event has
    another hash now), leaves (they do not lead to the root, or have a record twice), hash (the anchor does not hash to
    its hash), previous (it does not follow the one before) or gone (the anchor cannot be read)."""

    date: str
    reason: str
    thing: str = ""
    seq: int = 0


def day(at: datetime) -> str:
    """The day (UTC) that an anchor made then is of."""
    return iso(at)[:10]


def is_date(text: str) -> bool:
    """Whether that can be the day of an anchor."""
    if not _DATE.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def census(heads: Iterable[Leaf], at: datetime) -> Census:
    """These heads in their order."""
    return Census(day(at), iso(at), tuple(sorted(heads)))


def leaf_hash(leaf: Leaf) -> bytes:
    """The hash of a leaf in the tree."""
    return merkle.leaf_hash(canonical(asdict(leaf)))


def hashes(taken: Census) -> tuple[bytes, ...]:
    """The hashes of all its leaves: ten microseconds each, so whoever proves much keeps them."""
    return tuple(map(leaf_hash, taken.leaves))


def sealed(taken: Census, previous: Anchor | None) -> Anchor:
    """The anchor over a census: the same census gives the same anchor."""
    root = merkle.root(map(leaf_hash, taken.leaves)).hex()
    before = previous.hash if previous else GENESIS
    bare = Anchor(taken.date, taken.at, len(taken.leaves), root, before)
    return replace(bare, hash=digest(bare))


def digest(anchor: Anchor) -> str:
    """What the hash of an anchor must be."""
    body = {name: value for name, value in asdict(anchor).items() if name != "hash"}
    return hashlib.sha256(canonical(body)).hexdigest()


def find(taken: Census, thing: str) -> int | None:
    """Where a thing is among the leaves."""
    at = bisect_left(taken.leaves, thing, key=lambda leaf: leaf.thing)
    return at if at < len(taken.leaves) and taken.leaves[at].thing == thing else None


def prove(taken: Census, index: int, anchor: Anchor, known: Sequence[bytes] = ()) -> Proof:
    """The proof of a leaf; `known`: the census's `hashes`."""
    path = merkle.proof(known or hashes(taken), index)
    return Proof(taken.leaves[index], index, tuple(step.hex() for step in path), anchor)


def holds(proof: Proof) -> bool:
    """Whether the proof leads to its anchor's root, and the anchor is as it was hashed."""
    try:
        path = [bytes.fromhex(step) for step in proof.path]
    except ValueError:
        return False
    found = merkle.root_of(leaf_hash(proof.leaf), proof.index, proof.anchor.size, path)
    whole = digest(proof.anchor) == proof.anchor.hash
    return whole and found is not None and found.hex() == proof.anchor.root


def misfits(anchor: Anchor, taken: Census | None, before: Anchor | None) -> Iterator[Misfit]:
    """What is wrong with an anchor by itself: its hash, its leaves, the one before."""
    if digest(anchor) != anchor.hash:
        yield Misfit(anchor.date, "hash")
    if anchor.previous != (before.hash if before else GENESIS):
        yield Misfit(anchor.date, "previous")
    if taken is None or not _makes(taken, anchor):
        yield Misfit(anchor.date, "leaves")


def _makes(taken: Census, anchor: Anchor) -> bool:
    """Whether the leaves are those of the anchor, in their order, no record twice."""
    things = [leaf.thing for leaf in taken.leaves]
    once = all(one < other for one, other in pairwise(things))
    return once and len(things) == anchor.size and sealed(taken, None).root == anchor.root


def misfit_of(leaf: Leaf, date: str, events: Sequence[Event]) -> Misfit | None:
    """What is wrong with a record now, given a leaf of a day: the anchored event must still be there as it was. That
    what comes before it has not changed is what the chain itself says (`core.chain.verify`)."""
    if len(events) < leaf.seq:
        return Misfit(date, "missing", leaf.thing, len(events) + 1)
    if leaf.seq and events[leaf.seq - 1].hash != leaf.hash:
        return Misfit(date, "altered", leaf.thing, leaf.seq)
    return None


def age(newest: str, now: datetime) -> timedelta:
    """How long ago the day of an anchor began (UTC)."""
    return now - datetime.fromisoformat(f"{newest}T00:00:00+00:00")


def body(anchor: Anchor) -> Mapping[str, str | int]:
    """An anchor as it is kept and published."""
    return asdict(anchor)
