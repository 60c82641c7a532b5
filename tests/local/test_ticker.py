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


class _Minutes:
    """Lets so many minutes pass at once, then stops."""

    def __init__(self, count: int) -> None:
        self._left = count * 60

    def wait(self, _: float) -> bool:
        self._left -= 1
        return self._left < 0


@pytest.mark.parametrize(("canary", "begun"), [(None, 0), (lambda *_: None, 5)])
def test_a_thread_is_begun_for_the_trial_bell_of_whoever_wants_one_alone(
    monkeypatch: pytest.MonkeyPatch, canary: Callable[[Any, Any], None] | None, begun: int
) -> None:
    ticker, _ = made(canary)
    threads: list[str] = []

    class Recorded:
        def __init__(self, *, target: object, name: str, daemon: bool) -> None:
            threads.append(name)

        def start(self) -> None:
            """It flies."""

    monkeypatch.setattr("infra.local.ticker.threading.Thread", Recorded)
    monkeypatch.setattr(ticker, "_stopped", _Minutes(5))
    ticker.run()
    assert threads == ["canary"] * begun


def test_who_wants_no_trial_bell_has_none() -> None:
    ticker, _ = made(None)
    ticker.canary()
    assert Options.of({}).canary
    assert not Options.of({"CANARY": "0"}).canary
