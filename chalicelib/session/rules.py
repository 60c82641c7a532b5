"""Who may come where: callers, the table route × caller, places; one-time codes. Pure.

`TABLE` is the only place that says who may call a route; every route declares the same audience where it is written,
and a test compares the two and walks every route with every caller.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.bell.rules import Bell
from chalicelib.core import ids
from chalicelib.people.staff import Staff
from chalicelib.place.ladder import Desk, Role
from chalicelib.place.rules import Directory


class Caller(StrEnum):
    """Somebody in front of a route: nobody in particular, the holder of a link, somebody who has signed in.

    The operator works by commands and has no route.
    """

    NOBODY = "nobody"
    TRACKING = "tracking-token"
    ONE_TAP = "one-tap-token"
    BUNDLE = "bundle-token"
    PARTY = "party-token"
    TICKET = "voting-ticket"
    RESIDENT = "resident"
    SPECIALIST = "specialist"
    COMMUNITY = "community"
    SUBDISTRICT = "subdistrict"
    SUPERVISOR = "supervisor"
    LAWYER = "lawyer"
    POLICE = "police"
    OPERATOR = "operator"


Audience = frozenset[Caller]

STAFF: Audience = frozenset(Caller(role) for role in Role)
SIGNED_IN: Audience = STAFF | {Caller.RESIDENT}
EVERYBODY: Audience = frozenset(Caller) - {Caller.OPERATOR}
RESIDENTS_LINK: Audience = frozenset({Caller.TRACKING})
BUNDLE: Audience = frozenset({Caller.BUNDLE})
ANSWERERS: Audience = STAFF | {Caller.ONE_TAP}
BELL_READERS: Audience = ANSWERERS | RESIDENTS_LINK
PARTYS_LINK: Audience = frozenset({Caller.PARTY})
TICKET: Audience = frozenset({Caller.TICKET})
POLL_MANAGERS: Audience = frozenset({Caller.COMMUNITY, Caller.SUBDISTRICT})
POLL_STAFF: Audience = POLL_MANAGERS | {Caller.SPECIALIST, Caller.SUPERVISOR}
GUESTS: Audience = RESIDENTS_LINK | PARTYS_LINK
CASE_READERS: Audience = STAFF | GUESTS
RESIDENTS_CASE: Audience = STAFF | RESIDENTS_LINK
PARTYS_CASE: Audience = STAFF | PARTYS_LINK

_COMMANDS: Mapping[str, Audience] = {
    **dict.fromkeys(("message", "respond", "comment", "sign", "perform"), CASE_READERS),
    **dict.fromkeys(("reply", "choose", "accept", "send-back", "reopen"), RESIDENTS_CASE),
    "confirm": PARTYS_CASE,
    **dict.fromkeys(("assign", "visit", "ask", "pause", "resume", "offer", "invite", "remove"), STAFF),
    **dict.fromkeys(("schedule", "hold", "cancel", "propose", "draft", "promise", "negotiate"), STAFF),
    **dict.fromkeys(("consult", "conclude", "carry-out", "break-off", "finish", "fail", "close"), STAFF),
    **dict.fromkeys(("extend", "decide-extension", "press", "report", "unmask", "merge", "split"), STAFF),
    "rate": RESIDENTS_LINK,
    "signature-code": GUESTS,
    "files": CASE_READERS,
}
"""The last parts of a case's addresses."""

_POLL_COMMANDS: Mapping[str, Audience] = {
    **dict.fromkeys(("draft", "announce", "extend", "cancel", "seal", "rule"), POLL_MANAGERS),
    **dict.fromkeys(("remind", "reissue", "ballots", "files"), POLL_STAFF),
}

