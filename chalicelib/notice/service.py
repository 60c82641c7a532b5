"""Notices on their way: decided from an event, admitted, claimed, sent, and their fates put on the record.

Everything here may be interrupted at any call and be begun again: what was claimed is never sent again on that
channel, what was not is sent, and the record says each fate once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.core.chain import SYSTEM, Event, Happening, extend
from chalicelib.core.errors import Stale
from chalicelib.notice import courier, rules, scenes, staleness
from chalicelib.notice import window as windows
from chalicelib.notice.courier import Fates
from chalicelib.notice.types import Dispatch, Fate, Notice, Window
from chalicelib.notice.window import Hold, NextChannel, Plan, Send, Verdict
from chalicelib.ports import Ports

if TYPE_CHECKING:
    from chalicelib.notice.scenes import File

_TRIES = 8
_DONE = frozenset({Fate.SENT, Fate.DELIVERED, Fate.HELD, Fate.MOOT, Fate.SUPERSEDED, Fate.UNREACHABLE})


def announce(ports: Ports, event: Event) -> None:
    """Tell everybody whom the event concerns and put on the bell's or case's record, once, what became of it.

    Called for every event of the stream, as often and as late as it likes. Raises when something is left to do: then
    the record must be delivered again, which does the rest and repeats nothing.
    """
    if not scenes.tells(event):
        return
    file = scenes.file_of(ports, event.thing)
    if file is None:
        return
    wanted, late = _fresh(ports, file, event, notices(ports, file, event))
    dispatches = _deliver(ports, wanted, file.dispatches)
    _record(ports, file, event.seq, (*dispatches, *late))


def _fresh(
    ports: Ports, file: File, event: Event, wanted: Sequence[Notice]
) -> tuple[Sequence[Notice], Sequence[Dispatch]]:
    """What of the notices is still worth sending, and the fates of those that came too late; what was begun is
    finished."""
    if not staleness.stale(event, ports.clock.now()):
        return wanted, ()
    begun = {dispatch.recipient for dispatch in file.dispatches if dispatch.version == event.seq}

    def later(newer: Event) -> Sequence[Notice]:
        return notices(ports, file, newer)

    late = [
        notice
        for notice in wanted
        if notice.recipient.id not in begun and staleness.superseded(notice, event, file.events, later)
    ]
    fates = [courier.settle(ports, notice, Fate.SUPERSEDED) for notice in late]
    return [notice for notice in wanted if notice not in late], fates


def notices(ports: Ports, file: File, event: Event) -> tuple[Notice, ...]:
    """What an event of the bell or case has to tell whom, with the directory as it is now."""
    return scenes.notices(ports, file, event)


def flush(ports: Ports, staff_id: str) -> None:
    """Send what has waited long enough for that person: alerts in one message, the rest singly.

    Called by the sweeper for an overdue `STAFF#<id>`; nothing happens before the window is due, and a flush that
    crashed is taken up again when its lease ends.
    """
    for _ in range(_TRIES):
        now, window = ports.clock.now(), ports.store.window(staff_id)
        if window.due_at is None or window.due_at > now:
            return
        window = _readdressed(ports, window)
        moot = scenes.moot(ports, window.held)
        plan = windows.release(window, now, _quiet_until(ports, window.held, now), moot)
        try:
            ports.store.save_window(plan.window)
        except Stale:
            continue
        _carry_out(ports, plan, moot)
        return
    raise Stale(f"STAFF#{staff_id}")


def _deliver(ports: Ports, notices: Iterable[Notice], known: Sequence[Dispatch]) -> tuple[Dispatch, ...]:
    """Send each notice, or hold it, and answer every fate, also of what an earlier run had done (`known`).

    One notice that fails does not keep the others back; the first error is raised after them all.
    """
    fates: list[Dispatch] = []
    errors: list[Exception] = []
    for notice in notices:
        past = [d for d in known if (d.version, d.recipient) == (notice.version, notice.recipient.id)]
        try:
            fates += _deliver_one(ports, notice, past)
        except Exception as error:  # noqa: BLE001 - one person's trouble must not silence the others' alerts
            errors.append(error)
    if errors:
        raise errors[0]
    return tuple(fates)


def _deliver_one(ports: Ports, notice: Notice, past: Sequence[Dispatch]) -> Sequence[Dispatch]:
    if _done(notice, past):
        return past
    if past or not notice.recipient.is_staff or not notice.recipient.addresses:
        return _dispatches(courier.convey(ports, [notice]))
    if scenes.moot(ports, [notice]):
        return [courier.settle(ports, notice, Fate.MOOT)]
    match _admission(ports, notice):
        case Hold():
            return [courier.settle(ports, notice, Fate.HELD)]
        case verdict:
            return _dispatches(courier.convey(ports, [notice], by_sms=isinstance(verdict, Send)))


def _done(notice: Notice, past: Sequence[Dispatch]) -> bool:
    """Whether nothing is left to try; what goes everywhere has been tried on every channel."""
    if notice.everywhere and all(dispatch.channel for dispatch in past):
        tried = {dispatch.channel for dispatch in past if dispatch.fate is not Fate.CLAIMED}
        return bool(past) and tried >= {str(channel) for channel, _ in notice.recipient.addresses}
    return any(dispatch.fate in _DONE for dispatch in past)


def _admission(ports: Ports, notice: Notice) -> Verdict:
    """Ask the person's window, and write down what it said before acting on it."""
    for _ in range(_TRIES):
        now, window = ports.clock.now(), ports.store.window(notice.recipient.id)
        verdict = windows.admit(window, notice, now, _quiet_until(ports, [notice], now))
        after = _after(window, notice, verdict, now)
        if after == window:
            return verdict
        try:
            ports.store.save_window(after)
        except Stale:
            continue
        return verdict
    raise Stale(f"STAFF#{notice.recipient.id}")


