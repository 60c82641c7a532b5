"""The table of days that an administrator edits over what a country publishes. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from chalicelib.core.errors import FieldError, Invalid

_WORDS = {"work": True, "班": True, "rest": False, "休": False}
_LINE = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)\s+(?P<word>\S+)(?:\s+(?P<remark>.*))?")
_PUBLISHED = re.compile(r"(?P<year>\d{4})\s+(published|已公布)")


@dataclass(frozen=True)
class Day:
    """One line: a day that is worked or not and why, or (`day` is None) the last year that is complete."""

    day: date | None
    works: bool = False
    remark: str = ""
    year: int = 0

    def __str__(self) -> str:
        """The line as it is kept: `2027-01-01 rest 元旦`, `2027 published`."""
        if self.day is None:
            return f"{self.year} published"
        return f"{self.day} {'work' if self.works else 'rest'} {self.remark}".rstrip()


@dataclass(frozen=True)
class Table:
    """What an administrator wrote: days that are worked or not, and the last year that is complete."""

    days: Mapping[date, bool] = field(default_factory=dict)
    published: int | None = None


def read_table(text: str) -> Table:
    """The table of lines such as `2027-01-01 rest 元旦`, `2027-02-06 work`, `2027 published`; # begins a remark.

    Raises Invalid naming every line that cannot be read.
    """
    written = ((n, raw.partition("#")[0].strip()) for n, raw in enumerate(text.splitlines(), 1))
    read = [(number, read_day(line)) for number, line in written if line]
    if errors := [FieldError(f"line {number}", "unreadable") for number, day in read if day is None]:
        raise Invalid(*errors)
    return table_of(day for _, day in read if day)


def table_of(lines: Iterable[Day]) -> Table:
    """The lines as one table; of two about the same day the later counts."""
    known = tuple(lines)
    days = {line.day: line.works for line in known if line.day}
    return Table(days, max((line.year for line in known if line.day is None), default=None))


def read_day(line: str) -> Day | None:
    """One line, None when it cannot be read."""
    if year := _PUBLISHED.fullmatch(line):
        return Day(None, year=int(year["year"]))
    found = _LINE.fullmatch(line)
    if not found or found["word"].lower() not in _WORDS:
        return None
    try:
        day = date.fromisoformat(found["day"])
    except ValueError:  # looks like a day and is none, such as 02-30
        return None
    return Day(day, _WORDS[found["word"].lower()], (found["remark"] or "").strip())
