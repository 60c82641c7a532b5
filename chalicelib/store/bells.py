"""Bells in the table: rung, read and listed, each in one call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from chalicelib.bell.rules import Bell
from chalicelib.core import ids
from chalicelib.core.errors import Collision, NotFound, TooMany
from chalicelib.core.times import iso
from chalicelib.ports import BellFile, Limit, Opening, Page, Repeated, Ringing
from chalicelib.store import codec, cursors, keys
from chalicelib.store.changes import Changes, add_links, assign, extend, head_of, tip_hash
from chalicelib.store.models import (
    BellHead,
    ContactRow,
    DirectoryRow,
    EventRow,
    GuardRow,
    LimitRow,
    LinkRow,
    NoticeRow,
    Row,
    WindowRow,
)
from chalicelib.store.table import INDEXES, Raw, Refused, Table, Transaction

_LIMIT_KEPT = timedelta(hours=1)


class Bells(Changes):
    """The part of the store that knows bells."""

    def ring(self, ringing: Ringing) -> Repeated | None:
        """One TransactWriteItems; see `ports.Store`."""
        transaction = self._ring(ringing)
        try:
            self.table.transact(transaction)
        except Refused as refused:
            return _why_not(ringing, refused)
        return None

    def bell(self, bell_id: str) -> BellFile | None:
        """One Query; see `ports.Store`."""
        rows = [codec.row_of(raw) for raw in self.table.query(keys.bell(bell_id))]
        head = next((row for row in rows if isinstance(row, BellHead)), None)
        if head is None:
            return None
        from chalicelib.store.notice_codec import dispatch_of

        return BellFile(
            bell=self._bell_of(head),
            contact=next((codec.contact_of(row) for row in rows if isinstance(row, ContactRow)), None),
            events=tuple(codec.event_of(row) for row in rows if isinstance(row, EventRow)),
            links=tuple(codec.link_of(row) for row in rows if isinstance(row, LinkRow)),
            dispatches=tuple(dispatch_of(row) for row in rows if isinstance(row, NoticeRow)),
        )

    def opening(self, bell_id: str, link_hash: str = "", *, contact: bool = False) -> Opening | None:
        """One BatchGetItem; see `ports.Store`. Raises NotFound when the bell's subdistrict has no directory."""
        thing = keys.bell(bell_id)
        wanted = [keys.head(thing), keys.head(keys.place(ids.prefix_of(bell_id)))]
        wanted += [keys.link(thing, link_hash)] if link_hash else []
        wanted += [(thing, keys.CONTACT)] if contact else []
        rows = [codec.row_of(raw) for raw in self.table.get_many(wanted).values()]
        head = next((row for row in rows if isinstance(row, BellHead)), None)
        if head is None:
            return None
        directory = next((row for row in rows if isinstance(row, DirectoryRow)), None)
        if directory is None:
            raise NotFound("no_such_place")
        link = next((codec.link_of(row) for row in rows if isinstance(row, LinkRow)), None)
        known = next((codec.contact_of(row) for row in rows if isinstance(row, ContactRow)), None)
        return Opening(self._bell_of(head), link, codec.directory_of(directory), known)

    def ringing(self, prefix: str, cursor: str = "", limit: int = 25) -> Page[Bell]:
        """One Query; see `ports.Store`. Raises Invalid for a cursor that is none."""
        scope = keys.worklist(prefix)
        after = _start_after("worklist", scope, cursor) if cursor else None
        # One more than asked for tells whether there is another page.
        raws = self.table.query(scope, index="worklist", limit=limit + 1, after=after)
        rows = [row for row in map(codec.row_of, raws[:limit]) if isinstance(row, BellHead)]
        bells = tuple(map(self._bell_of, rows))
        return Page(bells, _cursor_of(rows[-1]) if len(raws) > limit else "")

    def rung_by(self, person: str, cursor: str = "", limit: int = 25) -> Page[Bell]:
        """One Query; see `ports.Store`."""
        after = _start_after("person", person, cursor) if cursor else None
        raws = self.table.query(person, index="person", limit=limit + 1, after=after, backwards=True)
        rows = [row for row in map(codec.row_of, raws[:limit]) if isinstance(row, BellHead)]
        bells = tuple(map(self._bell_of, rows))
        more = len(raws) > limit
        return Page(bells, cursors.pack(f"{rows[-1].person_at}#{bells[-1].id}") if more else "")

    def bells(self, bell_ids: Sequence[str]) -> tuple[Bell, ...]:
        """One BatchGetItem for each hundred; see `ports.Store`."""
        wanted = [keys.head(keys.bell(bell_id)) for bell_id in dict.fromkeys(bell_ids)]
        found = self.table.get_many(wanted)
        rows = (codec.row_of(found[key]) for key in wanted if key in found)
        return tuple(self._bell_of(row) for row in rows if isinstance(row, BellHead))

    def overdue(self, before: datetime, limit: int = 100) -> tuple[str, ...]:
        """One Query for each of the shards; see `ports.Store`."""
        found: list[tuple[str, str]] = []
        for number in range(keys.SHARDS):
            due = WindowRow.due_at < iso(before)
            raws = self.table.query(keys.shard(number), due, index="due", limit=limit)
            found += [(raw["due_at"]["S"], raw["pk"]["S"]) for raw in raws]
        return tuple(thing for _, thing in sorted(found)[:limit])

    # -- inside

    def _ring(self, ringing: Ringing) -> Transaction:
        transaction, thing = Transaction(), ringing.bell.thing
        fresh = Row.pk.does_not_exist()
        transaction.puts.append((head_of(thing), self.table.put(codec.bell_head(ringing), fresh)))
        transaction.puts.append(("contact", self.table.put(codec.contact_row(thing, ringing.contact))))
        free = fresh | (GuardRow.until <= iso(ringing.bell.rung_at))
        for guard in ringing.guards:
            put = self.table.put(codec.guard_row(guard, ringing.bell.id), free)
            transaction.puts.append((f"guard {guard.key}", put))
        transaction.updates += [(f"limit {limit.key}", spend(self.table, limit)) for limit in ringing.limits]
        extend(self.table, transaction, ringing.events)
        add_links(self.table, transaction, thing, ringing.links)
        return transaction

    def _bell_of(self, row: BellHead) -> Bell:
        bell = codec.bell_of(row)
        self.remember(bell.id, row.guards)
        return bell


