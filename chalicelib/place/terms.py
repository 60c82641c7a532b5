"""The words of casework: days of the week, and terms (`7d`, `24h`, `30m` by the clock, `7 working days`). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TERMS = ("rating", "archive", "reopen", "acceptance", "report", "minutes", "court")
"""What a place gives a term of its own besides the stages and targets."""
_TERM = re.compile(
    r"(?P<count>\d{1,5})\s*(?:"
    r"(?P<unit>d|days?|天|日|h|hours?|小时|m|min|minutes?|分钟)"
    r"|(?P<working>working\s+days?|个?工作日|working\s+hours?|个?工作小时))"
)
_UNITS = {
    "d": "days",
    "天": "days",
    "日": "days",
    "h": "hours",
    "小": "hours",
    "m": "minutes",
    "分": "minutes",
}
_CLOCK = {"days": "d", "hours": "h", "minutes": "m"}
_MINUTES = {"days": 1_440, "hours": 60, "minutes": 1}
_MOST = 3 * 366 * 1_440
# So many working days or hours: more might be looked for in vain where little is worked.
_MOST_WORKING = 366


@dataclass(frozen=True)
class Written:
    """So many `days`, `hours` or `minutes` (`unit`), of the clock or of working time."""

    count: int
    unit: str
    working: bool

    @property
    def length(self) -> int:
        """Minutes by the clock, a working day counted as a day."""
        return self.count * _MINUTES[self.unit]

    def __str__(self) -> str:
        """As it is kept; `read_term` gives it back."""
        if not self.working:
            return f"{self.count}{_CLOCK[self.unit]}"
        return f"{self.count} working {self.unit if self.count != 1 else self.unit[:-1]}"


def read_term(text: str) -> Written | None:
    """The term; None when it is none, or lasts less than a minute, more than three years, more than 366 working
    days or hours."""
    found = _TERM.fullmatch(text.strip().lower())
    if not found:
        return None
    term = Written(int(found["count"]), _unit(found["unit"], found["working"]), bool(found["working"]))
    if term.working and term.count > _MOST_WORKING:
        return None
    return term if 0 < term.length <= _MOST else None


def _unit(plain: str | None, working: str | None) -> str:
    if plain:
        return _UNITS[plain[0]]
    return "days" if working and ("day" in working or "日" in working) else "hours"
