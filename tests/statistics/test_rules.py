"""What moves the published figures, and what they say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.bell.rules import Accept, Answer, Decline, Withdraw
from chalicelib.core.times import iso
from chalicelib.statistics.rules import counters_of, figures, scope_of
from tests.bell.lives import WANG, ZHAO, Life
from tests.fakes import places
from tests.fakes.clock import START


def figures_of(life: Life) -> dict[str, object]:
    """The figures if this were the only bell."""
    counters: dict[str, int] = {}
    for event in life.events:
        for name, more in counters_of(event).items():
            counters[name] = counters.get(name, 0) + more
    return {name: value for name, value in figures(counters).items() if value}


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
