"""What an anchor binds: every record under it, as it was, and the anchor before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.anchor import codec, rules
from chalicelib.anchor.rules import Anchor, Census, Leaf
from chalicelib.core.chain import SYSTEM, Event, Happening, Tip, extend

AT = datetime(2026, 11, 24, 0, 10, 0, 123_000, tzinfo=UTC)
HASHES = st.binary(min_size=32, max_size=32).map(bytes.hex)
LEAVES = st.dictionaries(
    st.from_regex(r"(BELL|CASE|POLL|ROLL|PLACE)#[0-9A-Z]{1,9}", fullmatch=True),
    st.tuples(st.integers(1, 10**6), HASHES),
    min_size=1,
    max_size=40,
).map(lambda found: [Leaf(thing, *end) for thing, end in found.items()])


@given(LEAVES, st.randoms(use_true_random=False))
def test_the_same_records_make_the_same_anchor_in_whatever_order_they_are_read(
    leaves: list[Leaf], chance: Any
) -> None:
    taken = rules.census(leaves, AT)
    chance.shuffle(leaves)
    assert rules.census(leaves, AT) == taken
    assert codec.read_census(codec.census_text(taken)) == taken
    anchor = rules.sealed(taken, None)
    assert codec.read_anchor(codec.anchor_text(anchor)) == anchor
    assert list(rules.misfits(anchor, [taken], None)) == []


@given(LEAVES, st.data())
def test_every_record_has_a_proof_and_nothing_in_it_can_be_another(
    leaves: list[Leaf], data: st.DataObject
) -> None:
    taken = rules.census(leaves, AT)
    anchor = rules.sealed(taken, None)
    index = rules.find(taken, data.draw(st.sampled_from(leaves)).thing)
    assert index is not None
    proof = rules.prove(taken, index, anchor)
    assert rules.holds(proof)
    for wrong in (
        replace(proof, leaf=replace(proof.leaf, thing=f"X{proof.leaf.thing}")),
        replace(proof, leaf=replace(proof.leaf, seq=proof.leaf.seq + 1)),
        replace(proof, leaf=replace(proof.leaf, hash=f"{int(proof.leaf.hash, 16) ^ 1:064x}")),
        replace(proof, index=anchor.size),
        replace(proof, path=(*proof.path, "00" * 32)),
        replace(proof, path=(*proof.path[:-1], "no hash")),
        replace(proof, anchor=replace(anchor, date="2026-11-25")),
        replace(proof, anchor=replace(anchor, root="00" * 32)),
        replace(proof, anchor=rules.sealed(rules.census([*leaves, Leaf("BELL#", 1, "00" * 32)], AT), None)),
    ):
        assert not rules.holds(wrong)


def test_what_is_not_there_is_not_found() -> None:
    taken = rules.census([Leaf("BELL#B", 1, "0" * 64), Leaf("BELL#D", 1, "0" * 64)], AT)
    assert [rules.find(taken, f"BELL#{name}") for name in "ABCDE"] == [None, 0, None, 1, None]


@given(LEAVES)
def test_a_record_that_is_in_it_twice_is_found_even_with_a_root_to_match(leaves: list[Leaf]) -> None:
    """Whoever made the anchor could else show one history to one reader and another to the next."""
    double = replace(leaves[0], seq=leaves[0].seq + 1)
    taken = rules.census([*leaves, double], AT)
    assert [m.reason for m in rules.misfits(rules.sealed(taken, None), [taken], None)] == ["leaves"]


def test_what_an_anchor_says_of_the_one_before_is_bound_by_its_hash() -> None:
    first = rules.sealed(Census("2026-11-23", "2026-11-23T00:10:00.000Z", ()), None)
    taken = rules.census([Leaf("BELL#A", 1, "0" * 64)], AT)
    second = rules.sealed(taken, first)
    assert list(rules.misfits(second, [taken], first)) == []
    assert [m.reason for m in rules.misfits(second, [taken], None)] == ["previous"]
    cut_loose = replace(second, previous="0" * 64)
    assert [m.reason for m in rules.misfits(cut_loose, [taken], None)] == ["hash"]


def _events(count: int) -> tuple[Event, ...]:
    return extend("BELL#A", Tip(), AT, SYSTEM, [Happening("alerted", {"level": n}) for n in range(count)])


@given(st.integers(1, 9), st.integers(0, 9))
def test_a_record_may_grow_and_nothing_else(then: int, more: int) -> None:
    events = _events(then + more)
    leaf = Leaf("BELL#A", then, events[then - 1].hash)
    assert rules.misfit_of(leaf, "2026-11-24", events) is None
    short = rules.misfit_of(leaf, "2026-11-24", events[: then - 1])
    assert short is not None
    assert (short.reason, short.seq) == ("missing", then)
    other = rules.misfit_of(replace(leaf, hash="0" * 64), "2026-11-24", events)
    assert other is not None
    assert other.reason == "altered"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("2026-11-24", True), ("2026-02-29", False), ("2026-1-1", False), ("20261124", False), ("", False)],
)
def test_only_a_day_is_a_day(text: str, is_one: bool) -> None:
    assert rules.is_date(text) is is_one


def test_the_day_is_utcs_and_its_age_counts_from_its_beginning() -> None:
    shanghai_morning = datetime(2026, 11, 24, 7, 59, tzinfo=UTC) - timedelta(hours=8)
    assert rules.day(shanghai_morning) == "2026-11-23"
    assert rules.age("2026-11-24", AT) == timedelta(minutes=10, milliseconds=123)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"date": 1}', '{"date":"d","at":"a","leaves":[["x"]]}'])
def test_what_is_none_of_ours_is_refused(text: str) -> None:
    for read in (codec.read_anchor, codec.read_census):
        with pytest.raises(ValueError):
            read(text)


def test_an_anchor_says_what_is_published_and_no_more() -> None:
    assert set(rules.body(Anchor("d", "a", 1, "r", "p"))) == {
        "date", "at", "size", "root", "previous", "hash", "format"
    }  # fmt: skip
