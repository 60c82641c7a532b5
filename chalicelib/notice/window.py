"""Whether a person may be sent something now: bundles, quiet hours and limits. Pure.

The first alert is at once and opens a window of two minutes; alerts within it wait for its end and then share one
message. News of cases do the same among themselves: they never make a bell wait. What is not urgent waits for the
morning. Nobody gets more SMS than the limits allow: an alert then takes the person's next channel, bundled just the
same, and anything else waits. An emergency does none of this and uses up nobody's limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.notice.rules import RINGING
from chalicelib.notice.types import Notice, Window
from chalicelib.people.staff import Channel

OPEN_FOR = timedelta(seconds=120)
LIMITS = ((timedelta(minutes=15), 5), (timedelta(hours=1), 11))
LEASE = timedelta(seconds=45)
# The templates of messages that several notices share.
BELLS, CASES = "bundle", "cases"
_LONGEST = max(span for span, _ in LIMITS)
_REMEMBERED = 32
# Marks in `admitted` what was let through beyond the limit: after a crash it must not become an SMS nobody counted.
_BEYOND = "#beyond"


@dataclass(frozen=True)
class Send:
    """Now, on the first channel that works."""


@dataclass(frozen=True)
class Hold:
    """Not before `until`."""

    until: datetime


@dataclass(frozen=True)
class NextChannel:
    """Now, but not by SMS: the limit is reached."""


Passed = Send | NextChannel
Verdict = Passed | Hold


def admit(window: Window, notice: Notice, now: datetime, quiet_until: datetime | None = None) -> Verdict:
    """What to do with the notice now; `quiet_until`: when the present quiet hours end, None outside them.

    A notice that the window let through before (`admitted`) is let through again, the same way: its sender crashed.
    """
    if notice.pressing:
        return Send()
    if before := _before(window, notice):
        return before
    if quiet_until and quiet_until > now and not notice.urgent:
        return Hold(quiet_until)
    if (ends := _shares_until(window, notice)) and now < ends:
        return Hold(ends)
    free = _free_at(window.sent, now) if _by_sms(notice) else now
    if free <= now:
        return Send()
    return NextChannel() if notice.alert and len(notice.recipient.addresses) > 1 else Hold(free)


def shared(notice: Notice) -> str:
    """The template of the message that the notice can share with others of its sort: of alerts of ringing bells, of
    news of cases. Empty when it cannot, as in an emergency."""
    if notice.pressing or not notice.recipient.is_staff:
        return ""
    if notice.template in RINGING:
        return BELLS
    return CASES if notice.thing.startswith("CASE#") else ""


def _shares_until(window: Window, notice: Notice) -> datetime | None:
    return {BELLS: window.open_until, CASES: window.cases_until}.get(shared(notice))


def let_through(window: Window, message: Sequence[Notice], now: datetime, *, by_sms: bool = True) -> Window:
    """The window after it let one message through, made of these notices; `by_sms` False: beyond the limit."""
    if all(_before(window, notice) for notice in message):
        return window
    keys = [notice.key if by_sms else notice.key + _BEYOND for notice in message]
    opens = {shared(notice) for notice in message}
    counts = by_sms and any(_by_sms(notice) and not notice.pressing for notice in message)
    sent = tuple(at for at in window.sent if at > now - _LONGEST)
    return replace(
        window,
        open_until=now + OPEN_FOR if BELLS in opens else window.open_until,
        cases_until=now + OPEN_FOR if CASES in opens else window.cases_until,
        sent=(*sent, now) if counts else sent,
        admitted=_remembered(window, keys),
    )


def hold(window: Window, notice: Notice, until: datetime) -> Window:
    """The window with one more notice waiting."""
    if any(notice.key == other.key for other in window.held):
        return window
    due_at = min(until, window.due_at) if window.due_at else until
    return replace(window, held=(*window.held, notice), due_at=due_at)


@dataclass(frozen=True)
class Outgoing:
    """One message that may go now: a single notice, or the alerts that it bundles."""

    notices: tuple[Notice, ...]
    by_sms: bool = True


@dataclass(frozen=True)
class Plan:
    """What becomes of what waits. `window` must be saved before anything is sent: it counts the messages, and its
    `due_at` is a lease after which somebody else goes on where a crash left off.

    `superseded`: alerts whose bell has a later one in the same message.
    """

    window: Window
    messages: tuple[Outgoing, ...]
    superseded: tuple[Notice, ...]


def release(
    window: Window, now: datetime, quiet_until: datetime | None = None, moot: Set[str] = frozenset()
) -> Plan:
    """What of the held notices goes now; `moot`: keys of those with nothing left to say, which never go."""
    live = [notice for notice in window.held if notice.key not in moot]
    messages: list[Outgoing] = []
    superseded: list[Notice] = []
    gone: set[str] = set()
    after = window
    for group in _messages(window, live):
        verdict = admit(after, group[-1], now, quiet_until)
        if isinstance(verdict, Hold):
            continue
        latest = (
            tuple({notice.thing: notice for notice in group}.values()) if len(group) > 1 else tuple(group)
        )
        superseded += [notice for notice in group if notice not in latest]
        gone |= {notice.key for notice in group}
        by_sms = isinstance(verdict, Send)
        messages.append(Outgoing(latest, by_sms))
        after = let_through(after, group, now, by_sms=by_sms)
    next_due = forget(after, gone | moot, now, quiet_until).due_at
    leases = [now + LEASE] if messages or len(live) < len(window.held) else []
    due_at = min([*leases, *([next_due] if next_due else [])], default=None)
    return Plan(replace(after, due_at=due_at), tuple(messages), tuple(superseded))


def forget(window: Window, keys: Set[str], now: datetime, quiet_until: datetime | None = None) -> Window:
    """The window without the notices of these keys, due when the next of the rest may go."""
    left = replace(window, held=tuple(notice for notice in window.held if notice.key not in keys))
    return replace(left, due_at=_next_due(left, now, quiet_until))


def _messages(window: Window, held: Iterable[Notice]) -> list[list[Notice]]:
    """The messages that could be made: alerts together and news of cases together (what is urgent and what was let
    through before a crash apart), others singly."""
    together: dict[tuple[str, bool, Passed | None], list[Notice]] = {}
    single: list[list[Notice]] = []
    for notice in held:
        if sort := shared(notice):
            together.setdefault((sort, notice.urgent, _before(window, notice)), []).append(notice)
        else:
            single.append([notice])
    return [*(together[key] for key in sorted(together, key=_order)), *single]


def _order(key: tuple[str, bool, Passed | None]) -> tuple[bool, bool, int]:
    """Bells before cases, what is urgent first, and what a crash left behind before what came later."""
    sort, urgent, before = key
    return (sort != BELLS, not urgent, (Send(), NextChannel(), None).index(before))


def _before(window: Window, notice: Notice) -> Passed | None:
    """How the window let the notice through already, if it did."""
    if notice.key in window.admitted:
        return Send()
    return NextChannel() if notice.key + _BEYOND in window.admitted else None


def _next_due(window: Window, now: datetime, quiet_until: datetime | None) -> datetime | None:
    verdicts = (admit(window, notice, now, quiet_until) for notice in window.held)
    return min((v.until if isinstance(v, Hold) else now for v in verdicts), default=None)


def _by_sms(notice: Notice) -> bool:
    return any(channel is Channel.SMS for channel, _ in notice.recipient.addresses)


def _free_at(sent: Iterable[datetime], now: datetime) -> datetime:
    """The first instant from `now` on at which one more SMS is within all limits."""
    free = now
    for span, most in LIMITS:
        recent = sorted(at for at in sent if at > now - span)
        if len(recent) >= most:
            free = max(free, recent[-most] + span)
    return free


def _remembered(window: Window, keys: list[str]) -> tuple[str, ...]:
    """The latest keys, and those of all that still wait."""
    known = list(dict.fromkeys((*window.admitted, *keys)))
    waiting = {key for notice in window.held for key in (notice.key, notice.key + _BEYOND)}
    recent = set(known[-_REMEMBERED:]) | set(keys)
    return tuple(key for key in known if key in recent or key in waiting)
