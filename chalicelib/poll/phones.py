"""Voting with the phone that the roll has: a code is texted to it, the code becomes a ticket. The answer is the same
whether or not the phone is on the roll, so that nobody can ask this service who lives where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.bell.ringing import pseudonym, window
from chalicelib.core import ids, text
from chalicelib.core.errors import Conflict, FieldError, Gone, Invalid, NotFound, Unauthorized
from chalicelib.poll import doors, tickets
from chalicelib.poll.ballots import Via
from chalicelib.poll.roll import Unit
from chalicelib.poll.roll_units import loosely
from chalicelib.poll.state import Poll, Stage
from chalicelib.poll.tickets import Ticket
from chalicelib.ports import Limit, Ports
from chalicelib.session import rules as codes
from chalicelib.session.shapes import Code


@dataclass(frozen=True)
class Door:
    """Which unit, as somebody types it, and the phone that the roll should have for it."""

    building: str
    room: str
    phone: str


def ask_code(
    ports: Ports,
    poll_id: str,
    door: Door,
    address: str,
    language: str,
    known: Sequence[FieldError] = (),
) -> Code:
    """Have a code texted to the phone, if the roll has it for that unit; three AWS calls.

    Raises Invalid for what cannot be a unit or phone, Conflict when nothing can be voted on, TooMany.
    """
    poll, number = _asked(ports, poll_id, door, known)
    owner = _owner_of(ports, poll, door, number)
    now, key = ports.clock.now(), ports.policy.key
    person = _person(ports, poll, door, number)
    salt = f"{ports.entropy.number(128):032x}"
    until, again = now + codes.CODE_FOR, now + codes.CODE_AGAIN
    # Without a phone nothing is sent; whoever asked cannot tell.
    code = Code(person, number if owner else "", salt, language, until, again, template="vote")
    ports.store.ask_code(code, now, _limits(key, person, address, now))
    return code


def ticket(
    ports: Ports,
    poll_id: str,
    door: Door,
    typed: str,
    *,
    kiosk: bool = False,
    known: Sequence[FieldError] = (),
) -> str:
    """What the code opens: a ticket for the unit, as the owner whose phone it is; up to five AWS calls.

    Raises Unauthorized for a wrong code, with the tries that are left, and Gone when none is alive.
    """
    missing = () if typed.strip() else (FieldError("code", "required"),)
    poll, number = _asked(ports, poll_id, door, (*known, *missing))
    now, key, person = ports.clock.now(), ports.policy.key, _person(ports, poll, door, number)
    code = ports.store.try_code(person, now, codes.CODE_TRIES)
    if code is None:
        raise Gone("code_expired")
    found = _owner_of(ports, poll, door, number)
    right = codes.same_code(codes.code_of(key, person, code.salt), typed)
    if not right or found is None:
        raise Unauthorized("code_wrong", left=codes.CODE_TRIES - code.tries)
    if not ports.store.use_code(code):
        raise Gone("code_expired")
    unit, round_, owner = found
    via = Via.KIOSK if kiosk else Via.SMS
    return tickets.encode(key, Ticket(poll.id, unit.number, round_, via, owner))


def _asked(ports: Ports, poll_id: str, door: Door, known: Sequence[FieldError]) -> tuple[Poll, str]:
    named = ids.parse(poll_id)
    opening = ports.polls.poll_opening(named) if named else None
    if opening is None or opening.poll.stage is Stage.DRAFT:
        raise NotFound("no_such_poll")
    if opening.poll.stage is not Stage.OPEN:
        code = "poll_not_open" if opening.poll.stage is Stage.ANNOUNCED else "poll_over"
        raise Conflict(code, at=opening.poll.opens_at)
    problems = [*known]
    problems += [
        FieldError(name, "required") for name in ("building", "room") if not getattr(door, name).strip()
    ]
    number = text.phone(door.phone, opening.directory.subdistrict.country_code)
    if number is None:
        problems.append(FieldError("phone", "not_a_phone" if door.phone.strip() else "required"))
    if problems or number is None:
        raise Invalid(*{error.field: error for error in problems}.values())
    return opening.poll, number


def _owner_of(ports: Ports, poll: Poll, door: Door, number: str) -> tuple[Unit, int, int] | None:
    """The unit, the round of its link and the owner with that phone; None when the roll has no such one."""
    found = doors.at(ports, poll, door.building, door.room)
    if found is None:
        return None
    unit, box = found
    phones = [owner.phone for owner in unit.owners]
    return (unit, box.round, phones.index(number)) if number in phones else None


def _person(ports: Ports, poll: Poll, door: Door, number: str) -> str:
    folded = (loosely(door.building), loosely(door.room))
    return pseudonym(ports.policy.key, "vote", poll.id, *folded, number)


def _limits(key: bytes, person: str, address: str, now: datetime) -> tuple[Limit, ...]:
    sources = [("phone", person, most, seconds) for most, seconds in codes.PHONE_LIMITS]
    sources += [("address", address, most, seconds) for most, seconds in codes.ADDRESS_LIMITS if address]
    return tuple(_limit(key, *source, now) for source in sources)


def _limit(key: bytes, kind: str, value: str, most: int, seconds: int, now: datetime) -> Limit:
    number, until = window(now, seconds)
    return Limit(pseudonym(key, "vote-code", kind, value, str(seconds), str(number)), most, until)
