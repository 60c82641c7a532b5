"""What both stores promise about places, records and counters."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from chalicelib.core.chain import SYSTEM, Event, Happening, Tip, extend, verify
from chalicelib.core.errors import Stale
from chalicelib.ports import Store
from chalicelib.record.shapes import EventAppended
from tests.fakes.clock import START
from tests.fakes.places import directory
from tests.store.conftest import DynamoHome, Home
from tests.store.races import race
from tests.store.samples import accepted, answered, notified, ringing

HALF_A_DAY = timedelta(hours=12)


def changed(tip: Tip, what: str = "staff_added") -> tuple[Event, ...]:
    """An event on the record of a place."""
    return extend("PLACE#MX", tip, START, SYSTEM, [Happening(what, {"id": "zhao"})])


def test_a_directory_is_read_back_equal(store: Store) -> None:
    assert store.directory("MX") is None
    store.save_directory(directory(), ())
    assert store.directory("MX") == directory()


def test_a_directory_is_saved_only_on_top_of_the_version_before(store: Store) -> None:
    with pytest.raises(Stale):
        store.save_directory(directory(version=2), ())
    store.save_directory(directory(), ())
    with pytest.raises(Stale):
        store.save_directory(replace(directory(), staff=()), ())
    store.save_directory(replace(directory(version=2), staff=()), ())
    stored = store.directory("MX")
    assert stored is not None
    assert (stored.version, stored.staff) == (2, ())


def test_when_somebody_ended_their_sessions_is_read_with_the_directory_and_forgotten_in_time(
    store: Store,
) -> None:
    store.save_directory(directory(), ())
    store.end_sessions("MX", "zhao", START, START - HALF_A_DAY)
    found = store.directory("MX")
    assert found is not None
    assert (found, found.ended) == (directory(), {"zhao": START})
    later = START + timedelta(hours=11)
    store.end_sessions("MX", "liu", later, later - HALF_A_DAY)
    store.save_directory(directory(version=2), changed(Tip()))
    found = store.directory("MX")
    assert found is not None
    assert found.ended == {"zhao": START, "liu": later}, (
        "an operator who changes the place changes nothing of it"
    )
    latest = START + timedelta(hours=13)
    store.end_sessions("MX", "liu", latest, latest - HALF_A_DAY)
    found = store.directory("MX")
    assert found is not None
    assert found.ended == {"liu": latest}
    store.end_sessions("XH", "liu", latest, latest - HALF_A_DAY)
    assert store.directory("XH") is None, "no place comes into being"


def test_ending_ones_sessions_is_two_calls(
    dynamo: DynamoHome, count_aws_calls: Callable[[], AbstractContextManager[dict[str, int]]]
) -> None:
    dynamo.store.save_directory(directory(), ())
    with count_aws_calls() as calls:
        dynamo.store.end_sessions("MX", "zhao", START, START - HALF_A_DAY)
    assert calls == {"GetItem": 1, "UpdateItem": 1}


def test_of_eight_who_end_their_sessions_at_once_all_do(store: Store) -> None:
    store.save_directory(directory(), ())
    race(*(partial(store.end_sessions, "MX", f"s{n}", START, START - HALF_A_DAY) for n in range(8)))
    found = store.directory("MX")
    assert found is not None
    assert set(found.ended) == {f"s{n}" for n in range(8)}


def test_of_two_operators_one_wins(store: Store) -> None:
    events = [changed(Tip(), f"change{n}") for n in range(2)]
    results = race(*(partial(store.save_directory, directory(), event) for event in events))
    assert results.count(None) == 1
    assert store.events("PLACE#MX") == events[results.index(None)]


def test_changes_of_a_place_are_on_its_record(home: Home) -> None:
    store = home.store
    assert store.tip("PLACE#MX") == Tip()
    first = changed(Tip())
    store.save_directory(directory(), first)
    second = changed(store.tip("PLACE#MX"), "staff_removed")
    store.save_directory(directory(version=2), second)
    store.save_directory(directory(version=3), ())
    assert store.events("PLACE#MX") == (*first, *second)
    assert verify(store.events("PLACE#MX"), store.tip("PLACE#MX")).intact
    assert home.take_stream() == [EventAppended(first[0]), EventAppended(second[0])]


def test_a_change_that_does_not_continue_the_places_record_is_stale(store: Store) -> None:
    store.save_directory(directory(), changed(Tip()))
    with pytest.raises(Stale):
        store.save_directory(directory(version=2), changed(Tip(), "other"))


def test_a_thing_nobody_knows_has_no_record(store: Store) -> None:
    assert store.tip("BELL#unknown") == Tip()
    assert store.events("BELL#unknown") == ()


def test_every_chain_of_the_table_verifies_against_its_head(store: Store) -> None:
    given = ringing()
    store.ring(given)
    store.ring(ringing(2))
    store.save_directory(directory(), changed(Tip()))
    change = answered(given.bell)
    store.commit(change)
    accepting, opened = accepted(change.after, "MX0000000C")
    store.commit(accepting, opened)
    store.append(accepting.after, notified(accepting.after))
    chains = {thing: (events, tip) for thing, events, tip in store.chains()}
    things = {given.bell.thing, ringing(2).bell.thing, "PLACE#MX", "CASE#MX0000000C"}
    assert set(chains) == things
    assert all(verify(events, tip).intact for events, tip in chains.values())
    assert len(chains[given.bell.thing][0]) == len(given.events) + 3


def test_every_record_that_has_begun_has_one_head(store: Store) -> None:
    given = ringing()
    store.ring(given)
    store.ring(ringing(2))
    store.save_directory(replace(directory(), staff=()), ())
    assert {thing for thing, _ in store.heads()} == {given.bell.thing, ringing(2).bell.thing}
    store.save_directory(directory(version=2), changed(Tip()))
    change = answered(given.bell)
    store.commit(change)
    accepting, opened = accepted(change.after, "MX0000000C")
    store.commit(accepting, opened)
    heads = list(store.heads())
    assert [thing for thing, _ in heads] == sorted(things := {thing for thing, _ in heads})
    assert len(things) == 4
    assert dict(heads) == {thing: store.tip(thing) for thing, _ in heads}
    assert dict(heads)[given.bell.thing] == accepting.after.tip


def test_heads_go_on_after_any_thing_that_is_there_or_not(store: Store) -> None:
    for number in range(7):
        store.ring(ringing(number))
    every = list(store.heads())
    assert len(every) == 7
    for place, (thing, _) in enumerate(every):
        assert list(store.heads(thing)) == every[place + 1 :]
        assert list(store.heads(thing[:-1])) == every[place:]


def test_what_is_removed_again_has_no_head(store: Store) -> None:
    """The canary's bells."""
    store.ring(ringing(1))
    own = ringing(2)
    bell = replace(own.bell, id="ZZ00000000")
    events = extend(bell.thing, Tip(), START, SYSTEM, [Happening("rung", {})])
    tip = Tip(events[-1].seq, events[-1].hash)
    store.ring(replace(own, bell=replace(bell, tip=tip), events=events, links=(), guards=(), limits=()))
    assert store.tip(bell.thing) == tip
    assert [thing for thing, _ in store.heads()] == [ringing(1).bell.thing]


def test_an_event_moves_the_counters_once(store: Store) -> None:
    store.count("BELL#1#1", {"rung": 1, "rung.noise": 1}, "MX#2026-11-23")
    for _ in range(2):
        store.count("BELL#2#1", {"rung": 1, "seconds": 250}, "MX#2026-11-23")
    store.count("BELL#2#1", {"rung": 1}, "XH#2026-11-23")
    assert store.counters("MX#2026-11-23") == {"rung": 2, "rung.noise": 1, "seconds": 250}
    assert store.counters("XH#2026-11-23") == {"rung": 1}
    assert store.counters("MX#2026-11-24") == {}


def test_the_same_event_told_by_eight_threads_counts_once(store: Store) -> None:
    race(*(partial(store.count, "BELL#1#1", {"rung": 1}, "day") for _ in range(8)))
    assert store.counters("day") == {"rung": 1}
