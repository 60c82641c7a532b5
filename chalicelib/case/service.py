"""What people do to a case: load, decide, save. Every list is one Query, a case is read with two calls and changed
with two."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.case import access, changes, rules
from chalicelib.case.access import Side, Viewer
from chalicelib.case.shapes import Attachment, CaseChange, CaseFile, CaseOpening, PartyContact, Text, Upload
from chalicelib.case.state import Case
from chalicelib.case.writing import Desk, Pen
from chalicelib.core import ids, links, uploads
from chalicelib.core import text as texts
from chalicelib.core.chain import Event, Happening
from chalicelib.core.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    Stale,
    TooMany,
    Unauthorized,
    Unavailable,
)
from chalicelib.core.links import Link, Purpose
from chalicelib.core.times import parse_iso
from chalicelib.people.staff import Staff
from chalicelib.place.casework import calendar_for, policy_for
from chalicelib.place.rules import Directory
from chalicelib.ports import Contact, Ports
from chalicelib.session.rules import Caller, Session

Credential = str | Session
"""What opens a case: a member of staff's session, a party's token, or the tracking token of a resident's bell."""
Make = Callable[[Desk], object]
"""Writes the command at a desk."""

PARTY_FOR = timedelta(days=365)
MOST_A_DAY = 60
"""So many things does a guest do to a case in a day at most, once its record is `LONG`: whoever has a link and a script
must not make it too long for others to read."""
LONG = 100
_DAY = timedelta(days=1)
_TRIES = 6


@dataclass(frozen=True)
class Reading:
    """A case as somebody may see it; `residents`: contacts by bell, of which parties learn
    the masked name only; `unmasked`: bells whose ringers this member of staff has a reason to reach."""

    file: CaseFile
    viewer: Viewer
    directory: Directory
    residents: Mapping[str, Contact]
    unmasked: frozenset[str] = frozenset()

    @property
    def case(self) -> Case:
        """The case."""
        return self.file.case


def read(ports: Ports, by: Credential, case_id: str = "") -> Reading:
    """The case, for whoever may see it; two AWS calls, and nothing changes.

    `case_id` may be left out for a party's token. Raises NotFound and Forbidden for staff, Unauthorized and Gone
    for a token that does not (or no longer) open it.
    """
    named = _named(by, case_id)
    token = "" if isinstance(by, Session) else by
    if token and links.thing_id_of(token) != named:
        opening = _opening(ports, named, token)
        viewer = _viewer(opening, by, ports.clock.now())
        return Reading(_file(ports, named), viewer, opening.directory, {})
    file = _file(ports, named, token)
    directory = ports.directories.of(ids.prefix_of(named))
    link = next((link for link in file.links if token and link.hash == links.hash_of(token)), None)
    now = ports.clock.now()
    viewer = _viewer(CaseOpening(file.case, file.subject, link, directory), by, now)
    seen = access.unmasked(file.events, viewer, now)
    return Reading(file, viewer, directory, _residents(ports, file.case, viewer), seen)


def _residents(ports: Ports, case: Case, viewer: Viewer) -> Mapping[str, Contact]:
    """Those who rang: all there is for staff, for parties what they are called by and nothing else."""
    if viewer.side is Side.RESIDENT:
        return {}
    known = ports.store.contacts(case.bells)
    if viewer.side is Side.STAFF:
        return known
    return {bell: Contact(texts.mask_name(contact.name), "", "") for bell, contact in known.items()}


def as_resident(ports: Ports, case_id: str, bell_id: str) -> Reading | None:
    """The case for the holder of the bell's tracking link, which the caller has read; None when it is not there, or
    the bell is not in it. A merged case leads to the one it went on in, a split one to where the bell went; one AWS
    call for each."""
    for _ in range(_TRIES):
        file = ports.store.case(case_id)
        if file is None:
            return None
        if file.case.merged_into:
            case_id = file.case.merged_into
            continue
        if bell_id not in file.case.bells:
            case_id = _split_off_with(file.events, bell_id)
            if not case_id:
                return None
            continue
        viewer = Viewer(Side.RESIDENT, bell_id)
        return Reading(file, viewer, ports.directories.of(ids.prefix_of(case_id)), {})
    return None


def _split_off_with(events: Iterable[Event], bell_id: str) -> str:
    """The case that took the bell along when it was split off, if one did."""
    split = (e.data for e in events if e.kind == "split_off" and bell_id in e.data["bells"])
    return str(next((data["case"] for data in split), ""))


