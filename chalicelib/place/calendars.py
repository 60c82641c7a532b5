"""The calendar of a place: the country's published days, and over them what an administrator edits.

China's table comes from `chinesecalendar` (docs/decisions/0011), which is imported only when a calendar is
made. Any other country is its weekend and the edited table.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from zoneinfo import ZoneInfo

from chalicelib.core.calendar import OFFICE_HOURS, WEEKEND, Calendar
from chalicelib.core.errors import FieldError, Invalid

_WORDS = {"work": True, "班": True, "rest": False, "休": False}
_LINE = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)\s+(?P<word>\S+)(\s.*)?")
_PUBLISHED = re.compile(r"(?P<year>\d{4})\s+(published|已公布)")


@dataclass(frozen=True)
class Table:
    """What an administrator wrote: days that are worked or not, and the last year that is complete."""

    days: Mapping[date, bool] = field(default_factory=dict)
    published: int | None = None


def read_table(text: str) -> Table:
    """The table of lines such as `2027-01-01 rest 元旦`, `2027-02-06 work`, `2027 published`; # begins a remark.

    Raises Invalid naming every line that cannot be read.
    """
    days: dict[date, bool] = {}
    published: list[int] = []
    errors: list[FieldError] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.partition("#")[0].strip()
        if not line:
            continue
        if year := _PUBLISHED.fullmatch(line):
            published.append(int(year["year"]))
        elif entry := _entry(line):
            days[entry[0]] = entry[1]
        else:
            errors.append(FieldError(f"line {number}", "unreadable"))
    if errors:
        raise Invalid(*errors)
    return Table(days, max(published, default=None))


def calendar_of(
    zone: ZoneInfo,
    country: str = "CN",
    table: Table | None = None,
    *,
    weekend: frozenset[int] = WEEKEND,
    hours: tuple[tuple[time, time], ...] = OFFICE_HOURS,
) -> Calendar:
    """The calendar of a place in that country. Days beyond the last published year are provisional; for a
    country without a table of ours they are so only once the administrator's table names a published year."""
    edited = table or Table()
    days, year = _china() if country == "CN" else ({}, None)
    year = max(filter(None, (year, edited.published)), default=None)
    known_until = date(year, 12, 31) if year else None
    return Calendar(zone, hours, weekend, {**days, **edited.days}, known_until)


def _entry(line: str) -> tuple[date, bool] | None:
    found = _LINE.fullmatch(line)
    if not found or found["word"].lower() not in _WORDS:
        return None
    try:
        return date.fromisoformat(found["day"]), _WORDS[found["word"].lower()]
    except ValueError:  # looks like a day and is none, such as 02-30
        return None


def _china() -> tuple[dict[date, bool], int]:
    from chinese_calendar import holidays, workdays  # type: ignore[import-untyped] # it ships no types

    rests = dict.fromkeys(holidays, False)
    return rests | dict.fromkeys(workdays, True), max(holidays).year
