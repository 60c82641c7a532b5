"""What is published of a count: the summary for the record and the file from which anyone can recount. Pure."""

from __future__ import annotations

import hashlib
from typing import Any

from chalicelib.poll.state import Poll
from chalicelib.poll.tally import Count


def summary(count: Count) -> dict[str, Any]:
    """The result as the `counted` event holds it: canonical JSON, integers, no personal data, at most about 50 KB."""
    raise NotImplementedError


def document(poll: Poll, count: Count) -> str:
    """The published file; the same count gives the same text."""
    raise NotImplementedError


def sha256(document: str) -> str:
    """The digest of a published file, in hexadecimal, as the record holds it."""
    return hashlib.sha256(document.encode()).hexdigest()
