"""Places, the record and the figures in the table."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from pynamodb.expressions.condition import Condition

from chalicelib.core.chain import GENESIS, Event, Tip
from chalicelib.core.errors import Stale, Unavailable
from chalicelib.place.rules import Directory
from chalicelib.store import codec, keys
from chalicelib.store.models import (
    CountedRow,
    CountRow,
    DirectoryRow,
    EventRow,
    Row,
)
from chalicelib.store.table import Part, Raw, Refused, Transaction
from chalicelib.store.upgrade import schema_of

# An event is told again for a day at most; from then on its mark may go.
_MARK_KEPT = timedelta(days=7)
# So many may end their sessions at the same instant.
_RIVALS = 20
_ON_A_CHAIN = frozenset({"BELL", "CASE", "DIRECTORY", "EVENT", "POLL", "ROLL"})


class Records(Part):
    """The part of the store that knows directories, chains and counters."""

    def directory(self, prefix: str) -> Directory | None:
        """One GetItem; see `ports.Store`."""
        raw = self.table.get(keys.head(keys.place(prefix)))
        row = codec.row_of(raw) if raw else None
        return codec.directory_of(row) if isinstance(row, DirectoryRow) else None

    def save_directory(self, directory: Directory, events: Sequence[Event]) -> None:
        """One TransactWriteItems; see `ports.Store`."""
        thing = keys.place(directory.subdistrict.prefix)
        transaction = Transaction()
        condition = _follows(directory, events)
        update = self.table.update(keys.head(thing), _directory_actions(directory, events), condition)
        transaction.updates.append(("head", update))
        for event in events:
            put = self.table.put(codec.event_row(event), Row.pk.does_not_exist())
            transaction.puts.append((f"event {event.seq}", put))
        try:
            self.table.transact(transaction)
        except Refused as refused:
            if not events or _tip_hash(refused) != events[-1].hash:
                raise Stale(thing) from refused

    def end_sessions(self, prefix: str, staff: str, at: datetime, forgotten: datetime) -> None:
        """One GetItem and one UpdateItem, both again for whoever was overtaken; see `ports.Store`."""
        key = keys.head(keys.place(prefix))
        for _ in range(_RIVALS):
            raw = self.table.get(key)
            row = codec.row_of(raw) if raw else None
            if not isinstance(row, DirectoryRow):
                return
            left = {who: when for who, when in codec.ended_of(row).items() if when > forgotten}
            same = DirectoryRow.ended == row.ended if row.ended else DirectoryRow.ended.does_not_exist()
            actions = [DirectoryRow.ended.set(codec.ended_json({**left, staff: at}))]
            try:
                self.table.change(self.table.update(key, actions, same & Row.pk.exists()))
            except Refused:
                continue
            return
        raise Unavailable("end_sessions")

    def tip(self, thing: str) -> Tip:
        """One GetItem; see `ports.Store`."""
        raw = self.table.get(keys.head(thing))
        return codec.tip_of(codec.row_of(raw)) if raw else Tip()

    def events(self, thing: str) -> tuple[Event, ...]:
        """One Query; see `ports.Store`."""
        return _events(self.table.query(thing, Row.sk.startswith(keys.EVENTS)))

    def count(self, event_id: str, counters: Mapping[str, int], scope: str) -> None:
        """One TransactWriteItems; see `ports.Store`."""
        transaction = Transaction()
        mark = CountedRow(*keys.counted(scope, event_id), expires_at=_MARK_KEPT)
        transaction.puts.append(("mark", self.table.put(mark, Row.pk.does_not_exist())))
        for name, number in counters.items():
            actions = [CountRow.kind.set(CountRow), CountRow.n.add(number)]
            update = self.table.update((keys.counters(scope), f"{keys.COUNTS}{name}"), actions)
            transaction.updates.append((name, update))
        try:
            self.table.transact(transaction)
        except Refused:
            return

    def counters(self, scope: str) -> Mapping[str, int]:
        """One Query; see `ports.Store`."""
        raws = self.table.query(keys.counters(scope), Row.sk.startswith(keys.COUNTS))
        rows = (row for row in map(codec.row_of, raws) if isinstance(row, CountRow))
        return {row.sk.removeprefix(keys.COUNTS): int(row.n) for row in rows}

    def chains(self) -> Iterator[tuple[str, tuple[Event, ...], Tip]]:
        """A Scan, and a Query for each chain that was written to meanwhile; see `ports.Store`."""
        chained = (raw for raw in self.table.scan() if raw["kind"]["S"] in _ON_A_CHAIN)
        for thing, raws in groupby(chained, key=lambda raw: str(raw["pk"]["S"])):
            events, tip = _chain(raws)
            if _end(events) != tip:
                events, tip = _chain(self.table.query(thing))
            if events or tip.seq:
                yield thing, events, tip

    def heads(self, after: str = "") -> Iterator[tuple[str, Tip]]:
        """A Query a megabyte (some 9,000 heads) for each of the shards; see `ports.Store`."""
        beyond = Row.pk > after if after else None
        shards = [self.table.pages(keys.tips(n), beyond, index="tips") for n in range(keys.SHARDS)]
        for raw in heapq.merge(*shards, key=lambda raw: str(raw["pk"]["S"])):
            yield str(raw["pk"]["S"]), Tip(int(raw["tip_seq"]["N"]), str(raw["tip_hash"]["S"]))


def _follows(directory: Directory, events: Sequence[Event]) -> Condition:
    """The stored directory is the one before, and its record ends where these events begin."""
    if directory.version == 1:
        condition: Condition = DirectoryRow.version.does_not_exist()
    else:
        condition = DirectoryRow.version == directory.version - 1
    if events:
        prev = events[0].prev
        fresh = DirectoryRow.tip_hash.does_not_exist()
        condition &= fresh if prev == GENESIS else DirectoryRow.tip_hash == prev
    return condition


def _directory_actions(directory: Directory, events: Sequence[Event]) -> list[Any]:
    actions: list[Any] = [
        DirectoryRow.kind.set(DirectoryRow),
        DirectoryRow.schema.set(schema_of("DIRECTORY")),
        DirectoryRow.version.set(directory.version),
        DirectoryRow.directory.set(codec.directory_json(directory)),
    ]
    if events:
        actions += [DirectoryRow.tip_seq.set(events[-1].seq), DirectoryRow.tip_hash.set(events[-1].hash)]
        if shard := keys.tips_of(events[-1].thing):
            actions.append(DirectoryRow.tip_shard.set(shard))
    return actions


def _tip_hash(refused: Refused) -> str:
    tip: str = refused.found.get("head", {}).get("tip_hash", {}).get("S", "")
    return tip


def _events(raws: Iterable[Raw]) -> tuple[Event, ...]:
    return tuple(codec.event_of(row) for row in map(codec.row_of, raws) if isinstance(row, EventRow))


def _chain(raws: Iterable[Raw]) -> tuple[tuple[Event, ...], Tip]:
    """The events among the rows of a thing, and the end that its head claims."""
    rows = list(raws)
    heads = [raw for raw in rows if "tip_hash" in raw]
    tip = Tip(int(heads[0]["tip_seq"]["N"]), str(heads[0]["tip_hash"]["S"])) if heads else Tip()
    return _events(raw for raw in rows if raw["kind"]["S"] == "EVENT"), tip


def _end(events: Sequence[Event]) -> Tip:
    return Tip(events[-1].seq, events[-1].hash) if events else Tip()
