"""Rolls in the table: versions in pages, and the head that says which of them is current."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from chalicelib.core.errors import Stale
from chalicelib.store import codec, keys
from chalicelib.store.changes import extend, head_of, tip_hash
from chalicelib.store.models import Row
from chalicelib.store.polls import importing_rows
from chalicelib.store.table import Part, Refused, Transaction

if TYPE_CHECKING:
    from chalicelib.poll.roll import Roll, RollVersion, Unit
    from chalicelib.poll.shapes import RollChange

_DRAFT_KEPT = timedelta(days=7)
_ROWS = 40


class Rolls(Part):
    """The part of the store that knows rolls."""

    def roll(self, neighbourhood: str) -> Roll | None:
        """One GetItem; see `ports.Polls`."""
        from chalicelib.store import poll_codec

        raw = self.table.get(keys.head(keys.roll(neighbourhood)))
        return poll_codec.roll_of(cast(Any, codec.row_of(raw))) if raw else None

    def write_roll(self, neighbourhood: str, version: RollVersion, units: Sequence[Unit]) -> None:
        """A TransactWriteItems for each forty pages; see `ports.Polls`."""
        self._write(neighbourhood, version.number, units, _DRAFT_KEPT)

    def save_roll(self, change: RollChange) -> None:
        """One TransactWriteItems, and what writing the pages of a version costs; see `ports.Polls`."""
        from chalicelib.store import poll_codec
        from chalicelib.store.poll_models import RollHead

        before, after = change.before, change.after
        if after.current and (before is None or before.current != after.current):
            self._write(
                after.neighbourhood, after.current, tuple(self.roll_units(after.neighbourhood, after.current))
            )
        same = RollHead.tip_hash == before.tip.hash if before else Row.pk.does_not_exist()
        transaction = Transaction()
        transaction.puts.append((head_of(after.thing), self.table.put(poll_codec.roll_head(after), same)))
        extend(self.table, transaction, change.events)
        try:
            self.table.transact(transaction)
        except Refused as refused:
            if tip_hash(refused, after.thing) != after.tip.hash:
                raise Stale(after.thing) from refused

    def roll_units(self, neighbourhood: str, version: int) -> Iterator[Unit]:
        """A Query for each megabyte; see `ports.Polls`."""
        from chalicelib.store import poll_codec

        importing_rows()
        begins = Row.sk.startswith(keys.roll_parts(version))
        for raw in self.table.pages(keys.roll(neighbourhood), begins):
            yield from poll_codec.units_of(cast(Any, codec.row_of(raw)))

    def _write(
        self, neighbourhood: str, version: int, units: Sequence[Unit], kept: timedelta | None = None
    ) -> None:
        from chalicelib.store import poll_codec
        from chalicelib.store.poll_models import PartRow

        rows = [
            PartRow(*keys.roll_part(neighbourhood, version, number), units=text, expires_at=kept)
            for number, text in poll_codec.parts_of(units)
        ]
        for start in range(0, len(rows), _ROWS):
            puts = [(row.sk, self.table.put(row)) for row in rows[start : start + _ROWS]]
            self.table.transact(Transaction(puts=puts))
