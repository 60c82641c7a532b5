"""The calendar and the deadline policy of a place, made of what its directory says.

Both are kept for as long as the directory says the same, so that a request pays for neither.
"""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import ZoneInfo

from chalicelib.case.deadlines import STAGE_TERMS, TARGETS, Policy, Term, TermRule
from chalicelib.case.stages import Stage
from chalicelib.core.calendar import OFFICE_HOURS, WEEKEND, Calendar
from chalicelib.place.calendars import calendar_of
from chalicelib.place.days import read_day, table_of
from chalicelib.place.rules import Casework, Directory, StageTerm, Weekday
from chalicelib.place.terms import read_term

_PLACES = 64
_TERMS = ("rating", "archive", "reopen", "acceptance", "report", "minutes", "court")
_WEEK = tuple(Weekday)


def calendar_for(directory: Directory) -> Calendar:
    """The working time of the place: its country's days, what it edits over them, its weekend and hours."""
    root = directory.subdistrict
    country = directory.casework.country or ("CN" if root.country_code == "86" else "")
    return _calendar(root.timezone, country, directory.casework)


def policy_for(directory: Directory) -> Policy:
    """How long everything has in the place: what its file says, and where it is silent the platform's terms."""
    return _policy(directory.casework)


@lru_cache(_PLACES)
def _calendar(timezone: str, country: str, casework: Casework) -> Calendar:
    weekend = frozenset(_WEEK.index(day) for day in casework.weekend)
    hours = tuple((part.start, part.end) for part in casework.office_hours)
    return calendar_of(
        ZoneInfo(timezone),
        country,
        table_of(day for line in casework.days if (day := read_day(line))),
        weekend=weekend or WEEKEND,
        hours=hours or OFFICE_HOURS,
    )


@lru_cache(_PLACES)
def _policy(casework: Casework) -> Policy:
    own = {key: term_of(text) for key in _TERMS if (text := getattr(casework, key))}
    targets = {key: term_of(text) for key in TARGETS if (text := getattr(casework.targets, key))}
    usual = Policy()
    return Policy(
        stages=(*map(_rule, casework.stages), *STAGE_TERMS),
        targets={**TARGETS, **targets},
        hard=frozenset(casework.hard) or usual.hard,
        question_days=casework.question_days or usual.question_days,
        **own,
    )


def _rule(term: StageTerm) -> TermRule:
    return TermRule(Stage(term.stage), term_of(term.within), term.urgency, term.category)


def term_of(text: str) -> Term:
    """The term that a place file has; raises ValueError when it is none."""
    written = read_term(text)
    if written is None:
        raise ValueError(f"no term: {text}")
    return Term(
        days=written.count if written.unit == "days" else 0,
        hours=written.count if written.unit == "hours" else 0,
        minutes=written.count if written.unit == "minutes" else 0,
        working=written.working,
    )
