"""The demo against a platform that runs already goes by that platform's clock, not by its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.core.times import iso
from infra.demo import __main__ as demo
from infra.demo import bells
from infra.demo.client import Client

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Platform(Client):
    """One bell, which is withdrawn after so many minutes by a clock that a look moves on by ten real seconds."""

    def __init__(self, speed: float, minutes: float) -> None:
        super().__init__("http://127.0.0.1:1")
        object.__setattr__(self, "answers", self._looked_at(speed, minutes))

    @staticmethod
    def _looked_at(speed: float, minutes: float) -> Any:
        def answer(path: str) -> Any:
            if path.endswith("/_local/clock"):
                return {"now": iso(START), "speed": speed}
            if path.endswith("/v1/places"):
                return {
                    "items": [
                        {
                            "kind": "neighbourhood",
                            "name": bells.BELLS[0]["neighbourhood"],
                            "id": "x",
                            "children": [],
                        }
                    ]
                }
            if path.endswith("/privacy-notice"):
                return {"version": "1"}
            if path.endswith("outbox.json"):
                return []
            if path.endswith("/record"):
                return {"thing": "BELL#1", "events": [], "intact": True}
            passed = timedelta(seconds=10 * speed * next(looks))
            return {
                "status": "withdrawn" if passed > timedelta(minutes=minutes) else "ringing",
                "now": iso(START + passed),
            }

        looks = count()
        return answer

    def get(self, path: str, token: str = "") -> Any:
        return self.answers(path)  # type: ignore[attr-defined]

    def post(self, path: str, body: dict[str, Any] | None = None, token: str = "", key: str = "") -> Any:
        return {"id": "1", "number": "MX-1", "tracking_token": "t"}


@pytest.fixture(autouse=True)
def _one_bell_and_no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = count(step=10)
    monkeypatch.setattr(bells, "BELLS", bells.BELLS[:1])
    monkeypatch.setattr(bells, "bell_intact", lambda _: True)
    monkeypatch.setattr(bells, "time", SimpleNamespace(monotonic=lambda: next(seconds), sleep=lambda _: None))


@pytest.mark.parametrize("speed", [1.0, 30.0])
def test_it_waits_for_half_an_hour_of_the_platforms(speed: float, capsys: pytest.CaptureFixture[str]) -> None:
    assert bells.play(Platform(speed, minutes=25))
    said = capsys.readouterr().out
    assert f"×{speed:g}" in said
    assert ("SPEED=30 make run is faster" in said) is (speed == 1)


def test_it_waits_no_longer(capsys: pytest.CaptureFixture[str]) -> None:
    assert not bells.play(Platform(1, minutes=35))
    assert "not settled: gas" in capsys.readouterr().err


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "here"])
def test_where_nothing_runs_it_says_what_to_do(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.main({"URL": url}) == 2
    assert f"There is no run at {url}" in capsys.readouterr().err
