"""Ringing, and what the resident and the person who answers do with a bell: load, decide, save."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from chalicelib.bell import ringing
from chalicelib.bell.changes import answer_links, plan_case, plan_change, plan_join
from chalicelib.bell.ringing import Draft
from chalicelib.bell.rules import (
    Accept,
    Answer,
    Bell,
    Decline,
    Person,
    Post,
    Status,
    Transfer,
    Withdraw,
    decide,
    fold,
    ladder_json,
    people,
)
from chalicelib.core import ids, links
from chalicelib.core import text as texts
from chalicelib.core.chain import RESIDENT, SYSTEM, Happening, Tip, commitment, extend
from chalicelib.core.errors import (
    Collision,
    Conflict,
    FieldError,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    Stale,
    Unauthorized,
    Unavailable,
)
from chalicelib.core.links import Link, Purpose
from chalicelib.escalation.rules import appeal as appeal_rules
from chalicelib.escalation.rules import first_step
from chalicelib.people.staff import Staff
from chalicelib.place.ladder import Desk, Urgency
from chalicelib.place.rules import Directory
from chalicelib.ports import BellFile, Change, Contact, Guard, Limit, Opening, Page, Ports, Repeated, Ringing
from chalicelib.session.rules import Session, in_sight

if TYPE_CHECKING:
    from chalicelib.case.shapes import CaseChange, CaseLine

TRACK_FOR = timedelta(days=180)
_IDEMPOTENCY_FOR = timedelta(hours=24)
_EMERGENCY_FACTOR = 3
_TRIES = 6

Credential = str | Session
"""What opens a bell: a link's token, or the session of a member of staff."""


class Caller(msgspec.Struct, frozen=True):
    """Where a request comes from: the network address and the client's own key for it."""

    address: str = ""
    idempotency_key: str = ""


class Rung(msgspec.Struct, frozen=True):
    """A bell and the resident's token; `repeated` when it had been rung before."""

    bell: Bell
    token: str
    repeated: bool = False


class Reading(msgspec.Struct, frozen=True):
    """A bell's file as the holder of a link may see it."""

    file: BellFile
    link: Link
    directory: Directory


class Waiting(msgspec.Struct, frozen=True):
    """The bells of a bundled message that still ring for the person it went to."""

    staff: Staff
    bells: tuple[Bell, ...]
    directory: Directory


def ring(ports: Ports, draft: Draft, caller: Caller, known: Iterable[FieldError] = ()) -> Rung:
    """Ring a bell and alert the first level; one AWS call.

    `known`: fields found wrong before. Raises Invalid with every wrong field, TooMany at a limit, Conflict
    when the idempotency key was used for another ring. A repeated ring answers the first one's bell.
    """
    directory = ports.directories.having(draft.neighbourhood)
    problems = {error.field: error for error in ringing.check(draft, directory, ports.policy.consent_version)}
    problems |= {error.field: error for error in known}
    if problems or directory is None:
        raise Invalid(*problems.values())
    for _ in range(_TRIES):
        try:
            return _ring_once(ports, draft, caller, directory)
        except Collision:
            continue
    raise Unavailable("ring")


def _ring_once(ports: Ports, draft: Draft, caller: Caller, directory: Directory) -> Rung:
    now, key = ports.clock.now(), ports.policy.key
    bell_id = ids.new_id(directory.subdistrict.prefix, now, ports.entropy.number(16))
    plan = _plan(ports, draft, caller, directory, bell_id, now)
    repeated = ports.store.ring(plan)
    if repeated is None:
        return Rung(plan.bell, links.token(key, bell_id, Purpose.TRACK))
    return _same_again(ports, draft, plan, repeated)


