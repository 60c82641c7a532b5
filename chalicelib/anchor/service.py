"""Making anchors, and proving that a record is under one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice, takewhile

from chalicelib.anchor import codec, rules
from chalicelib.anchor.rules import Anchor, Census, Leaf, Misfit, Proof
from chalicelib.core import ids
from chalicelib.core.chain import Event
from chalicelib.core.errors import NotFound
from chalicelib.ports import Ports, Vault

PAGE = 30
_PARTS = 6


@dataclass
class _Memory:
    """What a process has read: neither an anchor nor its leaves ever change. `parts`: some tiles and what follows on
    them, with their hashes, by name."""

    vault: Vault
    anchors: dict[str, Anchor] = field(default_factory=dict)
    parts: dict[str, tuple[Census, tuple[bytes, ...]]] = field(default_factory=dict)


_kept: _Memory | None = None


class Unfinished(Exception):
    """The time is up and the day's leaves are not all read; what is put down stays, and the next run goes on after it.
    `leaves`: how many are down."""

    def __init__(self, leaves: int) -> None:
        super().__init__(leaves)
        self.leaves = leaves


def take(ports: Ports, within: timedelta | None = None) -> tuple[Anchor, bool]:
    """The anchor of today (UTC), and whether it was made now: a day has one, and whoever comes later, or at the same
    time, gets that.

    The leaves are written first, a tile at a time, and the anchor follows from them, so a run that breaks off is
    finished by the next. Raises Unfinished `within` so much time and a tile. Two calls to the vault when it is made
    already; else seven, one or two for each tile, and what `ports.Store.heads` costs.
    """
    now = ports.clock.now()
    today, before = rules.day(now), newest(ports)
    if before and before.date >= today:
        return before, False
    names = ports.vault.names(f"{codec.LEAVES}/{today}")
    taken = _leaves(ports, today) if codec.leaves_name(today) in names else None
    if taken is None:
        taken = _taken(ports, _begun(ports, now, names), None if within is None else now + within)
    # To read the table takes a while. Meanwhile midnight may have come, and the next day's anchor with it.
    before = newest(ports)
    if before and before.date >= today:
        return before, False
    anchor = rules.sealed(taken, before)
    kept = ports.vault.put(codec.root_name(today), codec.anchor_text(anchor))
    return codec.read_anchor(kept), True


def dates(ports: Ports) -> tuple[str, ...]:
    """The days that have an anchor, the oldest first; one call for each thousand."""
    names = ports.vault.names(f"{codec.ROOTS}/")
    return tuple(sorted(filter(rules.is_date, map(codec.date_of, names))))


def read(ports: Ports, date: str) -> Anchor:
    """The anchor of a day; raises NotFound."""
    text = ports.vault.get(codec.root_name(date)) if rules.is_date(date) else None
    if text is None:
        raise NotFound("no_such_anchor")
    return codec.read_anchor(text)


def newest(ports: Ports) -> Anchor | None:
    """The newest anchor, None before the first."""
    known = dates(ports)
    return read(ports, known[-1]) if known else None


def page(ports: Ports, before: str = "") -> tuple[tuple[Anchor, ...], str]:
    """The newest anchors, or those before a day, newest first, and the cursor of the next page, empty at the end. A
    call for each that this process has not read yet: an anchor never changes."""
    known = [date for date in reversed(dates(ports)) if not before or date < before]
    shown = known[:PAGE]
    found = tuple(_remembered(ports, date) for date in shown)
    return found, shown[-1] if len(known) > PAGE else ""


def prove(ports: Ports, thing: str, date: str = "") -> Proof | None:
    """The proof that a record is under the newest anchor, or under that of a day; None when it is younger. Raises
    NotFound when that day has no anchor. Of a day's leaves at most two parts are read."""
    known = dates(ports)
    if date and date not in known:
        raise NotFound("no_such_anchor")
    if not known:
        return None
    day = date or known[-1]
    whole, hashes = _remembered_part(ports, codec.leaves_name(day))
    part, tile = whole, rules.tile_of(whole, thing)
    if tile is not None:
        part, hashes = _remembered_part(ports, codec.tile_name(day, tile))
    index = rules.find(part, thing)
    return None if index is None else rules.prove(part, index, _remembered(ports, day), hashes, whole)


def check(ports: Ports) -> Iterator[tuple[Anchor | None, list[Misfit]]]:
    """Every anchor by itself, the oldest first, with what is wrong with it. Maintenance: reads all of them, a part of
    the leaves at a time."""
    before: Anchor | None = None
    for date in dates(ports):
        try:
            anchor = read(ports, date)
        except (NotFound, ValueError):
            yield None, [Misfit(date, "gone")]
            continue
        yield anchor, list(rules.misfits(anchor, _parts(ports, date), before))
        before = anchor


