"""Working time adds up: what is added is found again, and nobody works on a holiday."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.calendar import Calendar

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
HOLIDAY = {date(2026, 10, 1): False, date(2026, 10, 2): False, date(2026, 10, 10): True}
CALENDARS = st.sampled_from(
    [
        Calendar(SHANGHAI, days=HOLIDAY, known_until=date(2026, 12, 31)),
        Calendar(BERLIN, ((time(0), time(0)),), weekend=frozenset()),
        Calendar(BERLIN, ((time(22), time(0)),)),
    ]
)
INSTANTS = st.integers(0, 700 * 86_400).map(lambda s: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=s))


@given(CALENDARS, INSTANTS, st.integers(0, 40 * 86_400_000))
def test_what_was_added_lies_between(calendar: Calendar, at: datetime, milliseconds: int) -> None:
    span = timedelta(milliseconds=milliseconds)
    assert calendar.between(at, calendar.add(at, span)) == span


@given(CALENDARS, INSTANTS, st.integers(0, 900_000), st.integers(0, 900_000))
def test_working_time_adds_up_and_never_runs_back(calendar: Calendar, at: datetime, a: int, b: int) -> None:
    first, second = at + timedelta(seconds=a), at + timedelta(seconds=a + b)
    assert calendar.between(at, first) + calendar.between(first, second) == calendar.between(at, second)
    assert calendar.between(second, at) == timedelta(0)
    assert calendar.opening(at) >= at


def test_an_hour_before_the_holidays_goes_on_after_them() -> None:
    calendar = Calendar(SHANGHAI, days=HOLIDAY)
    evening = datetime(2026, 9, 30, 17, tzinfo=SHANGHAI)
    assert calendar.add(evening, timedelta(hours=1)) == datetime(2026, 10, 5, 9, 30, tzinfo=SHANGHAI)
    assert calendar.works(date(2026, 10, 10)), "a Saturday that makes up for it"
    assert calendar.day_length == timedelta(hours=7)


def test_the_hour_that_daylight_saving_takes_is_not_worked() -> None:
    calendar = Calendar(BERLIN, ((time(0), time(0)),), weekend=frozenset())
    midnight = datetime(2026, 3, 29, tzinfo=BERLIN)
    assert calendar.between(midnight, datetime(2026, 3, 30, tzinfo=BERLIN)) == timedelta(hours=23)


def test_what_lies_beyond_the_published_days_is_provisional() -> None:
    calendar = Calendar(SHANGHAI, known_until=date(2026, 12, 31))
    last = datetime(2026, 12, 31, 23, 59, tzinfo=SHANGHAI)
    assert not calendar.provisional(last)
    assert calendar.provisional(last + timedelta(minutes=1))


def test_a_calendar_without_work_is_refused_rather_than_searched_for_ever() -> None:
    with pytest.raises(ValueError, match="order"):
        Calendar(SHANGHAI, ((time(9), time(12)), (time(11), time(17))))
    idle = Calendar(SHANGHAI, weekend=frozenset(range(7)))
    with pytest.raises(ValueError, match="ten years"):
        idle.add(datetime(2026, 1, 1, tzinfo=UTC), timedelta(hours=1))
