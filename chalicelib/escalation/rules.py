"""Who is alerted when: the ladder climbed step by step. Pure; the clock and the directory are handed in.

One call makes at most one step, however late it comes, and gives it a fresh delay: after an outage nobody
gets a burst of messages. The people are looked up when the step fires, the ladder is the bell's own copy.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Protocol

from chalicelib.bell.rules import Bell, Person, Status, people, require
from chalicelib.core.chain import Event, Happening
from chalicelib.core.timers import renewal
from chalicelib.core.times import iso
from chalicelib.people.rules import duty
from chalicelib.people.staff import Staff
from chalicelib.place.ladder import Ladder, Role, Urgency
from chalicelib.place.rules import Directory

_REMIND_UP_AFTER = 2
_AN_HOUR = timedelta(hours=1)
_HOURS = 23


class Timed(Protocol):
    """Whatever has a deadline."""

    @property
    def due_at(self) -> datetime | None:
        """When something is due next."""


def first_step(
    ladder: Ladder, directory: Directory, neighbourhood: str, now: datetime
) -> tuple[Happening, ...]:
    """The step that is part of ringing: the first level that has somebody, empty ones skipped on the record."""
    return tuple(_climb(ladder, directory, neighbourhood, 0, now))


def due(bell: Bell, directory: Directory, now: datetime) -> tuple[Happening, ...]:
    """What is due now: nothing before `due_at`, else one step (and a new generation of the timer when it is old)."""
    if bell.due_at is None or now < bell.due_at:
        return ()
    step = _ringing_step if bell.status is Status.RINGING else _answered_step
    return (*step(bell, directory, now), *renewal(bell, now))


def appeal(bell: Bell, directory: Directory, now: datetime) -> tuple[Happening, ...]:
    """The declined bell rings again, one level higher than the one that declined it; once."""
    require(bell, "appeal")
    level = min(bell.level + 1, len(bell.ladder.levels) - 1)
    again = Happening("appealed", {"level": level})
    return (again, *_climb(bell.ladder, directory, bell.neighbourhood, level, now))


def remaining(timed: Timed, now: datetime) -> int:
    """Whole seconds until its deadline, rounded up; 0 when it is due or has none."""
    if timed.due_at is None:
        return 0
    left = (timed.due_at - now) / timedelta(seconds=1)
    return max(0, -int(-left // 1))


def _ringing_step(bell: Bell, directory: Directory, now: datetime) -> Iterator[Happening]:
    ladder, place = bell.ladder, bell.neighbourhood
    if bell.round:
        yield _exhausted(ladder, directory, place, bell.round + 1, now)
    elif bell.repeat < ladder.level(bell.level).repeats:
        yield from _climb(ladder, directory, place, bell.level, now, bell.repeat + 1)
    else:
        yield from _climb(ladder, directory, place, bell.level + 1, now)


def _climb(
    ladder: Ladder, directory: Directory, place: str, start: int, now: datetime, repeat: int = 0
) -> Iterator[Happening]:
    for index in range(start, len(ladder.levels)):
        level = ladder.levels[index]
        found = duty(directory, place, level.roles, now)
        if found.staff:
            yield _alerted(ladder, directory, index, repeat, found.staff, now)
            return
        roles = [str(role) for role in level.roles]
        yield Happening("level_skipped", {"level": index, "roles": roles, "reason": found.reason})
        repeat = 0
    yield _exhausted(ladder, directory, place, 1, now)


def _alerted(
    ladder: Ladder, directory: Directory, index: int, repeat: int, staff: tuple[Staff, ...], now: datetime
) -> Happening:
    level = ladder.levels[index]
    due_at = now + timedelta(seconds=level.seconds)
    if ladder.holds_in_quiet_hours:
        due_at = directory.subdistrict.quiet.opening(due_at, directory.subdistrict.zone)
    return Happening(
        "alerted",
        {
            "level": index,
            "repeat": repeat,
            "roles": [str(role) for role in level.roles],
            "staff": [_person(member).json() for member in staff],
            "due_at": iso(due_at),
        },
    )


def _exhausted(ladder: Ladder, directory: Directory, place: str, round_: int, now: datetime) -> Happening:
    # Nobody above to tell is no reason to fall silent: then all levels are asked again.
    staff = duty(directory, place, ladder.exhausted_roles, now).staff
    staff = staff or duty(directory, place, _all_roles(ladder), now).staff
    due_at = now + _pause(ladder, round_)
    people = [_person(member).json() for member in staff]
    return Happening("exhausted", {"round": round_, "staff": people, "due_at": iso(due_at)})


def _pause(ladder: Ladder, round_: int) -> timedelta:
    """The policy's interval for the first hour, then hourly for a day, then daily: calling goes on for ever, but a
    bell that nobody will ever answer must not bury those that somebody would."""
    often = timedelta(seconds=ladder.repeat_seconds)
    quick_rounds = _AN_HOUR // often
    if round_ <= quick_rounds:
        return often
    return max(often, _AN_HOUR if round_ <= quick_rounds + _HOURS else timedelta(days=1))


def unreached(bell: Bell, event: Event, directory: Directory, now: datetime) -> tuple[Happening, ...]:
    """No message of an alert could reach anybody: the level is skipped at once. Nothing when the bell has moved on."""
    level = event.data["level"]
    asked = {person.id for person in people(event.data["staff"])}
    if (
        bell.status is not Status.RINGING
        or not asked <= {person.id for person in bell.alerted}  # of an earlier ringing, elsewhere
        or bell.round
        or (bell.level, bell.repeat) != (level, event.data["repeat"])
    ):
        return ()
    skipped = Happening(
        "level_skipped", {"level": level, "roles": event.data["roles"], "reason": "nobody_reachable"}
    )
    return (skipped, *_climb(bell.ladder, directory, bell.neighbourhood, level + 1, now))


def _answered_step(bell: Bell, directory: Directory, now: datetime) -> Iterator[Happening]:
    """Answered is not decided: the answerer is reminded, from the second time on the next level too."""
    reminder = bell.reminders + 1
    answerer = directory.member(bell.answered_by.id) if bell.answered_by else None
    asked = [answerer] if answerer and answerer.reachable else []
    if reminder >= _REMIND_UP_AFTER or not asked:
        roles = bell.ladder.level(bell.level + 1).roles
        asked += duty(directory, bell.neighbourhood, roles, now).staff
    due_at = now + timedelta(seconds=bell.ladder.decide_seconds)
    if bell.urgency is Urgency.ORDINARY:
        due_at = directory.subdistrict.quiet.opening(due_at, directory.subdistrict.zone)
    people = {member.id: _person(member).json() for member in asked}
    data = {"reminder": reminder, "staff": list(people.values()), "due_at": iso(due_at)}
    yield Happening("decision_overdue", data)


def _all_roles(ladder: Ladder) -> tuple[Role, ...]:
    return tuple(dict.fromkeys(role for level in ladder.levels for role in level.roles))


def _person(member: Staff) -> Person:
    return Person(member.id, member.name, member.role)
