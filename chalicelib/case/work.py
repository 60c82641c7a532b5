"""The work on a case within its stage: visits, words, pauses, options, more time, pressing, joining. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import Any

from chalicelib.case import commands as do
from chalicelib.case import deadlines
from chalicelib.case.course import Happenings
from chalicelib.case.deadlines import Moment, dated, timed, to_json
from chalicelib.case.due import RANK, resumed
from chalicelib.case.guard import crowded, ref, refusal, unclear
from chalicelib.case.stages import Stage
from chalicelib.case.state import Case, Ref
from chalicelib.core.chain import Happening
from chalicelib.core.errors import Forbidden, check, wrong
from chalicelib.core.times import iso

PAUSE_REASONS = ("resident_asked", "expert_opinion", "other_authority", "weather", "materials", "court")
UNMASK_REASONS = ("owner_absent", "safety", "complaint", "court")
EXTENSION_REASONS = ("party_absent", "expert_opinion", "materials", "weather", "many_households", "complex")


def assign(case: Case, command: do.Assign, moment: Moment) -> Happenings:
    """Somebody else owns it; nothing happens when they do already."""
    check(wrong(not command.staff, "staff", "required"), wrong(command.role not in RANK, "role"))
    if command.staff == case.owner:
        return ()
    data = {"staff": command.staff, "role": command.role, "before": case.owner}
    return (Happening("assigned", data),)


def visit(case: Case, command: do.Visit, moment: Moment) -> Happenings:
    """A visit; the first one meets the stage deadline of looking into it."""
    check(unclear("notes", command.notes), wrong(command.photos < 0, "photos"))
    data = {"notes": ref(command.notes), "photos": command.photos}
    return (Happening("visited", data | met(case, Stage.LOOKING_INTO)),)


def met(case: Case, stage: Stage) -> dict[str, Any]:
    """What ends the stage's deadline when the case is in that stage."""
    return {"drop": ["stage"]} if case.stage is stage and case.deadline("stage") else {}


def message(case: Case, command: do.Message, moment: Moment) -> Happenings:
    """Something said, to whom."""
    check(unclear("text", command.text), wrong(not command.to, "to", "required"))
    return (Happening("messaged", {"text": ref(command.text), "to": command.to}),)


def ask(case: Case, command: do.Ask, moment: Moment) -> Happenings:
    """A question to the resident: the clock stands still until the answer or the last day."""
    most = moment.policy.question_days
    check(unclear("question", command.question), wrong(not 1 <= command.days <= most, "days", "out_of_range"))
    until = moment.now + timedelta(days=command.days)
    said = {"reason": "resident_asked", "waits_for": "resident", "question": command.question.id}
    return (_standstill(case, "asked", until, moment, said | {"text": ref(command.question)}),)


def pause(case: Case, command: do.Hold, moment: Moment) -> Happenings:
    """The clock stands still."""
    check(
        wrong(command.reason not in PAUSE_REASONS, "reason"),
        wrong(not command.waits_for, "waits_for", "required"),
        wrong(command.until <= moment.now, "until", "past"),
    )
    said = {"reason": command.reason, "waits_for": command.waits_for}
    return (_standstill(case, "paused", command.until, moment, said),)


def _standstill(case: Case, kind: str, until: Any, moment: Moment, data: dict[str, Any]) -> Happening:
    stopped = [deadlines.hold(d, moment.calendar, moment.now) for d in case.deadlines if not d.fixed]
    held = [{"key": h.key, "due": h.due, "remind": h.remind, "again": h.again} for h in stopped]
    end = dated("pause", until, None, moment, fixed=True)
    return Happening(kind, data | {"until": iso(end.due_at), "held": held, "set": [to_json(end)]})


def reply(case: Case, command: do.Reply, moment: Moment) -> Happenings:
    """The answer: the clock goes on."""
    check(unclear("text", command.text))
    question = case.pause.question if case.pause else ""
    said = Happening("replied", {"question": question, "text": ref(command.text)})
    return (said, resumed(case, moment, "replied"))


def resume(case: Case, command: do.Resume, moment: Moment) -> Happenings:
    """The clock goes on."""
    return (resumed(case, moment, "staff"),)


def offer(case: Case, command: do.OfferOptions, moment: Moment) -> Happenings:
    """Options to choose from."""
    options = command.options
    check(
        crowded("options", [o.id for o in options], least=2),
        unclear("options", *(o.what for o in options)),
        wrong(any(o.price is not None and o.price < 0 for o in options), "price", "negative"),
    )
    listed = [{"id": o.id, "what": ref(o.what), "price": o.price} for o in options]
    return (Happening("offered", {"offer": len(case.offers) + 1, "options": listed}),)


