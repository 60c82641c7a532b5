"""Plans, the agreement, and what each party has bound itself to. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chalicelib.case import commands as do
from chalicelib.case import deadlines
from chalicelib.case.course import Happenings, agreed, obligation_clock
from chalicelib.case.deadlines import Moment, timed, to_json
from chalicelib.case.guard import MOST, crowded, obligation, ref, refusal, unclear
from chalicelib.case.parties import RESIDENT, active
from chalicelib.case.stages import Stage
from chalicelib.case.state import Case
from chalicelib.case.work import met
from chalicelib.core.chain import Happening
from chalicelib.core.errors import FieldError, check, wrong
from chalicelib.core.times import iso

FORMS = ("minutes", "mediation")
SIGNATURES = ("code", "paper", "oral")
# People's Mediation Law, art. 29: in effect when the parties and the mediator sign and the committee seals.
MEDIATION_SIGNATORIES = ("mediator", "committee")
OFFICES = frozenset({"community", "subdistrict", "specialist", RESIDENT})


def propose(case: Case, command: do.Propose, moment: Moment) -> Happenings:
    """The next version of the plan; in negotiating it meets the stage's deadline."""
    check(unclear("plan", command.plan))
    data = {"plan": case.plan + 1, "text": ref(command.plan)}
    return (Happening("proposed", data | met(case, Stage.NEGOTIATING)),)


def comment(case: Case, command: do.Comment, moment: Moment) -> Happenings:
    """A word on a version of the plan."""
    check(wrong(not 1 <= command.plan <= case.plan, "plan"), unclear("text", command.text))
    return (Happening("commented", {"plan": command.plan, "text": ref(command.text)}),)


def draft(case: Case, command: do.Draft, moment: Moment) -> Happenings:
    """What is to be agreed; a later draft takes the place of an earlier one and of its signatures."""
    people = active(case) | OFFICES | set(case.bells)
    check(
        wrong(command.form not in FORMS, "form"),
        crowded("terms", command.terms, least=1),
        unclear("terms", *command.terms),
        unclear("facts", *((command.facts,) if command.facts else ())),
        crowded("signatories", command.signatories, least=1),
        wrong(not set(command.signatories) <= people, "signatories"),
        wrong(len(case.obligations) + len(command.duties) > MOST, "obligations", "too_many"),
        *(_wrong_duty(case, duty, moment) for duty in command.duties),
    )
    first = max((o.number for o in case.obligations), default=0) + 1
    sealed = MEDIATION_SIGNATORIES if command.form == "mediation" else ()
    data = {
        "version": case.agreement.version + 1 if case.agreement else 1,
        "form": command.form,
        "terms": [{"number": n, "text": ref(term)} for n, term in enumerate(command.terms, 1)],
        "signatories": [*command.signatories, *sealed],
        "obligations": [_bound(n, duty) for n, duty in enumerate(command.duties, first)],
    }
    facts = {"facts": ref(command.facts)} if command.facts else {}
    return (Happening("drafted", data | facts),)


def sign(case: Case, command: do.Sign, moment: Moment) -> Happenings:
    """Consent, once each; the last signature puts the agreement into effect and ends the consultation of the
    parties. A mediation agreement may then be taken to court together, within 30 days."""
    agreement = case.agreement
    if agreement is None:
        raise refusal(case, "not_possible_now")
    check(
        wrong(command.signatory not in agreement.signatories, "signatory"),
        wrong(command.kind not in SIGNATURES, "kind"),
        unclear("proof", command.proof),
    )
    if command.signatory not in agreement.missing:
        return ()
    last = agreement.missing == (command.signatory,)
    court = last and agreement.form == "mediation"
    clock = [to_json(timed("court", moment.policy.court, moment, fixed=True))] if court else []
    data: dict[str, Any] = {"signatory": command.signatory, "by": command.kind, "proof": ref(command.proof)}
    signed = Happening("signed", data | {"effective": last, "set": clock})
    reached = last and case.stage is Stage.CONSULTING and case.consulting == "parties"
    return (signed, agreed(case, moment, {"agreement": agreement.version})) if reached else (signed,)


def promise(case: Case, command: do.Promise, moment: Moment) -> Happenings:
    """One more obligation; its clock begins at once."""
    duty, number = command.duty, max((o.number for o in case.obligations), default=0) + 1
    check(_wrong_duty(case, duty, moment), wrong(number > MOST, "obligations", "too_many"))
    clock = obligation_clock(case, number, duty.due_at, duty.remind_before, moment)
    return (Happening("promised", {"obligation": _bound(number, duty), "set": [to_json(clock)]}),)


def perform(case: Case, command: do.Perform, moment: Moment) -> Happenings:
    """Met, with proof; the resident or the community is asked to accept it."""
    check(unclear("proof", command.proof))
    bound = obligation(case, command.obligation, "open")
    look = timed(
        f"acceptance:{bound.number}",
        moment.policy.acceptance,
        moment,
        patient=deadlines.patient(case.urgency),
    )
    data = {"obligation": bound.number, "proof": ref(command.proof), "set": [to_json(look)]}
    return (Happening("performed", data | {"drop": [f"obligation:{bound.number}"]}),)


def accept(case: Case, command: do.AcceptWork, moment: Moment) -> Happenings:
    """It is met."""
    bound = obligation(case, command.obligation, "performed")
    return (Happening("accepted", {"obligation": bound.number, "drop": [f"acceptance:{bound.number}"]}),)


def send_back(case: Case, command: do.SendBack, moment: Moment) -> Happenings:
    """It is not met: it is due again on a new date."""
    bound = obligation(case, command.obligation, "performed")
    check(unclear("reason", command.reason), wrong(command.due_at <= moment.now, "due_at", "past"))
    again = replace(bound, due_at=command.due_at)
    clock = obligation_clock(case, again.number, again.due_at, again.remind_before, moment)
    data = {"obligation": bound.number, "reason": ref(command.reason), "due_at": iso(again.due_at)}
    change = {"set": [to_json(clock)], "drop": [f"acceptance:{bound.number}"]}
    return (Happening("sent_back", data | change),)


def confirm(case: Case, command: do.ConfirmInCourt, moment: Moment) -> Happenings:
    """The court was asked in time."""
    check(unclear("paper", command.paper))
    return (Happening("confirmed", {"paper": ref(command.paper), "drop": ["court"]}),)


def _wrong_duty(case: Case, duty: do.Duty, moment: Moment) -> FieldError | None:
    return (
        wrong(duty.who not in active(case) | OFFICES, "who")
        or wrong(duty.due_at <= moment.now, "due_at", "past")
        or wrong(duty.remind_before < 0, "remind_before", "negative")
        or unclear("what", duty.what)
    )


def _bound(number: int, duty: do.Duty) -> dict[str, Any]:
    return {
        "number": number,
        "who": duty.who,
        "what": ref(duty.what),
        "due_at": iso(duty.due_at),
        "remind_before": duty.remind_before,
    }
