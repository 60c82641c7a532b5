"""One-time codes in the table: asked for, tried, used, sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from pynamodb.attributes import UnicodeAttribute

from chalicelib.core.errors import TooMany
from chalicelib.core.times import iso, parse_iso
from chalicelib.ports import Limit
from chalicelib.store import codec, keys
from chalicelib.store.bells import spend
from chalicelib.store.models import CodeRow, Row
from chalicelib.store.patience import nonce
from chalicelib.store.table import Part, Refused, Transaction

if TYPE_CHECKING:
    from chalicelib.session.shapes import Code


class Codes(Part):
    """The part of the store that knows one-time codes."""

    def ask_code(self, code: Code, at: datetime, limits: Sequence[Limit]) -> None:
        """One TransactWriteItems; see `ports.Store`."""
        free = Row.pk.does_not_exist() | (CodeRow.again_at <= iso(at))
        transaction = Transaction(puts=[("code", self.table.put(codec.code_row(code), free))])
        transaction.updates += [(f"limit {limit.key}", spend(self.table, limit)) for limit in limits]
        try:
            self.table.transact(transaction)
        except Refused as refused:
            _raise_why(code, limits, refused)

    def use_limit(self, limit: Limit) -> bool:
        """One UpdateItem; see `ports.Store`. A use whose answer was lost on the way counts once more."""
        try:
            self.table.change(spend(self.table, limit))
        except Refused:
            return False
        return True

    def try_code(self, person: str, at: datetime, most: int, *, known: bool = False) -> Code | None:
        """One UpdateItem; see `ports.Store`. A try whose answer was lost on the way counts once more."""
        tries = CodeRow.tries_known if known else CodeRow.tries
        left = tries.does_not_exist() | (tries < most)
        alive = (CodeRow.until > iso(at)) & left & CodeRow.used.does_not_exist()
        try:
            raw = self.table.change(self.table.update(keys.code(person), [tries.add(1)], alive))
        except Refused:
            return None
        row = codec.row_of(raw)
        if not isinstance(row, CodeRow):
            return None
        return replace(codec.code_of(row), tries=int(getattr(row, tries.attr_name)))

    def use_code(self, code: Code) -> bool:
        """One UpdateItem; see `ports.Store`."""
        return self._mark(code, CodeRow.used)

    def claim_code(self, code: Code) -> bool:
        """One UpdateItem; see `ports.Store`."""
        return self._mark(code, CodeRow.sent)

    def forget_code(self, person: str) -> None:
        """One TransactWriteItems; see `ports.Store`."""
        self.table.transact(Transaction(deletes=[("code", self.table.delete(keys.code(person)))]))

    def _mark(self, code: Code, attribute: UnicodeAttribute) -> bool:
        """Set an attribute that only the first may set; its value tells our own lost answer from a rival."""
        mine = nonce()
        first = (CodeRow.salt == code.salt) & attribute.does_not_exist()
        try:
            self.table.change(self.table.update(keys.code(code.person), [attribute.set(mine)], first))
        except Refused as refused:
            found = refused.found["row"].get(attribute.attr_name, {}).get("S", "")
            return bool(found == mine)
        return True


def _raise_why(code: Code, limits: Sequence[Limit], refused: Refused) -> None:
    """Raise TooMany with the last of the instants that stand in the way; our own lost answer is none."""
    there = refused.found.get("code", {})
    if there.get("salt", {}).get("S") == code.salt:
        return
    waits = [limit.until for limit in limits if f"limit {limit.key}" in refused.found]
    waits += [parse_iso(there["again_at"]["S"])] if there else []
    raise TooMany("too_many_codes", max(waits)) from refused
