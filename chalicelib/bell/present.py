"""Bells as clients see them: what is public, what is masked, what only the answerer sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.bell import wire
from chalicelib.bell.rules import Bell, Status, possible
from chalicelib.bell.service import Reading
from chalicelib.core import ids, text
from chalicelib.core.chain import Event, Verdict
from chalicelib.core.errors import Gone
from chalicelib.core.links import Purpose
from chalicelib.core.times import iso
from chalicelib.place.rules import Directory
from chalicelib.ports import Contact
from chalicelib.web.sentences import sentence

# A page needs them around names that may run from right to left; a program would find them in its strings.
_ISOLATES = dict.fromkeys((0x2068, 0x2069))
_RESIDENTS = frozenset({"withdraw", "appeal"})


def body(reading: Reading, language: str, now: str) -> wire.BellBody:
    """The bell for the holder of the link."""
    bell, contact = reading.file.bell, reading.file.contact
    shown = contact if contact and may_read_words(reading) else None
    return wire.BellBody(
        id=bell.id,
        number=ids.number(bell.id),
        status=bell.status,
        desk=bell.desk,
        category=bell.category,
        urgency=bell.urgency,
        neighbourhood=bell.neighbourhood,
        level=bell.level + 1,
        exhausted=bell.round > 0,
        rung_at=iso(bell.rung_at),
        due_at=iso(bell.due_at) if bell.due_at else None,
        answered_by=_answerer(bell),
        answered_at=iso(bell.answered_at) if bell.answered_at else None,
        case_id=bell.case or None,
        case_number=ids.number(bell.case) if bell.case else None,
        declined=declined(reading.file.events),
        possible=open_to(reading),
        now=now,
        timeline=timeline(reading.file.events, language, reading.directory),
        text=shown.text if shown else None,
        where=shown.where if shown else None,
        building=shown.building if shown else None,
        unit=shown.unit if shown else None,
        contact=_contact(reading, shown),
    )


def current(reading: Reading) -> Reading:
    """The reading, unless its one-tap link is of an earlier ringing or of somebody who has left: then Gone."""
    if reading.link.purpose is Purpose.ANSWER:
        if reading.link.epoch != reading.file.bell.epoch:
            raise Gone("link_superseded")
        if reading.directory.member(reading.link.holder) is None:
            raise Gone("link_of_former_staff")
    return reading


def is_answerer(reading: Reading) -> bool:
    """Whether the link belongs to whoever answered the bell in this ringing."""
    by = reading.file.bell.answered_by
    return reading.link.purpose is Purpose.ANSWER and by is not None and by.id == reading.link.holder


def may_read_words(reading: Reading) -> bool:
    """The resident reads his own words; staff do once they have answered."""
    return reading.link.purpose is Purpose.TRACK or is_answerer(reading)


def open_to(reading: Reading) -> list[str]:
    """What the holder of the link can do now."""
    residents = reading.link.purpose is Purpose.TRACK
    verbs = [verb for verb in possible(reading.file.bell) if (verb in _RESIDENTS) is residents]
    if residents or reading.file.bell.status is Status.RINGING or is_answerer(reading):
        return verbs
    return []


def _contact(reading: Reading, contact: Contact | None) -> wire.ContactBody | None:
    if contact is None:
        return None
    if is_answerer(reading):
        return wire.ContactBody(contact.name, contact.phone)
    return wire.ContactBody(text.mask_name(contact.name), text.mask_phone(contact.phone))


def _answerer(bell: Bell) -> wire.StaffName | None:
    return wire.StaffName(bell.answered_by.name, bell.answered_by.role) if bell.answered_by else None


def declined(events: tuple[Event, ...]) -> wire.DeclineBody | None:
    """The refusal that stands, if the last decision was one."""
    for event in reversed(events):
        if event.kind == "appealed":
            return None
        if event.kind == "declined":
            data = event.data
            return wire.DeclineBody(data["reason_code"], data["reason"], data["go_to"])
    return None


def timeline(events: tuple[Event, ...], language: str, directory: Directory) -> list[wire.TimelineEntry]:
    """The public events in plain words, oldest first."""
    return [
        wire.TimelineEntry(e.seq, e.at, e.kind, say(e, language, directory).translate(_ISOLATES))
        for e in public(events)
    ]


def public(events: tuple[Event, ...]) -> tuple[Event, ...]:
    """What the timeline tells. That the resident's own SMS went out is on the record and is no news to him."""
    return tuple(event for event in events if not _only_to_resident(event))


def _only_to_resident(event: Event) -> bool:
    notices = event.data.get("notices", ()) if event.kind == "notified" else ()
    return bool(notices) and all(n["to"] == "resident" and n["fate"] == "sent" for n in notices)


def say(event: Event, language: str, directory: Directory) -> str:
    """One event in plain words; the directory names its places."""
    actor = event.actor.get("id") or event.actor["kind"]
    return sentence(event.kind, _spoken(event, language, directory), actor, language)


def _spoken(event: Event, language: str, directory: Directory) -> Mapping[str, Any]:
    """An event's data as sentences want it."""
    data = dict(event.data)
    if (to := data.get("to")) and (place := directory.neighbourhood(to["neighbourhood"])):
        data["place"] = (language == "en" and place.name_en) or place.name
    if by := data.get("by"):
        data |= {"name": by["name"], "role": by["role"]}
    if case := data.get("case"):
        data["case_number"] = ids.number(case)
    return data


def summary(bell: Bell) -> wire.BellSummary:
    """The bell for everybody."""
    return wire.BellSummary(
        bell.id,
        ids.number(bell.id),
        bell.status,
        bell.category,
        bell.urgency,
        bell.neighbourhood,
        bell.level + 1,
        iso(bell.rung_at),
        iso(bell.due_at) if bell.due_at else None,
    )


def action(bell: Bell) -> wire.ActionAnswer:
    """The bell after an action."""
    return wire.ActionAnswer(
        bell.id,
        ids.number(bell.id),
        bell.status,
        _answerer(bell),
        bell.case or None,
        ids.number(bell.case) if bell.case else None,
    )


def record(reading: Reading, verdict: Verdict) -> wire.RecordBody:
    """The record as it was hashed."""
    bell = reading.file.bell
    events = [
        wire.EventBody(e.thing, e.seq, e.at, dict(e.actor), e.kind, dict(e.data), e.prev, e.hash)
        for e in reading.file.events
    ]
    tip = wire.TipBody(bell.tip.seq, bell.tip.hash)
    return wire.RecordBody(bell.thing, events, tip, verdict.intact, verdict.broken_at)
