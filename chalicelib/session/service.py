"""Signing in by phone and one-time code, and what somebody who has signed in can list."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from chalicelib.bell.ringing import person_of, pseudonym, window
from chalicelib.bell.rules import Bell
from chalicelib.core import text as words
from chalicelib.core.errors import FieldError, Gone, Invalid, NotFound, TooMany, Unauthorized
from chalicelib.people.staff import Channel, Staff
from chalicelib.place.rules import Directory
from chalicelib.ports import Limit, Page, PermanentFailure, Ports, TemporaryFailure, UnknownOutcome
from chalicelib.session import rules, tokens
from chalicelib.session.rules import Caller, Session

if TYPE_CHECKING:
    from chalicelib.notice.shapes import Message
    from chalicelib.session.shapes import Code

_PAUSES = (0.2, 1.0)
_WORKLIST = 100


# Named tuples: every process declares these, also one that only rings, and a dataclass costs it a millisecond.
class SignedIn(NamedTuple):
    """A session that begins, its token, and what the device may keep of it (`rules.devices_with`)."""

    token: str
    session: Session
    device: str = ""


class Member(NamedTuple):
    """Somebody who has signed in; `staff` and `directory` are there for staff only."""

    session: Session
    staff: Staff | None = None
    directory: Directory | None = None


def ask(ports: Ports, phone: str, address: str, language: str, devices: str = "") -> Code:
    """Let a code be sent to a phone; one AWS call, the same for every phone. The code itself goes by SMS only.
    `devices`: what the device keeps of those who have signed in on it.

    Raises Invalid for what is no phone, TooMany when that phone or address asked too often.
    """
    number = _number(ports, phone)
    now, key = ports.clock.now(), ports.policy.key
    person = person_of(key, number)
    salt = f"{ports.entropy.number(128):032x}"
    from chalicelib.session.shapes import Code

    code = Code(person, number, salt, language, now + rules.CODE_FOR, now + rules.CODE_AGAIN)
    limits = _limits(key, person, address, now, abroad=_is_abroad(ports, number))
    if not rules.is_known(key, person, devices, now):
        limits += tuple(_limit(key, "stranger", person, *limit, now) for limit in rules.STRANGER_LIMITS)
    ports.store.ask_code(code, now, limits)
    return code


def _is_abroad(ports: Ports, number: str) -> bool:
    """Whether it is of no country that is served here; staff are at home wherever their number is from."""
    served = ports.directories.all()
    if any(number.startswith(f"+{directory.subdistrict.country_code}") for directory in served):
        return False
    return not any(_has(member, directory, number) for directory in served for member in directory.staff)


def _number(ports: Ports, phone: str) -> str:
    first = next(iter(ports.directories.all()), None)
    country = first.subdistrict.country_code if first else "86"
    if not phone.strip():
        raise Invalid(FieldError("phone", "required"))
    if (number := words.phone(phone, country)) is None:
        raise Invalid(FieldError("phone", "not_a_phone"))
    return number


def _limits(key: bytes, person: str, address: str, now: datetime, *, abroad: bool) -> tuple[Limit, ...]:
    sources = [("phone", person, most, seconds) for most, seconds in rules.PHONE_LIMITS]
    sources += [("address", address, most, seconds) for most, seconds in rules.ADDRESS_LIMITS if address]
    sources += [("abroad", "", most, seconds) for most, seconds in rules.ABROAD_LIMITS if abroad]
    return tuple(_limit(key, *source, now) for source in sources)


def _limit(key: bytes, kind: str, value: str, most: int, seconds: int, now: datetime) -> Limit:
    number, until = window(now, seconds)
    return Limit(pseudonym(key, "code", kind, value, str(seconds), str(number)), most, until)


def send_code(ports: Ports, code: Code) -> bool:
    """The stream tells that a code was asked for: text it, once, however often the stream says so.

    False when it did not go out; the person asks for another. A code without a phone goes nowhere: it was asked for
    with a phone that is not on the roll, and whoever asked must not see a difference.
    """
    if not code.phone:
        return False
    if code.until <= ports.clock.now() or not ports.store.claim_code(code):
        return False
    from chalicelib.notice import texts
    from chalicelib.notice.shapes import Message

    params: dict[str, str | int] = {
        "code": rules.code_of(ports.policy.key, code.person, code.salt),
        "minutes": int(rules.CODE_FOR.total_seconds()) // 60,
    }
    text = texts.render(code.template, code.language, params, Channel.SMS).text
    return _sent(ports, Message(code.phone, text, code.template, params, language=code.language))


def _sent(ports: Ports, message: Message) -> bool:
    sender = ports.senders.get(Channel.SMS)
    if sender is None:
        return False
    for pause in (*_PAUSES, None):
        try:
            sender.send(message)
        except TemporaryFailure:
            if pause is not None:
                ports.clock.sleep(pause)
            continue
        except (PermanentFailure, UnknownOutcome):
            return False
        return True
    return False


def enter(ports: Ports, phone: str, typed: str, devices: str = "") -> SignedIn:
    """Sign in with the code that was texted; two AWS calls. `devices` as for `ask`: strangers' tries are counted by
    themselves, so that they cannot use up those of the owner.

    Raises Unauthorized for a wrong code, with the tries that are left, and Gone when no code of that phone is alive.
    """
    number, now, key = _number(ports, phone), ports.clock.now(), ports.policy.key
    if not typed.strip():
        raise Invalid(FieldError("code", "required"))
    person = person_of(key, number)
    known = rules.is_known(key, person, devices, now)
    code = ports.store.try_code(person, now, rules.CODE_TRIES, known=known)
    if code is None:
        raise Gone("code_expired")
    if not rules.same_code(rules.code_of(key, person, code.salt), typed):
        raise Unauthorized("code_wrong", left=rules.CODE_TRIES - code.tries)
    if not ports.store.use_code(code):
        raise Gone("code_expired")
    session = _session(ports, number, person, now)
    device = rules.devices_with(devices, rules.device_of(key, person, now))
    return SignedIn(tokens.issue(key, session, now), session, device)


def enter_by_wechat(ports: Ports, code: str, address: str) -> SignedIn:
    """Sign in with the code of a mini program's button, which stands for the number that WeChat knows; one AWS call,
    and WeChat's secret, once a process. Always as a resident: whose number it was when WeChat learned it is not proof
    enough to work on other people's bells. Raises NotFound where there is no mini program, Invalid for what is no code,
    TooMany when that address tried too often, and as `ports.MiniProgram` does."""
    if ports.wechat is None:
        raise NotFound("wechat_not_offered")
    from chalicelib.wechat.rules import fault_of

    if fault := fault_of(code):
        raise Invalid(FieldError("code", fault))
    now, key = ports.clock.now(), ports.policy.key
    # Only what WeChat would be asked about counts, and it counts before WeChat is asked.
    for most, seconds in rules.ADDRESS_LIMITS if address else ():
        limit = _limit(key, "wechat", address, most, seconds, now)
        if not ports.store.use_limit(limit):
            raise TooMany("wechat_too_often", limit.until)
    number = ports.wechat.program.phone(code)
    session = _resident(person_of(key, number), now)
    return SignedIn(tokens.issue(key, session, now), session)


def _session(ports: Ports, number: str, person: str, now: datetime) -> Session:
    """Staff are whose phone is in a directory; everybody else is a resident."""
    for directory in ports.directories.all():
        member = next((m for m in directory.staff if _has(m, directory, number)), None)
        if member:
            caller, prefix = Caller(member.role), directory.subdistrict.prefix
            return Session(person, caller, now + rules.lasts(caller), member.id, prefix)
    return _resident(person, now)


def _resident(person: str, now: datetime) -> Session:
    return Session(person, Caller.RESIDENT, now + rules.lasts(Caller.RESIDENT))


def _has(member: Staff, directory: Directory, number: str) -> bool:
    return bool(member.phone) and words.phone(member.phone, directory.subdistrict.country_code) == number


def resume(ports: Ports, token: str) -> Member:
    """Who holds a session's token; no AWS call but what directories cost.

    Staff are looked up each time: whoever has left, has another phone or ended all their sessions is out at once (as
    soon as the directory is read again), and a new role counts.
    Raises Unauthorized for a token that is not ours, or over.
    """
    session = tokens.read(ports.policy.key, token, ports.clock.now())
    if session.caller is Caller.RESIDENT:
        return Member(session)
    served = {d.subdistrict.prefix: d for d in ports.directories.all()}
    directory = served.get(session.prefix)
    member = directory.member(session.staff) if directory else None
    if directory is None or member is None or not _still(ports, session, member, directory):
        raise Unauthorized("session_over")
    if rules.is_ended(session, directory.ended.get(member.id)):
        raise Unauthorized("session_over")
    current = Session(session.person, Caller(member.role), session.expires_at, session.staff, session.prefix)
    return Member(current, member, directory)


def _still(ports: Ports, session: Session, member: Staff, directory: Directory) -> bool:
    number = words.phone(member.phone, directory.subdistrict.country_code) if member.phone else None
    return number is not None and person_of(ports.policy.key, number) == session.person


def end_everywhere(ports: Ports, member: Member) -> bool:
    """End every session of a member of staff, this one too; two AWS calls. False for residents: what is read with each
    request of theirs is nothing that could say so."""
    if member.staff is None:
        return False
    now, session = ports.clock.now(), member.session
    ports.store.end_sessions(session.prefix, session.staff, now, now - rules.STAFF_FOR)
    return True


def my_bells(ports: Ports, member: Member, cursor: str = "") -> Page[Bell]:
    """The bells that the person rang, newest first; one Query."""
    return ports.store.rung_by(member.session.person, cursor)


def worklist(ports: Ports, member: Member, cursor: str = "") -> Page[Bell]:
    """The open bells within a member of staff's sight, most pressing first; one Query.

    A page looks at a hundred open bells of the subdistrict and may hold few of them, or none, and still have a next.
    """
    staff, directory = member.staff, member.directory
    if staff is None or directory is None:
        return Page(())
    page = ports.store.ringing(directory.subdistrict.prefix, cursor, _WORKLIST)
    seen = tuple(bell for bell in page.items if rules.in_sight(directory, staff, bell))
    return Page(seen, page.cursor)