TABLE: Mapping[str, Audience] = {
    # JSON
    "POST /v1/bells": EVERYBODY,
    "GET /v1/bells": EVERYBODY,
    "GET /v1/bells/{bell_id}": BELL_READERS,
    "GET /v1/bells/{bell_id}/record": BELL_READERS,
    "POST /v1/bells/{bell_id}/answer": ANSWERERS,
    "POST /v1/bells/{bell_id}/accept": ANSWERERS,
    "POST /v1/bells/{bell_id}/decline": ANSWERERS,
    "POST /v1/bells/{bell_id}/transfer": ANSWERERS,
    "GET /v1/bells/{bell_id}/similar-cases": ANSWERERS,
    "POST /v1/bells/{bell_id}/withdraw": RESIDENTS_LINK,
    "POST /v1/bells/{bell_id}/appeal": RESIDENTS_LINK,
    "GET /v1/bells/{bell_id}/data": RESIDENTS_LINK,
    "POST /v1/bells/{bell_id}/erase": RESIDENTS_LINK,
    "GET /v1/places": EVERYBODY,
    "GET /v1/categories": EVERYBODY,
    "GET /v1/organisations": STAFF,
    "GET /v1/privacy-notice": EVERYBODY,
    "GET /v1/health": EVERYBODY,
    "GET /v1/health/deep": EVERYBODY,
    "GET /v1/statistics": EVERYBODY,
    "GET /v1/openapi.json": EVERYBODY,
    "POST /v1/reports/{provider}/{secret}": EVERYBODY,
    "POST /v1/session/code": EVERYBODY,
    "POST /v1/session": EVERYBODY,
    "POST /v1/session/wechat": EVERYBODY,
    "DELETE /v1/session": SIGNED_IN,
    "GET /v1/me": SIGNED_IN,
    "GET /v1/me/bells": SIGNED_IN,
    "GET /v1/me/worklist": STAFF,
    "GET /v1/me/data": SIGNED_IN,
    "POST /v1/me/erase": SIGNED_IN,
    "POST /v1/me/correct": SIGNED_IN,
    "GET /v1/me/wechat": SIGNED_IN,
    "POST /v1/me/wechat": SIGNED_IN,
    "DELETE /v1/me/wechat": SIGNED_IN,
    "POST /v1/me/wechat/grants": SIGNED_IN,
    "GET /v1/cases": STAFF,
    "GET /v1/cases/search": STAFF,
    "GET /v1/cases/{case_id}": CASE_READERS,
    "GET /v1/cases/{case_id}/record": CASE_READERS,
    "GET /v1/cases/{case_id}/data": PARTYS_LINK,
    "POST /v1/cases/{case_id}/erase": PARTYS_LINK,
    **{f"POST /v1/cases/{{case_id}}/{name}": audience for name, audience in _COMMANDS.items()},
    "GET /v1/polls": EVERYBODY,
    "POST /v1/polls": POLL_MANAGERS,
    **{f"GET /v1/polls/{{poll_id}}{name}": EVERYBODY for name in ("", "/record", "/result", "/turnout")},
    **{f"GET /v1/polls/{{poll_id}}/{name}": POLL_STAFF for name in ("missing", "conflicts")},
    **{f"POST /v1/polls/{{poll_id}}/{name}": audience for name, audience in _POLL_COMMANDS.items()},
    "POST /v1/polls/{poll_id}/codes": EVERYBODY,
    "POST /v1/polls/{poll_id}/tickets": EVERYBODY,
    "GET /v1/rolls/{neighbourhood}": POLL_STAFF,
    "POST /v1/rolls/{neighbourhood}/preview": POLL_STAFF,
    "POST /v1/rolls/{neighbourhood}/versions": POLL_MANAGERS,
    "POST /v1/rolls/{neighbourhood}/adopt": POLL_MANAGERS,
    "GET /v1/anchors": EVERYBODY,
    "GET /v1/anchors/{date}": EVERYBODY,
    "GET /v1/bells/{bell_id}/proof": BELL_READERS,
    "GET /v1/cases/{case_id}/proof": CASE_READERS,
    "GET /v1/polls/{poll_id}/proof": EVERYBODY,
    "GET /v1/vote": TICKET,
    "POST /v1/vote": TICKET,
    # pages
    "GET /": EVERYBODY,
    "POST /": EVERYBODY,
    "GET /t/{token}": RESIDENTS_LINK,
    "POST /t/{token}": RESIDENTS_LINK,
    "GET /t/{token}/data": RESIDENTS_LINK,
    "POST /t/{token}/data": RESIDENTS_LINK,
    "GET /t/{token}/data.json": RESIDENTS_LINK,
    "GET /a/{token}": ANSWERERS,
    "POST /a/{token}": ANSWERERS,
    "GET /s/{token}": BUNDLE,
    "GET /t/{token}/meeting/{number}": RESIDENTS_LINK,
    "GET /t/{token}/print/{paper}": RESIDENTS_LINK,
    "GET /p/{token}": PARTYS_LINK,
    "POST /p/{token}": PARTYS_LINK,
    "GET /p/{token}/data": PARTYS_LINK,
    "POST /p/{token}/data": PARTYS_LINK,
    "GET /p/{token}/data.json": PARTYS_LINK,
    "GET /p/{token}/meeting/{number}": PARTYS_LINK,
    "GET /p/{token}/print/{paper}": PARTYS_LINK,
    "GET /c/{case_id}/print/{paper}": STAFF,
    "GET /board": EVERYBODY,
    "GET /privacy": EVERYBODY,
    "GET /status": EVERYBODY,
    "GET /anchors": EVERYBODY,
    "GET /static/{name}": EVERYBODY,
    "GET /sign-in": EVERYBODY,
    "POST /sign-in": EVERYBODY,
    "GET /me": SIGNED_IN,
    "GET /me/data": SIGNED_IN,
    "POST /me/data": SIGNED_IN,
    "GET /me/data.json": SIGNED_IN,
    "POST /sign-out": SIGNED_IN,
    "GET /wechat/push": EVERYBODY,
    "POST /wechat/push": EVERYBODY,
    "GET /cases": STAFF,
    "POST /cases": STAFF,
    "GET /polls": EVERYBODY,
    "GET /polls/{poll_id}": EVERYBODY,
    "GET /polls/{poll_id}/result-sheet": EVERYBODY,
    "GET /polls/{poll_id}/vote": EVERYBODY,
    "POST /polls/{poll_id}/vote": EVERYBODY,
    "GET /v/{ticket}": TICKET,
    "POST /v/{ticket}": TICKET,
    "GET /polls/new": POLL_MANAGERS,
    "POST /polls/new": POLL_MANAGERS,
    "GET /polls/{poll_id}/desk": POLL_STAFF,
    "POST /polls/{poll_id}/desk": POLL_STAFF,
    "GET /polls/{poll_id}/sheets": POLL_STAFF,
    "GET /polls/{poll_id}/paper": POLL_STAFF,
    "POST /polls/{poll_id}/paper": POLL_STAFF,
    "GET /door/{poll_id}": POLL_STAFF,
    "POST /door/{poll_id}": POLL_STAFF,
    "GET /door-worker.js": EVERYBODY,
    "GET /rolls/{neighbourhood}": POLL_STAFF,
    "POST /rolls/{neighbourhood}": POLL_MANAGERS,
    "GET /rolls/{neighbourhood}/export": POLL_STAFF,
    "GET /c/{case_id}": STAFF,
    "POST /c/{case_id}": STAFF,
}
"""Who may call each route. Whether this bell is one of theirs is decided by `serves` and by the link."""