def _same_again(ports: Ports, draft: Draft, plan: Ringing, repeated: Repeated) -> Rung:
    fingerprint = ringing.fingerprint(ports.policy.key, draft)
    if repeated.fingerprint and repeated.fingerprint != fingerprint:
        raise Conflict("idempotency_key_reused", field="Idempotency-Key")
    token = links.token(ports.policy.key, repeated.bell, Purpose.TRACK)
    if repeated.bell == plan.bell.id:
        return Rung(plan.bell, token)
    first = ports.store.bells([repeated.bell])
    if not first:
        raise NotFound("no_such_bell")
    return Rung(first[0], token, repeated=True)


def _plan(
    ports: Ports, draft: Draft, caller: Caller, directory: Directory, bell_id: str, now: datetime
) -> Ringing:
    policy = ports.policy
    phone = texts.phone(draft.phone, directory.subdistrict.country_code) or ""
    contact = _contact(draft, phone, f"{ports.entropy.number(128):032x}")
    happenings = _first_events(draft, directory, contact, now)
    events = extend(f"BELL#{bell_id}", Tip(), now, RESIDENT, happenings[:1])
    events += extend(events[0].thing, Tip(1, events[0].hash), now, SYSTEM, happenings[1:])
    bell = fold(events)
    return Ringing(
        bell=bell,
        events=events,
        contact=contact,
        links=(_tracking(policy.key, bell_id, now), *answer_links(policy.key, bell, bell.alerted, now)),
        person=ringing.pseudonym(policy.key, "person", phone),
        guards=_guards(ports, draft, caller, phone, now),
        limits=_limits(ports, bell.urgency, caller, phone, now),
    )


def _first_events(
    draft: Draft, directory: Directory, contact: Contact, now: datetime
) -> tuple[Happening, ...]:
    ladder = directory.ladder(ringing.urgency_of(draft.category), Desk(draft.desk))
    rung = ringing.rung(draft, directory, ladder_json(ladder), committed(contact))
    return (rung, *first_step(ladder, directory, draft.neighbourhood, now))


def committed(contact: Contact) -> str:
    """The commitment to a contact that its bell's first event holds."""
    return commitment(contact.salt, {k: v for k, v in asdict(contact).items() if k != "salt"})


def _contact(draft: Draft, phone: str, salt: str) -> Contact:
    return Contact(
        name=draft.name.strip(),
        phone=phone,
        text=draft.text,
        where=draft.where.strip(),
        building=draft.building.strip(),
        unit=draft.unit.strip(),
        language=draft.language,
        consent_version=draft.consent_version,
        salt=salt,
    )


def _guards(ports: Ports, draft: Draft, caller: Caller, phone: str, now: datetime) -> tuple[Guard, ...]:
    key, policy = ports.policy.key, ports.policy
    same = Guard(ringing.same_ring(key, phone, draft), now + timedelta(seconds=policy.repeat_window_seconds))
    if not caller.idempotency_key:
        return (same,)
    name = ringing.pseudonym(key, "idempotency", caller.idempotency_key)
    return (Guard(name, now + _IDEMPOTENCY_FOR, ringing.fingerprint(key, draft)), same)


def _limits(ports: Ports, urgency: Urgency, caller: Caller, phone: str, now: datetime) -> tuple[Limit, ...]:
    policy = ports.policy
    number, until = ringing.window(now, policy.limit_window_seconds)
    emergency = urgency is Urgency.EMERGENCY
    factor = _EMERGENCY_FACTOR if emergency else 1
    sources = (
        ("phone", phone, policy.rings_per_phone),
        ("address", caller.address, policy.rings_per_address),
    )
    return tuple(
        Limit(ringing.pseudonym(policy.key, kind, value, str(number), str(emergency)), most * factor, until)
        for kind, value, most in sources
        if value
    )


def _tracking(key: bytes, bell_id: str, now: datetime) -> Link:
    token = links.token(key, bell_id, Purpose.TRACK)
    return Link(links.hash_of(token), Purpose.TRACK, now + TRACK_FOR)


