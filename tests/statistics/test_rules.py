"""What moves the published figures, and what they say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.bell.rules import Accept, Answer, Decline, Withdraw
from chalicelib.case import commands as do
from chalicelib.core.chain import Event
from chalicelib.core.times import iso
from chalicelib.statistics.rules import counters_of, figures, scope_of
from tests.bell.lives import WANG, ZHAO, Life
from tests.case.lives import Life as CaseLife
from tests.case.lives import text
from tests.fakes import places
from tests.fakes.clock import START


def counted(events: Iterable[Event]) -> dict[str, int]:
    """The counters that these events move."""
    counters: dict[str, int] = {}
    for event in events:
        for name, more in counters_of(event).items():
            counters[name] = counters.get(name, 0) + more
    return counters


def figures_of(life: Life) -> dict[str, object]:
    """The figures if this were the only bell."""
    return {name: value for name, value in figures(counted(life.events)).items() if value}


def test_a_bell_answered_and_accepted_counts_as_each_of_these() -> None:
    life = Life()
    life.later(seconds=90).does(Answer(ZHAO))
    life.does(Accept(ZHAO, "MX00000000"))
    assert figures_of(life) == {
        "rung": 1,
        "answered": 1,
        "answered_in_time": 1,
        "accepted": 1,
        "mean_seconds_to_answer": 90,
    }


@pytest.mark.parametrize(("seconds", "in_time"), [(300, 1), (301, 0)])
def test_in_time_is_within_five_minutes(seconds: int, in_time: int) -> None:
    life = Life()
    life.later(seconds=seconds).does(Answer(WANG))
    assert counters_of(life.events[-1])["answered_in_time"] == in_time


def test_refusals_and_withdrawals_are_counted_and_not_hidden() -> None:
    refused, withdrawn = Life(), Life()
    refused.does(Answer(ZHAO))
    refused.does(Decline(ZHAO, "not_in_scope", "归城管", "12345"))
    withdrawn.does(Withdraw())
    assert figures_of(refused)["declined"] == 1
    assert figures_of(withdrawn) == {"rung": 1, "withdrawn": 1}


def test_a_bell_that_nobody_answered_is_exhausted_once_however_often_the_supervisor_was_told() -> None:
    life = Life()
    for _ in range(20):
        life.later(minutes=5).falls_due()
    assert life.bell.round > 3
    assert figures_of(life) == {"rung": 1, "exhausted": 1}


def test_a_day_without_answers_has_no_mean() -> None:
    assert figures({})["mean_seconds_to_answer"] is None
    assert figures({"rung": 3})["rung"] == 3


def test_the_day_is_the_places_day() -> None:
    shanghai = places.directory().subdistrict
    berlin = replace(shanghai, timezone="Europe/Berlin")
    evening = iso(START + timedelta(hours=14))  # midnight in Hangzhou, 17:00 in Berlin
    assert scope_of(shanghai, evening) == "MX#2026-11-24"
    assert scope_of(berlin, evening) == "MX#2026-11-23"


def test_cases_count_as_opened_finished_and_rated_by_what_the_resident_said() -> None:
    life = CaseLife()
    life.does(do.CarryOut())
    life.does(do.Finish(text()))
    life.resident(do.Rate(True, True, False, ("slow",)))
    assert counted(life.events) == {
        "cases_opened": 1,
        "cases_finished": 1,
        "cases_rated": 1,
        "rated_answered": 1,
        "rated_solved": 1,
    }


def test_a_case_that_misses_its_target_is_counted_once_and_a_failed_one_is_not_hidden() -> None:
    life = CaseLife()
    life.pass_time(days=12)
    life.does(do.Fail("no_agreement", text()))
    assert counted(life.events) == {"cases_opened": 1, "cases_overdue": 1, "cases_failed": 1}