def _after(window: Window, notice: Notice, verdict: Verdict, now: datetime) -> Window:
    match verdict:
        case Send():
            return windows.let_through(window, [notice], now)
        case Hold(until):
            return windows.hold(window, notice, until)
        case NextChannel():
            return windows.let_through(window, [notice], now, by_sms=False)


def _carry_out(ports: Ports, plan: Plan, moot: Iterable[str]) -> None:
    """Send what the plan lets go, record the fates, then forget those notices; each step may be repeated."""
    fates: Fates = []
    gone = [notice for notice in plan.window.held if notice.key in moot]
    for notice in (*gone, *plan.superseded):
        fates.append((notice, courier.settle(ports, notice, Fate.MOOT)))
    for message in plan.messages:
        fates += courier.convey(ports, message.notices, by_sms=message.by_sms)
    _record_all(ports, fates)
    _forget(ports, plan.window.staff, frozenset(notice.key for notice, _ in fates))


def _forget(ports: Ports, staff_id: str, keys: frozenset[str]) -> None:
    for _ in range(_TRIES):
        now, window = ports.clock.now(), ports.store.window(staff_id)
        after = windows.forget(window, keys, now, _quiet_until(ports, window.held, now))
        if after == window:
            return
        try:
            ports.store.save_window(after)
        except Stale:
            continue
        return
    raise Stale(f"STAFF#{staff_id}")


def _record_all(ports: Ports, fates: Fates) -> None:
    told: dict[tuple[str, int], list[Dispatch]] = {}
    for notice, dispatch in fates:
        told.setdefault((notice.thing, notice.version), []).append(dispatch)
    for (thing, version), dispatches in told.items():
        file = scenes.file_of(ports, thing)
        if file is not None:
            _record(ports, file, version, dispatches)


def _record(ports: Ports, file: File, seq: int, dispatches: Sequence[Dispatch]) -> None:
    """Append one `notified` event with whatever the record does not say yet."""
    for _ in range(_TRIES):
        data = rules.told_of(seq, dispatches, file.events)
        if data is None:
            return
        head = scenes.head(file)
        events = extend(head.thing, head.tip, ports.clock.now(), SYSTEM, [Happening("notified", data)])
        try:
            ports.store.append(head, events)
        except Stale:
            file = scenes.file_of(ports, head.thing) or file
            continue
        return
    raise Stale(scenes.head(file).thing)


def _readdressed(ports: Ports, window: Window) -> Window:
    """The window with the addresses of today: nobody is written to at an old number, nor when they have left."""
    if not window.held:
        return window
    member = scenes.directory_of(ports, window.held[0].thing).member(window.staff)
    fresh = tuple(courier.readdressed(notice, member) for notice in window.held)
    return replace(window, held=fresh)


def _quiet_until(ports: Ports, notices: Sequence[Notice], now: datetime) -> datetime | None:
    """When the present quiet hours of the place end; None outside them."""
    if not notices:
        return None
    place = scenes.directory_of(ports, notices[0].thing).subdistrict
    opening = place.quiet.opening(now, place.zone)
    return opening if opening > now else None


def _dispatches(fates: Fates) -> list[Dispatch]:
    return [dispatch for _, dispatch in fates]