def read(ports: Ports, by: Credential, bell_id: str = "") -> Reading:
    """The bell that a link's token opens, or that a member of staff who has signed in may see; one AWS call that
    never changes anything.

    Raises Unauthorized when the token opens nothing (or not `bell_id`), Gone when it has expired; NotFound and
    Forbidden for a bell that does not exist, or is not of the member's places.
    """
    named = _named(by, bell_id)
    file = ports.store.bell(named)
    if isinstance(by, Session):
        directory = ports.directories.of(ids.prefix_of(named))
        if file is None:
            raise NotFound("no_such_bell")
        member = _sighted(by, file.bell, directory)
        return Reading(file, _as_link(by, member, file.bell), directory)
    link = next((link for link in file.links if link.hash == _hash(by)), None) if file else None
    if file is None or link is None:
        raise Unauthorized("link_unknown")
    if link.expires_at <= ports.clock.now():
        raise Gone("link_expired")
    return Reading(file, link, ports.directories.of(ids.prefix_of(named)))


def _sighted(session: Session, bell: Bell, directory: Directory) -> Staff:
    """The member of staff as the directory has them now; raises unless the bell is within their sight."""
    known = directory.subdistrict.prefix == session.prefix
    member = directory.member(session.staff) if known else None
    if member is None or not in_sight(directory, member, bell):
        raise Forbidden("not_your_place")
    return member


def _as_link(session: Session, member: Staff, bell: Bell) -> Link:
    """Who has signed in and may see the bell stands where the holder of its latest one-tap link does."""
    return Link("", Purpose.ANSWER, session.expires_at, member.id, bell.epoch)


def answer(ports: Ports, by: Credential, bell_id: str = "") -> Bell:
    """The holder of the one-tap link, or a member of staff who may see the bell, takes it; two AWS calls. Again by
    the same person: the same.

    Raises Unauthorized, Forbidden or Gone for a link that does not, or no longer, allow it; Conflict naming
    who was first.
    """
    return _act(ports, by, bell_id, lambda opening, person: Answer(person))


def accept(ports: Ports, by: Credential, bell_id: str = "", join: str = "") -> Bell:
    """The answerer takes the matter on: a case is opened with its own record; two AWS calls. With `join`, the number
    or id of an open case of the same subdistrict, the bell joins that one instead; three.

    Raises Invalid when there is no such case in the answerer's sight, Conflict when it takes no bell any more.
    """

    def command(opening: Opening, person: Person) -> Accept:
        if join:
            return Accept(person, ids.parse(join) or join, joins=True)
        prefix = ids.prefix_of(opening.bell.id)
        return Accept(person, ids.new_id(prefix, ports.clock.now(), ports.entropy.number(16)))

    def joining(change: Change, opening: Opening) -> tuple[CaseChange, ...]:
        named = ids.parse(join)
        ours = named is not None and ids.prefix_of(named) == ids.prefix_of(opening.bell.id)
        return plan_join(change, opening, ports.store.case_opening(named) if named and ours else None)

    return _act(ports, by, bell_id, command, contact=not join, case=joining if join else plan_case)


def similar(ports: Ports, by: Credential, bell_id: str = "") -> tuple[tuple[CaseLine, ...], Directory]:
    """Open cases that the bell may belong to, likeliest first, for whoever may answer it and as far as they are in
    their sight; two AWS calls. The directory names their places."""
    opening = _opened(ports, _named(by, bell_id), _hash(by), contact=True)
    person, directory = _actor(by, opening, ports.clock.now()), opening.directory
    return _alike(ports, opening.bell, opening.contact, person.id, directory), directory


def alike(ports: Ports, reading: Reading) -> tuple[CaseLine, ...]:
    """As `similar`, for the member of staff who reads the bell; one AWS call."""
    file = reading.file
    return _alike(ports, file.bell, file.contact, reading.link.holder, reading.directory)


def _alike(
    ports: Ports, bell: Bell, contact: Contact | None, reader: str, directory: Directory
) -> tuple[CaseLine, ...]:
    # Ringing and answering must not pay for lists of cases.
    from chalicelib.case.access import sights
    from chalicelib.case.lists import similar

    member = directory.member(reader)
    found = similar(ports, bell, contact.text if contact else "")
    return tuple(line for line in found if member and sights(directory, member, line.case))


