"""What a place file must hold together about cases (organisations, terms, working days), and what is unwise in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import time
from typing import Any

from chalicelib.place.categories import BY_ID
from chalicelib.place.ladder import Urgency
from chalicelib.place.refs import bad_phone, twice, unknown
from chalicelib.place.rules import Directory
from chalicelib.place.shape import Problem
from chalicelib.place.terms import WEEK, read_term

Values = Mapping[str, Any]
# In a case these words stand for the resident, for the house (to which notes are addressed that no guest reads), for
# offices, and for who signs and seals a mediation.
RESERVED = frozenset(
    {"resident", "specialist", "community", "subdistrict", "supervisor", "mediator", "committee", "system"}
    | {"staff"}
)
_STRANGER = re.compile(r"p-[0-9]+")  # whom a case knows without the directory
_COURT_DAYS = 30


def references(values: Values, places: set[Any]) -> tuple[Problem, ...]:
    """Every id that is there twice or nowhere, and every rule of cases that contradicts itself."""
    organisations = values["organisations"]
    ids = ((f"organisations[{i}]", o["id"]) for i, o in enumerate(organisations))
    country = (values["subdistrict"] or {}).get("country_code", "86")
    return (
        *twice(ids, "organisation"),
        *(p for i, o in enumerate(organisations) for p in _bad(f"organisations[{i}]", o, places, country)),
        *_bad_casework(values["casework"]),
    )


def review(directory: Directory) -> Iterator[Problem]:
    """What is allowed and perhaps not meant: organisations out of reach, terms that never count …"""
    for i, organisation in enumerate(directory.organisations):
        if not organisation.phone and not organisation.mail:
            message = f"{organisation.name} has neither phone nor mail: nobody there can be invited by a link"
            yield Problem(f"organisations[{i}]", message, warning=True)
    yield from _odd_terms(directory.casework)


def _bad(path: str, organisation: Values, places: set[Any], country: str) -> Iterator[Problem]:
    if (named := organisation["id"]) in RESERVED or _STRANGER.fullmatch(named or ""):
        message = f"{named} means something else in a case: choose another, such as its name"
        yield Problem(f"{path}.id", message)
    for i, place in enumerate(organisation["places"]):
        yield from unknown(f"{path}.places[{i}]", place, places, "place")
    yield from bad_phone(f"{path}.phone", organisation["phone"], country)


def _bad_casework(casework: Values | None) -> Iterator[Problem]:
    if casework is None:
        return
    if len({*casework["weekend"]}) == len(WEEK):
        yield Problem("casework.weekend", "leaves no day to work: take out the days that are worked")
    yield from _bad_hours(casework["office_hours"])
    seen: dict[str, str] = {}
    for i, line in enumerate(casework["days"]):
        day, path = line.partition(" ")[0], f"casework.days[{i}]"
        if day in seen:
            yield Problem(path, f"{day} is there already ({seen[day]}): take one out")
        seen.setdefault(day, path)


def _bad_hours(parts: Sequence[Values]) -> Iterator[Problem]:
    """Parts that end before they begin, or begin before the one above has ended."""
    last = -1
    for i, part in enumerate(parts):
        starts, ends = part["from"], part["until"]
        if starts is None or ends is None:
            continue
        if _minute(starts) <= last:
            message = (
                f"begins at {starts:%H:%M}, and the part above has not ended before: put a break between"
            )
            yield Problem(f"casework.office_hours[{i}].from", message)
        last = _minute(ends) or 1_440
        if last <= _minute(starts):
            message = f"ends at {ends:%H:%M} and begins at {starts:%H:%M}: it must end later the same day"
            yield Problem(f"casework.office_hours[{i}].until", message)


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _odd_terms(casework: Values) -> Iterator[Problem]:
    terms = casework.get("stages", ())
    for i, term in enumerate(terms):
        yield from _hidden(f"casework.stages[{i}]", term, terms[:i])
    for i, category in enumerate(casework.get("hard", ())):
        if (urgency := BY_ID[category].urgency) is not Urgency.ORDINARY:
            message = f"changes nothing, since {category} is {urgency} and keeps that target"
            yield Problem(f"casework.hard[{i}]", message, warning=True)
    court = read_term(casework.get("court", ""))
    if court and (court.working or court.length > _COURT_DAYS * 1_440):
        message = "the People's Mediation Law (art. 33) gives 30 days by the calendar to go to court together"
        yield Problem("casework.court", message, warning=True)


def _hidden(path: str, term: Values, before: Sequence[Values]) -> Iterator[Problem]:
    """A stage's term that no case ever takes."""
    category = term.get("category")
    if category and term.get("urgency", BY_ID[category].urgency) != BY_ID[category].urgency:
        message = f"is never taken, since {category} is {BY_ID[category].urgency}: take the urgency out"
        yield Problem(path, message, warning=True)
    elif j := next((j for j, earlier in enumerate(before, 1) if _covers(earlier, term)), None):
        message = f"is never taken, since term {j} fits all that it fits: put it before that one"
        yield Problem(path, message, warning=True)


def _covers(earlier: Values, later: Values) -> bool:
    urgency = later.get("urgency") or (BY_ID[later["category"]].urgency if "category" in later else None)
    return (
        earlier["stage"] == later["stage"]
        and earlier.get("urgency") in (None, urgency)
        and earlier.get("category") in (None, later.get("category"))
    )
