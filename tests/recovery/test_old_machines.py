"""An execution keeps the definition it began with, for months: each that was ever deployed works with this code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.timeline import machine
from tests.fakes.world import World
from tests.scenarios.plays import after, ends_well, rings, silent
from tests.timeline.interpreter import AslEngine

OLD = sorted(Path(__file__).with_name("old").glob("*.asl.json"))


@pytest.fixture(params=OLD, ids=[path.stem for path in OLD])
def world(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world whose executions run a definition of an earlier day."""
    text = request.param.read_text("utf-8")
    for name in ("Partition", "TableName", "AdvanceFunctionArn"):
        assert "${" + name + "}" in text
    definition: dict[str, Any] = json.loads(text)
    monkeypatch.setattr(machine, "definition", lambda: definition)
    found = World()
    assert isinstance(found.engine, AslEngine)
    assert found.engine._states == definition["States"]
    return found


def test_where_nobody_answers_every_level_is_called(world: World) -> None:
    rung, _ = rings(world)
    silent(world, rung)
    ends_well(world)


def test_an_answer_stops_it_and_a_reminder_comes(world: World) -> None:
    rung, alert = rings(world)
    world.pass_time(minutes=4, seconds=59)
    world.tap(alert)
    world.settle()
    world.expect("answered", to="resident", at=after(world, minutes=4, seconds=59))
    world.pass_time(hours=24)
    world.expect("decide", to="zhao")
    assert world.file(rung).bell.reminders == 1
    ends_well(world)


def test_a_case_meets_its_deadlines_and_its_execution_ends(world: World) -> None:
    rung, _ = rings(world)
    case_id = world.accept(rung)
    world.pass_time(days=2)
    assert "overdue" in world.case_kinds(case_id) or "reminded" in world.case_kinds(case_id)
    assert world.engine.of(f"CASE#{case_id}").name.startswith(f"case-{case_id}-g")
