"""Who may do what to a case, and who sees what of it. Pure.

Three sides look at a case: the staff whose place it is, the residents who rang, the parties who were invited. The
table of stages says what is possible; this says for whom.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from chalicelib.case.guard import possible
from chalicelib.case.state import Case
from chalicelib.core import ids
from chalicelib.core.chain import Actor, Event
from chalicelib.core.times import parse_iso
from chalicelib.people.staff import Staff
from chalicelib.place.ladder import Role
from chalicelib.place.rules import Directory

UNMASKED_FOR = timedelta(days=1)


class Side(StrEnum):
    """From where somebody looks at a case."""

    STAFF = "staff"
    RESIDENT = "resident"
    PARTY = "party"


@dataclass(frozen=True)
class Viewer:
    """Somebody in front of a case. `id`: of the member of staff, of the resident's bell, of the party."""

    side: Side
    id: str
    name: str = ""
    role: str = ""

    @property
    def actor(self) -> Actor:
        """As an event names them: staff by name, everybody else by an id that says nothing."""
        return Actor(str(self.side), self.id, self.name, self.role)


# What the tables of stages allow, by whom.
RESIDENTS = frozenset(
    {"message", "reply", "choose", "perform", "accept", "send_back", "comment", "respond", "sign", "rate"}
    | {"reopen"}
)
PARTIES = frozenset({"message", "comment", "respond", "sign", "perform", "confirm"})
# The rating is the resident's word alone. A bell joins when it is accepted, and a case absorbs what is merged into it.
NOT_STAFFS = frozenset({"rate", "join", "absorb"})
# What follows from something else: a bell that is accepted, another case that is merged. Nobody asks for it by itself.
_FOLLOWS = frozenset({"join", "absorb"})

# What is said within the house. Its events are on the record all the same, and staff see them.
_HOUSE = frozenset({"notified", "reminded", "rearmed", "extension_asked", "reported", "erased"})
# Whose words are for the house (and for whoever wrote them), though that it happened is not.
_HOUSE_WORDS = frozenset(
    {"visited", "pressed", "reported", "extension_asked", "extended", "extension_refused", "signed", "rated"}
    | {"reopened", "replied", "confirmed"}
)
# What every side of a case is told of.
OF_ALL = frozenset(
    {"opened", "proposed", "commented", "agreed", "rejected", "broken_off", "failed", "finished", "closed"}
    | {"reopened", "negotiated", "carried_out", "consulted"}
)
_RESIDENT_ONLY = frozenset({"replied", "asked", "offered", "chosen", "rated", "joined", "absorbed", "merged"})


def may(viewer: Viewer, verb: str) -> bool:
    """Whether it is this side's to do at all; whether it is possible now the table of stages says."""
    if viewer.side is Side.RESIDENT:
        return verb in RESIDENTS
    if viewer.side is Side.PARTY:
        return verb in PARTIES
    return verb not in NOT_STAFFS


def open_to(case: Case, viewer: Viewer) -> tuple[str, ...]:
    """What this viewer can do to the case now, in the table's order."""
    if viewer.side is Side.RESIDENT and viewer.id in case.erased:
        return ()
    return tuple(
        dict.fromkeys(v for v in possible(case) if may(viewer, v) and _concerns_them(case, viewer, v))
    )


def asked_for(verbs: Iterable[str]) -> tuple[str, ...]:
    """The table's verbs as clients can ask for them: carried and voted down are one."""
    named = ("conclude" if verb in {"agree", "reject"} else verb for verb in verbs)
    return tuple(dict.fromkeys(verb for verb in named if verb not in _FOLLOWS))


def _concerns_them(case: Case, viewer: Viewer, verb: str) -> bool:
    """A button that would only be refused is no help."""
    if viewer.side is Side.STAFF:
        # Whose case it is sees everything already.
        return verb != "unmask" or viewer.id != case.owner
    names = names_of(case, viewer)
    match verb:
        case "respond":
            return any(m.status == "scheduled" and names & set(m.invited) for m in case.meetings)
        case "sign":
            return bool(case.agreement and names & set(case.agreement.missing))
        case "perform":
            return any(o.status == "open" and o.who in names for o in case.obligations)
        case "accept" | "send_back":
            return any(o.status == "performed" and o.who not in names for o in case.obligations)
    return True


