"""How a case moves from stage to stage, and which deadlines that ends and begins. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from chalicelib.case import commands as do
from chalicelib.case import deadlines
from chalicelib.case.deadlines import Moment, dated, entering, timed, to_json
from chalicelib.case.guard import UNMET, ref, refusal, unclear
from chalicelib.case.stages import MOVES, Stage
from chalicelib.case.state import Case, Deadline
from chalicelib.core.chain import Happening
from chalicelib.core.errors import check, wrong
from chalicelib.core.times import iso, tick

Happenings = tuple[Happening, ...]
_NOTHING: Mapping[str, Any] = MappingProxyType({})
# DESIGN 2: whoever's case failed is told of these.
ROUTES = ("arbitration", "administrative", "court")
BREAK_REASONS = ("party_withdrew", "terms_impossible", "work_stopped", "new_facts")
FAIL_REASONS = ("no_agreement", "party_absent", "voted_down", "beyond_powers", "withdrawn")
RATING_REASONS = ("slow", "not_fixed", "not_heard", "unfair", "came_back", "quick", "kind", "clear")


def move(
    case: Case,
    kind: str,
    verb: str,
    new: tuple[Deadline, ...] = (),
    drop: tuple[str, ...] = ("stage", "press"),
    data: Mapping[str, Any] = _NOTHING,
) -> Happening:
    """The event of a move along the table: the stage it leads to, the deadlines it ends and begins."""
    gone = [d.key for d in case.deadlines if d.key in drop or d.key.partition(":")[0] in drop]
    clock = {"set": [to_json(d) for d in new], "drop": gone}
    return Happening(kind, {**data, "stage": str(MOVES[case.stage, verb]), **clock})


def negotiate(case: Case, command: do.Negotiate, moment: Moment) -> Happenings:
    """The parties are to sit down: a plan is due."""
    return (move(case, "negotiated", "negotiate", entering(case, Stage.NEGOTIATING, moment)),)


def consult(case: Case, command: do.Consult, moment: Moment) -> Happenings:
    """Consent is asked for until a date: the poll's own window, or the time to sign."""
    parties = command.how == "parties"
    check(
        wrong(command.how not in {"poll", "parties"}, "how"),
        wrong(command.until <= moment.now, "until", "past"),
        wrong(command.how == "poll" and not command.poll, "poll", "required"),
        wrong(parties and case.agreement is None, "how", "no_draft"),
    )
    remind = moment.now + (command.until - moment.now) * 8 / 10
    end = dated("stage", command.until, remind, moment, patient=deadlines.patient(case.urgency))
    data = {"how": command.how, "until": iso(command.until), "poll": command.poll}
    return (move(case, "consulted", "consult", (end,), data=data),)


def conclude(case: Case, command: do.Conclude, moment: Moment) -> Happenings:
    """Carried: what was drafted binds. Voted down: a new plan is due."""
    check(unclear("result", command.result))
    if command.carried:
        return (agreed(case, moment, {"result": ref(command.result)}),)
    plan = entering(case, Stage.NEGOTIATING, moment)
    return (move(case, "rejected", "reject", plan, data={"result": ref(command.result)}),)


def agreed(case: Case, moment: Moment, data: dict[str, Any]) -> Happening:
    """The agreement is reached: the clocks of its obligations begin."""
    drafted = (o for o in case.obligations if o.status == "drafted")
    clocks = tuple(obligation_clock(case, o.number, o.due_at, o.remind_before, moment) for o in drafted)
    return move(case, "agreed", "agree", clocks, data=data)


def obligation_clock(case: Case, number: int, due: Any, before: int, moment: Moment) -> Deadline:
    """The deadline of an obligation, with its reminder so many seconds before."""
    remind = tick(due) - before * deadlines.SECOND
    return dated(f"obligation:{number}", due, remind, moment, patient=deadlines.patient(case.urgency))


def carry_out(case: Case, command: do.CarryOut, moment: Moment) -> Happenings:
    """It is being done."""
    return (move(case, "carried_out", "carry_out"),)


