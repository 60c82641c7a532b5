"""Receipts (回执): what lets a voter find his own ballot in the published file, and nobody else. Pure.

A receipt is the SHA-256 of a topic, a choice and a secret that the voter was shown. Each topic has its own, so that
nobody can tell which choices stood on one ballot.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping

from chalicelib.core.chain import canonical

LENGTH = 43
BLANK = ""
"""The choice of a topic that was left blank."""


def nonce(key: bytes, poll_id: str, unit: int, ballot_id: str) -> str:
    """The secret of a ballot, 22 characters: it follows from the server's key, so that a repeat shows the same."""
    said = canonical(["poll-nonce-1", poll_id, unit, ballot_id])
    return _text(hmac.digest(key, said, hashlib.sha256)[:16])


def receipt(poll_id: str, topic: str, choice: str, nonce: str) -> str:
    """The receipt of a choice, 43 characters: base64url of SHA-256 over the canonical JSON of these four."""
    said = {"poll": poll_id, "topic": topic, "choice": choice, "nonce": nonce}
    return _text(hashlib.sha256(canonical(said)).digest())


def receipts(poll_id: str, topics: Iterable[str], choices: Mapping[str, str], nonce: str) -> dict[str, str]:
    """The receipts of a ballot by topic, blanks too."""
    return {topic: receipt(poll_id, topic, choices.get(topic, BLANK), nonce) for topic in topics}


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
