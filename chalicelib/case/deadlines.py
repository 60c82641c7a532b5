"""Deadlines of a case: how long each has, what is left of it in a pause, how events hold it. Pure.

What is due is in `case.due`. Times are kept to the millisecond, as the record keeps them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.case.stages import Stage
from chalicelib.case.state import Case, Deadline, Held
from chalicelib.core.calendar import Calendar
from chalicelib.core.chain import Actor
from chalicelib.core.times import iso, parse_iso, tick
from chalicelib.place.ladder import Urgency

_MS = timedelta(milliseconds=1)
SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
_NONE = timedelta()


@dataclass(frozen=True)
class Term:
    """How long something has; with `working` a day is one working day and an hour an hour of work."""

    days: int = 0
    hours: int = 0
    minutes: int = 0
    working: bool = False

    def end(self, calendar: Calendar, start: datetime, tenths: int = 10) -> datetime:
        """When so many tenths of the term have passed since `start`."""
        part = timedelta(hours=self.hours, minutes=self.minutes)
        if not self.working:
            return tick(start + (part + timedelta(days=self.days)) * tenths / 10)
        return tick(calendar.add(start, (part + calendar.day_length * self.days) * tenths / 10))


@dataclass(frozen=True)
class TermRule:
    """Which cases a stage's term is for; an empty field matches all."""

    stage: Stage
    term: Term
    urgency: Urgency | None = None
    category: str = ""

    def fits(self, stage: Stage, urgency: Urgency, category: str) -> bool:
        """Whether a case of this urgency and category has this term in the stage."""
        return (
            self.stage is stage
            and self.urgency in (None, urgency)
            and (not self.category or self.category == category)
        )


_IN, _NE = Stage.LOOKING_INTO, Stage.NEGOTIATING
STAGE_TERMS = (
    TermRule(_IN, Term(hours=1), Urgency.EMERGENCY),
    TermRule(_IN, Term(hours=4), Urgency.URGENT),
    TermRule(_IN, Term(hours=24)),
    TermRule(_NE, Term(hours=2), Urgency.EMERGENCY),
    TermRule(_NE, Term(hours=24), Urgency.URGENT),
    TermRule(_NE, Term(days=7)),
)
# DESIGN 2: emergency 2 h, utilities 24 h, ordinary 7 d, hard 15 d.
TARGETS: Mapping[str, Term] = {
    Urgency.EMERGENCY: Term(hours=2),
    Urgency.URGENT: Term(hours=24),
    Urgency.ORDINARY: Term(days=7),
    "hard": Term(days=15),
}


@dataclass(frozen=True)
class Policy:
    """How long everything has in a place; the first stage term that fits counts."""

    stages: tuple[TermRule, ...] = STAGE_TERMS
    targets: Mapping[str, Term] = field(default_factory=lambda: TARGETS)
    hard: frozenset[str] = frozenset({"illegal-structure"})
    rating: Term = Term(days=14)
    archive: Term = Term(days=60)
    reopen: Term = Term(days=60)
    acceptance: Term = Term(days=7)
    report: Term = Term(hours=24)
    minutes: Term = Term(hours=24)
    court: Term = Term(days=30)
    question_days: int = 30

    def stage(self, stage: Stage, urgency: Urgency, category: str) -> Term | None:
        """The term of a stage, None when it has none of its own."""
        return next((r.term for r in self.stages if r.fits(stage, urgency, category)), None)

    def target(self, urgency: Urgency, category: str) -> Term:
        """How long the whole case has."""
        return self.targets["hard" if urgency is Urgency.ORDINARY and category in self.hard else urgency]


DEFAULT = Policy()


@dataclass(frozen=True)
class Moment:
    """In what circumstances something is decided: who does it, when, by which calendar and policy."""

    by: Actor
    now: datetime
    calendar: Calendar
    policy: Policy = DEFAULT


def timed(key: str, term: Term, moment: Moment, *, patient: bool = False, fixed: bool = False) -> Deadline:
    """A deadline of so long from now, with a reminder when four fifths have passed."""
    due, remind = term.end(moment.calendar, moment.now), term.end(moment.calendar, moment.now, 8)
    made = Deadline(key, due, due, remind, working=term.working, fixed=fixed, patient=patient)
    return scheduled(made, moment.calendar)


def dated(
    key: str,
    due: datetime,
    remind: datetime | None,
    moment: Moment,
    *,
    patient: bool = False,
    fixed: bool = False,
) -> Deadline:
    """A deadline on a date; a reminder whose time has passed is left out."""
    due = tick(due)
    remind = tick(remind) if remind and moment.now < remind < due else None
    return scheduled(Deadline(key, due, due, remind, fixed=fixed, patient=patient), moment.calendar)


