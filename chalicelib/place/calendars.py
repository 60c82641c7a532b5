"""The calendar of a place: the country's published days, and over them what an administrator edits.

China's table comes from `chinesecalendar` (docs/decisions/0011), which is imported only when a calendar is
made. Any other country is its weekend and the edited table.
"""

from __future__ import annotations

from datetime import date, time
from zoneinfo import ZoneInfo

from chalicelib.core.calendar import OFFICE_HOURS, WEEKEND, Calendar
from chalicelib.place.days import Table, read_table

__all__ = ["Table", "calendar_of", "read_table"]


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


def _china() -> tuple[dict[date, bool], int]:
    from chinese_calendar import holidays, workdays  # type: ignore[import-untyped] # it ships no types

    rests = dict.fromkeys(holidays, False)
    return rests | dict.fromkeys(workdays, True), max(holidays).year
