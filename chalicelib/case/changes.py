"""What decisions about a case write: the events in their chain, the case after them, what was written. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from chalicelib.case.rules import Case, fold
from chalicelib.case.shapes import CaseChange, PartyContact, Text
from chalicelib.core.chain import Actor, Happening, Tip, extend
from chalicelib.core.links import Link


def following(
    before: Case,
    happenings: Iterable[Happening],
    by: Actor,
    now: datetime,
    *,
    texts: Iterable[Text] = (),
    parties: Iterable[PartyContact] = (),
    links: Iterable[Link] = (),
    subject: str | None = None,
    by_timeline: bool = False,
) -> CaseChange:
    """The case moves on."""
    events = extend(before.thing, before.tip, now, by, happenings)
    after = fold(events, before)
    return CaseChange(before, after, events, tuple(texts), tuple(parties), tuple(links), subject, by_timeline)


def beginning(
    case_id: str, happenings: Iterable[Happening], by: Actor, now: datetime, subject: str = ""
) -> CaseChange:
    """A case begins with `opened`, and with whatever else is known of it from the start."""
    events = extend(f"CASE#{case_id}", Tip(), now, by, happenings)
    return CaseChange(None, fold(events), events, subject=subject)
