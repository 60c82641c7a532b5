"""The short secret that a link carries."""

from __future__ import annotations

import re
from itertools import combinations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.core.ids import from_int, parse
from chalicelib.core.links import LENGTH, Purpose, hash_of, thing_id_of, token

IDS = st.integers(0, 2**45 - 1).map(from_int)
KEY = b"a key of the tests, thirty-two b"
ARGUMENTS = st.tuples(IDS, st.sampled_from(Purpose), st.text(max_size=20), st.integers(0, 9))


@given(ARGUMENTS)
def test_a_token_is_nineteen_letters_and_digits_and_names_its_thing(
    arguments: tuple[str, Purpose, str, int],
) -> None:
    made = token(KEY, *arguments)
    assert re.fullmatch(f"[0-9A-Za-z]{{{LENGTH}}}", made)
    assert thing_id_of(made) == arguments[0]


@given(ARGUMENTS)
def test_the_same_asked_again_is_the_same_link(arguments: tuple[str, Purpose, str, int]) -> None:
    assert token(KEY, *arguments) == token(KEY, *arguments)


@given(ARGUMENTS, ARGUMENTS)
def test_another_thing_purpose_holder_or_ringing_is_another_link(
    one: tuple[str, Purpose, str, int], two: tuple[str, Purpose, str, int]
) -> None:
    assume("\x1f" not in one[2] + two[2])
    assert (token(KEY, *one) == token(KEY, *two)) == (one == two)


def test_another_key_makes_other_links() -> None:
    thing = from_int(7)
    assert token(KEY, thing, Purpose.TRACK) != token(b"another", thing, Purpose.TRACK)


def test_links_to_one_thing_differ_in_about_half_of_their_64_secret_bits() -> None:
    thing = from_int(7)
    secrets = [_value(token(KEY, thing, Purpose.ANSWER, f"staff-{n}")) & (2**64 - 1) for n in range(60)]
    distances = [(one ^ two).bit_count() for one, two in combinations(secrets, 2)]
    assert 30 < sum(distances) / len(distances) < 34
    assert min(distances) > 8


@given(ARGUMENTS, st.integers(0, LENGTH - 1), st.sampled_from("09AZaz"))
def test_a_changed_character_is_another_hash(
    arguments: tuple[str, Purpose, str, int], position: int, wrong: str
) -> None:
    made = token(KEY, *arguments)
    assume(made[position] != wrong)
    assert hash_of(made[:position] + wrong + made[position + 1 :]) != hash_of(made)


@pytest.mark.parametrize(
    "text", ["", "a" * 18, "a" * 20, "z" * 19, "-" * 19, "０" * 19, "米" * 19, "a" * 18 + "\n"]
)
def test_what_cannot_be_a_token_names_nothing(text: str) -> None:
    assert thing_id_of(text) is None


@given(st.text(max_size=40) | st.text("0123456789abzABZ", min_size=19, max_size=19))
def test_no_text_makes_it_fail(text: str) -> None:
    found = thing_id_of(text)
    assert found is None or parse(found) == found


def test_the_store_keeps_64_hexadecimal_digits_instead_of_the_token() -> None:
    made = token(KEY, from_int(7), Purpose.TRACK)
    assert re.fullmatch("[0-9a-f]{64}", hash_of(made))


def _value(text: str) -> int:
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    total = 0
    for c in text:
        total = total * 62 + alphabet.index(c)
    return total
