"""Making anchors, and proving that a record is under one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.anchor import codec, rules
from chalicelib.anchor.rules import Anchor, Census, Leaf, Misfit, Proof
from chalicelib.core import ids
from chalicelib.core.chain import Event
from chalicelib.core.errors import NotFound
from chalicelib.ports import Ports, Vault

PAGE = 30


@dataclass
class _Memory:
    """What a process has read: neither an anchor nor its leaves ever change."""

    vault: Vault
    anchors: dict[str, Anchor] = field(default_factory=dict)
    leaves: tuple[Census, tuple[bytes, ...]] | None = None


_kept: _Memory | None = None


def take(ports: Ports) -> tuple[Anchor, bool]:
    """The anchor of today (UTC), and whether it was made now: a day has one, and whoever comes later, or at the same
    time, gets that.

    The leaves are written first and the anchor follows from them, so a run that breaks off in between is finished by
    the next. Up to seven calls to the vault and a Scan of the table, in pages, when it is made; else two.
    """
    now = ports.clock.now()
    today, before = rules.day(now), newest(ports)
    if before and before.date >= today:
        return before, False
    taken = _leaves(ports, today) or _taken(ports, now)
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
    NotFound when that day has no anchor."""
    known = dates(ports)
    if date and date not in known:
        raise NotFound("no_such_anchor")
    if not known:
        return None
    taken, hashes = _remembered_leaves(ports, date or known[-1])
    index = rules.find(taken, thing)
    return None if index is None else rules.prove(taken, index, _remembered(ports, taken.date), hashes)


def check(ports: Ports) -> Iterator[tuple[Anchor | None, list[Misfit]]]:
    """Every anchor by itself, the oldest first, with what is wrong with it. Maintenance: reads all of them."""
    before: Anchor | None = None
    for date in dates(ports):
        anchor, taken = _read_both(ports, date)
        if anchor is None:
            yield None, [Misfit(date, "gone")]
            continue
        yield anchor, list(rules.misfits(anchor, taken, before))
        before = anchor


def ends(ports: Ports) -> dict[str, list[tuple[str, Leaf]]]:
    """By thing, how each anchor that has it found it: what `rules.misfit_of` compares a record with. An end that many
    anchors found is there once, with the first of its days. Maintenance: reads all of them."""
    found: dict[str, list[tuple[str, Leaf]]] = {}
    for date in dates(ports):
        _, taken = _read_both(ports, date)
        for leaf in taken.leaves if taken else ():
            seen = found.setdefault(leaf.thing, [])
            if not seen or seen[-1][1] != leaf:
                seen.append((date, leaf))
    return found


def compare(anchored: Sequence[tuple[str, Leaf]], events: Sequence[Event]) -> Iterator[Misfit]:
    """What does not fit any more of a record, given how the anchors found it."""
    return (found for date, leaf in anchored if (found := rules.misfit_of(leaf, date, events)))


def _taken(ports: Ports, now: datetime) -> Census:
    """The heads of now, written down; or those that somebody else wrote down first."""
    heads = (Leaf(thing, tip.seq, tip.hash) for thing, tip in ports.store.heads())
    taken = rules.census((leaf for leaf in heads if not ids.is_canary(leaf.thing)), now)
    return codec.read_census(ports.vault.put(codec.leaves_name(taken.date), codec.census_text(taken)))


def _leaves(ports: Ports, date: str) -> Census | None:
    text = ports.vault.get(codec.leaves_name(date))
    return None if text is None else codec.read_census(text)


def _read_both(ports: Ports, date: str) -> tuple[Anchor | None, Census | None]:
    """Whatever of the two can be read."""
    try:
        anchor = read(ports, date)
    except (NotFound, ValueError):
        return None, None
    try:
        return anchor, _leaves(ports, date)
    except ValueError:
        return anchor, None


def _remembered(ports: Ports, date: str) -> Anchor:
    memory = _memory_of(ports.vault)
    if date not in memory.anchors:
        memory.anchors[date] = read(ports, date)
    return memory.anchors[date]


def _remembered_leaves(ports: Ports, date: str) -> tuple[Census, tuple[bytes, ...]]:
    """Those of the last day that was asked for, with their hashes: there may be many."""
    memory = _memory_of(ports.vault)
    if memory.leaves is None or memory.leaves[0].date != date:
        taken = _leaves(ports, date)
        if taken is None:
            raise NotFound("no_such_anchor")
        memory.leaves = taken, rules.hashes(taken)
    return memory.leaves


def _memory_of(vault: Vault) -> _Memory:
    global _kept  # noqa: PLW0603 - one a process
    if _kept is None or _kept.vault is not vault:
        _kept = _Memory(vault)
    return _kept
