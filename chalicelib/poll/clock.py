"""What time does to a poll. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.core.chain import Happening
from chalicelib.poll.state import Poll, Stage

WARN = timedelta(hours=24)
"""So long before the end the officials are told when participation is missing."""


def due_at(poll: Poll) -> datetime | None:
    """When the clock has to act next."""
    if poll.closes_at is None:
        return None
    if poll.stage is Stage.ANNOUNCED:
        return poll.opens_at
    if poll.stage is Stage.OPEN:
        next_at = poll.closes_at if poll.warned else min(_warning(poll), poll.closes_at)
        return min(poll.remind_at, next_at) if poll.remind_at else next_at
    return counts_at(poll) if poll.stage is Stage.CLOSED else None


def counts_at(poll: Poll) -> datetime | None:
    """When entering paper ends and the counting begins."""
    return poll.closes_at + timedelta(seconds=poll.entry_seconds) if poll.closes_at else None


def due(poll: Poll, now: datetime) -> tuple[Happening, ...]:
    """What is due now, one step after another if several are; nothing before `due_at`."""
    moments: list[Happening] = []
    stage, warned = poll.stage, poll.warned
    if stage is Stage.ANNOUNCED and poll.opens_at and poll.opens_at <= now:
        moments.append(Happening("opened", {"stage": str(Stage.OPEN)}))
        stage = Stage.OPEN
    if stage is Stage.OPEN and poll.closes_at and poll.closes_at <= now:
        moments.append(Happening("closed", {"stage": str(Stage.CLOSED)}))
        stage, warned = Stage.CLOSED, True
    if stage is Stage.OPEN and not warned and poll.closes_at and _warning(poll) <= now:
        moments.append(Happening("warned", {}))
    if stage is Stage.OPEN and poll.remind_at and poll.remind_at <= now:
        moments.append(Happening("reminders_resumed", {"next": poll.remind_from}))
    ends = counts_at(poll)
    if stage is Stage.CLOSED and ends and ends <= now:
        moments.append(Happening("sealed", {"stage": str(Stage.SEALED)}))
    return tuple(moments)


def _warning(poll: Poll) -> datetime:
    """A day before the end; of a short poll, at half its time."""
    opens_at, closes_at = poll.window
    return max(closes_at - WARN, opens_at + (closes_at - opens_at) / 2)
