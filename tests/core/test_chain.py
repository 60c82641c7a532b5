"""The record: nothing in it can be quietly changed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chalicelib.core.chain import (
    GENESIS,
    SYSTEM,
    Actor,
    Event,
    Happening,
    Tip,
    canonical,
    commitment,
    digest,
    extend,
    verify,
)

NOW = datetime(2026, 11, 23, 20, 0, 0, 123_000, tzinfo=UTC)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abcXYZ_09", max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
DATA = st.dictionaries(st.sampled_from(["level", "to", "reason"]), VALUES, max_size=3)
HAPPENINGS = st.builds(Happening, st.sampled_from(["rung", "alerted", "answered"]), DATA)
CHAINS = st.lists(HAPPENINGS, min_size=1, max_size=6).map(
    lambda happenings: extend("BELL#MX7F3K92QD", Tip(), NOW, Actor("staff", "zhao", "赵虹"), happenings)
)


def tip_of(events: tuple[Event, ...]) -> Tip:
    return Tip(events[-1].seq, events[-1].hash)


class TestChains:
    @given(CHAINS)
    def test_what_was_written_holds(self, events: tuple[Event, ...]) -> None:
        verdict = verify(events, tip_of(events))
        assert (verdict.intact, verdict.events, verdict.broken_at, verdict.reason) == (
            True,
            len(events),
            None,
            "",
        )

    @given(st.lists(HAPPENINGS, max_size=4), st.lists(HAPPENINGS, max_size=4))
    def test_writing_in_two_goes_is_writing_at_once(self, one: list[Happening], two: list[Happening]) -> None:
        first = extend("T", Tip(), NOW, SYSTEM, one)
        tip = tip_of(first) if first else Tip()
        assert first + extend("T", tip, NOW, SYSTEM, two) == extend("T", Tip(), NOW, SYSTEM, [*one, *two])

    @given(CHAINS, st.data())
    def test_any_alteration_of_any_field_is_found_where_it_is(
        self, events: tuple[Event, ...], data: st.DataObject
    ) -> None:
        index = data.draw(st.integers(0, len(events) - 1))
        field = data.draw(st.sampled_from(["thing", "at", "actor", "kind", "data", "hash", "prev", "seq"]))
        changed: dict[str, Any] = {
            "seq": events[index].seq + data.draw(st.sampled_from([-1, 1])),
            "actor": {"kind": "staff", "id": "somebody-else"},
            "data": {**events[index].data, "added": data.draw(VALUES)},
        }
        bad = replace(
            events[index], **{field: changed.get(field, getattr(events[index], field, "") and "0" * 63 + "1")}
        )
        verdict = verify((*events[:index], bad, *events[index + 1 :]), tip_of(events))
        assert (verdict.intact, verdict.broken_at) == (False, index + 1)

    @given(CHAINS, st.data())
    def test_a_forger_who_hashes_his_event_anew_is_found_at_the_next_or_at_the_tip(
        self, events: tuple[Event, ...], data: st.DataObject
    ) -> None:
        index = data.draw(st.integers(0, len(events) - 1))
        forged = replace(events[index], kind="forged")
        forged = replace(forged, hash=digest(forged))
        verdict = verify((*events[:index], forged, *events[index + 1 :]), tip_of(events))
        assert (verdict.intact, verdict.broken_at) == (False, index + 2)

    @given(CHAINS, st.data())
    def test_a_removed_event_is_found(self, events: tuple[Event, ...], data: st.DataObject) -> None:
        index = data.draw(st.integers(0, len(events) - 1))
        verdict = verify(events[:index] + events[index + 1 :], tip_of(events))
        assert (verdict.intact, verdict.broken_at) == (False, index + 1)

    @given(CHAINS, st.data())
    def test_events_in_another_order_are_found(self, events: tuple[Event, ...], data: st.DataObject) -> None:
        shuffled = data.draw(st.permutations(events))
        assume(tuple(shuffled) != events)
        assert not verify(shuffled).intact

    @given(CHAINS, st.data())
    def test_an_event_that_is_there_twice_is_found(
        self, events: tuple[Event, ...], data: st.DataObject
    ) -> None:
        index = data.draw(st.integers(0, len(events) - 1))
        assert not verify((*events[: index + 1], *events[index:]), tip_of(events)).intact

    @given(CHAINS, st.data())
    def test_a_cut_off_end_is_found_by_the_tip_and_only_by_it(
        self, events: tuple[Event, ...], data: st.DataObject
    ) -> None:
        rest = events[: data.draw(st.integers(0, len(events) - 1))]
        assert verify(rest).intact
        verdict = verify(rest, tip_of(events))
        assert (verdict.intact, verdict.broken_at, verdict.reason) == (False, len(rest) + 1, "truncated")

    @given(CHAINS, HAPPENINGS)
    def test_an_event_appended_behind_the_tip_is_found(
        self, events: tuple[Event, ...], more: Happening
    ) -> None:
        longer = events + extend("BELL#MX7F3K92QD", tip_of(events), NOW, SYSTEM, [more])
        assert verify(longer).intact
        assert not verify(longer, tip_of(events)).intact

    def test_nothing_at_all_holds_and_is_no_chain_of_one(self) -> None:
        assert verify((), Tip()).intact
        assert not verify((), Tip(1, "0" * 64)).intact

    @pytest.mark.parametrize("smuggled", [1.5, float("nan"), 2**60, {"键": 1}, b"x", "\ud800"])
    def test_values_no_event_can_hold_are_an_alteration_and_not_a_crash(self, smuggled: object) -> None:
        (event,) = extend("T", Tip(), NOW, SYSTEM, [Happening("rung", {})])
        assert verify([replace(event, data={"x": smuggled})]).reason == "altered"

    def test_the_hash_is_the_one_any_other_program_computes(self) -> None:
        (event,) = extend(
            "BELL#MX7F3K92QD", Tip(), NOW, SYSTEM, [Happening("rung", {"desk": "community", "level": 0})]
        )
        text = (
            '{"actor":{"kind":"system"},"at":"2026-11-23T20:00:00.123Z","data":{"desk":"community","level":0},'
            f'"kind":"rung","prev":"{GENESIS}","seq":1,"thing":"BELL#MX7F3K92QD"}}'
        )
        assert event.hash == hashlib.sha256(text.encode()).hexdigest()


class TestCanonicalJson:
    """Against RFC 8785 for what events may hold."""

    def test_strings_are_escaped_as_in_section_3_2_2(self) -> None:
        value = {"string": '\u20ac$\u000f\nA\'B"\\\\"/', "literals": [None, True, False]}
        expected = '{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
        assert canonical(value).decode() == expected

    def test_the_utf8_bytes_are_those_of_section_3_2_4(self) -> None:
        value = {"string": '\u20ac$\u000f\nA\'B"\\\\"/', "literals": [None, True, False]}
        expected = (
            "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c22737472696e67223a22e282ac245c75303030665c6e"
            "4127425c225c5c5c5c5c222f227d"
        )
        assert canonical(value).hex() == expected

    def test_keys_are_sorted_at_every_depth(self) -> None:
        value = {"b": [{"z": 1, "Z": 2, "1": 3, "\r": 4, "": 5}], "a": {}}
        assert canonical(value) == b'{"a":{},"b":[{"":5,"\\r":4,"1":3,"Z":2,"z":1}]}'

    def test_only_what_must_be_escaped_is(self) -> None:
        assert (
            canonical('\b\t\n\f\r"\\/\x00\x1f\x7f\u2028é🔔')
            == '"\\b\\t\\n\\f\\r\\"\\\\/\\u0000\\u001f\x7f\u2028é🔔"'.encode()
        )

    def test_text_is_not_normalised(self) -> None:
        assert canonical("é") != canonical("e\u0301")

    @pytest.mark.parametrize(("number", "text"), [(0, b"0"), (-1, b"-1"), (2**53 - 1, b"9007199254740991")])
    def test_integers_are_written_plainly(self, number: int, text: bytes) -> None:
        assert canonical(number) == text

    @pytest.mark.parametrize(
        "value",
        [1.0, float("inf"), 2**53, -(2**53), {1: 1}, {"é": 1}, b"", {1, 2}, NOW, "\ud800", [[{"a": [0.1]}]]],
    )
    def test_what_two_machines_may_write_differently_is_refused(self, value: object) -> None:
        with pytest.raises(ValueError):
            canonical(value)

    @given(VALUES)
    @settings(max_examples=60)
    def test_what_is_written_says_the_same_to_every_reader_of_json(self, value: Any) -> None:
        assert json.loads(canonical(value)) == value
        assert canonical(json.loads(canonical(value))) == canonical(value)


class TestCommitments:
    def test_the_order_of_the_values_does_not_matter_and_each_value_and_the_salt_do(self) -> None:
        same = commitment("salt", {"name": "张三", "phone": "1"})
        assert commitment("salt", {"phone": "1", "name": "张三"}) == same
        assert commitment("pepper", {"phone": "1", "name": "张三"}) != same
        assert commitment("salt", {"phone": "2", "name": "张三"}) != same

    def test_it_is_the_hash_any_other_program_computes(self) -> None:
        assert (
            commitment("s", {"b": "2", "a": "1"})
            == hashlib.sha256(b'{"salt":"s","values":{"a":"1","b":"2"}}').hexdigest()
        )


class TestActors:
    def test_an_actor_is_written_without_what_it_has_not(self) -> None:
        assert SYSTEM.json() == {"kind": "system"}
        assert Actor("staff", "zhao-hong", "赵虹", "specialist").json() == {
            "kind": "staff",
            "id": "zhao-hong",
            "name": "赵虹",
            "role": "specialist",
        }


def test_a_whole_chain_of_another_thing_cannot_stand_in() -> None:
    events = extend("BELL#A", Tip(), NOW, SYSTEM, [Happening("rung", {})])
    tip = Tip(events[-1].seq, events[-1].hash)
    assert verify(events, tip, "BELL#A").intact
    assert verify(events, tip, "BELL#B").reason == "foreign"


def test_an_event_put_behind_the_tip_is_found() -> None:
    events = extend("BELL#A", Tip(), NOW, SYSTEM, [Happening("rung", {}), Happening("answered", {})])
    assert verify(events, Tip(1, events[0].hash)).reason == "beyond_tip"
