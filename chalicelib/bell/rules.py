"""The life of a bell: what can be done to it when, and what that makes of it. Pure.

`decide` says what happens when somebody does something, `apply` what the bell is afterwards; a bell is
the fold of its events. Who is alerted when nobody answers is decided in `escalation.rules`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from chalicelib.core.chain import Event, Happening, Tip
from chalicelib.core.errors import Conflict, FieldError, Invalid
from chalicelib.core.times import iso, parse_iso
from chalicelib.place.ladder import Desk, Ladder, Level, Role, Urgency


class Status(StrEnum):
    """Where a bell stands."""

    RINGING = "ringing"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


OPEN = frozenset({Status.RINGING, Status.ANSWERED})

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
class Person:
    """A member of staff as an event remembers them."""

    id: str
    name: str
    role: Role

    def json(self) -> dict[str, str]:
        """As an event holds it."""
        return {"id": self.id, "name": self.name, "role": self.role}


@dataclass(frozen=True)
class Post:
    """Where a bell rings: the neighbourhood with its community, and the desk that is asked."""

    neighbourhood: str
    community: str
    desk: Desk

    def json(self) -> dict[str, str]:
        """As an event holds it."""
        return {"neighbourhood": self.neighbourhood, "community": self.community, "desk": self.desk}


@dataclass(frozen=True)
class Bell:
    """One resident's ring. `epoch` counts its ringings (an appeal and each transfer begin another), `round` how often
    it was exhausted in this one; `version` counts changes of state, `tip` is the end of its record. `hops` is how
    often this generation of the timer began to wait; the state machine counts it."""

    id: str
    neighbourhood: str
    community: str
    desk: Desk
    category: str
    urgency: Urgency
    ladder: Ladder
    rung_at: datetime
    status: Status = Status.RINGING
    level: int = 0
    repeat: int = 0
    round: int = 0
    epoch: int = 1
    ringing_since: datetime | None = None
    due_at: datetime | None = None
    alerted: tuple[Person, ...] = ()
    answered_by: Person | None = None
    answered_at: datetime | None = None
    reminders: int = 0
    case: str = ""
    version: int = 0
    generation: int = 1
    generation_at: datetime | None = None
    hops: int = 0
    transfers: int = 0
    tip: Tip = field(default=Tip())

    @property
    def thing(self) -> str:
        """The key of the bell's chain and clock."""
        return f"BELL#{self.id}"

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something about it."""
        return self.status in OPEN

    @property
    def post(self) -> Post:
        """Where it rings."""
        return Post(self.neighbourhood, self.community, self.desk)

    @property
    def appeals(self) -> int:
        """How often the resident appealed."""
        return self.epoch - 1 - self.transfers


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
    """What can be done to the bell now."""
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


def people(data: Iterable[Mapping[str, str]]) -> tuple[Person, ...]:
    """The people an event names."""
    return tuple(Person(p["id"], p["name"], Role(p["role"])) for p in data)


def apply(bell: Bell | None, event: Event) -> Bell:
    """The bell after the event. Only `rung` makes a bell out of nothing."""
    if bell is None:
        return _rung(event)
    at, data = parse_iso(event.at), event.data
    tip = Tip(event.seq, event.hash)
    if event.kind == "notified":
        return replace(bell, tip=tip)
    changed = _CHANGES[event.kind](bell, data, at)
    return replace(changed, tip=tip, version=bell.version + 1)


def fold(events: Iterable[Event], bell: Bell | None = None) -> Bell:
    """The bell after all these events."""
    for event in events:
        bell = apply(bell, event)
    assert bell is not None, "a record begins with an event"  # noqa: S101 - a broken promise of our own
    return bell


def ladder_json(ladder: Ladder) -> dict[str, Any]:
    """A ladder as an event holds it."""
    return {
        "levels": [
            {"roles": list(level.roles), "seconds": level.seconds, "repeats": level.repeats}
            for level in ladder.levels
        ],
        "exhausted_roles": list(ladder.exhausted_roles),
        "repeat_seconds": ladder.repeat_seconds,
        "decide_seconds": ladder.decide_seconds,
        "holds_in_quiet_hours": ladder.holds_in_quiet_hours,
    }


def ladder_of(data: Mapping[str, Any]) -> Ladder:
    """The reverse of `ladder_json`."""
    levels = (
        Level(tuple(map(Role, level["roles"])), level["seconds"], level["repeats"])
        for level in data["levels"]
    )
    return Ladder(
        tuple(levels),
        tuple(map(Role, data["exhausted_roles"])),
        data["repeat_seconds"],
        data["decide_seconds"],
        data["holds_in_quiet_hours"],
    )


def _rung(event: Event) -> Bell:
    data, at = event.data, parse_iso(event.at)
    return Bell(
        id=event.thing.partition("#")[2],
        neighbourhood=data["neighbourhood"],
        community=data["community"],
        desk=Desk(data["desk"]),
        category=data["category"],
        urgency=Urgency(data["urgency"]),
        ladder=ladder_of(data["ladder"]),
        rung_at=at,
        ringing_since=at,
        due_at=at,
        version=1,
        generation_at=at,
        tip=Tip(event.seq, event.hash),
    )


def _alerted(bell: Bell, data: Mapping[str, Any], at: datetime) -> Bell:
    named = {person.id: person for person in (*bell.alerted, *people(data["staff"]))}
    return replace(
        bell,
        level=data["level"],
        repeat=data["repeat"],
        alerted=tuple(named.values()),
        due_at=parse_iso(data["due_at"]),
    )


def _skipped(bell: Bell, data: Mapping[str, Any], at: datetime) -> Bell:
    return replace(bell, level=data["level"], repeat=0)


def _exhausted(bell: Bell, data: Mapping[str, Any], at: datetime) -> Bell:
    named = {person.id: person for person in (*bell.alerted, *people(data["staff"]))}
    due = parse_iso(data["due_at"])
    return replace(bell, round=data["round"], alerted=tuple(named.values()), due_at=due)


def _answer(bell: Bell, data: Mapping[str, Any], at: datetime) -> Bell:
    (by,) = people([data["by"]])
    due = parse_iso(data["due_at"])
    return replace(bell, status=Status.ANSWERED, answered_by=by, answered_at=at, due_at=due, reminders=0)


def _overdue(bell: Bell, data: Mapping[str, Any], at: datetime) -> Bell:
    return replace(bell, reminders=data["reminder"], due_at=parse_iso(data["due_at"]))


def _accepted(bell: Bell, data: Mapping[str, Any], at: datetime) -> Bell:
    return replace(bell, status=Status.ACCEPTED, case=data["case"], due_at=None)


def _declined(bell: Bell, data: Mapping[str, Any], at: datetime) -> Bell:
    return replace(bell, status=Status.DECLINED, due_at=None)


def _withdrawn(bell: Bell, data: Mapping[str, Any], at: datetime) -> Bell:
    return replace(bell, status=Status.WITHDRAWN, due_at=None)


def _appealed(bell: Bell, data: Mapping[str, Any], at: datetime) -> Bell:
    return replace(
        _next_generation(bell, at),
        status=Status.RINGING,
        epoch=bell.epoch + 1,
        level=data["level"],
        repeat=0,
        round=0,
        ringing_since=at,
        due_at=at,
        alerted=(),
        answered_by=None,
        answered_at=None,
    )


def _transferred(bell: Bell, data: Mapping[str, Any], at: datetime) -> Bell:
    # Whoever rang and was not answered waits on: it is their wait that is told and counted.
    waiting = bell.ringing_since if bell.status is Status.RINGING else at
    return replace(
        bell,
        status=Status.RINGING,
        neighbourhood=data["to"]["neighbourhood"],
        community=data["to"]["community"],
        desk=Desk(data["to"]["desk"]),
        ladder=ladder_of(data["ladder"]),
        epoch=bell.epoch + 1,
        transfers=bell.transfers + 1,
        level=0,
        repeat=0,
        round=0,
        reminders=0,
        ringing_since=waiting,
        due_at=at,
        alerted=(),
        answered_by=None,
        answered_at=None,
    )


def _rearmed(bell: Bell, data: Mapping[str, Any], at: datetime) -> Bell:
    return _next_generation(bell, at)


def _next_generation(bell: Bell, at: datetime) -> Bell:
    return replace(bell, generation=bell.generation + 1, generation_at=at, hops=0)


_CHANGES = {
    "alerted": _alerted,
    "level_skipped": _skipped,
    "exhausted": _exhausted,
    "answered": _answer,
    "decision_overdue": _overdue,
    "accepted": _accepted,
    "declined": _declined,
    "withdrawn": _withdrawn,
    "appealed": _appealed,
    "transferred": _transferred,
    "rearmed": _rearmed,
}
