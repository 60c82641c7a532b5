"""What one reader may read of a case: words, photos and names, masked where they must be. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.case import access
from chalicelib.case.access import Side, Viewer
from chalicelib.case.parties import PRIVATE
from chalicelib.case.shapes import Attachment, CaseFile, PartyContact
from chalicelib.case.state import Case, Ref
from chalicelib.core import text as texts
from chalicelib.core.chain import Event
from chalicelib.place.rules import Directory
from chalicelib.ports import Contact
from chalicelib.web import case_labels, labels
from chalicelib.web.guest_views import Photo
from chalicelib.web.i18n import N_, translate

Show = Callable[[Attachment], Photo]
_ROLES = frozenset({"specialist", "community", "subdistrict", "supervisor", "lawyer", "police"})


@dataclass(frozen=True)
class Lens:
    """A case as one reader sees it. `show` signs a link to a file; `masked`: residents and private persons are 张* to
    this reader; `paper`: it is what they sign, which names its parties whole; `unmasked`: bells whose
    ringers this member of staff has a reason to reach."""

    file: CaseFile
    viewer: Viewer
    residents: Mapping[str, Contact]
    directory: Directory
    language: str
    now: datetime
    show: Show
    paper: bool = False
    unmasked: frozenset[str] = frozenset()

    @property
    def case(self) -> Case:
        """The case as it stands."""
        return self.file.case

    @property
    def events(self) -> tuple[Event, ...]:
        """The record, oldest first."""
        return self.file.events

    @property
    def masked(self) -> bool:
        """Whether the reader sees no resident's full name but their own."""
        return self.viewer.side is not Side.STAFF

    @property
    def mine(self) -> frozenset[str]:
        """The names under which the case knows the reader."""
        if self.viewer.side is Side.STAFF:
            return frozenset()
        return access.names_of(self.case, self.viewer)

    def told(self) -> Iterator[Event]:
        """The events that the reader is told of."""
        return (e for e in self.events if access.visible(e, self.viewer, self.case))

    def words(self, ref: Ref | Mapping[str, str] | None) -> str:
        """What was written there; empty when there is nothing, or it was erased."""
        written = self.file.texts.get(_id(ref))
        return written.words if written else ""

    def files(self, ref: Ref | Mapping[str, str] | None) -> tuple[Photo, ...]:
        """The photos and papers there."""
        written = self.file.texts.get(_id(ref))
        return tuple(map(self.show, written.files)) if written else ()

    def name(self, who: str) -> str:
        """A party, a resident, a role of the staff or a member of it by name, as this reader may see it."""
        if party := self.file.parties.get(who):
            return self._party(party)
        if who == "resident" or who in self.case.bells:
            return self._resident(self.case.bells[0] if who == "resident" else who)
        if who == "committee" and self.directory.committee:
            return self.directory.committee
        if who in _ROLES:
            return labels.role(who, self.language)
        if who in case_labels.PERSONS:
            return _capital(case_labels.person(who, self.language))
        member = self.directory.member(who)
        return member.name if member else self._kind(who)

    def names(self, who: tuple[str, ...] | list[str]) -> tuple[str, ...]:
        """Several of them."""
        return tuple(map(self.name, who))

    def actor(self, event: Event) -> str:
        """Who did it."""
        by = event.actor
        if by.get("name"):
            return by["name"]
        if by["kind"] == Side.RESIDENT:
            return self.name(by.get("id") or "resident")
        return self.name(by["id"]) if by.get("id") else translate(self.language, N_("The platform"))

    def last(self, *kinds: str) -> Event | None:
        """The latest event of these kinds."""
        return next((e for e in reversed(self.events) if e.kind in kinds), None)

    def each(self, *kinds: str) -> Iterator[Event]:
        """Every event of these kinds, oldest first."""
        return (e for e in self.events if e.kind in kinds)

    def _party(self, party: PartyContact) -> str:
        private = party.kind in PRIVATE and not party.organisation
        hidden = private and self.masked and not self.paper and party.id not in self.mine
        return texts.mask_name(party.name) if hidden else party.name

    def _resident(self, bell: str) -> str:
        contact = self.residents.get(bell)
        if contact is None:
            return labels.role("resident", self.language)
        own = self.viewer.side is Side.RESIDENT and bell == self.viewer.id
        return contact.name if own or not self.masked else texts.mask_name(contact.name)

    def _kind(self, who: str) -> str:
        kind = next((p.kind for p in self.case.parties if p.id == who), "")
        return case_labels.party_kind(kind, self.language) if kind else who


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _id(ref: Ref | Mapping[str, str] | None) -> str:
    if ref is None:
        return ""
    return ref.id if isinstance(ref, Ref) else str(ref.get("id", ""))
