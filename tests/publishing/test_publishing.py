"""Whoever follows from outside hears of every public event, in order and at least once, and of nothing private; and a
bus that is down costs nobody an alert."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

import app
from chalicelib import steps, wiring
from chalicelib.bell import folding as bell_folding
from chalicelib.bell import rules as bells
from chalicelib.bell.present import public
from chalicelib.bell.rules import Answer, Decline, Withdraw
from chalicelib.canary import flight
from chalicelib.case import folding
from chalicelib.case.access import OF_ALL
from chalicelib.case.stages import Stage
from chalicelib.core import ids
from chalicelib.core.chain import Event
from chalicelib.publishing.rules import BELLS, announcement
from chalicelib.record.shapes import StreamRecord
from tests.bell.lives import WANG, ZHAO, Life
from tests.canary.settling import OPEN_DOOR, Settling
from tests.fakes.bus import FakeBus
from tests.fakes.world import World

NAME, PHONE, TEXT = "欧阳雪芹", "13977665544", "我家卫生间漏水淹了邻居"


class Followed(World):
    """A world whose stream is kept for a second reader."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[StreamRecord] = []

    def _react(self, record: StreamRecord) -> None:
        self.written.append(record)
        super()._react(record)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[Followed]:
    found = Followed()
    wiring.install(found.ports)
    monkeypatch.setattr(wiring, "stream_records", iter)
    yield found
    wiring.install(None)


def bus(world: Followed) -> FakeBus:
    assert isinstance(world.ports.bus, FakeBus)
    return world.ports.bus


def everything(world: Followed) -> list[tuple[str, Any]]:
    """All that the stream ever held of these bells and cases, as `publish` reads it a second time."""
    return [(str(place), record) for place, record in enumerate(world.written, 1)]


def live(world: Followed) -> tuple[str, str]:
    """A bell that is alerted, escalated, answered and accepted, and the case that came of it, which fails."""
    rung = world.ring(name=NAME, phone=PHONE, text=TEXT)
    world.settle()
    world.pass_time(minutes=6)
    case = world.accept(rung, by="wang")
    return rung.bell.id, case


def test_what_is_public_is_told_in_order_with_number_kind_and_where_it_stands(world: Followed) -> None:
    bell, case = live(world)
    assert app.publish({"Records": everything(world)}, None) == {"batchItemFailures": []}
    told = [(one.about, one.detail["number"]) for one in bus(world).told]
    number, its = ids.number(bell), ids.number(case)
    assert told == [
        ("bell.rung", number),
        ("bell.alerted", number),
        ("bell.alerted", number),
        ("bell.answered", number),
        ("bell.accepted", number),
        ("case.opened", its),
    ]
    first = bus(world).told[0]
    event = world.file(bell).events[0]
    assert first.at == event.at
    assert first.detail == {
        "number": number,
        "kind": "rung",
        "seq": 1,
        "at": event.at,
        "hash": event.hash,
        "status": "ringing",
    }
    assert bus(world).told[-1].detail["stage"] == Stage.LOOKING_INTO


def test_nothing_that_is_told_is_personal(world: Followed) -> None:
    live(world)
    app.publish({"Records": everything(world)}, None)
    for one in bus(world).told:
        assert set(one.detail) <= {"number", "kind", "seq", "at", "hash", "status", "stage"}
    text = json.dumps([one.detail for one in bus(world).told], ensure_ascii=False)
    assert not [value for value in (NAME, PHONE, TEXT, "赵虹", "13800001001") if value in text]


def test_of_a_bell_all_is_told_that_its_page_tells_but_to_whom_messages_went(world: Followed) -> None:
    bell, _ = live(world)
    events = world.file(bell).events
    shown = [event.seq for event in public(events) if event.kind not in ("notified", "rearmed")]
    assert [event.seq for event in events if announcement(event)] == shown


def lives() -> Iterator[tuple[Event, ...]]:
    """Records of bells to which everything happens that can."""
    declined = Life()
    declined.later(minutes=1).does(Answer(ZHAO))
    declined.later(days=3).falls_due()
    declined.later(minutes=1).does(Decline(ZHAO, "other_authority", "归物业管", "12345"))
    declined.later(minutes=1).appeals()
    declined.does(Withdraw())
    yield declined.events
    silent = Life()
    for _ in range(4):
        silent.later(hours=2).falls_due()
    silent.does(Answer(WANG))
    silent.moves(WANG, desk="police")
    yield silent.events


def test_how_a_bell_stands_is_what_the_rules_say_it_is(world: Followed) -> None:
    bell, _ = live(world)
    seen = set()
    for events in (world.file(bell).events, *lives()):
        for count in range(1, len(events) + 1):
            if told := announcement(events[count - 1]):
                seen.add(told.detail["kind"])
                assert told.detail["status"] == str(bells.fold(events[:count]).status)
    assert set(BELLS) - seen <= {"level_skipped"}, "each kind was tried"


def test_every_kind_that_may_be_told_is_one_that_there_is() -> None:
    assert set(BELLS) - {"rung"} <= set(bell_folding._CHANGES)
    assert OF_ALL - {"opened"} <= set(folding._CHANGES) | set(folding._PLAIN)


def test_a_second_time_tells_the_same_once_more_and_does_nothing_else(world: Followed) -> None:
    live(world)
    app.publish({"Records": everything(world)}, None)
    first, sent, calls = list(bus(world).told), len(world.sent), world.store.calls.copy()
    app.publish({"Records": everything(world)}, None)
    assert bus(world).told == first + first
    assert world.store.calls == calls
    assert len(world.sent) == sent, "and no other message was sent"


@pytest.mark.parametrize("taken", [0, 1, 4])
def test_a_bus_that_takes_no_more_gets_the_rest_when_the_stream_brings_it_again(
    world: Followed, taken: int
) -> None:
    live(world)
    records = everything(world)
    app.publish({"Records": records}, None)
    whole = list(bus(world).told)
    bus(world).told.clear()
    bus(world).takes = taken
    (failure,) = app.publish({"Records": records}, None)["batchItemFailures"]
    bus(world).takes = None
    again = [(place, record) for place, record in records if int(place) >= int(failure["itemIdentifier"])]
    assert app.publish({"Records": again}, None) == {"batchItemFailures": []}
    assert bus(world).told == whole


def test_a_bus_that_is_down_keeps_nobody_from_being_alerted(world: Followed) -> None:
    bus(world).takes = 0
    world.ring()
    world.settle()
    assert app.publish({"Records": everything(world)}, None)["batchItemFailures"]
    world.expect("alert", to="zhao")
    world.expect("rung", to="resident")
    world.no_other_message()


def test_a_stage_without_a_bus_tells_nothing_and_fails_at_nothing(world: Followed) -> None:
    live(world)
    wiring.install(replace(world.ports, bus=None))
    assert app.publish({"Records": everything(world)}, None) == {"batchItemFailures": []}
    assert bus(world).told == []


def test_a_canary_is_not_told(world: Followed) -> None:
    wiring.install(replace(world.ports, clock=Settling(world)))
    assert not flight.fly(wiring.ports(), lambda: OPEN_DOOR).failed
    app.publish({"Records": everything(world)}, None)
    assert [r for _, r in everything(world) if ids.is_canary(getattr(getattr(r, "event", None), "thing", ""))]
    assert bus(world).told == []


def test_the_function_asks_for_nothing_but_the_bus(world: Followed) -> None:
    live(world)
    before = world.store.calls.copy()
    steps.publish({"Records": everything(world)})
    assert world.store.calls == before
