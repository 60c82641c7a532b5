"""Tickets (投票码): what a voter's link or QR code carries. Pure.

A ticket authenticates itself, so that a poll of 100,000 units writes no row for each. It is 24 characters of base 62:
poll 45 bits, unit 18, round 4, way 3, voter 3, and 64 bits of HMAC-SHA256 over these. That is less than 24 characters
can say; nothing but what `encode` writes is read.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from chalicelib.core import ids
from chalicelib.poll.ballots import Via
from chalicelib.poll.roll import NOBODY

LENGTH = 24
MOST_UNITS = (1 << 18) - 1
LAST_ROUND = (1 << 4) - 1
MOST_NAMED = 7
"""Owners of a unit with a lower index can be named in its tickets."""

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_VALUE = {character: value for value, character in enumerate(_ALPHABET)}
# The place of a way in this row is on printed sheets: only ever append.
_WAYS = (Via.LINK, Via.SMS, Via.KIOSK, Via.DOOR, Via.PAPER)
_SAID_BYTES = 10
_TAG_BITS = 64


@dataclass(frozen=True)
class Ticket:
    """Whoever holds it votes for `unit` of `poll`, as the owner `voter` if one is named, as long as `round` is
    that of the unit's box. `poll` is an id as `core.ids` makes them."""

    poll: str
    unit: int
    round: int = 0
    via: Via = Via.LINK
    voter: int = NOBODY


def encode(key: bytes, ticket: Ticket) -> str:
    """The text of a ticket. An owner beyond the first seven is not named. Raises ValueError for a unit beyond
    `MOST_UNITS` or a round beyond `LAST_ROUND`."""
    if not (1 <= ticket.unit <= MOST_UNITS and 0 <= ticket.round <= LAST_ROUND):
        raise ValueError(f"no ticket holds unit {ticket.unit} in round {ticket.round}")
    voter = ticket.voter if 0 <= ticket.voter < MOST_NAMED else MOST_NAMED
    said = ids.to_int(ticket.poll)
    for value, bits in ((ticket.unit, 18), (ticket.round, 4), (_WAYS.index(ticket.via), 3), (voter, 3)):
        said = said << bits | value
    return _text(said << _TAG_BITS | _tag(key, said))


def read(key: bytes, text: str) -> Ticket | None:
    """The ticket of a text, or None for what `encode` never wrote with this key; takes the same time whichever
    character is wrong."""
    if len(text) != LENGTH or any(character not in _VALUE for character in text):
        return None
    whole = 0
    for character in text:
        whole = whole * 62 + _VALUE[character]
    said, tag = whole >> _TAG_BITS, whole & ((1 << _TAG_BITS) - 1)
    if said >> (8 * _SAID_BYTES - 7):
        return None
    genuine = hmac.compare_digest(_tag(key, said).to_bytes(8, "big"), tag.to_bytes(8, "big"))
    return _ticket(said) if genuine else None


def _ticket(said: int) -> Ticket | None:
    voter, way, turn, unit = said & 7, said >> 3 & 7, said >> 6 & 15, said >> 10 & MOST_UNITS
    if way >= len(_WAYS) or not unit:
        return None
    return Ticket(ids.from_int(said >> 28), unit, turn, _WAYS[way], NOBODY if voter == MOST_NAMED else voter)


def _tag(key: bytes, said: int) -> int:
    message = b"poll-ticket-1:" + said.to_bytes(_SAID_BYTES, "big")
    return int.from_bytes(hmac.digest(key, message, hashlib.sha256)[: _TAG_BITS // 8], "big")


def _text(value: int) -> str:
    characters = []
    for _ in range(LENGTH):
        value, digit = divmod(value, 62)
        characters.append(_ALPHABET[digit])
    return "".join(reversed(characters))
