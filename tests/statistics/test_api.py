"""What anybody can read about how the bells were answered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.client import Web, visiting


@pytest.fixture
def web() -> Iterator[Web]:
    with visiting() as found:
        yield found


def test_a_day_without_bells_has_noughts_and_no_mean(web: Web) -> None:
    figures = web.get("/v1/statistics").json
    assert figures.pop("day") == "2026-11-23"
    assert figures.pop("mean_seconds_to_answer") is None
    assert set(figures.values()) == {0}


def test_what_was_rung_answered_and_decided_is_counted(web: Web) -> None:
    for number in range(4):
        web.ring(phone=f"1390000001{number}")
        web.world.settle()
    bells = [ids[0] for ids in web.world.store.persons.values()]
    first = web.alert("zhao")
    web.world.clock.advance(seconds=90)
    answered = next(b for b in bells if web.post(f"/v1/bells/{b}/answer", token=first).status == 200)
    web.post(f"/v1/bells/{answered}/accept", token=first)
    web.world.settle()
    figures = web.get("/v1/statistics?day=2026-11-23").json
    assert (figures["rung"], figures["answered"], figures["accepted"]) == (4, 1, 1)
    assert (figures["answered_in_time"], figures["mean_seconds_to_answer"]) == (1, 90)


def test_a_bell_that_nobody_answered_is_counted_as_exhausted_once(web: Web) -> None:
    web.ring()
    web.world.pass_time(hours=2)
    assert web.get("/v1/statistics").json["exhausted"] == 1


def test_a_day_is_the_places_day(web: Web) -> None:
    web.world.clock.advance(hours=14, minutes=30)
    web.ring()
    web.world.settle()
    assert web.get("/v1/statistics").json["day"] == "2026-11-24"
    assert web.get("/v1/statistics?day=2026-11-24").json["rung"] == 1
    assert web.get("/v1/statistics?day=2026-11-23").json["rung"] == 0


def test_figures_name_nobody(web: Web) -> None:
    web.ring()
    web.world.settle()
    assert "张三" not in web.get("/v1/statistics").text
