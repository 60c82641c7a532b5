"""Notices in the table: claimed, settled, held back in windows and gathered in bundles."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.core.errors import Stale
from chalicelib.people.staff import Channel
from chalicelib.store import codec, keys
from chalicelib.store.models import BundleRow, NoticeRow, Row, WindowRow
from chalicelib.store.patience import nonce
from chalicelib.store.table import Part, Refused

if TYPE_CHECKING:
    from chalicelib.notice.types import Bundle, Dispatch, Fate, Notice, Window


class Notices(Part):
    """The part of the store that knows notices."""

    def claim(self, notice: Notice, channel: Channel, at: datetime) -> Fate | None:
        """One PutItem; see `ports.Store`."""
        from chalicelib.notice.types import Dispatch, Fate
        from chalicelib.store import notice_codec

        to, mine = notice.recipient, nonce()
        dispatch = Dispatch(
            notice.version, notice.template, to.id, to.name, to.role, channel, Fate.CLAIMED, at
        )
        row = notice_codec.notice_row(notice.thing, dispatch, mine)
        try:
            self.table.write(self.table.put(row, Row.pk.does_not_exist()))
        except Refused as refused:
            return _fate(refused, mine)
        return None

    def settle(self, notice: Notice, dispatch: Dispatch) -> None:
        """One PutItem, and one more for what was sent; see `ports.Store`."""
        from chalicelib.store import notice_codec

        row = notice_codec.notice_row(notice.thing, dispatch)
        # A report is later than whatever we know.
        free = Row.pk.does_not_exist() | ~NoticeRow.fate.is_in("delivered", "undelivered")
        try:
            self.table.write(self.table.put(row, free))
        except Refused:
            return
        if sent := notice_codec.message_row(notice.thing, dispatch):
            self.table.write(self.table.put(sent))

    def dispatches(self, thing: str) -> tuple[Dispatch, ...]:
        """One Query; see `ports.Store`."""
        from chalicelib.store import notice_codec

        raws = self.table.query(thing, Row.sk.startswith(keys.NOTICES))
        return tuple(
            notice_codec.dispatch_of(row) for row in map(codec.row_of, raws) if isinstance(row, NoticeRow)
        )

    def window(self, staff_id: str) -> Window:
        """One GetItem; see `ports.Store`."""
        from chalicelib.notice.types import Window
        from chalicelib.store import notice_codec

        raw = self.table.get((keys.staff(staff_id), keys.WINDOW))
        row = codec.row_of(raw) if raw else None
        return notice_codec.window_of(row) if isinstance(row, WindowRow) else Window(staff_id)

    def save_window(self, window: Window) -> None:
        """One PutItem; see `ports.Store`."""
        from chalicelib.store import notice_codec

        mine = nonce()
        same = WindowRow.version == window.version if window.version else Row.pk.does_not_exist()
        try:
            self.table.write(self.table.put(notice_codec.window_row(window, mine), same))
        except Refused as refused:
            if not _is_mine(refused, mine):
                raise Stale(keys.staff(window.staff)) from refused

    def save_bundle(self, bundle: Bundle) -> None:
        """One PutItem; see `ports.Store`."""
        from chalicelib.store import notice_codec

        self.table.write(self.table.put(notice_codec.bundle_row(bundle)))

    def bundle(self, bundle_id: str) -> Bundle | None:
        """One GetItem; see `ports.Store`."""
        from chalicelib.store import notice_codec

        raw = self.table.get(keys.bundle(bundle_id))
        row = codec.row_of(raw) if raw else None
        return notice_codec.bundle_of(row) if isinstance(row, BundleRow) else None


def _fate(refused: Refused, mine: str) -> Fate | None:
    """What somebody made of the notice before us; None when it was our own try whose answer was lost."""
    from chalicelib.notice.types import Fate

    return None if _is_mine(refused, mine) else Fate(refused.found["row"]["fate"]["S"])


def _is_mine(refused: Refused, mine: str) -> bool:
    found: str = refused.found["row"].get("nonce", {}).get("S", "")
    return found == mine
