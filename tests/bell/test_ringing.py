"""What a ring must hold and what it never tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.bell.ringing import (
    TEXT_LIMIT,
    Draft,
    check,
    fingerprint,
    pseudonym,
    rung,
    same_ring,
    window,
)
from chalicelib.core.chain import canonical
from chalicelib.core.text import visible
from chalicelib.place.categories import CATEGORIES
from chalicelib.place.ladder import Category, Desk
from tests.fakes import places
from tests.fakes.world import CONSENT, draft

KEY = b"a key that only tests know"
PLACE = places.directory()


def wrong(**changes: str) -> list[tuple[str, str]]:
    typed = draft(**changes)
    known = PLACE if PLACE.neighbourhood(typed.neighbourhood) else None
    return [(error.field, error.code) for error in check(typed, known, CONSENT)]


def test_a_complete_ring_is_right() -> None:
    assert wrong() == []
    assert wrong(where="东门口", building="3幢", unit="2单元502", language="en") == []


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("desk", "", "required"),
        ("desk", "mayor", "unknown"),
        ("category", "", "required"),
        ("category", "weather", "unknown"),
        ("neighbourhood", "", "required"),
        ("neighbourhood", "atlantis", "unknown"),
        ("text", " \n\t", "required"),
        ("text", "长" * (TEXT_LIMIT + 1), "too_long"),
        ("name", "  ", "required"),
        ("name", "长" * 51, "too_long"),
        ("name", "张\x00三", "control_characters"),
        ("where", "长" * 201, "too_long"),
        ("where", "东门\x1b口", "control_characters"),
        ("building", "1" * 21, "too_long"),
        ("unit", "1" * 21, "too_long"),
        ("phone", "", "required"),
        ("phone", "12345", "not_a_phone"),
        ("phone", "电话", "not_a_phone"),
        ("consent_version", "", "consent_required"),
        ("consent_version", "2020-01-01", "outdated_consent"),
    ],
)
def test_one_wrong_field_is_named(field: str, value: str, code: str) -> None:
    assert wrong(**{field: value}) == [(field, code)]


def test_every_wrong_field_of_an_empty_ring_is_named_at_once() -> None:
    found = [(error.field, error.code) for error in check(Draft(), None, CONSENT)]
    assert [field for field, _ in found] == [
        "desk",
        "category",
        "neighbourhood",
        "text",
        "name",
        "phone",
        "consent_version",
    ]
    assert {code for _, code in found} == {"required", "consent_required"}


@given(st.text(min_size=1, max_size=200))
def test_any_text_a_person_can_type_is_accepted(text: str) -> None:
    assert wrong(text=text) == ([] if visible(text) else [("text", "required")])


@pytest.mark.parametrize("nothing", ["\u200b", " \u3000\u200b\n", "\x00\x07", "\u2066\u2069"])
def test_a_text_of_which_nothing_can_be_seen_says_nothing(nothing: str) -> None:
    assert wrong(text=nothing) == [("text", "required")]


def test_an_emergency_is_never_a_repetition_of_what_was_none() -> None:
    said = draft(), draft(category="gas"), draft(category="greenery")
    once, emergency, other = (same_ring(b"k" * 32, "+8613900000001", typed) for typed in said)
    assert once != emergency
    assert once == other, "a corrected category is still the same bell"


@pytest.mark.parametrize(
    "typed", ["13900000001", "+86 139-0000-0001", "139 0000 0001", "１３９０００００００１"]
)
def test_a_phone_may_be_typed_in_many_ways(typed: str) -> None:
    assert wrong(phone=typed) == []


@pytest.mark.parametrize("category", CATEGORIES, ids=lambda category: category.id)
def test_the_first_event_says_what_and_where_and_nothing_about_whom(category: Category) -> None:
    typed = draft(category=category.id, where="东门口", building="3幢", unit="502")
    data = rung(typed, PLACE, {}, "c" * 64).data
    assert (data["urgency"], data["community"]) == (category.urgency, "mishi")
    said = canonical(data).decode()
    for private in (typed.text, typed.name, typed.phone, typed.where, typed.building, typed.unit):
        assert private not in said


@pytest.mark.parametrize("other", ["楼上半夜装修。", "楼上 半夜 装修", "楼上半夜装修!", "「楼上」半夜装修"])
def test_the_same_words_with_other_spaces_and_points_are_the_same_ring(other: str) -> None:
    assert same_ring(KEY, "+8613900000001", draft()) == same_ring(KEY, "+8613900000001", draft(text=other))


@pytest.mark.parametrize("change", [{"text": "楼下半夜装修"}, {"neighbourhood": "wenyi"}])
def test_other_words_or_another_place_are_another_ring(change: dict[str, str]) -> None:
    assert same_ring(KEY, "+8613900000001", draft()) != same_ring(KEY, "+8613900000001", draft(**change))


@pytest.mark.parametrize("field", [name for name in Draft.__match_args__ if name != "language"])
def test_a_request_with_any_other_field_is_another_request(field: str) -> None:
    typed = draft()
    assert fingerprint(KEY, typed) != fingerprint(KEY, replace(typed, **{field: "another"}))
    assert fingerprint(KEY, typed) == fingerprint(KEY, replace(typed, language="en"))


def test_a_pseudonym_depends_on_the_key_and_on_where_its_parts_end() -> None:
    assert pseudonym(KEY, "a", "bc") != pseudonym(KEY, "ab", "c")
    assert pseudonym(KEY, "a") != pseudonym(b"another key", "a")
    assert "13900000001" not in pseudonym(KEY, "13900000001")


@given(
    st.floats(0, 2e9).map(lambda seconds: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)),
    st.integers(1, 86_400),
)
def test_an_instant_falls_into_one_window_that_ends_after_it(now: datetime, seconds: int) -> None:
    number, until = window(now, seconds)
    assert timedelta(0) < until - now <= timedelta(seconds=seconds)
    assert window(until + timedelta(milliseconds=1), seconds)[0] == number + 1


def test_every_desk_can_be_asked() -> None:
    assert all(wrong(desk=desk) == [] for desk in Desk)
