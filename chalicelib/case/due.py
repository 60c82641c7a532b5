"""What the clock does to a case: one step a deadline, however late it looks, and a fresh delay after it. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.case import deadlines
from chalicelib.case.deadlines import DEFAULT, Moment, Policy
from chalicelib.case.state import Case, Deadline
from chalicelib.core.calendar import Calendar
from chalicelib.core.chain import SYSTEM, Happening
from chalicelib.core.timers import renewal
from chalicelib.core.times import tick

_ABOVE = {"specialist": "community", "lawyer": "community", "police": "community", "community": "subdistrict"}
RANK = {"specialist": 0, "lawyer": 0, "police": 0, "community": 1, "subdistrict": 2, "supervisor": 3}


def above(role: str) -> str:
    """The level that is told when somebody of this role is late."""
    return _ABOVE.get(role, "supervisor")


def due(case: Case, calendar: Calendar, now: datetime, policy: Policy = DEFAULT) -> tuple[Happening, ...]:
    """What is due now: nothing before `case.due_at`, else one step for each deadline that is.

    `overdue` and `reminded` say whom to tell: `owner` (a staff id), `role` (one level up of the case's places),
    `resident`, or `parties` (ids). Who has that role is looked up when the notice is made.
    """
    now = tick(now)
    if case.due_at is None or now < case.due_at:
        return ()
    moment = Moment(SYSTEM, now, calendar, policy)
    ripe = [d for d in case.running if d.next_at <= now]
    # The end of everything comes alone: what else is due belongs to a case that is over.
    over = [d for d in ripe if d.key == "closing"]
    steps = tuple(happening for d in over or ripe for happening in _step(case, d, moment))
    return steps + (() if over else renewal(case, now))


def _step(case: Case, deadline: Deadline, moment: Moment) -> Iterator[Happening]:
    kind = deadline.key.partition(":")[0]
    if kind == "closing":
        yield Happening(
            "closed", {"reason": "time", "stage": "closed", "drop": [d.key for d in case.deadlines]}
        )
    elif kind == "pause":
        yield resumed(case, moment, "latest_end")
    elif deadline.remind_at and moment.now < deadline.due_at:
        yield _told("reminded", deadline, _reminds(case, deadline), replace(deadline, remind_at=None), moment)
    elif kind in {"rating", "court"}:
        yield Happening("lapsed", {"key": deadline.key, "drop": [deadline.key]})
    else:
        whom = {"owner": case.owner, "role": above(case.owner_role)}
        yield _told("overdue", deadline, whom, deadlines.again(deadline, moment.calendar, moment.now), moment)


def resumed(case: Case, moment: Moment, reason: str) -> Happening:
    """The clock goes on with what was left of everything."""
    going = [deadlines.to_json(d) for d in deadlines.resumed(case, moment)]
    return Happening("resumed", {"reason": reason, "set": going, "drop": ["pause"]})


def _told(what: str, old: Deadline, whom: dict[str, Any], new: Deadline, moment: Moment) -> Happening:
    following = deadlines.scheduled(new, moment.calendar)
    data = {"key": old.key, "to": whom, "count": new.overdue, "set": [deadlines.to_json(following)]}
    return Happening(what, data)


def _reminds(case: Case, deadline: Deadline) -> dict[str, Any]:
    kind, _, number = deadline.key.partition(":")
    if kind == "rating":
        return {"resident": True}
    if kind == "court" and case.agreement:
        return {"parties": list(case.agreement.signatories)}
    if kind == "meeting":
        invited = next((m.invited for m in case.meetings if str(m.number) == number), ())
        return {"owner": case.owner, "parties": list(invited)}
    if kind == "obligation":
        who = next((o.who for o in case.obligations if str(o.number) == number), "")
        return {"owner": case.owner, "parties": [who]}
    return {"owner": case.owner}
