"""The platform says of itself whether it works: to programs, and to whoever wonders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib import steps, wiring
from chalicelib.status import service
from chalicelib.status.rules import CANARY, SWEEP, Pulse, State, following, judge
from tests.contract.client import Web
from tests.fakes.clock import START

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SWEPT = Pulse(SWEEP, START, ok=True, since=START - HOUR)
FLOWN = Pulse(CANARY, START, ok=True, since=START - 5 * MINUTE)


@pytest.fixture
def web() -> Iterator[Web]:
    yield Web()
    wiring.install(None)


def state(*pulses: Pulse, places: int = 1, later: timedelta = timedelta(0)) -> State:
    return judge({pulse.name: pulse for pulse in pulses}, places, START + later).state


def test_all_is_well_since_the_last_time_something_was_not() -> None:
    report = judge({SWEEP: SWEPT, CANARY: FLOWN}, 1, START + MINUTE)
    assert (report.state, report.since) == (State.OK, FLOWN.since)


@pytest.mark.parametrize(
    ("later", "expected"), [(4 * MINUTE, State.OK), (4 * MINUTE + timedelta(seconds=1), State.LATE)]
)
def test_a_minute_that_does_not_come_round_is_noticed_after_four(later: timedelta, expected: State) -> None:
    assert state(SWEPT, FLOWN, later=later) is expected


def test_what_has_stopped_is_late_since_it_was_last_seen() -> None:
    assert judge({SWEEP: SWEPT}, 1, START + HOUR).since == START


def test_a_lost_canary_and_one_that_stays_away_are_told_apart() -> None:
    lost = replace(FLOWN, ok=False, detail="timer")
    assert state(SWEPT, lost) is State.FAILING
    swept = replace(SWEPT, at=START + 3 * HOUR)
    assert state(swept, FLOWN, later=3 * HOUR) is State.LATE
    assert state(swept, replace(lost, at=START + 2 * HOUR), later=3 * HOUR) is State.FAILING


def test_before_the_first_minute_nothing_is_wrong_and_without_a_place_everything() -> None:
    assert state() is State.STARTING
    assert state(SWEPT, FLOWN, places=0) is State.NO_PLACE


def test_since_begins_anew_when_the_outcome_changes_or_a_round_was_missed() -> None:
    again = replace(SWEPT, at=START + MINUTE)
    assert following(SWEPT, again).since == SWEPT.since
    assert following(SWEPT, replace(again, ok=False)).since == again.at
    assert following(SWEPT, replace(SWEPT, at=START + HOUR)).since == START + HOUR
    assert following(None, again).since == again.at


def test_each_sweep_is_a_pulse(web: Web) -> None:
    steps.sweep({})
    web.world.clock.advance(minutes=1)
    steps.sweep({})
    pulse = web.world.store.pulses()[SWEEP]
    assert (pulse.at, pulse.since) == (START + MINUTE, START)


def test_programs_are_told_in_detail_and_by_the_status_code(web: Web) -> None:
    assert web.get("/v1/health/deep").json["status"] == "starting"
    web.world.clock.advance(seconds=15)
    steps.sweep({})
    service.came_round(web.world.ports, CANARY, ok=False, detail="timer", seconds=47.5)
    answer = web.get("/v1/health/deep")
    assert (answer.status, answer.json["status"], answer.json["sweep"]["ok"]) == (503, "failing", True)
    assert answer.json["canary"] == {
        "at": "2026-11-23T02:00:15.000Z",
        "ok": False,
        "since": "2026-11-23T02:00:15.000Z",
        "seconds": 47.5,
        "detail": "timer",
    }
    service.came_round(web.world.ports, CANARY, ok=True)
    web.world.clock.advance(seconds=14)
    assert web.get("/v1/health/deep").status == 503, "it is remembered for fifteen seconds"
    web.world.clock.advance(seconds=1)
    assert web.get("/v1/health/deep").status == 200
    assert web.world.store.calls["pulses"] == 6


@pytest.mark.parametrize(
    ("language", "yes", "no"), [("zh-CN", "正常：", "可能会晚到"), ("en", "Yes:", "may come late")]
)
def test_everybody_is_told_in_one_sentence(web: Web, language: str, yes: str, no: str) -> None:
    steps.sweep({})
    service.came_round(web.world.ports, CANARY)
    well = web.get("/status", language=language)
    assert yes in well.text
    assert no not in well.text
    web.world.clock.advance(minutes=5)
    late = web.get("/status", language=language)
    assert (late.status, no in late.text, "119" in late.text) == (200, True, True)


def test_the_page_answers_where_no_place_is_loaded(web: Web) -> None:
    web.world.store.places.clear()
    assert web.get("/status").status == 200
