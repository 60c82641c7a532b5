"""A receipt binds a choice to a secret; a voter who has both finds his ballot."""

from __future__ import annotations

import base64
import hashlib
import json

from chalicelib.poll.receipts import nonce, receipt, receipts

KEY = b"key"


def test_a_receipt_is_what_the_page_says_it_is() -> None:
    said = json.dumps({"choice": "for", "nonce": "n", "poll": "MX1", "topic": "t1"}, separators=(",", ":"))
    digest = base64.urlsafe_b64encode(hashlib.sha256(said.encode()).digest()).decode().rstrip("=")
    assert receipt("MX1", "t1", "for", "n") == digest
    assert len(digest) == 43


def test_a_repeat_shows_the_same_secret_and_every_other_ballot_another() -> None:
    ours = nonce(KEY, "MX1", 1, "b1")
    assert ours == nonce(KEY, "MX1", 1, "b1")
    others = {
        nonce(b"other", "MX1", 1, "b1"),
        nonce(KEY, "MX2", 1, "b1"),
        nonce(KEY, "MX1", 2, "b1"),
        nonce(KEY, "MX1", 1, "b2"),
    }
    assert len(others | {ours}) == 5
    assert len(ours) == 22


def test_a_topic_left_blank_has_a_receipt_too() -> None:
    found = receipts("MX1", ["t1", "t2"], {"t1": "for"}, "n")
    assert found == {"t1": receipt("MX1", "t1", "for", "n"), "t2": receipt("MX1", "t2", "", "n")}
