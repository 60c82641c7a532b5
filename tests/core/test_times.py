"""Instants and quiet hours."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.times import QuietHours, iso, parse_iso, tick

SHANGHAI, BERLIN, NEW_YORK = (
    ZoneInfo(name) for name in ("Asia/Shanghai", "Europe/Berlin", "America/New_York")
)
ZONES = st.sampled_from(
    [SHANGHAI, BERLIN, NEW_YORK, ZoneInfo("America/Havana"), ZoneInfo("Australia/Lord_Howe")]
)
INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2056, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
CLOCKS = st.builds(time, st.integers(0, 23), st.integers(0, 59))


def at(text: str, zone: ZoneInfo, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


class TestInstants:
    def test_they_are_written_in_utc_with_milliseconds(self) -> None:
        assert iso(at("2026-11-24 04:00:00.123999", SHANGHAI)) == "2026-11-23T20:00:00.123Z"

    @given(INSTANTS, ZONES)
    def test_what_is_written_is_read_again_to_the_millisecond(
        self, instant: datetime, zone: ZoneInfo
    ) -> None:
        assert parse_iso(iso(instant.astimezone(zone))) == tick(instant)
        assert timedelta(0) <= instant - tick(instant) < timedelta(milliseconds=1)

    @given(INSTANTS, INSTANTS)
    def test_as_text_they_sort_by_time(self, one: datetime, two: datetime) -> None:
        assert (iso(one) < iso(two)) == (tick(one) < tick(two))

    @pytest.mark.parametrize("text", ["2026-11-23T20:00:00", "2026-11-23", "soon", ""])
    def test_without_a_zone_they_are_refused(self, text: str) -> None:
        with pytest.raises(ValueError):
            parse_iso(text)


class TestQuietHours:
    NIGHT = QuietHours()

    @pytest.mark.parametrize(
        ("now", "opening"),
        [
            ("2026-11-23 21:59:59", "2026-11-23 21:59:59"),
            ("2026-11-23 22:00", "2026-11-24 07:00"),
            ("2026-11-23 23:59", "2026-11-24 07:00"),
            ("2026-11-24 00:00", "2026-11-24 07:00"),
            ("2026-11-24 06:59:59", "2026-11-24 07:00"),
            ("2026-11-24 07:00", "2026-11-24 07:00"),
            ("2026-12-31 22:30", "2027-01-01 07:00"),
        ],
    )
    def test_over_midnight_they_open_in_the_morning(self, now: str, opening: str) -> None:
        assert self.NIGHT.opening(at(now, SHANGHAI), SHANGHAI) == at(opening, SHANGHAI)

    def test_within_a_day_they_open_on_the_same(self) -> None:
        noon = QuietHours(time(12), time(14))
        assert noon.opening(at("2026-11-23 13:00", SHANGHAI), SHANGHAI) == at("2026-11-23 14:00", SHANGHAI)
        assert noon.opening(at("2026-11-23 11:00", SHANGHAI), SHANGHAI) == at("2026-11-23 11:00", SHANGHAI)

    @given(INSTANTS, CLOCKS)
    def test_the_same_start_and_end_means_none(self, now: datetime, clock: time) -> None:
        assert QuietHours(clock, clock).opening(now, SHANGHAI) == now

    @pytest.mark.parametrize(
        ("zone", "evening", "hours"),
        [
            (BERLIN, "2026-03-28 23:00", 7),
            (BERLIN, "2026-10-24 23:00", 9),
            (NEW_YORK, "2026-03-07 23:00", 7),
            (NEW_YORK, "2026-10-31 23:00", 9),
            (SHANGHAI, "2026-03-28 23:00", 8),
        ],
    )
    def test_seven_oclock_stays_seven_oclock_when_the_clocks_change(
        self, zone: ZoneInfo, evening: str, hours: int
    ) -> None:
        now = at(evening, zone)
        assert self.NIGHT.opening(now, zone) - now == timedelta(hours=hours)

    def test_in_the_hour_that_comes_twice_they_end_after_now(self) -> None:
        short = QuietHours(time(22), time(2, 30))
        first, second = (at("2026-10-25 02:15", BERLIN, fold) for fold in (0, 1))
        for now in (first, second):
            assert short.opening(now, BERLIN) - now == timedelta(minutes=15)

    @given(INSTANTS, ZONES, CLOCKS, CLOCKS)
    def test_what_was_moved_is_never_earlier_never_a_day_later_and_stays(
        self, now: datetime, zone: ZoneInfo, start: time, end: time
    ) -> None:
        quiet = QuietHours(start, end)
        opening = quiet.opening(now, zone)
        assert timedelta(0) <= opening - now <= timedelta(hours=25)
        assert opening == now or quiet.opening(opening, zone) == opening
