"""The life of a bell: what can be done to it when, and what that makes of it. Pure.

`decide` says what happens when somebody does something; `apply` (in `folding`) what the bell (in `state`) is
afterwards: a bell is the fold of its events. Who is alerted when nobody answers is decided in `escalation.rules`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.bell.folding import apply, fold
from chalicelib.bell.state import OPEN, Bell, Person, Post, Status, ladder_json, ladder_of, people
from chalicelib.core.chain import Happening
from chalicelib.core.errors import Conflict, FieldError, Invalid
from chalicelib.core.times import iso
from chalicelib.place.ladder import Ladder

__all__ = [
    "DECLINE_REASONS",
    "MOST_TRANSFERS",
    "OPEN",
    "REASON_LIMIT",
    "TRANSFER_REASONS",
    "TRANSITIONS",
    "Accept",
    "Answer",
    "Bell",
    "Command",
    "Decline",
    "Person",
    "Post",
    "Status",
    "Transfer",
    "Withdraw",
    "apply",
    "decide",
    "fold",
    "ladder_json",
    "ladder_of",
    "people",
    "possible",
    "require",
]

# (status, what somebody does) -> status. Nothing else is possible; no other code decides a transition.
TRANSITIONS: Mapping[tuple[Status, str], Status] = {
    (Status.RINGING, "answer"): Status.ANSWERED,
    (Status.RINGING, "withdraw"): Status.WITHDRAWN,
    (Status.ANSWERED, "withdraw"): Status.WITHDRAWN,
    (Status.ANSWERED, "accept"): Status.ACCEPTED,
    (Status.ANSWERED, "decline"): Status.DECLINED,
    (Status.RINGING, "transfer"): Status.RINGING,
    (Status.ANSWERED, "transfer"): Status.RINGING,
    (Status.DECLINED, "appeal"): Status.RINGING,
}

DECLINE_REASONS = (
    "not_in_scope",
    "other_authority",
    "duplicate",
    "insufficient",
    "private_dispute_in_court",
)
REASON_LIMIT = 500
TRANSFER_REASONS = ("wrong_place", "wrong_desk", "conflict_of_interest", "other_competence")
MOST_TRANSFERS = 5
"""So often can a bell be handed on: somebody has to keep it in the end."""


@dataclass(frozen=True)
class Answer:
    """A person takes the bell."""

    by: Person


@dataclass(frozen=True)
class Accept:
    """The answerer takes the matter on: a case is opened, or (`joins`) the bell joins one that is open already."""

    by: Person
    case: str
    joins: bool = False


@dataclass(frozen=True)
class Decline:
    """The answerer refuses it, with a reason and a place to go instead."""

    by: Person
    reason_code: str
    reason: str
    go_to: str


@dataclass(frozen=True)
class Transfer:
    """Others are to look after it, who are asked at once. `ladder`: theirs; `asked`: who of them is asked first, and so
    need not hear that the bell has gone elsewhere; `wrong`: what was found wrong with the request before."""

    by: Person
    to: Post
    reason_code: str
    ladder: Ladder
    asked: tuple[Person, ...] = ()
    wrong: tuple[FieldError, ...] = ()


@dataclass(frozen=True)
class Withdraw:
    """The resident takes it back."""


Command = Answer | Accept | Decline | Transfer | Withdraw
_VERB = {
    Answer: "answer",
    Accept: "accept",
    Decline: "decline",
    Transfer: "transfer",
    Withdraw: "withdraw",
}


def possible(bell: Bell) -> tuple[str, ...]:
    """What can be done to the bell now; nothing once it is erased: nobody could be called."""
    if bell.erased_at:
        return ()
    return tuple(verb for (status, verb) in TRANSITIONS if status is bell.status and not _used_up(bell, verb))


def _used_up(bell: Bell, verb: str) -> bool:
    return (verb == "appeal" and bell.appeals > 0) or (
        verb == "transfer" and bell.transfers >= MOST_TRANSFERS
    )


def require(bell: Bell, verb: str) -> None:
    """Raise Conflict, naming what happened instead and what is possible, unless `verb` can be done now."""
    if verb in possible(bell):
        return
    by = bell.answered_by.name if bell.answered_by else ""
    code = {"answer": f"already_{bell.status}", "appeal": "no_appeal"}.get(verb, "not_possible_now")
    if verb == "transfer" and bell.open:
        code = "too_many_transfers"
    raise Conflict(code, status=bell.status, by=by, at=bell.answered_at, possible=list(possible(bell)))


def decide(bell: Bell, command: Command, now: datetime) -> tuple[Happening, ...]:
    """What happens; nothing (no happening) when it was done already by the same person.

    Raises Conflict when the table does not allow it, Invalid naming every wrong field.
    """
    if _done_already(bell, command):
        return ()
    require(bell, _VERB[type(command)])
    match command:
        case Answer(by):
            return (_answered(bell, by, now),)
        case Accept(by, case, joins):
            _require_answerer(bell, by)
            joined = {"joined": True} if joins else {}
            return (Happening("accepted", {"by": by.json(), "case": case, **joined}),)
        case Decline(by, code, reason, go_to):
            _require_answerer(bell, by)
            _check_decline(code, reason, go_to)
            data = {"by": by.json(), "reason_code": code, "reason": reason, "go_to": go_to}
            return (Happening("declined", data),)
        case Transfer():
            _require_answerer(bell, command.by)
            _check_transfer(bell, command)
            return (_transferring(bell, command),)
        case Withdraw():
            return (Happening("withdrawn", {}),)


def _done_already(bell: Bell, command: Command) -> bool:
    match command:
        case Answer(by):
            return bell.status in {Status.ANSWERED, Status.ACCEPTED, Status.DECLINED} and _is(bell, by)
        case Accept(by):
            return bell.status is Status.ACCEPTED and _is(bell, by)
        case Decline(by):
            return bell.status is Status.DECLINED and _is(bell, by)
        case Withdraw():
            return bell.status is Status.WITHDRAWN
        case Transfer():
            return False


def _is(bell: Bell, by: Person) -> bool:
    return bell.answered_by is not None and bell.answered_by.id == by.id


def _require_answerer(bell: Bell, by: Person) -> None:
    if not _is(bell, by) and bell.answered_by:
        raise Conflict("already_answered", status=bell.status, by=bell.answered_by.name, at=bell.answered_at)


def _answered(bell: Bell, by: Person, now: datetime) -> Happening:
    waited = int((now - (bell.ringing_since or bell.rung_at)).total_seconds())
    due = now + timedelta(seconds=bell.ladder.decide_seconds)
    return Happening("answered", {"by": by.json(), "after_seconds": waited, "due_at": iso(due)})


def _check_decline(code: str, reason: str, go_to: str) -> None:
    errors = [FieldError("reason_code", "unknown")] if code not in DECLINE_REASONS else []
    for name, value in (("reason", reason), ("go_to", go_to)):
        if not value.strip():
            errors.append(FieldError(name, "required"))
        elif len(value) > REASON_LIMIT:
            errors.append(FieldError(name, "too_long", {"limit": REASON_LIMIT}))
    if errors:
        raise Invalid(*errors)


def _check_transfer(bell: Bell, command: Transfer) -> None:
    errors = {error.field: error for error in command.wrong}
    if command.reason_code not in TRANSFER_REASONS:
        errors.setdefault("reason", FieldError("reason", "unknown"))
    if command.to == bell.post and not command.wrong:
        errors["neighbourhood"] = FieldError("neighbourhood", "same_place")
    if errors:
        raise Invalid(*errors.values())


def _transferring(bell: Bell, command: Transfer) -> Happening:
    asked = {person.id for person in (*command.asked, command.by)}
    # Where somebody had taken it, the others heard that long ago.
    relieved = bell.alerted if bell.status is Status.RINGING else ()
    return Happening(
        "transferred",
        {
            "by": command.by.json(),
            "from": bell.post.json(),
            "to": command.to.json(),
            "reason_code": command.reason_code,
            "ladder": ladder_json(command.ladder),
            "relieved": [person.json() for person in relieved if person.id not in asked],
        },
    )