def ends(ports: Ports) -> dict[str, list[tuple[str, Leaf]]]:
    """By thing, how each anchor that has it found it: what `rules.misfit_of` compares a record with. An end that many
    anchors found is there once, with the first of its days. Maintenance: reads all of them."""
    found: dict[str, list[tuple[str, Leaf]]] = {}
    for date in dates(ports):
        for leaf in (leaf for part in _parts(ports, date) if part for leaf in part.leaves):
            seen = found.setdefault(leaf.thing, [])
            if not seen or seen[-1][1] != leaf:
                seen.append((date, leaf))
    return found


def compare(anchored: Sequence[tuple[str, Leaf]], events: Sequence[Event]) -> Iterator[Misfit]:
    """What does not fit any more of a record, given how the anchors found it."""
    return (found for date, leaf in anchored if (found := rules.misfit_of(leaf, date, events)))


def _begun(ports: Ports, now: datetime, names: Sequence[str]) -> Census:
    """Where to go on: after the last tile that a run before put down, which keeps the instant when the first began."""
    tiles = (codec.tile_name(rules.day(now), number) for number in range(len(names)))
    there = list(takewhile(set(names).__contains__, tiles))
    return rules.followed(_part(ports, there[-1])) if there else rules.census((), now)


def _taken(ports: Ports, begun: Census, until: datetime | None) -> Census:
    """The heads from there on, written down; or those that somebody else wrote down first, to go on after them. Never
    more than a tile of them in memory."""
    so_far, leaves = begun, _heads(ports, begun)
    while True:
        mine = replace(so_far, leaves=tuple(islice(leaves, rules.TILE)))
        full = len(mine.leaves) == rules.TILE
        name = codec.tile_name(mine.date, len(mine.tiles)) if full else codec.leaves_name(mine.date)
        text = codec.census_text(mine)
        kept = ports.vault.put(name, text)
        if not full:
            return mine if kept == text else codec.read_census(kept)
        so_far = rules.followed(mine if kept == text else codec.read_census(kept))
        if kept != text:
            leaves = _heads(ports, so_far)
        if until is not None and ports.clock.now() >= until:
            raise Unfinished(so_far.size)


def _heads(ports: Ports, begun: Census) -> Iterator[Leaf]:
    """The heads that come after those of the tiles; the canary's bells are removed again, so none of theirs."""
    after = begun.tiles[-1].last if begun.tiles else ""
    heads = (Leaf(thing, tip.seq, tip.hash) for thing, tip in ports.store.heads(after))
    return (leaf for leaf in heads if not ids.is_canary(leaf.thing))


def _leaves(ports: Ports, date: str) -> Census | None:
    text = ports.vault.get(codec.leaves_name(date))
    return None if text is None else codec.read_census(text)


def _part(ports: Ports, name: str) -> Census:
    """A part of a day's leaves; raises NotFound, and ValueError for what is none."""
    text = ports.vault.get(name)
    if text is None:
        raise NotFound("no_such_anchor")
    return codec.read_census(text)


def _parts(ports: Ports, date: str) -> Iterator[Census | None]:
    """The tiles of a day and what follows on them, one after the other; None for one that cannot be read."""
    last = _perhaps(ports, codec.leaves_name(date))
    for number in range(len(last.tiles) if last else 0):
        yield _perhaps(ports, codec.tile_name(date, number))
    yield last


def _perhaps(ports: Ports, name: str) -> Census | None:
    try:
        return _part(ports, name)
    except (NotFound, ValueError):
        return None


def _remembered(ports: Ports, date: str) -> Anchor:
    memory = _memory_of(ports.vault)
    if date not in memory.anchors:
        memory.anchors[date] = read(ports, date)
    return memory.anchors[date]


def _remembered_part(ports: Ports, name: str) -> tuple[Census, tuple[bytes, ...]]:
    """A part of a day's leaves with their hashes; a process keeps as many as it has memory for."""
    memory = _memory_of(ports.vault)
    if name not in memory.parts:
        part = _part(ports, name)
        if len(memory.parts) >= _PARTS:
            memory.parts.clear()
        memory.parts[name] = part, rules.hashes(part)
    return memory.parts[name]


def _memory_of(vault: Vault) -> _Memory:
    global _kept  # noqa: PLW0603 - one a process
    if _kept is None or _kept.vault is not vault:
        _kept = _Memory(vault)
    return _kept
