"""Working time: how much of it lies between two instants, and when so much of it has passed. Pure.

A `Calendar` is a value: which days are worked, at what hours, in which zone. Where the days come from
(a country's published table, what an administrator edits) is not its business.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Span = tuple[datetime, datetime]
OFFICE_HOURS = ((time(9), time(12)), (time(13, 30), time(17, 30)))
WEEKEND = frozenset({5, 6})
_DAY = timedelta(days=1)
_NONE = timedelta()
# A table that rests every day would send the search on for ever.
_HORIZON = 3_660


@dataclass(frozen=True)
class Calendar:
    """Days and hours of work. `days` overrules the weekend: True works, False rests.

    `hours` are in order and do not overlap; one that ends at 00:00 ends with the day. `known_until`: the last
    day whose holidays are published; what falls later is provisional (暂定).
    """

    zone: ZoneInfo
    hours: tuple[tuple[time, time], ...] = OFFICE_HOURS
    weekend: frozenset[int] = WEEKEND
    days: Mapping[date, bool] = field(default_factory=dict)
    known_until: date | None = None

    def __post_init__(self) -> None:
        edges = [edge for opens, closes in self.hours for edge in (_minute(opens), _minute(closes) or 1_440)]
        if not edges or edges != sorted(set(edges)):
            raise ValueError("working hours must be in order, and not empty")

    def works(self, day: date) -> bool:
        """Whether the day is worked."""
        return self.days.get(day, day.weekday() not in self.weekend)

    def provisional(self, at: datetime) -> bool:
        """Whether the day of `at` lies beyond what is published."""
        return self.known_until is not None and at.astimezone(self.zone).date() > self.known_until

    @property
    def day_length(self) -> timedelta:
        """The working time of one day (by the wall clock)."""
        return timedelta(minutes=sum((_minute(end) or 1_440) - _minute(start) for start, end in self.hours))

    def opening(self, at: datetime) -> datetime:
        """`at` itself in working time, else the next instant when work begins."""
        return max(at.astimezone(UTC), next(start for start, end in self._spans(at) if end > at))

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from `start` to `end`, never negative, as long as clocks tick: a daylight-saving
        change inside working hours counts as what it is."""
        total = _NONE
        if end <= start:
            return total
        for opens, closes in self._spans(start):
            if opens >= end:
                break
            total += max(_NONE, min(closes, end) - max(opens, start))
        return total

    def add(self, at: datetime, span: timedelta) -> datetime:
        """The first instant at which `span` of working time has passed since `at` (so `between` gives it back).

        Raises ValueError when the span is negative or the calendar has no such amount of work in ten years.
        """
        if span < _NONE:
            raise ValueError("working time cannot be taken back")
        if not span:
            return at.astimezone(UTC)
        left = span
        for opens, closes in self._spans(at):
            begins = max(opens, at)
            if closes - begins >= left:
                return (begins + left).astimezone(UTC)
            left -= max(_NONE, closes - begins)
        raise AssertionError("unreachable: spans end with an error")

    def _spans(self, since: datetime) -> Iterator[Span]:
        """The spans of work from the day of `since` on; raises ValueError after ten years."""
        first = since.astimezone(self.zone).date()
        for offset in range(_HORIZON):
            day = first + offset * _DAY
            if self.works(day):
                yield from (self._span(day, *hours) for hours in self.hours)
        raise ValueError("the calendar has no working time in ten years")

    def _span(self, day: date, opens: time, closes: time) -> Span:
        last = day if closes > opens else day + _DAY
        return self._at(day, opens), self._at(last, closes)

    def _at(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute
