"""Who can hear of a case: those an event of it names, as they can be reached now. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chalicelib.case.due import above
from chalicelib.case.parties import RESIDENT
from chalicelib.case.state import Case
from chalicelib.core.chain import Event
from chalicelib.core.times import parse_iso
from chalicelib.notice import rules
from chalicelib.notice.rules import RESIDENT_ID, Links
from chalicelib.notice.types import PARTY, Recipient
from chalicelib.people.rules import duty
from chalicelib.place.ladder import Role
from chalicelib.place.rules import Directory

OFFICES = frozenset({Role.SPECIALIST, Role.COMMUNITY, Role.SUBDISTRICT})
MEDIATOR = "mediator"


@dataclass(frozen=True)
class CaseScene:
    """What a case's event is told from. `case`: as it was right after the event; `events`: up to it.

    `residents` by bell and `parties` by id as they can be reached now; erased ones are left out.
    """

    case: Case
    events: tuple[Event, ...]
    directory: Directory
    residents: Mapping[str, Recipient]
    parties: Mapping[str, Recipient]
    links: Links


def resident_id(case: Case, bell: str) -> str:
    """What the record calls the ringer of one of the case's bells."""
    return RESIDENT_ID if bell == case.bells[0] else f"{RESIDENT_ID}:{bell}"


def party_id(party: str) -> str:
    """What the record calls a party."""
    return f"{PARTY}:{party}"


def staff(scene: CaseScene, staff_id: str) -> Iterator[Recipient]:
    """A member of staff, unless they have left."""
    member = scene.directory.member(staff_id)
    if member:
        yield rules.as_recipient(member)


def office(event: Event, scene: CaseScene, role: str) -> Iterator[Recipient]:
    """Those on duty for the role when it happened; where nobody is, the next level that has somebody."""
    for _ in Role:
        found = duty(scene.directory, scene.case.neighbourhood, [Role(role)], parse_iso(event.at)).staff
        if found or role == Role.SUPERVISOR:
            yield from map(rules.as_recipient, found)
            return
        role = above(role)


def owner(event: Event, scene: CaseScene) -> Iterator[Recipient]:
    """Who works on the case; when they have left, those on duty in their place."""
    if scene.directory.member(scene.case.owner):
        yield from staff(scene, scene.case.owner)
    else:
        yield from office(event, scene, scene.case.owner_role)


def residents(scene: CaseScene) -> Iterator[Recipient]:
    """Everybody who rang, each phone once."""
    told: dict[object, Recipient] = {}
    for bell in scene.case.bells:
        if to := scene.residents.get(bell):
            told.setdefault(to.addresses, to)
    yield from told.values()


def party(scene: CaseScene, who: str) -> Iterator[Recipient]:
    """A party by its id, unless it was removed."""
    if who in scene.parties and any(p.id == who and p.active for p in scene.case.parties):
        yield scene.parties[who]


def parties(scene: CaseScene) -> Iterator[Recipient]:
    """All that take part."""
    for one in scene.case.parties:
        yield from party(scene, one.id)


def whoever(event: Event, scene: CaseScene, who: str) -> Iterator[Recipient]:
    """Whom an event names as bound, invited or to sign: a party, the residents or one of them, an office."""
    if who == RESIDENT:
        yield from residents(scene)
    elif who in scene.case.bells:
        yield from (scene.residents[bell] for bell in (who,) if bell in scene.residents)
    elif any(p.id == who for p in scene.case.parties):
        yield from party(scene, who)
    elif who in OFFICES:
        own = who == scene.case.owner_role
        yield from owner(event, scene) if own else office(event, scene, who)
    elif who == MEDIATOR:
        yield from (to for p in scene.case.parties if p.kind == MEDIATOR for to in party(scene, p.id))
