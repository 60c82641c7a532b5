"""Bells as the rules make them, with what a ring writes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.bell.changes import plan_case, plan_change
from chalicelib.bell.ringing import rung
from chalicelib.bell.rules import Answer, Bell, Decline, Person, decide, fold, ladder_json
from chalicelib.bell.service import committed
from chalicelib.case.shapes import CaseChange
from chalicelib.core import ids
from chalicelib.core.chain import RESIDENT, SYSTEM, Event, Happening, Tip, extend
from chalicelib.core.links import Link, Purpose
from chalicelib.escalation.rules import first_step
from chalicelib.notice.types import Dispatch, Fate, Notice, Recipient
from chalicelib.people.staff import Channel
from chalicelib.place.ladder import Desk, Role, Urgency
from chalicelib.ports import Change, Contact, Guard, Limit, Opening, Ringing
from tests.fakes.clock import START
from tests.fakes.places import directory
from tests.fakes.world import draft

CONTACT = Contact(
    name="张三 🔔",
    phone="+8613900000001",
    text="楼上半夜装修\n\u202eRTL\u202c <b>" + "吵" * 100,
    where="楼道",
    building="3",
    unit="201",
    consent_version="2026-11-01",
    salt="5a17",
)
ZHAO = Person("zhao", "赵虹", Role.SPECIALIST)
WANG = Person("wang", "王丽芬", Role.COMMUNITY)
KEY = b"a key that only tests know"


def later(**span: float) -> datetime:
    """An instant after the start."""
    return START + timedelta(**span)


def ringing(
    chance: int = 1,
    *,
    at: datetime = START,
    guards: tuple[Guard, ...] = (),
    limits: tuple[Limit, ...] = (),
    prefix: str = "MX",
) -> Ringing:
    """A ring at an instant; another `chance` is another bell."""
    bell_id = ids.new_id(prefix, at, chance)
    place = directory()
    ladder = place.ladder(Urgency.ORDINARY, Desk.COMMUNITY)
    first = rung(draft(), place, ladder_json(ladder), committed(CONTACT))
    events = extend(f"BELL#{bell_id}", Tip(), at, RESIDENT, [first])
    steps = first_step(ladder, place, "yiqing", at)
    events += extend(f"BELL#{bell_id}", _end(events), at, SYSTEM, steps)
    links = (Link(f"track{chance:03d}", Purpose.TRACK, at + timedelta(days=180)),)
    return Ringing(fold(events), events, CONTACT, links, "person-hmac", guards, limits)


def guard(key: str = "same", *, minutes: float = 10, at: datetime = START, fingerprint: str = "") -> Guard:
    """A guard held for some minutes."""
    return Guard(key, at + timedelta(minutes=minutes), fingerprint)


def answered(bell: Bell, by: Person = ZHAO, at: datetime = START) -> Change:
    """Somebody answers the bell."""
    return plan_change(KEY, bell, decide(bell, Answer(by), at), at)


def declined(bell: Bell, by: Person = ZHAO, at: datetime = START) -> Change:
    """Who answered declines the bell."""
    command = Decline(by, "not_in_scope", "与本街道无关", "12345")
    return plan_change(KEY, bell, decide(bell, command, at), at)


def accepted(bell: Bell, case: str, at: datetime = START) -> tuple[Change, CaseChange]:
    """Who answered accepts the bell, which opens a case."""
    happening = Happening("accepted", {"by": ZHAO.json(), "case": case})
    change = plan_change(KEY, bell, (happening,), at)
    (opened,) = plan_case(change, Opening(bell, None, directory(), CONTACT))
    return change, opened


def notified(bell: Bell, of: int = 2, at: datetime = START) -> tuple[Event, ...]:
    """The next event of the bell's record, which changes no state."""
    return extend(bell.thing, bell.tip, at, SYSTEM, [Happening("notified", {"of": of, "notices": []})])


def with_tip(bell: Bell, events: tuple[Event, ...]) -> Bell:
    """The bell after these events were appended."""
    return replace(bell, tip=_end(events))


def notice(thing: str, version: int = 2, recipient: str = "zhao") -> Notice:
    """An alert."""
    to = Recipient(recipient, "赵虹", "specialist", "zh-CN", ((Channel.SMS, "+8613800001001"),))
    return Notice(thing, version, "alert", to, {"place": "一清新村", "epoch": 1}, alert=True)


def dispatch(
    of: Notice, fate: Fate, channel: str = "sms", at: datetime = START, detail: str = ""
) -> Dispatch:
    """What became of a notice."""
    to = of.recipient
    return Dispatch(of.version, of.template, to.id, to.name, to.role, channel, fate, at, detail)


def _end(events: tuple[Event, ...]) -> Tip:
    return Tip(events[-1].seq, events[-1].hash)
