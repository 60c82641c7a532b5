"""What can be done to a case now, and the refusal of everything else. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from chalicelib.case.stages import TRANSITIONS, WHILE_PAUSED, Stage
from chalicelib.case.state import Case, Meeting, Obligation, Ref
from chalicelib.core.errors import Conflict, FieldError, Invalid, wrong

MOST = 100
_COMMITMENT = re.compile(r"[0-9a-f]{64}")
UNMET = frozenset({"open", "performed"})

# What the stage alone does not say.
_ONLY_IF: Mapping[str, Callable[[Case], bool]] = {
    "resume": lambda case: case.paused,
    "reply": lambda case: case.pause is not None and bool(case.pause.question),
    "choose": lambda case: any(not offer.chosen for offer in case.offers),
    "remove": lambda case: any(party.active for party in case.parties),
    "respond": lambda case: any(m.status == "scheduled" for m in case.meetings),
    "hold": lambda case: any(m.status == "scheduled" for m in case.meetings),
    "cancel": lambda case: any(m.status == "scheduled" for m in case.meetings),
    "comment": lambda case: case.plan > 0,
    "agree": lambda case: case.consulting == "poll",
    "sign": lambda case: case.agreement is not None and bool(case.agreement.missing),
    "perform": lambda case: any(o.status == "open" for o in case.obligations),
    "accept": lambda case: any(o.status == "performed" for o in case.obligations),
    "send_back": lambda case: any(o.status == "performed" for o in case.obligations),
    "confirm": lambda case: case.deadline("court") is not None,
    "finish": lambda case: not any(o.status in UNMET for o in case.obligations),
    "rate": lambda case: case.deadline("rating") is not None,
    # Closing is not a way round the resident's word: it waits for the rating, or for its time to pass.
    "close": lambda case: case.stage is Stage.FAILED or case.deadline("rating") is None,
    "reopen": lambda case: not case.merged_into,
    "extend": lambda case: case.extension is None and any(d.key != "pause" for d in case.deadlines),
    "decide_extension": lambda case: case.extension is not None,
    "report": lambda case: case.deadline("press") is not None,
}


def possible(case: Case) -> tuple[str, ...]:
    """What can be done to the case now (reopening also has its time, which this does not look at)."""
    return tuple(
        verb
        for stage, verb in TRANSITIONS
        if stage is case.stage
        and (not case.paused or verb in WHILE_PAUSED)
        and (verb not in _ONLY_IF or _ONLY_IF[verb](case))
    )


def refusal(case: Case, code: str, **params: Any) -> Conflict:
    """The refusal, saying where the case stands, since when, and what is possible now."""
    since = case.stage_since or case.opened_at
    verbs = list(possible(case))
    return Conflict(
        code,
        stage=case.stage,
        since=since,
        paused=case.paused,
        possible=verbs,
        version=case.version,
        **params,
    )


def require(case: Case, verb: str) -> None:
    """Raise Conflict unless `verb` can be done now."""
    if verb in possible(case):
        return
    if case.merged_into:
        raise refusal(case, "merged_into", into=case.merged_into)
    if case.paused and (case.stage, verb) in TRANSITIONS and verb not in WHILE_PAUSED:
        raise refusal(case, "paused")
    raise refusal(case, "not_possible_now")


def unclear(field: str, *refs: Ref) -> FieldError | None:
    """The error of a field whose references do not name and commit to something."""
    return wrong(
        any(not r.id or not _COMMITMENT.fullmatch(r.commitment) for r in refs), field, "no_commitment"
    )


def crowded(field: str, things: Iterable[object], least: int = 0) -> FieldError | None:
    """The error of a list that is too short, too long, or says something twice."""
    listed = list(things)
    if len(listed) < least:
        return FieldError(field, "required")
    if len(listed) > MOST:
        return FieldError(field, "too_many", {"limit": MOST})
    return wrong(len(set(listed)) < len(listed), field, "twice")


def meeting(case: Case, number: int) -> Meeting:
    """The meeting of that number that is still to come; raises Invalid or Conflict."""
    found = next((m for m in case.meetings if m.number == number), None)
    if found is None:
        raise Invalid(FieldError("meeting", "unknown"))
    if found.status != "scheduled":
        raise refusal(case, f"meeting_{found.status}", meeting=number)
    return found


def obligation(case: Case, number: int, status: str) -> Obligation:
    """The obligation of that number in that status; raises Invalid or Conflict."""
    found = next((o for o in case.obligations if o.number == number), None)
    if found is None:
        raise Invalid(FieldError("obligation", "unknown"))
    if found.status != status:
        raise refusal(case, f"obligation_{found.status}", obligation=number)
    return found


def ref(text: Ref) -> dict[str, str]:
    """A reference as an event holds it."""
    return {"id": text.id, "commitment": text.commitment}
