"""Calendars of places: China's published days, what an administrator edits, other countries."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from chalicelib.core.errors import Invalid
from chalicelib.place.calendars import calendar_of, read_table

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_china_rests_on_its_national_day_and_makes_up_for_it() -> None:
    calendar = calendar_of(SHANGHAI)
    assert not calendar.works(date(2026, 10, 1))
    assert calendar.works(date(2026, 10, 10)), "a Saturday"
    assert not calendar.works(date(2026, 10, 11))


def test_a_year_that_is_not_published_is_provisional_until_the_table_says_so() -> None:
    later = datetime(2027, 3, 1, tzinfo=UTC)
    assert calendar_of(SHANGHAI).provisional(later)
    edited = read_table("# 国务院通知\n2027-02-08 rest 春节\n2027-02-06 班\n2027 published\n")
    calendar = calendar_of(SHANGHAI, table=edited)
    assert not calendar.provisional(later)
    assert not calendar.works(date(2027, 2, 8))
    assert calendar.works(date(2027, 2, 6)), "a Saturday"


def test_what_an_administrator_says_overrules_what_is_published() -> None:
    calendar = calendar_of(SHANGHAI, table=read_table("2026-10-01 work"))
    assert calendar.works(date(2026, 10, 1))


def test_another_country_is_its_weekend_and_its_table() -> None:
    calendar = calendar_of(
        ZoneInfo("Asia/Riyadh"), "SA", read_table("2026-09-23 rest"), weekend=frozenset({4, 5})
    )
    assert [calendar.works(date(2026, 9, 20) + timedelta(days=n)) for n in range(7)] == [
        True,
        True,
        True,
        False,
        True,
        False,
        False,
    ]


def test_every_line_that_cannot_be_read_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        read_table("2027-02-30 rest\n2027-01-01 rest\nsometime\n2027-01-02 maybe\n")
    assert [error.field for error in refused.value.errors] == ["line 1", "line 3", "line 4"]
