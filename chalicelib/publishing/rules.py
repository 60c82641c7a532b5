"""What is published of the record: that something public happened to a bell or a case, never by whom or in what words.
Pure.

Only what is named here is published, so an event that is added later is not, until somebody decides that it may be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.bell.rules import Status
from chalicelib.case.access import OF_ALL
from chalicelib.core import ids
from chalicelib.core.chain import Event

# What the page of a bell tells, and how the bell stands afterwards. To whom messages went, and that a timer was mended,
# is the house's affair.
BELLS: Mapping[str, Status] = {
    "rung": Status.RINGING,
    "alerted": Status.RINGING,
    "level_skipped": Status.RINGING,
    "exhausted": Status.RINGING,
    "transferred": Status.RINGING,
    "appealed": Status.RINGING,
    "answered": Status.ANSWERED,
    "decision_overdue": Status.ANSWERED,
    "accepted": Status.ACCEPTED,
    "declined": Status.DECLINED,
    "withdrawn": Status.WITHDRAWN,
}


@dataclass(frozen=True)
class Announcement:
    """An event as it is published: what it is about (`bell.rung`, `case.agreed`), when it was, and its detail."""

    about: str
    at: str
    detail: Mapping[str, str | int]


def announcement(event: Event) -> Announcement | None:
    """The event as it is published; None for one that is not: a canary's, a poll's, a private one."""
    thing, _, name = event.thing.partition("#")
    if ids.is_canary(event.thing):
        return None
    if thing == "BELL" and event.kind in BELLS:
        return _told(event, name, {"status": BELLS[event.kind]})
    if thing == "CASE" and event.kind in OF_ALL:
        return _told(event, name, {"stage": event.data["stage"]} if "stage" in event.data else {})
    return None


def _told(event: Event, name: str, stands: Mapping[str, str]) -> Announcement:
    thing = event.thing.partition("#")[0].lower()
    detail: dict[str, str | int] = {
        "number": ids.number(name),
        "kind": event.kind,
        "seq": event.seq,
        "at": event.at,
        "hash": event.hash,
        **{key: str(value) for key, value in stands.items()},
    }
    return Announcement(f"{thing}.{event.kind}", event.at, detail)
