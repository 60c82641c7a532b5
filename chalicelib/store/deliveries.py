"""What became of messages after they were sent, and who wants none: in the table."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.core.errors import Unavailable
from chalicelib.core.times import iso
from chalicelib.people.staff import Channel
from chalicelib.store import codec, keys
from chalicelib.store.models import NoticeRow
from chalicelib.store.table import Part, Refused

if TYPE_CHECKING:
    from chalicelib.notice.types import Fate
    from chalicelib.store.keys import Key

_TRIES = 4


class Deliveries(Part):
    """The part of the store that knows reports and wishes."""

    def report(self, channel: Channel, message: str, fate: Fate, at: datetime, code: str = "") -> bool:
        """A Query, and for each notice a GetItem and an UpdateItem; see `ports.Store`."""
        from chalicelib.store.delivery_rows import MessageRow

        rows = map(codec.row_of, self.table.query(keys.message(channel, message)))
        notices = [(row.thing, row.notice) for row in rows if isinstance(row, MessageRow)]
        for key in notices:
            self._move(key, fate, at, code)
        return bool(notices)

    def _move(self, key: Key, reported: Fate, at: datetime, code: str) -> None:
        from chalicelib.delivery.rules import onward
        from chalicelib.store import notice_codec

        for _ in range(_TRIES):
            row = codec.row_of(raw) if (raw := self.table.get(key)) else None
            if not isinstance(row, NoticeRow):
                return
            was = notice_codec.dispatch_of(row)
            if (fate := onward(was.fate, reported)) is was.fate:
                return
            after = replace(was, fate=fate, at=at, detail=code or was.detail)
            actions = [NoticeRow.fate.set(str(fate)), NoticeRow.dispatch.set(codec.encode(after))]
            try:
                self.table.change(self.table.update(key, actions, NoticeRow.fate == str(was.fate)))
            except Refused:
                continue
            return
        raise Unavailable("report")

    def wish(self, key: str, at: datetime, *, out: bool) -> None:
        """One PutItem; see `ports.Store`."""
        from chalicelib.store.delivery_rows import WishRow

        self.table.write(self.table.put(WishRow(*keys.wish(key), out=out, at=iso(at))))

    def opted_out(self, key: str) -> bool:
        """One GetItem; see `ports.Store`."""
        raw = self.table.get(keys.wish(key))
        return bool(raw and raw["out"]["BOOL"])
