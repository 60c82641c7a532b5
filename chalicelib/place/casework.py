"""The calendar and the deadline policy of a place, made of what its directory says.

Both are kept per version of the directory, so that a request pays for neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any, NamedTuple

from chalicelib.case.deadlines import STAGE_TERMS, TARGETS, Policy, Term, TermRule
from chalicelib.case.stages import Stage
from chalicelib.core.calendar import OFFICE_HOURS, WEEKEND, Calendar
from chalicelib.place.calendars import calendar_of
from chalicelib.place.days import read_day, table_of
from chalicelib.place.ladder import Urgency
from chalicelib.place.rules import Directory
from chalicelib.place.terms import TERMS, WEEK, read_term

_Casework = Mapping[str, Any]


class _Made(NamedTuple):
    zone: str
    country: str
    casework: _Casework
    calendar: Calendar
    policy: Policy


_KEPT: dict[tuple[str, int], _Made] = {}
_MOST = 64


def calendar_for(directory: Directory) -> Calendar:
    """The working time of the place: its country's days, what it edits over them, its weekend and hours."""
    return _made(directory).calendar


def policy_for(directory: Directory) -> Policy:
    """How long everything has in the place: what its file says, and where it is silent the platform's terms."""
    return _made(directory).policy


def _made(directory: Directory) -> _Made:
    """What was made of this version, as long as it said the same: a version may have been tried out before."""
    root, casework = directory.subdistrict, directory.casework
    country = casework.get("country") or ("CN" if root.country_code == "86" else "")
    kept = _KEPT.get((root.prefix, directory.version))
    if kept and kept[:3] == (root.timezone, country, casework):
        return kept
    made = _Made(root.timezone, country, casework, _calendar(directory, country), _policy(casework))
    if len(_KEPT) >= _MOST:
        _KEPT.clear()
    _KEPT[root.prefix, directory.version] = made
    return made


def _calendar(directory: Directory, country: str) -> Calendar:
    casework = directory.casework
    weekend = frozenset(WEEK.index(day) for day in casework.get("weekend", ()))
    hours = tuple((_clock(part["from"]), _clock(part["until"])) for part in casework.get("office_hours", ()))
    return calendar_of(
        directory.subdistrict.zone,
        country,
        table_of(day for line in casework.get("days", ()) if (day := read_day(line))),
        weekend=weekend or WEEKEND,
        hours=hours or OFFICE_HOURS,
    )


def _clock(text: str) -> time:
    return time.fromisoformat(text)


def _policy(casework: _Casework) -> Policy:
    usual = Policy()
    targets = {
        Urgency(key) if key != "hard" else key: term_of(text)
        for key, text in casework.get("targets", {}).items()
    }
    return Policy(
        stages=(*map(_rule, casework.get("stages", ())), *STAGE_TERMS),
        targets={**TARGETS, **targets},
        hard=frozenset(casework.get("hard", usual.hard)),
        question_days=casework.get("question_days", usual.question_days),
        **{key: term_of(casework[key]) for key in TERMS if key in casework},
    )


def _rule(term: _Casework) -> TermRule:
    urgency = Urgency(term["urgency"]) if "urgency" in term else None
    return TermRule(Stage(term["stage"]), term_of(term["within"]), urgency, term.get("category", ""))


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
