"""A ticket is worth exactly what was written into it, with our key, and nothing else is worth anything."""

from __future__ import annotations

import hmac
import string
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core import ids
from chalicelib.poll import tickets
from chalicelib.poll.ballots import Via
from chalicelib.poll.roll import NOBODY
from chalicelib.poll.tickets import LENGTH, Ticket, encode, read

KEY = b"a key of thirty-two bytes, or so"
POLL = ids.new_id("MX", datetime(2026, 11, 24, tzinfo=UTC), 1234)
BASE62 = string.digits + string.ascii_letters

tickets_of_any_kind = st.builds(
    Ticket,
    poll=st.integers(0, 2**45 - 1).map(ids.from_int),
    unit=st.integers(1, 2**18 - 1),
    round=st.integers(0, 15),
    via=st.sampled_from(Via),
    voter=st.integers(NOBODY, 6),
)


@given(tickets_of_any_kind)
def test_what_was_written_is_read(ticket: Ticket) -> None:
    text = encode(KEY, ticket)
    assert len(text) == LENGTH == 24
    assert text.isascii()
    assert text.isalnum()
    assert read(KEY, text) == ticket


@given(tickets_of_any_kind, tickets_of_any_kind)
def test_two_tickets_never_look_alike(one: Ticket, other: Ticket) -> None:
    assert (encode(KEY, one) == encode(KEY, other)) is (one == other)


def test_every_character_matters() -> None:
    text = encode(KEY, Ticket(POLL, 434))
    for place in range(LENGTH):
        for character in set(BASE62) - {text[place]}:
            assert read(KEY, text[:place] + character + text[place + 1 :]) is None


def test_every_bit_matters() -> None:
    text = encode(KEY, Ticket(POLL, 434, 3, Via.SMS, 2))
    whole = 0
    for character in text:
        whole = whole * 62 + tickets._VALUE[character]
    for bit in range(142):
        assert read(KEY, tickets._text(whole ^ 1 << bit)) is None


def test_the_next_unit_or_round_cannot_be_guessed_from_ones_own() -> None:
    tags = {read_tag(encode(KEY, Ticket(POLL, unit, turn))) for unit in range(1, 200) for turn in range(3)}
    assert len(tags) == 199 * 3


def read_tag(text: str) -> int:
    whole = 0
    for character in text:
        whole = whole * 62 + tickets._VALUE[character]
    return whole & (2**64 - 1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0" * 24,
        "z" * 24,
        "0" * 23,
        "0" * 25,
        "-" * 24,
        "０" * 24,
        "é" * 24,
        " " * 24,
        "\0" * 24,
        "票" * 24,
    ],
)
def test_what_is_no_ticket_is_none(text: str) -> None:
    assert read(KEY, text) is None


@given(st.text(max_size=40))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert read(KEY, text) is None


def test_another_key_opens_nothing() -> None:
    assert read(b"another key", encode(KEY, Ticket(POLL, 1))) is None


def test_a_way_that_does_not_exist_is_none_even_with_our_signature() -> None:
    said = ids.to_int(POLL) << 28 | 1 << 10 | 7 << 3 | 7
    assert read(KEY, tickets._text(said << 64 | tickets._tag(KEY, said))) is None


def test_unit_nought_is_none_even_with_our_signature() -> None:
    said = ids.to_int(POLL) << 28 | 7
    assert read(KEY, tickets._text(said << 64 | tickets._tag(KEY, said))) is None


@pytest.mark.parametrize(
    "ticket", [Ticket(POLL, 0), Ticket(POLL, 2**18), Ticket(POLL, 1, 16), Ticket(POLL, 1, -1)]
)
def test_what_a_ticket_cannot_hold_is_refused_when_it_is_written(ticket: Ticket) -> None:
    with pytest.raises(ValueError, match="no ticket"):
        encode(KEY, ticket)


def test_an_eighth_owner_is_not_named() -> None:
    voted = read(KEY, encode(KEY, Ticket(POLL, 1, voter=7)))
    assert voted is not None
    assert voted.voter == NOBODY


def test_tags_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[int, int]] = []
    real = hmac.compare_digest

    def watching(a: bytes, b: bytes) -> bool:
        compared.append((len(a), len(b)))
        return real(a, b)

    monkeypatch.setattr(hmac, "compare_digest", watching)
    good = encode(KEY, Ticket(POLL, 1))
    read(KEY, good)
    read(KEY, good[:-1] + ("0" if good[-1] != "0" else "1"))
    assert compared == [(8, 8), (8, 8)]
