"""Anchors as they lie in the vault: canonical JSON, so that anyone can hash the very bytes."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from chalicelib.anchor.rules import Anchor, Census, Leaf, Tile, body
from chalicelib.core.chain import canonical

T = TypeVar("T")
ROOTS, LEAVES = "roots", "leaves"
"""What is published of each day, and what each root was made of."""


def root_name(date: str) -> str:
    """Where the anchor of a day lies."""
    return f"{ROOTS}/{date}.json"


def leaves_name(date: str) -> str:
    """Where its leaves lie: all of them, or those that follow on its tiles."""
    return f"{LEAVES}/{date}.json"


def tile_name(date: str, number: int) -> str:
    """Where a tile of a day lies; it is a census, too, of which nothing follows on the tiles but these leaves."""
    return f"{LEAVES}/{date}/{number:06d}.json"


def date_of(name: str) -> str:
    """The day of either."""
    return name.rpartition("/")[2].removesuffix(".json")


def anchor_text(anchor: Anchor) -> str:
    """An anchor as text."""
    return canonical(body(anchor)).decode()


def census_text(taken: Census) -> str:
    """A census as text: each leaf is `[thing, seq, hash]`, each tile before it `[last, size, root]`."""
    leaves = [[leaf.thing, leaf.seq, leaf.hash] for leaf in taken.leaves]
    tiles = [[tile.last, tile.size, tile.root] for tile in taken.tiles]
    written = {"date": taken.date, "at": taken.at, "leaves": leaves}
    return canonical(written | {"tiles": tiles} if tiles else written).decode()


def read_anchor(text: str) -> Anchor:
    """The reverse of `anchor_text`; raises ValueError for what is none."""
    return _decoded(text, Anchor)


def read_census(text: str) -> Census:
    """The reverse of `census_text`; raises ValueError for what is none."""
    raw = _decoded(text, _Census)
    leaves = tuple(Leaf(*leaf) for leaf in raw.leaves)
    return Census(raw.date, raw.at, leaves, tuple(Tile(*tile) for tile in raw.tiles))


class _Census(msgspec.Struct):
    date: str
    at: str
    leaves: list[tuple[str, int, str]]
    tiles: list[tuple[str, int, str]] = []


def _decoded(text: str, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from None
