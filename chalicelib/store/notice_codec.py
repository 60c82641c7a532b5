"""Notices as rows and back, apart from `store.codec` because a ring does without."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from chalicelib.core.times import iso, parse_iso
from chalicelib.notice.types import Bundle, Dispatch, Fate, Window
from chalicelib.store import keys
from chalicelib.store.codec import LINK_KEPT, decode, encode
from chalicelib.store.models import BundleRow, NoticeRow, Row, WindowRow

# Carriers try for three days, and mail may still come back after that.
_REPORTS_COME = timedelta(days=8)


def notice_row(thing: str, dispatch: Dispatch, nonce: str | None = None) -> NoticeRow:
    """A notice's claim or fate."""
    pk, sk = keys.notice(thing, dispatch.version, dispatch.recipient, dispatch.channel)
    return NoticeRow(pk, sk, fate=str(dispatch.fate), dispatch=encode(dispatch), nonce=nonce)


def message_row(thing: str, dispatch: Dispatch) -> Row | None:
    """How a provider's report finds the notice; None when no report can come."""
    from chalicelib.store.delivery_rows import MessageRow

    if dispatch.fate is not Fate.SENT or not dispatch.detail or not dispatch.channel:
        return None
    pk, sk = keys.notice(thing, dispatch.version, dispatch.recipient, dispatch.channel)
    message = keys.message(dispatch.channel, dispatch.detail)
    return MessageRow(message, f"{pk}#{sk}", thing=pk, notice=sk, expires_at=dispatch.at + _REPORTS_COME)


def dispatch_of(row: NoticeRow) -> Dispatch:
    """The dispatch of a row."""
    return decode(Dispatch, row.dispatch)


def window_row(window: Window, nonce: str) -> WindowRow:
    """A person's window as it is stored next: one version on."""
    thing = keys.staff(window.staff)
    return WindowRow(
        thing,
        keys.WINDOW,
        version=window.version + 1,
        due_at=iso(window.due_at) if window.due_at else None,
        due_shard=keys.shard_of(thing) if window.due_at else None,
        window=encode(replace(window, version=0, due_at=None)),
        nonce=nonce,
    )


def window_of(row: WindowRow) -> Window:
    """The window of a row."""
    due_at = parse_iso(row.due_at) if row.due_at else None
    return replace(decode(Window, row.window), version=int(row.version), due_at=due_at)


def bundle_row(bundle: Bundle) -> BundleRow:
    """A bundle."""
    pk, sk = keys.bundle(bundle.id)
    return BundleRow(pk, sk, bundle=encode(bundle), expires_at=bundle.expires_at + LINK_KEPT)


def bundle_of(row: BundleRow) -> Bundle:
    """The bundle of a row."""
    return decode(Bundle, row.bundle)