def spend(table: Table, limit: Limit) -> Raw:
    """The parameters of using a limit once more; refused when it is used up."""
    room = LimitRow.n.does_not_exist() | (LimitRow.n < limit.most)
    actions = [*assign(LimitRow, {"kind": LimitRow, "expires_at": limit.until + _LIMIT_KEPT})]
    return table.update(keys.limit(limit.key), [*actions, LimitRow.n.add(1)], room)


def _why_not(ringing: Ringing, refused: Refused) -> Repeated | None:
    """What a ring that could not be written means: the same again, a repetition, a taken id, a limit."""
    if tip_hash(refused, ringing.bell.thing) == ringing.bell.tip.hash:
        return None
    for guard in ringing.guards:
        held = refused.found.get(f"guard {guard.key}")
        if held:
            return Repeated(held["bell"]["S"], guard.key, held["fingerprint"]["S"])
    for limit in ringing.limits:
        if f"limit {limit.key}" in refused.found and head_of(ringing.bell.thing) not in refused.found:
            raise TooMany("too_many_rings", limit.until) from refused
    raise Collision(ringing.bell.id) from refused


def _cursor_of(row: BellHead) -> str:
    return cursors.pack(row.worklist_at)


def _start_after(index: str, scope: str, packed: str) -> Raw:
    place = cursors.unpack(packed)
    moment, _, bell_id = place.rpartition("#")
    thing, sort = keys.head(keys.bell(bell_id))
    hash_key, range_key = INDEXES[index]
    # Two bells of one instant are told apart in the worklist's key, by the table's key in the other.
    values = {"pk": thing, "sk": sort, hash_key: scope, range_key: moment if index == "person" else place}
    return {name: {"S": value} for name, value in values.items()}