def act(
    ports: Ports,
    by: Credential,
    case_id: str,
    verb: str,
    make: Make,
    *,
    seen: int = 0,
    known: Sequence[FieldError] = (),
) -> Case:
    """Do something to the case; two AWS calls, and one for each file that is kept. What was done already by the same
    command is done once.

    `seen`: the version of the case that the caller looked at, 0 when it does not matter. `known`: fields found wrong
    before. Raises Invalid naming every wrong field; Conflict naming what is possible now, or
    (`changed_meanwhile`, with `since`) what others did after the caller looked; Forbidden; TooMany.
    """
    named = _named(by, case_id)
    for _ in range(_TRIES):
        opening = _opening(ports, named, "" if isinstance(by, Session) else by)
        now = ports.clock.now()
        viewer = _viewer(opening, by, now)
        _require(viewer, verb)
        _require_known(opening.case, viewer)
        _require_current(ports, opening.case, viewer, seen)
        if verb != "sign":  # once each anyway, and its code is used up by now
            _require_measure(ports, opening.case, viewer, now)
        with naming_what_is_open(opening.case, viewer):
            change = _change(ports, opening, viewer, make, known, now)
        if change is None:
            return opening.case
        try:
            ports.store.commit(change)
        except Stale:
            continue
        return change.after
    raise Unavailable("case")


def _change(
    ports: Ports,
    opening: CaseOpening,
    viewer: Viewer,
    make: Make,
    known: Sequence[FieldError],
    now: datetime,
) -> CaseChange | None:
    desk = Desk(opening.case, viewer, opening.directory, Pen(ports.entropy.number), [], now)
    happenings = _decided(desk, make(desk), known, now)
    if not happenings:
        return None
    texts = _kept(ports, opening.case, desk.pen.texts)
    invited = tuple(_party_link(ports, opening.case.id, party, now) for party in desk.parties)
    return changes.following(
        opening.case, happenings, viewer.actor, now, texts=texts, parties=desk.parties, links=invited
    )


def _decided(
    desk: Desk, command: object, known: Sequence[FieldError], now: datetime
) -> tuple[Happening, ...]:
    """What the rules say, with every wrong field of the shape, the desk and the rules at once."""
    problems = {error.field: error for error in (*desk.pen.problems, *known)}
    calendar, policy = calendar_for(desk.directory), policy_for(desk.directory)
    try:
        happenings = rules.decide(desk.case, command, desk.viewer.actor, calendar, now, policy)
    except Invalid as error:
        raise Invalid(*({e.field: e for e in error.errors} | problems).values()) from None
    if problems:
        raise Invalid(*problems.values())
    return happenings


def _kept(ports: Ports, case: Case, texts: Iterable[Text]) -> tuple[Text, ...]:
    """The texts with their files kept for good; raises Invalid for a file that never arrived."""
    return tuple(
        replace(text, files=tuple(_keep(ports, case, file) for file in text.files)) for text in texts
    )


def _keep(ports: Ports, case: Case, file: Attachment) -> Attachment:
    if not file.kind or not ports.files.keep(case.id, file.id):
        raise Invalid(FieldError("files", "upload_missing"))
    drawn = file.kind.startswith("image/") and ports.files.keep(case.id, uploads.small(file.id))
    return replace(file, small=drawn)


def _party_link(ports: Ports, case_id: str, party: PartyContact, now: datetime) -> Link:
    token = links.token(ports.policy.key, case_id, Purpose.PARTY, party.id)
    return Link(links.hash_of(token), Purpose.PARTY, now + PARTY_FOR, party.id)


def _require(viewer: Viewer, verb: str) -> None:
    """Raise Forbidden for what is not this side's to do."""
    if not access.may(viewer, verb):
        raise Forbidden("role_not_for_this")


def _require_known(case: Case, viewer: Viewer) -> None:
    """Raise Gone for a resident whose data was erased: whatever they wrote would be held of them again."""
    if viewer.side is Side.RESIDENT and viewer.id in case.erased:
        raise Gone("data_erased")


@contextmanager
def naming_what_is_open(case: Case, viewer: Viewer) -> Iterator[None]:
    """A refusal names what this viewer can do now, and not what others can."""
    try:
        yield
    except Conflict as refusal:
        if "possible" in refusal.params:
            refusal.params = {
                **refusal.params,
                "possible": list(access.asked_for(access.open_to(case, viewer))),
            }
        raise


def _require_current(ports: Ports, case: Case, viewer: Viewer, seen: int) -> None:
    if seen and seen != case.version:
        file = ports.store.case(case.id)
        require_current(case, file.events if file else (), viewer, seen)


def _require_measure(ports: Ports, case: Case, viewer: Viewer, now: datetime) -> None:
    """Raise TooMany for a guest who has done more than anybody has to say; only a long record costs a call."""
    if viewer.side is Side.STAFF or case.tip.seq < LONG:
        return
    file = ports.store.case(case.id)
    own = [parse_iso(event.at) for event in (file.events if file else ()) if access.by(event, viewer)]
    if len(own) >= MOST_A_DAY and (again := own[-MOST_A_DAY] + _DAY) > now:
        raise TooMany("too_many_words", again)


def require_current(case: Case, events: Iterable[Event], viewer: Viewer, seen: int) -> None:
    """Raise Conflict when people changed the case after the caller looked at it, in a way that the caller may know;
    the clock's own steps do not count. Raise Invalid for a version that the case never had."""
    if not 0 <= seen <= case.version:
        raise Invalid(FieldError("version", "out_of_range"))
    if seen and (later := access.unseen(events, seen, viewer, case)):
        possible = list(access.asked_for(access.open_to(case, viewer)))
        raise Conflict("changed_meanwhile", version=case.version, since=later, possible=possible)


