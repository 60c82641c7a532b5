"""Ids that sort by time, can be read over the phone and catch a slip of the finger.

An id is `MX7F3K92QD`: the subdistrict's prefix (2 characters), 35 bits (24 of the
minute since 2025, 11 of chance) and a check character (Luhn modulo 32). People see it as
`MX-7F3K-92QD`. The alphabet is Douglas Crockford's base 32, https://www.crockford.com/base32.html.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUE = {c: i for i, c in enumerate(ALPHABET)}
_LOOKALIKES = str.maketrans("OIL", "011")
_EPOCH = datetime(2025, 1, 1, tzinfo=UTC)
_CHANCE_BITS = 11
_BODY = 7
PREFIX = re.compile(r"^(?!ZZ)[0-9A-HJKMNP-TV-Z]{2}$")
"""What a place's prefix looks like; that of the canary is no place's."""
CANARY = "ZZ"
"""The prefix of no place: bells that the platform rings itself, each hour, to know that it works. They alert nobody
and are in no figure."""


def new_id(prefix: str, now: datetime, chance: int) -> str:
    """The id of something that comes into being `now`; `chance` is any non-negative integer."""
    minute = int((now - _EPOCH).total_seconds()) // 60
    body = _encode((minute << _CHANCE_BITS) | (chance & ((1 << _CHANCE_BITS) - 1)))
    return prefix + body + _check(prefix + body)


def number(thing_id: str) -> str:
    """The id as people see it: `MX-7F3K-92QD`."""
    return f"{thing_id[:2]}-{thing_id[2:6]}-{thing_id[6:]}"


def parse(text: str) -> str | None:
    """The id meant by what a person typed or said, or None when it cannot be one.

    Case, width, spaces and dashes do not matter; O is 0, I and L are 1 as Crockford has it.
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    folded = re.sub(r"[\s\-‐‑–—]", "", plain).translate(_LOOKALIKES)
    if len(folded) != 2 + _BODY + 1 or any(c not in _VALUE for c in folded):
        return None
    return folded if _check(folded[:-1]) == folded[-1] else None


def to_int(thing_id: str) -> int:
    """The id without its check character as an integer below 2**45 (for links)."""
    total = 0
    for c in thing_id[:-1]:
        total = total * 32 + _VALUE[c]
    return total


def from_int(value: int) -> str:
    """The reverse of `to_int`."""
    body = _encode(value, 2 + _BODY)
    return body + _check(body)


def prefix_of(thing_id: str) -> str:
    """The subdistrict's prefix."""
    return thing_id[:2]


def is_canary(thing: str) -> bool:
    """Whether a thing (`BELL#ZZ…`) is the platform's own trial."""
    return thing.partition("#")[2].startswith(CANARY)


def _encode(value: int, width: int = _BODY) -> str:
    return "".join(ALPHABET[(value >> (5 * i)) & 31] for i in reversed(range(width)))


def _check(body: str) -> str:
    total = 0
    for position, c in enumerate(reversed(body)):
        doubled = _VALUE[c] * (2 if position % 2 == 0 else 1)
        total += doubled // 32 + doubled % 32
    return ALPHABET[-total % 32]
