"""docs/cost.md says what the plays count; `make cost` writes it anew."""

from __future__ import annotations

import pytest

from infra.cost import results
from infra.cost.__main__ import PAGE, kept
from infra.cost.page import page, rounded
from infra.cost.plays import PLAYS, Counts
from infra.cost.prices import FIXED
from infra.deploy.prices import METRIC, MONTHLY

# A new attribute may push a row over a kilobyte: within a tenth the page still tells the truth.
_ABOUT = ("write units", "index write units", "read units", "items written", "stream records", "invocations")
_EXACT = ("requests", "transitions", "executions", "SMS segments", "mails")


def total(counts: Counts, kind: str) -> float:
    """How much of it, all functions together."""
    return sum(kinds.get(kind, 0) for kinds in counts.values())


def test_the_committed_page_is_what_the_script_writes() -> None:
    assert PAGE.read_text("utf-8") == page(kept())


@pytest.mark.parametrize(
    "name",
    [
        "answered",
        "exhausted",
        "minute",
        "service",
        pytest.param("case", marks=pytest.mark.slow),
        pytest.param("poll", marks=pytest.mark.slow),
    ],
)
def test_what_the_page_counts_is_what_happens(name: str) -> None:
    now, then = PLAYS[name](), kept()[name]
    assert {kind: total(now, kind) for kind in _EXACT} == {kind: total(then, kind) for kind in _EXACT}, (
        "make cost"
    )
    for kind in _ABOUT:
        assert total(now, kind) == pytest.approx(total(then, kind), rel=0.1, abs=1), f"{kind}: make cost"


def test_the_counts_keep_the_design_s_budgets() -> None:
    unanswered = kept()["exhausted"]
    assert unanswered["http"]["calls dynamodb.TransactWriteItems"] == 1, "a ring is one call"
    assert total(unanswered, "transitions") <= 7, "exhausted at level 3"
    advance = unanswered["advance"]
    calls = sum(amount for kind, amount in advance.items() if kind.startswith("calls "))
    assert calls <= 2 * advance["invocations"]


def test_every_text_is_one_segment() -> None:
    for name, counts in kept().items():
        assert total(counts, "SMS segments") == total(counts, "calls sns.Publish"), name


def test_the_messages_cost_more_than_all_else_as_the_page_begins() -> None:
    played = {name: results.amounts(counts) for name, counts in kept().items()}
    for scenario in results.SCENARIOS:
        cost = results.usd(scenario.mix.of(played))
        assert cost["SMS"] > sum(cost.values()) - cost["SMS"]


def test_half_of_what_a_case_writes_is_in_indexes_as_the_page_begins() -> None:
    case = kept()["case"]
    assert total(case, "index write units") == pytest.approx(total(case, "write units"), rel=0.3)


def test_what_is_always_there_costs_the_same_here_and_before_deploying() -> None:
    ours = {name: price.usd for name, price in FIXED.items()}
    assert ours == {kind.rpartition("::")[2]: usd for kind, usd in MONTHLY.items()} | {"Metrics": METRIC}


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (0.0234, "0.023"), (1.26, "1.3"), (12.6, "13"), (1234.5, "1,200")]
)
def test_results_are_rounded_to_two_figures(number: float, text: str) -> None:
    assert rounded(number) == text
