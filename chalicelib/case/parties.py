"""Who takes part, and their meetings: invited, answered, held, minuted. Pure."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.case import commands as do
from chalicelib.case.course import Happenings
from chalicelib.case.deadlines import Moment, dated, to_json
from chalicelib.case.guard import MOST, crowded, meeting, ref, refusal, unclear
from chalicelib.case.state import Case
from chalicelib.core.chain import Happening
from chalicelib.core.errors import check, wrong
from chalicelib.core.times import iso

KINDS = (
    "property_company",
    "police",
    "renovation_office",
    "contractor",
    "supervising_engineer",
    "lawyer",
    "mediator",
    "representative",
    "owners_committee",
    "person",
    "other",
)
PRIVATE = frozenset({"person", "representative", "other"})
"""People, not offices or companies, and whoever may be one: where the directory does not list them, other guests know
them as 张*."""
RESIDENT = "resident"
_DAY = timedelta(days=1)


def invite(case: Case, command: do.Invite, moment: Moment) -> Happenings:
    """A party comes in; nothing happens when it is in already."""
    check(
        wrong(not command.party or command.party == RESIDENT, "party"),
        wrong(command.kind not in KINDS, "kind"),
        wrong(len(case.parties) >= MOST, "party", "too_many"),
    )
    if command.party in active(case):
        return ()
    return (Happening("invited", {"party": command.party, "as": command.kind}),)


def remove(case: Case, command: do.Remove, moment: Moment) -> Happenings:
    """A party leaves; it is told nothing more."""
    check(wrong(command.party not in active(case), "party"))
    if any(o.who == command.party and o.status == "open" for o in case.obligations):
        raise refusal(case, "party_is_bound", party=command.party)
    return (Happening("removed", {"party": command.party}),)


def active(case: Case) -> frozenset[str]:
    """Who takes part now."""
    return frozenset(p.id for p in case.parties if p.active)


def schedule(case: Case, command: do.Schedule, moment: Moment) -> Happenings:
    """A meeting with a reminder a day before; its minutes are due a day after it."""
    known = active(case) | {RESIDENT}
    check(
        wrong(command.at <= moment.now, "at", "past"),
        crowded("invited", command.invited, least=1),
        wrong(not set(command.invited) <= known, "invited"),
        unclear("agenda", command.agenda),
        wrong(len(case.meetings) >= MOST, "meeting", "too_many"),
    )
    number = len(case.meetings) + 1
    minutes_due = moment.policy.minutes.end(moment.calendar, command.at)
    clock = dated(f"meeting:{number}", minutes_due, command.at - _DAY, moment, fixed=True)
    data = {
        "meeting": number,
        "at": iso(command.at),
        "online": command.online,
        "invited": list(command.invited),
    }
    return (Happening("scheduled", data | {"agenda": ref(command.agenda), "set": [to_json(clock)]}),)


def respond(case: Case, command: do.Respond, moment: Moment) -> Happenings:
    """Yes, no, or another time; the last word counts."""
    called = meeting(case, command.meeting)
    other = command.answer == "other"
    check(
        wrong(command.party not in called.invited, "party"),
        wrong(command.answer not in {"yes", "no", "other"}, "answer"),
        wrong(other and command.at is None, "at", "required"),
    )
    data = {"meeting": command.meeting, "party": command.party, "answer": command.answer}
    return (Happening("responded", data | ({"at": iso(command.at)} if other and command.at else {})),)


def hold(case: Case, command: do.RecordMeeting, moment: Moment) -> Happenings:
    """It took place; its resolutions are numbered from one."""
    called = meeting(case, command.meeting)
    check(
        wrong(moment.now < called.at, "meeting", "not_yet"),
        crowded("attended", command.attended, least=1),
        unclear("minutes", command.minutes),
        unclear("resolutions", *command.resolutions),
        crowded("resolutions", command.resolutions),
    )
    resolutions = [{"number": n, "text": ref(text)} for n, text in enumerate(command.resolutions, 1)]
    data = {"meeting": called.number, "attended": list(command.attended), "minutes": ref(command.minutes)}
    return (Happening("held", data | {"resolutions": resolutions, "drop": [f"meeting:{called.number}"]}),)


def cancel(case: Case, command: do.CancelMeeting, moment: Moment) -> Happenings:
    """It does not take place; nobody is reminded of it."""
    called = meeting(case, command.meeting)
    return (Happening("cancelled", {"meeting": called.number, "drop": [f"meeting:{called.number}"]}),)
