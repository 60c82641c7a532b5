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
TILE = 1 << 14
"""So many leaves are put down together, some 1.5 MB. A power of two: then the tree over the tiles' roots is the upper
part of the tree over all leaves."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, order=True)
class Leaf:
    """A record as an anchor found it: it ended with event `seq`, whose hash this is."""

    thing: str
    seq: int
    hash: str


@dataclass(frozen=True)
class Tile:
    """So many leaves of a day that they were put down by themselves: the thing of the last of them, how many they are,
    and the root over them."""

    last: str
    size: int
    root: str


@dataclass(frozen=True)
class Census:
    """The leaves of a day, sorted by thing, that follow on what is in `tiles`: all of them while they are few.
    Reading began `at`. Not published: the numbers of all bells are nobody's business."""

    date: str
    at: str
    leaves: tuple[Leaf, ...]
    tiles: tuple[Tile, ...] = ()

    @property
    def size(self) -> int:
        """How many leaves there are, those in tiles included."""
        return sum(tile.size for tile in self.tiles) + len(self.leaves)


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
    """These heads in their order, none of them in a tile."""
    return Census(day(at), iso(at), tuple(sorted(heads)))


def followed(full: Census) -> Census:
    """What comes after a tile that is full: the next leaves are counted from there."""
    tile = Tile(full.leaves[-1].thing, len(full.leaves), _root(full).hex())
    return replace(full, leaves=(), tiles=(*full.tiles, tile))


def leaf_hash(leaf: Leaf) -> bytes:
    """The hash of a leaf in the tree."""
    return merkle.leaf_hash(canonical(asdict(leaf)))


def hashes(taken: Census) -> tuple[bytes, ...]:
    """The hashes of all its leaves: ten microseconds each, so whoever proves much keeps them."""
    return tuple(map(leaf_hash, taken.leaves))


def sealed(taken: Census, previous: Anchor | None) -> Anchor:
    """The anchor over a census: the same census gives the same anchor."""
    before = previous.hash if previous else GENESIS
    bare = Anchor(taken.date, taken.at, taken.size, merkle.root(_tops(taken)).hex(), before)
    return replace(bare, hash=digest(bare))


def _root(taken: Census) -> bytes:
    """The root over the leaves by themselves."""
    return merkle.root(map(leaf_hash, taken.leaves))


def _tops(taken: Census) -> list[bytes]:
    """The roots of the tiles and, if there is any, of what follows on them."""
    roots = [bytes.fromhex(tile.root) for tile in taken.tiles]
    return [*roots, _root(taken)] if taken.leaves else roots


def digest(anchor: Anchor) -> str:
    """What the hash of an anchor must be."""
    body = {name: value for name, value in asdict(anchor).items() if name != "hash"}
    return hashlib.sha256(canonical(body)).hexdigest()


def tile_of(taken: Census, thing: str) -> int | None:
    """In which tile a thing is if it is anywhere; None: it is among the leaves that follow on them."""
    at = bisect_left(taken.tiles, thing, key=lambda tile: tile.last)
    return at if at < len(taken.tiles) else None


def find(taken: Census, thing: str) -> int | None:
    """Where a thing is among the leaves."""
    at = bisect_left(taken.leaves, thing, key=lambda leaf: leaf.thing)
    return at if at < len(taken.leaves) and taken.leaves[at].thing == thing else None


def prove(
    part: Census, index: int, anchor: Anchor, known: Sequence[bytes] = (), whole: Census | None = None
) -> Proof:
    """The proof of the `index`-th leaf of a part of a day: one of its tiles, or what follows on them, which is all of
    it while there are none. `known`: the part's `hashes`; `whole`: the day, with its tiles."""
    path = merkle.proof(known or hashes(part), index)
    above = merkle.proof(_tops(whole), len(part.tiles)) if whole and whole.tiles else ()
    steps = tuple(step.hex() for step in (*path, *above))
    return Proof(part.leaves[index], sum(tile.size for tile in part.tiles) + index, steps, anchor)


def holds(proof: Proof) -> bool:
    """Whether the proof leads to its anchor's root, and the anchor is as it was hashed."""
    try:
        path = [bytes.fromhex(step) for step in proof.path]
    except ValueError:
        return False
    found = merkle.root_of(leaf_hash(proof.leaf), proof.index, proof.anchor.size, path)
    whole = digest(proof.anchor) == proof.anchor.hash
    return whole and found is not None and found.hex() == proof.anchor.root


def misfits(anchor: Anchor, parts: Iterable[Census | None], before: Anchor | None) -> Iterator[Misfit]:
    """What is wrong with an anchor by itself: its hash, its leaves, the one before. `parts`: its tiles and what follows
    on them, in their order, None for one that cannot be read."""
    if digest(anchor) != anchor.hash:
        yield Misfit(anchor.date, "hash")
    if anchor.previous != (before.hash if before else GENESIS):
        yield Misfit(anchor.date, "previous")
    if not _makes(parts, anchor):
        yield Misfit(anchor.date, "leaves")


def _makes(parts: Iterable[Census | None], anchor: Anchor) -> bool:
    """Whether the leaves are those of the anchor, in their order, no record twice, and each part names those before it
    as they are."""
    tiles: tuple[Tile, ...] = ()
    for part in parts:
        if part is None or part.tiles != tiles:
            return False
        things = [*(tile.last for tile in tiles[-1:]), *(leaf.thing for leaf in part.leaves)]
        if not all(one < other for one, other in pairwise(things)):
            return False
        if part.leaves:
            tiles = followed(part).tiles
    sizes = [tile.size for tile in tiles]
    root = merkle.root(bytes.fromhex(tile.root) for tile in tiles).hex()
    return _level(sizes) and (sum(sizes), root) == (anchor.size, anchor.root)


def _level(sizes: Sequence[int]) -> bool:
    """Whether tiles of these sizes are whole subtrees of one tree: equal powers of two, the last as large at most."""
    first = sizes[0] if sizes else 1
    return all(size == first for size in sizes[:-1]) and (
        len(sizes) < 2 or (first & (first - 1) == 0 and sizes[-1] <= first)
    )


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
