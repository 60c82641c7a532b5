"""The hour's entry point: what it answers, and what it measures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from chalicelib import steps, wiring
from chalicelib.anchor import rules, service
from chalicelib.observability.metrics import Measure
from chalicelib.people.staff import Channel
from chalicelib.ports import TemporaryFailure
from tests.contract.client import Web, visiting

CONFIG = Path(__file__).parents[2] / ".chalice/config.json"


@pytest.fixture
def web() -> Iterator[Web]:
    """The platform as the entry points see it; three bells were rung."""
    with visiting() as found:
        for text in ("楼道灯坏了", "水管漏了", "电梯停了"):
            found.world.ring(text=text, phone="13900000009")
        yield found


def test_an_anchor_that_takes_longer_than_a_run_is_made_by_the_next_hours(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "TILE", 1)
    monkeypatch.setattr(steps, "ANCHOR_WITHIN", timedelta())
    nothing = {"date": "", "size": 0, "made": False, "mailed": 0}
    assert [steps.anchor() for _ in range(3)] == [nothing] * 3
    assert steps.anchor() == {"date": "2026-11-23", "size": 3, "made": True, "mailed": 0}
    web.world.clock.go_to(web.world.clock.now() + timedelta(days=1))
    assert steps.anchor() == {"date": "2026-11-23", "size": 3, "made": False, "mailed": 0}
    assert service.newest(web.world.ports) == service.read(web.world.ports, "2026-11-23")


def test_mails_that_an_earlier_day_owes_are_a_fault_each_hour_until_they_went(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[Measure] = []
    monkeypatch.setattr(steps, "measure", lambda *found: measured.extend(found))
    ports = replace(web.world.ports, policy=replace(web.world.ports.policy, anchor_mail=("n@example.org",)))
    wiring.install(ports)
    web.world.senders[Channel.MAIL].fail(TemporaryFailure("busy"), 2)
    faults = []
    for _ in range(4):
        steps.anchor()
        faults.append(sum(measure.name == "AnchorFaults" for measure in measured))
        web.world.clock.advance(hours=12)
    assert faults == [0, 0, 0, 0], "what failed today is not late yet, and went before tomorrow was over"
    web.world.senders[Channel.MAIL].fail(TemporaryFailure("busy"), 3)
    for _ in range(4):
        steps.anchor()
        faults.append(sum(measure.name == "AnchorFaults" for measure in measured))
        web.world.clock.advance(hours=12)
    assert faults[4:] == [0, 0, 1, 1]


def test_a_run_ends_well_before_the_function_is_stopped() -> None:
    for stage in json.loads(CONFIG.read_text("utf-8"))["stages"].values():
        timeout = timedelta(seconds=stage["lambda_functions"]["anchor"]["lambda_timeout"])
        assert timedelta(seconds=30) < steps.ANCHOR_WITHIN <= timeout - timedelta(seconds=60)
