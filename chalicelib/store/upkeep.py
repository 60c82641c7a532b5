"""What the platform keeps about itself, and what it needs to put itself in order again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from chalicelib.core import ids
from chalicelib.ports import Page
from chalicelib.store import codec, cursors, keys
from chalicelib.store.models import PulseRow
from chalicelib.store.table import Part, Transaction

if TYPE_CHECKING:
    from chalicelib.status.rules import Pulse

# DynamoDB's limit of a transaction.
_MOST = 100


class Upkeep(Part):
    """The part of the store that knows pulses, canaries and every clock."""

    def clocks(self, cursor: str = "", limit: int = 1_000) -> Page[str]:
        """One Query a megabyte for each of the shards; see `ports.Store`."""
        after = cursors.unpack(cursor) if cursor else ""
        raws = [raw for n in range(keys.SHARDS) for raw in self.table.query(keys.shard(n), index="due")]
        places = sorted(f"{raw['due_at']['S']}#{raw['pk']['S']}" for raw in raws)
        left = [place for place in places if place > after]
        more = cursors.pack(left[limit - 1]) if len(left) > limit else ""
        return Page(tuple(place.partition("#")[2] for place in left[:limit]), more)

    def beat(self, pulse: Pulse) -> None:
        """One PutItem; see `ports.Store`."""
        self.table.write(self.table.put(PulseRow(*keys.pulse(pulse.name), pulse=codec.encode(pulse))))

    def pulses(self) -> Mapping[str, Pulse]:
        """One Query; see `ports.Store`."""
        from chalicelib.status.rules import Pulse

        rows = map(codec.row_of, self.table.query(keys.PULSES))
        found = [codec.decode(Pulse, row.pulse) for row in rows if isinstance(row, PulseRow)]
        return {pulse.name: pulse for pulse in found}

    def forget_canary(self, bell_id: str) -> None:
        """One Query and a TransactWriteItems for each hundred rows; see `ports.Store`."""
        thing = keys.bell(bell_id)
        if not ids.is_canary(thing):
            raise ValueError("only a canary's bell may be removed")
        named = [(row["pk"]["S"], row["sk"]["S"]) for row in self.table.query(thing)]
        for start in range(0, len(named), _MOST):
            deletes = [(sk, self.table.delete((pk, sk))) for pk, sk in named[start : start + _MOST]]
            self.table.transact(Transaction(deletes=deletes))