@dataclass(frozen=True)
class Session:
    """Somebody who has signed in. `person`: HMAC of the phone. `staff` and `prefix` are empty for residents."""

    person: str
    caller: Caller
    expires_at: datetime
    staff: str = ""
    prefix: str = ""


_DAY = 86_400
_DEVICE = re.compile(r"[0-9]{1,6}-[0-9a-f]{32}")
STAFF_FOR = timedelta(hours=12)
RESIDENT_FOR = timedelta(days=7)

CODE_FOR = timedelta(minutes=5)
CODE_AGAIN = timedelta(minutes=1)
CODE_TRIES = 5
CODE_DIGITS = 6
PHONE_LIMITS: tuple[tuple[int, int], ...] = ((5, 3_600), (10, 86_400))
"""Codes for one phone: so many in so many seconds (a carrier's limits; once a minute is `CODE_AGAIN`)."""
STRANGER_LIMITS: tuple[tuple[int, int], ...] = ((4, 3_600), (7, 86_400))
"""Of these so many at most go to whoever comes from a device with which that phone has not signed in before: the rest
is left to its owner, so that nobody can keep them from signing in by asking for their codes."""
DEVICE_FOR = timedelta(days=180)
DEVICES_KEPT = 5
"""A browser on a desk keeps the marks of so many people."""
ADDRESS_LIMITS: tuple[tuple[int, int], ...] = ((30, 600),)
"""Codes for one network address, and as many attempts to sign in with a code of WeChat's; a whole community hall may
share one."""
ABROAD_LIMITS: tuple[tuple[int, int], ...] = ((20, 3_600),)
"""Codes for all numbers of other countries together: each costs many times what one at home does, and there are people
who are paid for the texts that others send to numbers of theirs."""