def names_of(case: Case, viewer: Viewer) -> frozenset[str]:
    """The names under which a case knows the viewer where parties are listed."""
    if viewer.side is not Side.RESIDENT:
        return frozenset({viewer.id})
    first = {"resident"} if case.bells[:1] == (viewer.id,) else set()
    return frozenset({viewer.id, *first})


def sights(directory: Directory, member: Staff, case: Case) -> bool:
    """Whether a member of staff may see the case: it is theirs, or of their places; lawyers and police see theirs.
    `directory` is the member's own: another subdistrict may have places and people of the same ids."""
    if ids.prefix_of(case.id) != directory.subdistrict.prefix:
        return False
    if case.owner == member.id or member.role is Role.SUPERVISOR:
        return True
    if member.role in {Role.LAWYER, Role.POLICE}:
        return False
    return any(place in directory.lineage(case.neighbourhood) for place in member.places)


def visible(event: Event, viewer: Viewer, case: Case) -> bool:
    """Whether the viewer is told of the event."""
    if viewer.side is Side.STAFF or by(event, viewer):
        return True
    if event.kind in _HOUSE:
        return False
    if event.kind == "messaged":
        return _addressed(event, viewer, case)
    if viewer.side is Side.RESIDENT:
        return True
    return event.kind in OF_ALL or (event.kind not in _RESIDENT_ONLY and _names_them(event, viewer, case))


def readable(event: Event, viewer: Viewer, case: Case) -> bool:
    """Whether the viewer may read the words and see the photos of an event that they are told of."""
    return viewer.side is Side.STAFF or by(event, viewer) or event.kind not in _HOUSE_WORDS


def by(event: Event, viewer: Viewer) -> bool:
    """Whether the viewer did it."""
    return event.actor.get("kind") == viewer.side and event.actor.get("id", "") == viewer.id


def _addressed(event: Event, viewer: Viewer, case: Case) -> bool:
    to = event.data["to"]
    return to in names_of(case, viewer) or (viewer.side is Side.RESIDENT and to == "resident")


def _names_them(event: Event, viewer: Viewer, case: Case) -> bool:
    """Whether the event is about the party, or about a meeting, an agreement or a promise of theirs."""
    data = event.data
    if viewer.id in _strings(data):
        return True
    if "meeting" in data:
        return any(m.number == data["meeting"] and viewer.id in m.invited for m in case.meetings)
    if event.kind in {"signed", "drafted"}:
        return bool(case.agreement and viewer.id in case.agreement.signatories)
    number = data.get("obligation")
    return any(o.number == number and o.who == viewer.id for o in case.obligations)


def _strings(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from _strings(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _strings(value)


def refs_in(data: object) -> Iterator[str]:
    """The ids of everything written that an event's data names, in its order."""
    if isinstance(data, Mapping):
        if set(data) == {"id", "commitment"}:
            yield data["id"]
            return
        for value in data.values():
            yield from refs_in(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from refs_in(value)


def unseen(events: Iterable[Event], version: int, viewer: Viewer, case: Case) -> tuple[Event, ...]:
    """What the viewer may know of `since`; nobody has to look at what is not shown."""
    return tuple(e for e in since(events, version) if visible(e, viewer, case))


def since(events: Iterable[Event], version: int) -> tuple[Event, ...]:
    """What people did after the case had that version; what the clock did takes nobody by surprise, and whoever only
    looked changed nothing."""
    changes = [event for event in events if event.kind != "notified"]
    return tuple(e for e in changes[version:] if e.actor.get("kind") != "system" and e.kind != "unmasked")


def unmasked(events: Iterable[Event], viewer: Viewer, now: datetime) -> frozenset[str]:
    """The bells whose ringers this member of staff has asked to see, saying why, not long ago."""
    return frozenset(
        event.data["bell"]
        for event in events
        if event.kind == "unmasked" and by(event, viewer) and now - parse_iso(event.at) < UNMASKED_FOR
    )


def text_of(data: Mapping[str, Any], name: str) -> str:
    """The id of what is written under that name of an event's data, or the empty string."""
    value = data.get(name)
    return str(value["id"]) if isinstance(value, Mapping) and "commitment" in value else ""
