"""The engine: what the state machine, the stream and the minute call. The row is the truth, the timer a hint."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from chalicelib.bell.changes import plan_change
from chalicelib.bell.rules import Bell
from chalicelib.core.chain import Event, Happening
from chalicelib.core.errors import Stale, Unavailable
from chalicelib.escalation.rules import due, rearmed, remaining, unreached
from chalicelib.notice.types import Fate
from chalicelib.ports import HeadMoved, Opening, Ports

# With the minute between two sweeps and a second for the new timer: less than two minutes late in all.
GRACE = timedelta(seconds=45)
_SETTLING = timedelta(seconds=60)
_TRIES = 6
_LOST = frozenset({Fate.FAILED, Fate.UNREACHABLE})


class TimelineClosed(Exception):
    """There is nothing left to wait for; the machine catches this name and ends."""


def advance(ports: Ports, payload: Mapping[str, Any]) -> dict[str, Any]:
    """What is due for the thing now, done in one transaction; two AWS calls.

    Takes and answers `{id, version, seconds}`, and takes the name of the `execution` that asks. When the row's
    version is not the payload's somebody changed the clock: the row is obeyed and nothing is done. Raises
    TimelineClosed when there is no deadline any more, or the timer went over to its next generation.
    """
    bell_id = payload["id"].partition("#")[2]
    for _ in range(_TRIES):
        opening = ports.store.opening(bell_id)
        if opening is None or opening.bell.due_at is None:
            raise TimelineClosed(payload["id"])
        if _generation(payload) < opening.bell.generation:
            # Taken for lost and replaced while it was only slow: two loops must not live on side by side.
            raise TimelineClosed(payload["id"])
        now = ports.clock.now()
        moved_on = opening.bell.version != payload["version"]
        happenings = () if moved_on else due(opening.bell, opening.directory, now)
        if not happenings:
            return _signal(ports, opening.bell)
        try:
            after = _commit(ports, opening, happenings)
        except Stale:
            continue
        if after.generation != opening.bell.generation:
            raise TimelineClosed(payload["id"])
        return _signal(ports, after)
    raise Unavailable("advance")


def _generation(payload: Mapping[str, Any]) -> float:
    """The generation in the execution's name (`bell-…-g2`); one without a name is never too old."""
    _, _, number = str(payload.get("execution", "")).rpartition("-g")
    return int(number) if number.isdecimal() else math.inf


def _commit(ports: Ports, opening: Opening, happenings: tuple[Happening, ...]) -> Bell:
    change = plan_change(ports.policy.key, opening.bell, happenings, ports.clock.now(), by_timeline=True)
    ports.store.commit(change)
    return change.after


def _signal(ports: Ports, bell: Bell) -> dict[str, Any]:
    seconds = ports.clock.real(remaining(bell, ports.clock.now()))
    return {"id": bell.thing, "version": bell.version, "seconds": seconds}


def drive(ports: Ports, moved: HeadMoved) -> None:
    """Tell the state machine that a clock came into being, changed or ended; again: nothing changes."""
    renewed = moved.was_generation is not None and moved.generation != moved.was_generation
    if moved.token and (moved.due_at is None or renewed):
        ports.timeline.end(moved.token)
    if moved.due_at is None:
        return
    left = (moved.due_at - ports.clock.now()) / timedelta(seconds=1)
    seconds = ports.clock.real(max(0, -int(-left // 1)))
    if moved.was_version is None or renewed:
        ports.timeline.start(moved.thing, moved.generation, moved.version, seconds)
    elif moved.token and not moved.by_timeline:
        ports.timeline.signal(moved.token, moved.thing, moved.version, seconds)


def skip_unreached(ports: Ports, event: Event) -> None:
    """When no message of an alert reached anybody on any channel, skip its level at once; again: nothing changes."""
    if event.kind != "alerted":
        return
    fates = [d.fate for d in ports.store.dispatches(event.thing) if d.version == event.seq]
    if not fates or not _LOST.issuperset(fates):
        return
    for _ in range(_TRIES):
        opening = ports.store.opening(event.thing.partition("#")[2])
        if opening is None:
            return
        now = ports.clock.now()
        happenings = unreached(opening.bell, event, opening.directory, now)
        if not happenings:
            return
        try:
            ports.store.commit(plan_change(ports.policy.key, opening.bell, happenings, now))
        except Stale:
            continue
        return
    raise Unavailable("skip")


def sweep(ports: Ports, things: Iterable[str], grace: timedelta = GRACE, reason: str = "lost") -> int:
    """Give every bell among the things whose deadline passed by more than the grace, and nobody acted, the next
    generation of its timer; answers how many. A lost, killed or never started execution so costs at most two
    minutes."""
    before = ports.clock.now() - grace
    bells = ports.store.bells([t.partition("#")[2] for t in things if t.startswith("BELL#")])
    lost = (bell for bell in bells if bell.due_at and bell.due_at < before and not _settling(ports, bell))
    return sum(_rearm(ports, bell, reason) for bell in lost)


def _settling(ports: Ports, bell: Bell) -> bool:
    """Whether the bell was given a new timer so recently that it may not have fired yet."""
    given = bell.generation_at if bell.generation > 1 else None
    return given is not None and ports.clock.now() - given < _SETTLING


def _rearm(ports: Ports, bell: Bell, reason: str) -> int:
    change = plan_change(ports.policy.key, bell, (rearmed(reason),), ports.clock.now())
    try:
        ports.store.commit(change)
    except Stale:
        return 0
    return 1