def choose(case: Case, command: do.Choose, moment: Moment) -> Happenings:
    """The resident's choice; once made it stands, and saying it twice is no harm."""
    found = next((o for o in case.offers if o.number == command.offer), None)
    known = found is not None and any(o.id == command.option for o in found.options)
    check(wrong(found is None, "offer"), wrong(not known, "option"))
    if found and found.chosen and found.chosen != command.option:
        raise refusal(case, "already_chosen", chosen=found.chosen)
    if found and found.chosen:
        return ()
    return (Happening("chosen", {"offer": command.offer, "option": command.option}),)


def extend(case: Case, command: do.Extend, moment: Moment) -> Happenings:
    """More time is asked for; the deadline stands until a superior has decided."""
    found = case.deadline(command.key)
    check(
        wrong(found is None or found.fixed, "key"),
        wrong(found is not None and command.until <= max(moment.now, found.due_at), "until", "not_later"),
        wrong(command.reason not in EXTENSION_REASONS, "reason"),
        unclear("text", command.text),
    )
    data = {"key": command.key, "until": iso(command.until), "reason": command.reason}
    who = {"staff": moment.by.id, "role": moment.by.role}
    return (Happening("extension_asked", data | {"text": ref(command.text)} | who),)


def decide_extension(case: Case, command: do.DecideExtension, moment: Moment) -> Happenings:
    """Granted or refused by somebody at least one level above whoever asked; raises Forbidden otherwise."""
    asked = case.extension
    if asked is None:
        raise refusal(case, "not_possible_now")
    _require_above(moment, asked.role)
    text: tuple[Ref, ...] = (command.text,) if command.text else ()
    check(unclear("text", *text))
    data = {"key": asked.key, "for": asked.by, "text": [ref(t) for t in text]}
    deadline = case.deadline(asked.key)
    # What was to be extended may have been met or ended meanwhile, and the new date may have passed.
    if not command.granted or deadline is None or asked.until <= moment.now:
        return (Happening("extension_refused", data),)
    later = deadlines.extended(deadline, asked.until, moment)
    return (Happening("extended", data | {"until": iso(asked.until), "set": [to_json(later)]}),)


def press(case: Case, command: do.Press, moment: Moment) -> Happenings:
    """A superior presses: a report is due, pause or no pause; raises Forbidden when it is no superior."""
    _require_above(moment, case.owner_role)
    check(unclear("text", command.text))
    answer = timed("press", moment.policy.report, moment, fixed=True)
    return (Happening("pressed", {"text": ref(command.text), "set": [to_json(answer)]}),)


def report(case: Case, command: do.Report, moment: Moment) -> Happenings:
    """How it stands; meets what the pressing asked for."""
    check(unclear("text", command.text))
    return (Happening("reported", {"text": ref(command.text), "drop": ["press"]}),)


def _require_above(moment: Moment, role: str) -> None:
    if RANK.get(moment.by.role, -1) <= RANK.get(role, 0):
        raise Forbidden("not_a_superior", role=moment.by.role)


def unmask(case: Case, command: do.Unmask, moment: Moment) -> Happenings:
    """A colleague sees how to reach the resident, and why is on the record; the owner sees it anyway."""
    check(
        wrong(command.bell not in case.bells, "bell"), wrong(command.reason not in UNMASK_REASONS, "reason")
    )
    if moment.by.id == case.owner:
        return ()
    return (Happening("unmasked", {"bell": command.bell, "reason": command.reason}),)


def join(case: Case, command: do.Join, moment: Moment) -> Happenings:
    """One more bell; nothing happens when it is in the case already."""
    check(wrong(not command.bell, "bell", "required"))
    return () if command.bell in case.bells else (Happening("joined", {"bells": [command.bell]}),)


def absorb(case: Case, command: do.Absorb, moment: Moment) -> Happenings:
    """The bells of the case that is merged into this one."""
    check(wrong(command.case in {"", case.id}, "case"), crowded("bells", command.bells, least=1))
    data = {"case": command.case, "bells": list(command.bells)}
    return (Happening("absorbed", data | still_erased(command.bells, command.erased)),)


def still_erased(bells: Iterable[str], erased: Collection[str]) -> dict[str, list[str]]:
    """What the event that brings bells into another case says of those whose resident was erased; nothing when none
    was."""
    found = [bell for bell in bells if bell in erased]
    return {"erased": found} if found else {}


def split(case: Case, command: do.Split, moment: Moment) -> Happenings:
    """Bells leave for a case of their own; at least one stays, and a bell with two matters is in both."""
    going = set(command.bells)
    check(
        wrong(command.case in {"", case.id}, "case"),
        crowded("bells", command.bells),
        wrong(not going <= set(case.bells), "bells"),
        wrong(going >= set(case.bells), "bells", "none_left"),
    )
    return (Happening("split_off", {"case": command.case, "bells": list(command.bells)}),)
