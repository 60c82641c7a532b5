"""Which figures an event moves, and what they say. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from chalicelib.core.chain import Event
from chalicelib.core.times import parse_iso
from chalicelib.place.rules import Subdistrict

IN_TIME_SECONDS = 300
_COUNTED = frozenset({"rung", "answered", "accepted", "declined", "withdrawn"})


_OF_CASES = {"opened": "opened", "finished": "finished", "failed": "failed", "reopened": "reopened"}
_ASKED = ("answered", "solved", "satisfied")


def counters_of(event: Event) -> dict[str, int]:
    """What the event adds to the day's counters; empty for one that is not published."""
    return _of_case(event) if event.thing.startswith("CASE#") else _of_bell(event)


def _of_case(event: Event) -> dict[str, int]:
    """How cases ended, whether in time, and what the residents said."""
    if event.kind in _OF_CASES:
        return {f"cases_{_OF_CASES[event.kind]}": 1}
    if event.kind == "overdue" and event.data["key"] == "target" and event.data["count"] == 1:
        return {"cases_overdue": 1}
    if event.kind != "rated":
        return {}
    return {"cases_rated": 1, **{f"rated_{asked}": 1 for asked in _ASKED if event.data[asked]}}


def _of_bell(event: Event) -> dict[str, int]:
    if event.kind == "exhausted":
        return {"exhausted": 1} if event.data["round"] == 1 else {}
    if event.kind not in _COUNTED:
        return {}
    if event.kind == "answered":
        waited = event.data["after_seconds"]
        return {"answered": 1, "answered_seconds": waited, "answered_in_time": int(waited <= IN_TIME_SECONDS)}
    return {event.kind: 1}


def scope_of(subdistrict: Subdistrict, at: str) -> str:
    """The place's day an instant belongs to, as the key of its counters."""
    return day_scope(subdistrict.prefix, parse_iso(at).astimezone(subdistrict.zone).date())


def day_scope(prefix: str, day: date) -> str:
    """The key of a day's counters."""
    return f"{prefix}#{day.isoformat()}"


_PUBLISHED = (
    *("rung", "answered", "answered_in_time", "accepted", "declined", "withdrawn", "exhausted"),
    *("cases_opened", "cases_finished", "cases_failed", "cases_reopened", "cases_overdue", "cases_rated"),
    *("rated_answered", "rated_solved", "rated_satisfied"),
)


def figures(counters: Mapping[str, int]) -> dict[str, Any]:
    """The published figures out of the counters."""
    answered = counters.get("answered", 0)
    mean = counters.get("answered_seconds", 0) // answered if answered else None
    return {name: counters.get(name, 0) for name in _PUBLISHED} | {"mean_seconds_to_answer": mean}