def _named(by: Credential, case_id: str) -> str:
    if isinstance(by, str) and not case_id:
        named = links.thing_id_of(by)
        if named is None:
            raise Unauthorized("link_unknown")
        return named
    meant = ids.parse(case_id)
    if meant is None:
        raise NotFound("no_such_case")
    return meant


def _file(ports: Ports, case_id: str, token: str = "") -> CaseFile:
    file = ports.store.case(case_id)
    if file is None:
        raise Unauthorized("link_unknown") if token else NotFound("no_such_case")
    return file


def _opening(ports: Ports, case_id: str, token: str = "") -> CaseOpening:
    named = links.thing_id_of(token) if token else None
    if token and named is None:
        raise Unauthorized("link_unknown")
    kind = "CASE" if named == case_id else "BELL"
    link = (f"{kind}#{named}", links.hash_of(token)) if named else None
    opening = ports.store.case_opening(case_id, link)
    if opening is None:
        raise Unauthorized("link_unknown") if token else NotFound("no_such_case")
    return opening


def _viewer(opening: CaseOpening, by: Credential, now: datetime) -> Viewer:
    """Who looks; raises unless they may."""
    if isinstance(by, Session):
        return _staff(opening, by)
    link = opening.link
    if link is None:
        raise Unauthorized("link_unknown")
    if link.expires_at <= now:
        raise Gone("link_expired")
    if link.purpose is Purpose.PARTY:
        return _party(opening.case, link.holder)
    bell_id = links.thing_id_of(by) or ""
    if link.purpose is not Purpose.TRACK or bell_id not in opening.case.bells:
        raise Forbidden("not_your_case")
    return Viewer(Side.RESIDENT, bell_id)


def viewer_of(ports: Ports, by: Credential, case: Case) -> Viewer:
    """Who somebody is to a case that they have just changed; no AWS call."""
    if isinstance(by, Session):
        directory = ports.directories.of(ids.prefix_of(case.id))
        return _staff(CaseOpening(case, "", None, directory), by)
    named = links.thing_id_of(by) or ""
    if named in case.bells:
        return Viewer(Side.RESIDENT, named)
    key = ports.policy.key
    holders = (p for p in case.parties if links.token(key, case.id, Purpose.PARTY, p.id) == by)
    party = next(holders, None)
    return Viewer(Side.PARTY, party.id, role=party.kind) if party else Viewer(Side.PARTY, "")


def _staff(opening: CaseOpening, session: Session) -> Viewer:
    member = member_of(opening.directory, session)
    if member is None or not access.sights(opening.directory, member, opening.case):
        raise Forbidden("not_your_case")
    return Viewer(Side.STAFF, member.id, member.name, str(member.role))


def _party(case: Case, party_id: str) -> Viewer:
    party = next((p for p in case.parties if p.id == party_id), None)
    if party is None or not party.active:
        raise Gone("party_gone")
    return Viewer(Side.PARTY, party.id, role=party.kind)


def member_of(directory: Directory, session: Session) -> Staff | None:
    """The member of staff who has signed in, if they are of this subdistrict."""
    if session.caller is Caller.RESIDENT or session.prefix != directory.subdistrict.prefix:
        return None
    return directory.member(session.staff)


@dataclass(frozen=True)
class Wanted:
    """A file that somebody wants to upload: its media type, its size in bytes, where a browser goes afterwards."""

    kind: str
    size: int
    back_to: str = ""


def upload(
    ports: Ports, by: Credential, case_id: str, file: Wanted, *, known: Sequence[FieldError] = ()
) -> tuple[Upload, Upload]:
    """Forms for a file and for its thumbnail; one AWS call. Raises Invalid for a type or size that is not taken."""
    named = _named(by, case_id)
    opening = _opening(ports, named, "" if isinstance(by, Session) else by)
    _require_known(opening.case, _viewer(opening, by, ports.clock.now()))
    _check_upload(file, known)
    file_id = uploads.file_id(file.kind, ports.entropy.number(uploads.CHANCE_BITS))
    seconds = uploads.UPLOAD_SECONDS
    whole = ports.files.upload(named, file_id, file.kind, uploads.MOST_BYTES, seconds, file.back_to)
    drawn = ports.files.upload(named, uploads.small(file_id), "image/jpeg", uploads.SMALL_BYTES, seconds)
    return whole, drawn


def _check_upload(file: Wanted, known: Sequence[FieldError]) -> None:
    problems = []
    if file.kind not in uploads.ENDINGS:
        problems.append(FieldError("kind", "unknown"))
    if not 0 < file.size <= uploads.MOST_BYTES:
        problems.append(FieldError("bytes", "out_of_range", {"limit": uploads.MOST_BYTES}))
    if problems or known:
        raise Invalid(*{error.field: error for error in (*problems, *known)}.values())
