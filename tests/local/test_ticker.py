"""What comes round by itself in the local run comes round with the local clock, once."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from infra.local.clock import ScaledClock
from infra.local.options import Options
from infra.local.ticker import Ticker


def made(canary: Callable[[Any, Any], None] | None, speed: float = 1.0) -> tuple[Ticker, ScaledClock]:
    """A ticker that nobody has started."""
    clock = ScaledClock(speed)
    return Ticker(lambda *_: None, lambda *_: None, clock, canary), clock


def test_the_trial_bell_is_rung_once_in_an_hour_of_the_local_clock() -> None:
    flights: list[Any] = []
    ticker, clock = made(lambda event, _: flights.append(event))
    for hours in range(3):
        clock.leap(clock.now().replace(minute=5) + timedelta(hours=1))
        for _ in range(4):
            ticker.canary()
        assert len(flights) == hours + 1
    assert flights[0]["detail"] == {}


def test_while_it_flies_waiting_is_real_however_fast_the_clock_runs() -> None:
    waited: list[Any] = []
    ticker, clock = made(lambda *_: waited.append(clock.sleep), speed=3600)
    ticker.canary()
    assert waited == [time.sleep]
    assert clock.sleep != time.sleep


def test_a_trial_bell_that_breaks_is_reported_and_stops_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    swept: list[Any] = []
    ticker = Ticker(
        lambda event, _: swept.append(event), lambda *_: None, ScaledClock(1.0), lambda *_: 1 // 0
    )
    ticker.canary()
    assert "ZeroDivisionError" in capsys.readouterr().err
    ticker.sweep()
    assert [event["detail"] for event in swept] == [{}]


def test_who_wants_no_trial_bell_has_none() -> None:
    ticker, _ = made(None)
    ticker.canary()
    assert Options.of({}).canary
    assert not Options.of({"CANARY": "0"}).canary