def transfer(
    ports: Ports,
    by: Credential,
    reason: str,
    bell_id: str = "",
    *,
    neighbourhood: str = "",
    desk: str = "",
    known: Sequence[FieldError] = (),
) -> Bell:
    """The bell goes to another neighbourhood or desk of the subdistrict and rings there at once, by that desk's
    ladder; two AWS calls. Without one of the two that stays as it is. One-tap links of before no longer answer it.

    By whoever may answer a bell that rings, and by the answerer of one that was answered. Raises Invalid naming every
    wrong field (`known`: those found before), Conflict when it was transferred too often.
    """

    def happen(opening: Opening, now: datetime) -> tuple[Happening, ...]:
        bell, directory = opening.bell, opening.directory
        person = _actor(by, opening, now)
        post, wrong = _post(bell, directory, neighbourhood, desk)
        ladder = directory.ladder(bell.urgency, post.desk)
        step = first_step(ladder, directory, post.neighbourhood, now)
        asked = tuple(p for happening in step for p in people(happening.data.get("staff", ())))
        command = Transfer(person, post, reason, ladder, asked, (*wrong, *known))
        return (*decide(bell, command, now), *step)

    return _change(ports, _named(by, bell_id), _hash(by), happen)


def decline(
    ports: Ports, by: Credential, reason_code: str, reason: str, go_to: str, bell_id: str = ""
) -> Bell:
    """The answerer refuses the matter, with a reason and a place to go instead; two AWS calls."""

    def command(opening: Opening, person: Person) -> Decline:
        return Decline(person, reason_code, reason.strip(), go_to.strip())

    return _act(ports, by, bell_id, command)


def withdraw(ports: Ports, token: str, bell_id: str = "") -> Bell:
    """The resident takes the bell back; two AWS calls."""

    def happen(opening: Opening, now: datetime) -> tuple[Happening, ...]:
        _require(opening.link, Purpose.TRACK, now)
        return decide(opening.bell, Withdraw(), now)

    return _change(ports, _named(token, bell_id), links.hash_of(token), happen)


def appeal(ports: Ports, token: str, bell_id: str = "") -> Bell:
    """A declined bell rings once more, one level higher; two AWS calls."""

    def happen(opening: Opening, now: datetime) -> tuple[Happening, ...]:
        _require(opening.link, Purpose.TRACK, now)
        return appeal_rules(opening.bell, opening.directory, now)

    return _change(ports, _named(token, bell_id), links.hash_of(token), happen)


def _act(
    ports: Ports,
    by: Credential,
    bell_id: str,
    command: Callable[[Opening, Person], Answer | Accept | Decline],
    *,
    contact: bool = False,
    case: Callable[[Change, Opening], tuple[CaseChange, ...]] | None = None,
) -> Bell:
    def happen(opening: Opening, now: datetime) -> tuple[Happening, ...]:
        person = _actor(by, opening, now)
        return decide(opening.bell, command(opening, person), now)

    return _change(ports, _named(by, bell_id), _hash(by), happen, contact=contact, case=case)


def _post(
    bell: Bell, directory: Directory, neighbourhood: str, desk: str
) -> tuple[Post, tuple[FieldError, ...]]:
    """Where the bell is to ring, and what is wrong with that; what is wrong stays as it was."""
    place = neighbourhood if directory.neighbourhood(neighbourhood) else bell.neighbourhood
    asked = Desk(desk) if desk in list(Desk) else bell.desk
    wrong = [FieldError("neighbourhood", "unknown")] if neighbourhood not in ("", place) else []
    wrong += [FieldError("desk", "unknown")] if desk not in ("", asked) else []
    community = bell.community if place == bell.neighbourhood else directory.lineage(place)[1]
    return Post(place, community, asked), tuple(wrong)


