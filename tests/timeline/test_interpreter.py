"""The generated machine, walked with a clock that is moved by hand."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.timeline import machine
from tests.timeline.interpreter import AslEngine, evaluated

THING = "BELL#MX7F3K92QD"


class TimelineClosed(Exception):
    """Nothing is left to wait for."""


@dataclass
class World:
    """One row, a hand-moved clock and the simplest `advance` that obeys the row."""

    time: datetime = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
    version: int = 1
    token: str = ""
    levels: int = 3
    advanced: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    engine: AslEngine = field(init=False)

    def __post_init__(self) -> None:
        self.engine = AslEngine(machine.definition(), self.advance, self.write_token, self)

    def now(self) -> datetime:
        return self.time

    def write_token(self, thing: str, version: int, token: str) -> bool:
        if thing != THING or version != self.version:
            return False
        self.token = token
        return True

    def advance(self, event: dict[str, Any]) -> dict[str, Any]:
        self.advanced.append(event)
        if self.faults:
            raise self.faults.pop()
        if self.version > self.levels:
            raise TimelineClosed
        if event["version"] == self.version:
            self.version += 1
        return {"id": THING, "version": self.version, "seconds": 300}

    def later(self, seconds: float) -> int:
        self.time += timedelta(seconds=seconds)
        return self.engine.run_due()


@pytest.fixture
def world() -> World:
    made = World()
    made.engine.start(THING, 1, 1, 300)
    return made


def test_it_waits_with_a_token_in_the_row(world: World) -> None:
    assert world.token
    assert world.engine.next_due() == world.time + timedelta(seconds=300)


def test_nothing_fires_a_second_early_and_everything_on_the_second(world: World) -> None:
    assert world.later(299) == 0
    assert world.advanced == []
    assert world.later(1) == 1
    assert world.advanced == [{"id": THING, "version": 1, "execution": "bell-MX7F3K92QD-g1"}]


def test_an_answer_at_level_one_costs_two_transitions(world: World) -> None:
    world.later(200)
    world.version = 2
    world.engine.signal(world.token, THING, 2, 86_400)
    assert world.engine.of(THING).states == ["AwaitSignal", "AwaitSignal"]
    assert world.engine.of(THING).transitions == 2
    assert world.later(100) == 0, "the old time-out is gone"
    assert world.engine.next_due() == world.time + timedelta(seconds=86_300)


def test_three_silent_levels_cost_seven_transitions(world: World) -> None:
    world.levels = 9
    for _ in range(3):
        world.later(300)
    assert world.engine.of(THING).transitions == 7
    assert world.engine.of(THING).status == "RUNNING"


def test_a_row_that_moved_on_is_obeyed_without_a_signal(world: World) -> None:
    world.version = 2
    world.engine.start(THING, 2, 1, 300)
    assert world.engine.of(THING).states == ["AwaitSignal", "Advance", "AwaitSignal"]
    assert world.version == 2, "obeying is not advancing"


def test_a_late_or_unknown_signal_changes_nothing(world: World) -> None:
    stale = world.token
    world.later(300)
    for call in (lambda: world.engine.signal(stale, THING, 9, 1), lambda: world.engine.end(stale)):
        call()
    world.engine.signal("", THING, 9, 1)
    assert world.engine.of(THING).states == ["AwaitSignal", "Advance", "AwaitSignal"]
    assert world.engine.of(THING).status == "RUNNING"


def test_the_end_is_an_end(world: World) -> None:
    world.engine.end(world.token)
    assert world.engine.of(THING).status == "SUCCEEDED"
    assert world.later(1_000_000) == 0


def test_advance_can_end_it_too(world: World) -> None:
    world.levels = 0
    world.later(300)
    assert world.engine.of(THING).states[-1] == "Closed"
    assert len(world.advanced) == 1, "being closed is not retried"


def test_an_advance_that_fails_is_tried_again_and_loses_nothing(world: World) -> None:
    world.faults = [ConnectionError(), ConnectionError()]
    world.later(300)
    assert world.version == 1
    world.later(1)
    assert world.later(2) == 1
    assert world.version == 2
    assert world.engine.of(THING).status == "RUNNING"


def test_an_advance_that_never_works_fails_the_execution_for_the_sweeper_to_replace(world: World) -> None:
    world.faults = [ConnectionError() for _ in range(50)]
    for _ in range(20):
        world.later(300)
    assert world.engine.of(THING).status == "FAILED"
    assert len(world.advanced) == 7


def test_the_same_generation_starts_once_and_the_next_one_anew(world: World) -> None:
    world.engine.start(THING, 1, 1, 300)
    assert len(world.engine.executions) == 1
    assert world.engine.kill(THING) == 1
    assert world.later(1000) == 0
    world.engine.start(THING, 2, 1, 300)
    assert [execution.name for execution in world.engine.running()] == ["bell-MX7F3K92QD-g2"]


def test_what_it_does_not_understand_it_refuses() -> None:
    with pytest.raises(NotImplementedError):
        evaluated({"x.$": "$.a[1].b"}, {"a": [0, {"b": 1}]}, {})