def is_ended(session: Session, ended: datetime | None) -> bool:
    """Whether the session was begun before its owner ended all of theirs."""
    return ended is not None and session.expires_at - lasts(session.caller) <= ended


def lasts(caller: Caller) -> timedelta:
    """How long somebody stays signed in."""
    return RESIDENT_FOR if caller is Caller.RESIDENT else STAFF_FOR


def code_of(key: bytes, person: str, salt: str) -> str:
    """The six digits for a phone and a salt. They follow from the server's key, so nobody has to keep them."""
    message = "\x1f".join(("code", person, salt)).encode()
    number = int.from_bytes(hmac.digest(key, message, hashlib.sha256)[:8], "big")
    return f"{number % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def device_of(key: bytes, person: str, now: datetime) -> str:
    """What a device keeps of a phone's owner having signed in on it: a day and a seal over it, good for DEVICE_FOR. It
    opens nothing and names nobody; whoever shows it is a stranger no more when that phone asks for a code."""
    day = str(int(now.timestamp()) // _DAY)
    return f"{day}-{_seal(key, person, day)}"


def devices_with(kept: str, device: str) -> str:
    """What the device keeps once somebody (else) has signed in on it: the newest first, with dots between. What looks
    like none of ours is dropped."""
    others = [one for one in kept.split(".") if _DEVICE.fullmatch(one)]
    return ".".join([device, *others][:DEVICES_KEPT])


def is_known(key: bytes, person: str, kept: str, now: datetime) -> bool:
    """Whether what a device keeps says that this phone's owner has signed in on it."""
    return any(_is_of(key, person, device, now) for device in kept.split(".")[:DEVICES_KEPT])


def _is_of(key: bytes, person: str, device: str, now: datetime) -> bool:
    day, _, seal = device.partition("-")
    right = hmac.compare_digest(_seal(key, person, day).encode(), seal.encode("utf-8", "surrogatepass"))
    # The seal is over a day that we wrote, so it can be read.
    return right and int(now.timestamp()) - int(day) * _DAY < DEVICE_FOR.total_seconds()


def _seal(key: bytes, person: str, day: str) -> str:
    message = "\x1f".join(("device", person, day)).encode("utf-8", "surrogatepass")
    return hmac.digest(key, message, hashlib.sha256).hex()[:32]


def same_code(expected: str, typed: str) -> bool:
    """Whether the code was typed, in constant time; spaces, and the wide digits of a Chinese keyboard, are fine."""
    digits = "".join(str(int(c)) for c in typed if c.isdecimal())
    return hmac.compare_digest(expected, digits)


def csrf_of(key: bytes, token: str) -> str:
    """What every form of a signed-in page carries: it follows from the session and cannot be guessed from outside."""
    return hmac.digest(key, f"csrf\x1f{token}".encode("utf-8", "surrogatepass"), hashlib.sha256).hex()[:32]


def in_sight(directory: Directory, member: Staff, bell: Bell) -> bool:
    """Whether a member of staff may see the bell: it is of their places, or they were asked to answer it. `directory`
    is the member's own: another subdistrict may have places and people of the same ids."""
    if ids.prefix_of(bell.id) != directory.subdistrict.prefix:
        return False
    asked = any(person.id == member.id for person in bell.alerted)
    return asked or serves(directory, member, bell.neighbourhood, bell.desk)


def serves(directory: Directory, member: Staff, neighbourhood: str, desk: Desk) -> bool:
    """Whether a bell of this place and desk is within the member's sight.

    A specialist sees his neighbourhoods, a community its own, the subdistrict and supervisors all; lawyers and
    police what was rung at their desk.
    """
    if member.role in {Role.LAWYER, Role.POLICE} and desk != str(member.role):
        return False
    return member.role is Role.SUPERVISOR or any(p in directory.lineage(neighbourhood) for p in member.places)