def scheduled(deadline: Deadline, calendar: Calendar) -> Deadline:
    """With its next step: the reminder, the date, or the repetition. A patient one's waits for the opening,
    except that a reminder never waits until it is too late."""
    at = deadline.again_at or deadline.remind_at or deadline.due_at
    if not deadline.patient:
        return replace(deadline, next_at=at)
    opens = calendar.opening(at)
    late = deadline.remind_at is not None and opens >= deadline.due_at
    return replace(deadline, next_at=at if late else opens)


def opening(urgency: Urgency, category: str, moment: Moment) -> tuple[Deadline, ...]:
    """The deadlines with which a case begins: the first visit and the overall target."""
    target = timed("target", moment.policy.target(urgency, category), moment, patient=patient(urgency))
    return (target, *_stage(Stage.LOOKING_INTO, urgency, category, moment))


def entering(case: Case, stage: Stage, moment: Moment) -> tuple[Deadline, ...]:
    """The deadline of the stage that the case enters, if the policy gives it one."""
    return _stage(stage, case.urgency, case.category, moment)


def patient(urgency: Urgency) -> bool:
    """Whether its messages wait for the next opening."""
    return urgency is Urgency.ORDINARY


def extended(deadline: Deadline, until: datetime, moment: Moment) -> Deadline:
    """The same with a later end: reminded again when four fifths of what is left then have passed."""
    remind = moment.now + (until - moment.now) * 8 / 10
    made = dated(deadline.key, until, remind, moment, patient=deadline.patient, fixed=deadline.fixed)
    return replace(made, working=deadline.working)


def remaining(case: Case, key: str, calendar: Calendar, now: datetime) -> timedelta:
    """What is left of a deadline, in its own measure; never negative, and still during a pause."""
    deadline = case.deadline(key)
    if deadline is None:
        return _NONE
    held = next((h for h in case.pause.held if h.key == key), None) if case.pause else None
    if held and not deadline.fixed:
        return max(_NONE, held.due * _MS)
    return max(_NONE, _left(deadline, deadline.due_at, calendar, now) * _MS)


def hold(deadline: Deadline, calendar: Calendar, now: datetime) -> Held:
    """What is left of it now, to the millisecond."""
    left = [
        None if at is None else _left(deadline, at, calendar, now)
        for at in (deadline.remind_at, deadline.again_at)
    ]
    return Held(deadline.key, _left(deadline, deadline.due_at, calendar, now), *left)


def release(deadline: Deadline, held: Held, calendar: Calendar, now: datetime) -> Deadline:
    """The deadline with exactly what was held, counted from now."""

    def at(left: int | None) -> datetime | None:
        if left is None:
            return None
        return calendar.add(now, left * _MS) if deadline.working and left > 0 else now + left * _MS

    due = at(held.due) or now
    moved = replace(deadline, due_at=due, remind_at=at(held.remind), again_at=at(held.again))
    return scheduled(moved, calendar)


def resumed(case: Case, moment: Moment) -> tuple[Deadline, ...]:
    """Every deadline that the pause stopped, as it goes on now."""
    held = {h.key: h for h in case.pause.held} if case.pause else {}
    return tuple(
        release(d, held[d.key], moment.calendar, moment.now)
        for d in case.deadlines
        if not d.fixed and d.key in held
    )


def again(deadline: Deadline, calendar: Calendar, now: datetime) -> Deadline:
    """After it was said to be overdue: once more in a day, or at the same hour of the next working day."""
    later = calendar.add(now, calendar.day_length) if deadline.working else now + _DAY
    told = replace(deadline, remind_at=None, overdue=deadline.overdue + 1, again_at=tick(later))
    return scheduled(told, calendar)


def to_json(deadline: Deadline) -> dict[str, Any]:
    """As an event holds it: what is empty is left out."""
    whole = {
        "key": deadline.key,
        "due_at": iso(deadline.due_at),
        "next_at": iso(deadline.next_at),
        "remind_at": iso(deadline.remind_at) if deadline.remind_at else None,
        "again_at": iso(deadline.again_at) if deadline.again_at else None,
        "overdue": deadline.overdue,
        "working": deadline.working,
        "fixed": deadline.fixed,
        "patient": deadline.patient,
    }
    return {name: value for name, value in whole.items() if value}


def of_json(data: Mapping[str, Any]) -> Deadline:
    """The reverse of `to_json`."""
    times = ("due_at", "next_at", "remind_at", "again_at")
    fields: dict[str, Any] = {n: parse_iso(v) if n in times else v for n, v in data.items()}
    return Deadline(**fields)


def _stage(stage: Stage, urgency: Urgency, category: str, moment: Moment) -> tuple[Deadline, ...]:
    term = moment.policy.stage(stage, urgency, category)
    return (timed("stage", term, moment, patient=patient(urgency)),) if term else ()


def _left(deadline: Deadline, at: datetime, calendar: Calendar, now: datetime) -> int:
    if deadline.working and at > now:
        return calendar.between(now, at) // _MS
    return (at - now) // _MS
