"""The engine: what the state machine, the stream and the minute call. The row is the truth, the timer a hint.

One loop for everything that has a clock (`escalation.clocks`): bells climb their ladders, cases meet
deadlines, polls open and close.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.bell.rules import Bell
from chalicelib.case.rules import Case
from chalicelib.core.chain import Event, Happening
from chalicelib.core.errors import Stale, Unavailable
from chalicelib.core.timers import rearmed, renewal
from chalicelib.escalation import clocks
from chalicelib.escalation.clocks import BellClock, Clocked
from chalicelib.escalation.rules import Timed, remaining, unreached
from chalicelib.notice.types import Fate
from chalicelib.place.rules import Directory
from chalicelib.ports import Ports
from chalicelib.record.shapes import HeadMoved

if TYPE_CHECKING:
    from chalicelib.poll.state import Poll

# With the minute between two sweeps and a second for the new timer: less than two minutes late in all.
GRACE = timedelta(seconds=45)
_SETTLING = timedelta(seconds=60)
# An execution lives for a year at most and its generation for 300 days: no single wait may bridge the rest.
LONGEST_WAIT = 60 * 86_400
_TRIES = 6
_LOST = frozenset({Fate.FAILED, Fate.UNDELIVERED, Fate.OPTED_OUT, Fate.UNREACHABLE})

Decide = Callable[[Clocked, Directory, datetime], tuple[Happening, ...]]


class TimelineClosed(Exception):
    """There is nothing left to wait for; the machine catches this name and ends."""


def advance(ports: Ports, payload: Mapping[str, Any]) -> dict[str, Any]:
    """What is due for the thing now, done in one transaction; two AWS calls.

    Takes and answers `{id, version, seconds}`, and takes the name of the `execution` that asks. When the row's
    version is not the payload's somebody changed the clock: the row is obeyed and nothing is done. Raises
    TimelineClosed when there is no deadline any more, or the timer went over to its next generation.
    """
    generation = _generation(payload)

    def step(clock: Clocked, directory: Directory, now: datetime) -> tuple[Happening, ...]:
        moved_on = clock.head.version != payload["version"]
        if moved_on or clock.head.due_at is None or generation < clock.head.generation:
            return ()
        return clock.due(directory, now) or renewal(clock.head, now)

    head = _act(ports, payload["id"], step, by_timeline=True)
    # Of an earlier generation: taken for lost and replaced while it was only slow, or grown old by this very step.
    # Two loops must not live on side by side.
    if head is None or head.due_at is None or generation < head.generation:
        raise TimelineClosed(payload["id"])
    return {"id": head.thing, "version": head.version, "seconds": _seconds(ports, head)}


def _generation(payload: Mapping[str, Any]) -> float:
    """The generation in the execution's name (`bell-…-g2`); one without a name is never too old."""
    _, _, number = str(payload.get("execution", "")).rpartition("-g")
    return int(number) if number.isdecimal() else math.inf


def _seconds(ports: Ports, timed: Timed) -> int:
    """How long a timer has to wait for the deadline: real seconds, at least one."""
    return ports.clock.real(min(remaining(timed, ports.clock.now()), LONGEST_WAIT))


def _act(ports: Ports, thing: str, decide: Decide, *, by_timeline: bool = False) -> Bell | Case | Poll | None:
    """Write what is decided about the thing as it stands, again when somebody else was faster. Answers the thing
    as it is then, None when there is none; raises Unavailable when others are faster all the time."""
    for _ in range(_TRIES):
        found = clocks.load(ports, thing)
        if found is None:
            return None
        clock, directory = found
        now = ports.clock.now()
        happenings = decide(clock, directory, now)
        if not happenings:
            return clock.head
        change = clock.change(ports, happenings, now, by_timeline=by_timeline)
        try:
            ports.store.commit(change)
        except Stale:
            continue
        return change.after
    raise Unavailable("clock")


def drive(ports: Ports, moved: HeadMoved) -> None:
    """Tell the state machine that a clock came into being, changed or ended; again: nothing changes."""
    renewed = moved.was_generation is not None and moved.generation != moved.was_generation
    if moved.token and (moved.due_at is None or renewed):
        ports.timeline.end(moved.token)
    if moved.due_at is None:
        return
    if moved.was_version is None or renewed:
        ports.timeline.start(moved.thing, moved.generation, moved.version, _seconds(ports, moved))
    elif moved.token and not moved.by_timeline:
        ports.timeline.signal(moved.token, moved.thing, moved.version, _seconds(ports, moved))


def skip_unreached(ports: Ports, event: Event) -> None:
    """When no message of a bell's alert reached anybody on any channel, skip its level at once; again: nothing
    changes. A case has no levels to skip."""
    if event.kind != "alerted" or not event.thing.startswith("BELL#"):
        return
    fates = [d.fate for d in ports.store.dispatches(event.thing) if d.version == event.seq]
    if not fates or not _LOST.issuperset(fates):
        return

    def skipped(clock: Clocked, directory: Directory, now: datetime) -> tuple[Happening, ...]:
        return unreached(clock.head, event, directory, now) if isinstance(clock, BellClock) else ()

    _act(ports, event.thing, skipped)


def sweep(ports: Ports, things: Iterable[str], grace: timedelta = GRACE, reason: str = "lost") -> int:
    """Give everything among the things whose deadline passed by more than the grace, and nobody acted, the next
    generation of its timer; answers how many. A lost, killed or never started execution so costs at most two
    minutes."""
    before = ports.clock.now() - grace
    found = clocks.load_all(ports, things)
    lost = (c for c in found if c.head.due_at and c.head.due_at < before and not _settling(ports, c.head))
    return sum(_rearm(ports, clock, reason) for clock in lost)


def _settling(ports: Ports, head: Bell | Case | Poll) -> bool:
    """Whether it was given a new timer so recently that it may not have fired yet."""
    given = head.generation_at if head.generation > 1 else None
    return given is not None and ports.clock.now() - given < _SETTLING


def _rearm(ports: Ports, clock: Clocked, reason: str) -> int:
    change = clock.change(ports, (rearmed(reason),), ports.clock.now())
    try:
        ports.store.commit(change)
    except Stale:
        return 0
    return 1
