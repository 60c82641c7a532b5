"""Whether a record is what it was: computed here from the events, not believed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.core.chain import Event, Tip, verify


def bell_intact(record: Mapping[str, Any]) -> bool:
    """Whether the record of a bell verifies, as `/v1/bells/{id}/record` gives it."""
    return _intact(record, Tip(**record["tip"]))


def case_intact(record: Mapping[str, Any]) -> bool:
    """Whether the record of a case verifies, as `/v1/cases/{id}/record` gives it."""
    return _intact(record, Tip(record["tip_seq"], record["tip_hash"]))


def _intact(record: Mapping[str, Any], tip: Tip) -> bool:
    events = [Event(**event) for event in record["events"]]
    return bool(events) and verify(events, tip).intact
