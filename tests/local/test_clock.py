"""The local clock."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra.local.clock import ScaledClock


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The machine's clock, moved by hand."""
    time = [1_800_000_000.0]
    monkeypatch.setattr("infra.local.clock.time.time", lambda: time[0])
    return time


def test_it_starts_now_and_passes_an_hour_in_a_minute(real: list[float]) -> None:
    clock = ScaledClock(60)
    assert clock.now() == datetime.fromtimestamp(real[0], UTC)
    real[0] += 60
    assert clock.now() == datetime.fromtimestamp(1_800_000_000 + 3600, UTC)


def test_it_never_goes_back_when_the_machine_does(real: list[float]) -> None:
    clock = ScaledClock(60)
    real[0] += 10
    before = clock.now()
    real[0] -= 1000
    assert clock.now() == before


@pytest.mark.parametrize("speed", [1, 60])
def test_it_never_goes_back_over_a_restart_even_a_hard_one(
    real: list[float], tmp_path: Path, speed: float
) -> None:
    clock = ScaledClock(speed, tmp_path)
    for _ in range(10):
        real[0] += 1
        clock.keep()
    real[0] += 0.9
    before = clock.now()
    real[0] += 0.1
    again = ScaledClock(speed, tmp_path)
    assert before <= again.now() <= before + timedelta(seconds=speed * 5)


def test_a_run_at_normal_speed_afterwards_goes_on_where_the_fast_one_ended(
    real: list[float], tmp_path: Path
) -> None:
    fast = ScaledClock(3600, tmp_path)
    real[0] += 10
    fast.keep(0)
    before = fast.now()
    assert ScaledClock(1, tmp_path).now() == before


def test_a_timer_runs_in_whole_real_seconds_and_never_too_short() -> None:
    clock = ScaledClock(60)
    assert [clock.real(seconds) for seconds in (300, 301, 60, 59, 0, -5)] == [5, 6, 1, 1, 1, 1]
    assert ScaledClock(1).real(300) == 300


def test_times_are_aware_and_in_milliseconds(real: list[float]) -> None:
    real[0] += 0.123_987
    now = ScaledClock(1).now()
    assert now.tzinfo is UTC
    assert now.microsecond == 123_000


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_a_speed_that_is_none_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="SPEED"):
        ScaledClock(speed)


def test_a_leap_is_never_backwards_and_time_goes_on_from_there_at_the_same_pace(real: list[float]) -> None:
    clock = ScaledClock(60)
    real[0] += 10
    before = clock.now()
    clock.leap(before - timedelta(hours=1))
    assert clock.now() == before, "what has passed has passed"
    clock.leap(before + timedelta(days=2))
    assert clock.now() == before + timedelta(days=2)
    real[0] += 10
    assert clock.now() == before + timedelta(days=2, minutes=10)


def test_after_a_leap_a_kill_does_not_bring_the_time_before_it_back(
    real: list[float], tmp_path: Path
) -> None:
    clock = ScaledClock(60, tmp_path)
    clock.leap(clock.now() + timedelta(days=30))
    before = clock.now()
    assert before <= ScaledClock(60, tmp_path).now() <= before + timedelta(minutes=5)
