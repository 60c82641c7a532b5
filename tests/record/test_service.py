"""Nothing can be quietly changed: whoever touches the table is found out."""

from __future__ import annotations

import pytest

from chalicelib.bell import service as bells
from chalicelib.core.chain import Verdict
from chalicelib.record.service import verdict, verify_all
from tests.fakes.world import World, token_of


@pytest.fixture
def world() -> World:
    """A bell was answered and accepted; another one rings."""
    made = World()
    made.ring()
    made.settle()
    alert = made.expect("alert", to="zhao")
    made.tap(alert)
    bells.accept(made.ports, token_of(alert))
    made.ring(text="另一件事")
    made.settle()
    return made


def _bell(world: World) -> str:
    return next(iter(world.store.persons.values()))[0]


def test_what_was_not_touched_is_intact(world: World) -> None:
    found = dict(verify_all(world.ports))
    assert sorted(thing.partition("#")[0] for thing in found) == ["BELL", "BELL", "CASE"]
    assert all(verdict.intact and verdict.events for verdict in found.values())
    assert verdict(world.file(_bell(world))).intact


def test_every_single_event_is_found_when_it_is_altered(world: World) -> None:
    bell = _bell(world)
    count = len(world.file(bell).events)
    for seq in range(1, count + 1):
        data = world.file(bell).events[seq - 1].data
        world.store.tamper(f"BELL#{bell}", seq, {**data, "after_seconds": 1_000_000})
        assert verdict(world.file(bell)) == Verdict(False, count, seq, "altered")
        world.store.tamper(f"BELL#{bell}", seq, data)
        assert verdict(world.file(bell)).intact


def test_the_altered_chain_is_named_among_the_others(world: World) -> None:
    (case,) = world.store.all_cases()
    world.store.tamper(case.thing, 1, {"bell": "another"})
    broken = {thing for thing, found in verify_all(world.ports) if not found.intact}
    assert broken == {case.thing}


def test_the_record_stays_whole_when_the_personal_data_is_erased(world: World) -> None:
    bell = _bell(world)
    world.store.erase_contact(bell)
    assert world.file(bell).contact is None
    assert verdict(world.file(bell)).intact


def test_no_event_holds_personal_data(world: World) -> None:
    contact = world.file(_bell(world)).contact
    assert contact is not None
    for _, events, _ in world.store.chains():
        said = repr(events)
        for private in (contact.phone, contact.phone[-11:], contact.name, contact.text):
            assert private not in said