def _actor(by: Credential, opening: Opening, now: datetime) -> Person:
    if isinstance(by, Session):
        member = _sighted(by, opening.bell, opening.directory)
        return Person(member.id, member.name, member.role)
    return _holder(opening, _require(opening.link, Purpose.ANSWER, now))


def _hash(by: Credential) -> str:
    return "" if isinstance(by, Session) else links.hash_of(by)


def _change(
    ports: Ports,
    bell_id: str,
    link_hash: str,
    happen: Callable[[Opening, datetime], tuple[Happening, ...]],
    *,
    contact: bool = False,
    case: Callable[[Change, Opening], tuple[CaseChange, ...]] | None = None,
) -> Bell:
    """Load, decide, save; decide again when somebody else wrote first. `case`: what becomes of a case with it."""
    for _ in range(_TRIES):
        opening = _opened(ports, bell_id, link_hash, contact=contact)
        now = ports.clock.now()
        happenings = happen(opening, now)
        if not happenings:
            return opening.bell
        change = plan_change(ports.policy.key, opening.bell, happenings, now)
        try:
            ports.store.commit(change, *(case(change, opening) if case else ()))
        except Stale:
            continue
        return change.after
    raise Unavailable("change")


def _opened(ports: Ports, bell_id: str, link_hash: str, *, contact: bool = False) -> Opening:
    """The bell with the link's row; without a link a session opens the bell."""
    opening = ports.store.opening(bell_id, link_hash, contact=contact)
    if link_hash and (opening is None or opening.link is None):
        raise Unauthorized("link_unknown")
    if opening is None:
        raise NotFound("no_such_bell")
    return opening


def _named(by: Credential, bell_id: str) -> str:
    if isinstance(by, Session):
        if (meant := ids.parse(bell_id)) is None:
            raise NotFound("no_such_bell")
        return meant
    named = links.thing_id_of(by)
    if named is None or (bell_id and ids.parse(bell_id) != named):
        raise Unauthorized("link_unknown")
    return named


def _require(link: Link | None, purpose: Purpose, now: datetime) -> Link:
    if link is None or link.purpose is not purpose:
        raise Forbidden("link_not_for_this")
    if link.expires_at <= now:
        raise Gone("link_expired")
    return link


def _holder(opening: Opening, link: Link) -> Person:
    """Who holds a one-tap link; refuses one of an earlier ringing, or of somebody who has left."""
    if link.epoch != opening.bell.epoch:
        raise Gone("link_superseded")
    member = opening.directory.member(link.holder)
    if member is None:
        raise Gone("link_of_former_staff")
    return Person(member.id, member.name, member.role)


def waiting(ports: Ports, token: str) -> Waiting:
    """What still rings for its reader of the bells that a bundled message was about, oldest first; two AWS calls.

    Raises Unauthorized for a token that opens nothing, Gone when it has expired or its holder has left.
    """
    named = _named(token, "")
    bundle = ports.store.bundle(named)
    if bundle is None or bundle.link_hash != links.hash_of(token):
        raise Unauthorized("link_unknown")
    if bundle.expires_at <= ports.clock.now():
        raise Gone("link_expired")
    directory = ports.directories.of(ids.prefix_of(named))
    staff = directory.member(bundle.staff)
    if staff is None:
        raise Gone("link_of_former_staff")
    bells = (bell for bell in ports.store.bells(bundle.bells) if _rings_for(bell, staff))
    return Waiting(staff, tuple(sorted(bells, key=lambda bell: bell.rung_at)), directory)


def _rings_for(bell: Bell, staff: Staff) -> bool:
    """Whether it rings, and not at another place by now."""
    return bell.status is Status.RINGING and any(person.id == staff.id for person in bell.alerted)


def ringing_now(ports: Ports, prefix: str, cursor: str = "", limit: int = 25) -> Page[Bell]:
    """The open bells of a subdistrict, most pressing first; one AWS call."""
    return ports.store.ringing(prefix, cursor, limit)