def break_off(case: Case, command: do.BreakOff, moment: Moment) -> Happenings:
    """What was agreed binds nobody any more; a new plan is due."""
    check(wrong(command.reason not in BREAK_REASONS, "reason"), unclear("text", command.text))
    plan = entering(case, Stage.NEGOTIATING, moment)
    drop = ("stage", "press", "obligation", "acceptance", "court")
    data = {"reason": command.reason, "text": ref(command.text)}
    return (move(case, "broken_off", "break_off", plan, drop, data),)


def finish(case: Case, command: do.Finish, moment: Moment) -> Happenings:
    """Done: the resident is asked to rate it; it is filed away when nobody says anything."""
    check(unclear("summary", command.summary))
    ends = (timed("rating", moment.policy.rating, moment, fixed=True), _closing(moment))
    drop = tuple(d.key for d in case.deadlines if d.key != "court")
    return (move(case, "finished", "finish", ends, drop, {"summary": ref(command.summary)}),)


def fail(case: Case, command: do.Fail, moment: Moment) -> Happenings:
    """No settlement: the event tells the routes that remain."""
    check(wrong(command.reason not in FAIL_REASONS, "reason"), unclear("text", command.text))
    data = {"reason": command.reason, "text": ref(command.text), "routes": list(ROUTES)}
    return (move(case, "failed", "fail", (_closing(moment),), _all(case), data),)


def close(case: Case, command: do.Close, moment: Moment) -> Happenings:
    """Filed away: nothing is due any more."""
    return (_closed(case, "staff"),)


def rate(case: Case, command: do.Rate, moment: Moment) -> Happenings:
    """The resident's word; content, the case is filed away, otherwise it may be reopened."""
    refs = (command.text,) if command.text else ()
    unknown = any(reason not in RATING_REASONS for reason in command.reasons)
    check(wrong(unknown, "reasons"), unclear("text", *refs))
    content = command.solved and command.satisfied
    data = {
        "answered": command.answered,
        "solved": command.solved,
        "satisfied": command.satisfied,
        "reasons": list(command.reasons),
        "text": ref(command.text) if command.text else None,
        "offers_reopening": not content,
        "drop": ["rating"],
    }
    rated = Happening("rated", data)
    return (rated, _closed(case, "rated")) if content else (rated,)


def reopen(case: Case, command: do.Reopen, moment: Moment) -> Happenings:
    """It is not settled after all: a dissatisfied rating allows it at any time, else 60 days do."""
    check(unclear("text", command.text))
    dissatisfied = case.rating is not None and not (case.rating.solved and case.rating.satisfied)
    since = case.ended_at or case.stage_since or case.opened_at
    until = moment.policy.reopen.end(moment.calendar, since)
    if not dissatisfied and moment.now > until:
        raise refusal(case, "reopening_over", until=until)
    target = moment.policy.target(case.urgency, case.category)
    again = timed("target", target, moment, patient=deadlines.patient(case.urgency))
    new = (again, *entering(case, Stage.NEGOTIATING, moment))
    return (move(case, "reopened", "reopen", new, _all(case), {"text": ref(command.text)}),)


def merge(case: Case, command: do.MergeInto, moment: Moment) -> Happenings:
    """The matter goes on in another case, which `Absorb`s the bells."""
    check(wrong(command.case in {"", case.id}, "case"))
    return (move(case, "merged", "merge", (), _all(case), {"case": command.case}),)


def unmet(case: Case) -> tuple[int, ...]:
    """The obligations that stand between the case and its end."""
    return tuple(o.number for o in case.obligations if o.status in UNMET)


def _closed(case: Case, reason: str) -> Happening:
    return move(case, "closed", "close", (), _all(case), {"reason": reason})


def _closing(moment: Moment) -> Deadline:
    return dated("closing", moment.policy.archive.end(moment.calendar, moment.now), None, moment, fixed=True)


def _all(case: Case) -> tuple[str, ...]:
    return tuple(d.key for d in case.deadlines)
