"""Ids that are read over the phone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.core.ids import ALPHABET, CANARY, PREFIX, from_int, new_id, number, parse, prefix_of, to_int

SINCE = datetime(2025, 1, 1, tzinfo=UTC)
UNTIL = SINCE + timedelta(minutes=2**24 - 1)
NOWS = st.datetimes(SINCE.replace(tzinfo=None), UNTIL.replace(tzinfo=None), timezones=st.just(UTC))
PREFIXES = st.text(ALPHABET, min_size=2, max_size=2)
IDS = st.builds(new_id, PREFIXES, NOWS, st.integers(0, 2**64))


@given(IDS)
def test_an_id_is_its_prefix_seven_characters_and_a_check(thing_id: str) -> None:
    assert re.fullmatch(f"[{ALPHABET}]{{10}}", thing_id)
    assert prefix_of(thing_id) == thing_id[:2]
    assert PREFIX.match(prefix_of(thing_id)) or prefix_of(thing_id) == CANARY


@given(IDS)
def test_what_people_see_is_understood_again(thing_id: str) -> None:
    assert re.fullmatch(r"\w\w-\w{4}-\w{4}", number(thing_id))
    assert parse(number(thing_id)) == thing_id


@given(IDS, st.data())
def test_case_width_spaces_dashes_and_lookalikes_do_not_matter(thing_id: str, data: st.DataObject) -> None:
    def sloppy(c: str) -> str:
        alike = {"0": "oOＯ", "1": "iIlL"}.get(c, "")
        wide = chr(ord(c) + 0xFEE0)
        return data.draw(st.sampled_from([c, c.lower(), wide, *alike])) + data.draw(
            st.sampled_from(["", " ", "-", "—", "－", "　"])
        )

    assert parse("".join(map(sloppy, thing_id))) == thing_id


@given(IDS, st.integers(0, 9), st.sampled_from(ALPHABET))
def test_every_wrong_character_is_noticed(thing_id: str, position: int, wrong: str) -> None:
    assume(thing_id[position] != wrong)
    assert parse(thing_id[:position] + wrong + thing_id[position + 1 :]) is None


@given(IDS, st.integers(0, 8))
def test_two_neighbours_that_change_places_are_noticed_but_for_zero_and_z(
    thing_id: str, position: int
) -> None:
    one, two = thing_id[position], thing_id[position + 1]
    assume(one != two)
    swapped = thing_id[:position] + two + one + thing_id[position + 2 :]
    assert (parse(swapped) is None) == ({one, two} != {"0", "Z"})


@given(PREFIXES, st.lists(NOWS, min_size=2, max_size=5), st.integers(0, 2**64))
def test_ids_of_a_subdistrict_sort_by_the_minute_they_were_made(
    prefix: str, nows: list[datetime], chance: int
) -> None:
    for early, late in pairwise(sorted(nows)):
        if late - early >= timedelta(minutes=1):
            assert new_id(prefix, early, chance) < new_id(prefix, late, chance)


@given(PREFIXES, NOWS, st.integers(0, 2**11 - 1), st.integers(0, 2**11 - 1))
def test_within_a_minute_chance_tells_them_apart(prefix: str, now: datetime, one: int, two: int) -> None:
    assert (new_id(prefix, now, one) == new_id(prefix, now, two)) == (one == two)


@given(IDS)
def test_an_id_is_a_number_below_two_to_the_45_and_back(thing_id: str) -> None:
    assert 0 <= to_int(thing_id) < 2**45
    assert from_int(to_int(thing_id)) == thing_id


@pytest.mark.parametrize(
    "text", ["", "MX", "MX-7F3K-92Q", "MX-7F3K-92QDX", "MX-7F3K-92QU", "紧急", "🔔" * 10, "\x00" * 10]
)
def test_what_cannot_be_an_id_is_none(text: str) -> None:
    assert parse(text) is None


@given(st.text())
def test_no_text_makes_it_fail(text: str) -> None:
    assert parse(text) is None or len(parse(text) or "") == 10


@pytest.mark.parametrize("prefix", ["M", "MXX", "MI", "mx", "米市", "M-"])
def test_a_prefix_is_two_characters_of_the_alphabet(prefix: str) -> None:
    assert not PREFIX.match(prefix)
