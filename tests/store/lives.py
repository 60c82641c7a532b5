"""Cases as the rules make them, for the table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.case import commands as do
from chalicelib.case import deadlines
from chalicelib.case.changes import beginning, following
from chalicelib.case.rules import Case, decide, opened
from chalicelib.case.shapes import Attachment, CaseChange, PartyContact, Text
from chalicelib.case.state import Extension, Option, Rating
from chalicelib.core.chain import SYSTEM, Actor, Happening
from chalicelib.core.links import Link, Purpose
from chalicelib.place.ladder import Urgency
from tests.case.lives import CALENDAR, WANG, ZHAO, Life, text
from tests.fakes.clock import START

WORDS = Text(
    "t1",
    "楼上半夜装修 <b>\n“吵”",
    "5a17",
    (Attachment("f1", "image/jpeg", "墙.jpg", small=True), Attachment("f2", "x/y")),
)
COMPANY = PartyContact(
    "p1", "property_company", "运河物业", "陈经理", "+8613900000009", "wy@example.org", organisation="wuye"
)
LINK = Link("hash-of-p1", Purpose.PARTY, START + timedelta(days=90), "p1")


def begun(
    number: int = 1,
    *,
    at: datetime = START,
    by: Actor = ZHAO,
    community: str = "mishi",
    prefix: str = "MX",
    urgency: Urgency = Urgency.ORDINARY,
    clock: bool = True,
    subject: str = "楼上漏水",
) -> CaseChange:
    """A case is opened; without a clock it is one of those from before cases had any."""
    moment = deadlines.Moment(by, at, CALENDAR)
    due = deadlines.opening(urgency, "noise", moment) if clock else ()
    owner = {"id": by.id, "name": by.name, "role": by.role}
    first = opened("MX00000000", "yiqing", community, "noise", urgency, owner, due)
    return beginning(f"{prefix}{number:07d}0", (first,), by, at, subject)


def does(case: Case, command: object, by: Actor = ZHAO, at: datetime = START) -> CaseChange:
    """Somebody does something about the case."""
    return following(case, decide(case, command, by, CALENDAR, at), by, at)


def visited(case: Case, by: Actor = ZHAO, at: datetime = START, *, words: Iterable[Text] = ()) -> CaseChange:
    """Somebody looks into it and writes about it."""
    return replace(does(case, do.Visit(text()), by, at), texts=tuple(words))


def noted(case: Case, at: datetime = START) -> CaseChange:
    """What the notices came to: it changes no state."""
    return following(case, [Happening("notified", {"of": 1, "notices": []})], SYSTEM, at)


def eventful() -> Life:
    """A life with one of everything that a case can have at once, and its clock stopped."""
    life = Life()
    life.does(do.Visit(text()))
    life.does(do.Invite("wuye", "property_company"))
    life.does(do.OfferOptions((Option("a", text(), 2_380), Option("b", text()))))
    life.does(do.Choose(1, "b"))
    life.does(do.Negotiate())
    life.does(do.Schedule(life.now + timedelta(days=1), ("wuye", "resident"), text(), online=True))
    life.does(do.Respond(1, "wuye", "other", life.now + timedelta(days=2)))
    life.until(life.now + timedelta(days=1, hours=2))
    life.does(do.RecordMeeting(1, ("wuye",), text(), (text("r1"),)))
    life.does(do.Propose(text()))
    duty = do.Duty("wuye", text(), life.now + timedelta(days=9))
    life.does(do.Draft("minutes", (text(),), (duty,), ("wuye", "resident")))
    life.does(do.Consult("parties", life.now + timedelta(days=7)))
    life.does(do.Sign("wuye", "paper", text()))
    life.does(do.Ask(text("q")))
    asked = Extension("stage", life.now + timedelta(days=3), "zhao", "specialist")
    ended = {"ended_at": life.now, "rating": Rating(True, False, True), "merged_into": "MX00000090"}
    life.case = replace(life.case, extension=asked, erased=life.case.bells, **ended)
    return life


__all__ = ["COMPANY", "LINK", "WANG", "WORDS", "ZHAO", "begun", "does", "eventful", "noted", "visited"]
