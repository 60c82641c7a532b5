"""Which function decides which command, and what the table calls it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from chalicelib.case import commands as do
from chalicelib.case import course, parties, promises, work
from chalicelib.case.deadlines import DEFAULT, Moment, Policy
from chalicelib.case.guard import require
from chalicelib.case.state import Case
from chalicelib.core.calendar import Calendar
from chalicelib.core.chain import Actor, Happening
from chalicelib.core.times import tick

Decide = Callable[[Case, Any, Moment], tuple[Happening, ...]]
DECISIONS: Mapping[type, tuple[str, Decide]] = {
    do.Assign: ("assign", work.assign),
    do.Visit: ("visit", work.visit),
    do.Message: ("message", work.message),
    do.Ask: ("ask", work.ask),
    do.Reply: ("reply", work.reply),
    do.Hold: ("pause", work.pause),
    do.Resume: ("resume", work.resume),
    do.OfferOptions: ("offer", work.offer),
    do.Choose: ("choose", work.choose),
    do.Invite: ("invite", parties.invite),
    do.Remove: ("remove", parties.remove),
    do.Schedule: ("schedule", parties.schedule),
    do.Respond: ("respond", parties.respond),
    do.RecordMeeting: ("hold", parties.hold),
    do.CancelMeeting: ("cancel", parties.cancel),
    do.Propose: ("propose", promises.propose),
    do.Comment: ("comment", promises.comment),
    do.Draft: ("draft", promises.draft),
    do.Sign: ("sign", promises.sign),
    do.Promise: ("promise", promises.promise),
    do.Perform: ("perform", promises.perform),
    do.AcceptWork: ("accept", promises.accept),
    do.SendBack: ("send_back", promises.send_back),
    do.ConfirmInCourt: ("confirm", promises.confirm),
    do.Negotiate: ("negotiate", course.negotiate),
    do.Consult: ("consult", course.consult),
    do.Conclude: ("conclude", course.conclude),
    do.CarryOut: ("carry_out", course.carry_out),
    do.BreakOff: ("break_off", course.break_off),
    do.Finish: ("finish", course.finish),
    do.Fail: ("fail", course.fail),
    do.Close: ("close", course.close),
    do.Rate: ("rate", course.rate),
    do.Reopen: ("reopen", course.reopen),
    do.Extend: ("extend", work.extend),
    do.DecideExtension: ("decide_extension", work.decide_extension),
    do.Press: ("press", work.press),
    do.Report: ("report", work.report),
    do.Unmask: ("unmask", work.unmask),
    do.Join: ("join", work.join),
    do.Absorb: ("absorb", work.absorb),
    do.MergeInto: ("merge", course.merge),
    do.Split: ("split", work.split),
}


def verb_of(command: object) -> str:
    """What the table calls the command."""
    if isinstance(command, do.Conclude):
        return "agree" if command.carried else "reject"
    return DECISIONS[type(command)][0]


def decide(
    case: Case, command: object, by: Actor, calendar: Calendar, now: datetime, policy: Policy | None = None
) -> tuple[Happening, ...]:
    """As `case.rules.decide` promises."""
    require(case, verb_of(command))
    return DECISIONS[type(command)][1](case, command, Moment(by, tick(now), calendar, policy or DEFAULT))
