"""The short secret that a link carries: which thing it opens, and 64 bits that cannot be guessed.

A token is 19 characters of base 62. It is derived from the server's key, so that a repeated
request or a retried SMS shows the same link; the store keeps only its hash, with what it
allows, for whom and until when.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.core import ids

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_VALUE = {c: i for i, c in enumerate(_ALPHABET)}
LENGTH = 19
_SECRET_BITS = 64


class Purpose(StrEnum):
    """What a link lets its holder do."""

    TRACK = "track"
    ANSWER = "answer"
    BUNDLE = "bundle"
    PARTY = "party"


@dataclass(frozen=True)
class Link:
    """What a token allows, for whom and until when; `epoch` is the ringing it belongs to."""

    hash: str
    purpose: Purpose
    expires_at: datetime
    holder: str = ""
    epoch: int = 0


def token(key: bytes, thing_id: str, purpose: Purpose, holder: str = "", epoch: int = 0) -> str:
    """The token of this purpose for this holder; the same arguments give the same token."""
    message = "\x1f".join((thing_id, purpose, holder, str(epoch))).encode()
    secret = int.from_bytes(hmac.digest(key, message, "sha256")[: _SECRET_BITS // 8], "big")
    value = (ids.to_int(thing_id) << _SECRET_BITS) | secret
    digits = []
    for _ in range(LENGTH):
        value, digit = divmod(value, 62)
        digits.append(_ALPHABET[digit])
    return "".join(reversed(digits))


def thing_id_of(text: str) -> str | None:
    """The id that the token names, or None when the text cannot be a token."""
    if len(text) != LENGTH or any(c not in _VALUE for c in text):
        return None
    value = 0
    for c in text:
        value = value * 62 + _VALUE[c]
    bits = value >> _SECRET_BITS
    return ids.from_int(bits) if bits < 1 << 45 else None


def hash_of(text: str) -> str:
    """The hash under which the store knows the token."""
    return hashlib.sha256(text.encode()).hexdigest()
