"""The directory of one subdistrict: its places, its policy. Pure data and look-ups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.core.times import QuietHours
from chalicelib.people.staff import Roster, Staff
from chalicelib.place.ladder import Desk, Ladder, LadderRule, Urgency, choose

_NIGHT = QuietHours()


@dataclass(frozen=True)
class Neighbourhood:
    """小区. `short` (at most 8 characters, used in SMS) defaults to the beginning of the name."""

    id: str
    name: str
    name_en: str = ""
    short: str = ""
    short_en: str = ""
    households: int | None = None


@dataclass(frozen=True)
class Community:
    """社区 with its neighbourhoods."""

    id: str
    name: str
    name_en: str = ""
    neighbourhoods: tuple[Neighbourhood, ...] = ()


@dataclass(frozen=True)
class Hotline:
    """A number shown before anything else in an emergency, such as the gas company's."""

    id: str
    phone: str


@dataclass(frozen=True)
class Subdistrict:
    """街道: the root of the directory. `prefix` begins every number of its bells and cases."""

    id: str
    prefix: str
    name: str
    name_en: str = ""
    district: str = ""
    district_en: str = ""
    timezone: str = "Asia/Shanghai"
    country_code: str = "86"
    quiet: QuietHours = _NIGHT
    hotlines: tuple[Hotline, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the place."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True)
class Organisation:
    """Somebody outside the office who can be invited to a case: a company, an authority, a representative.

    `kind` is one of `case.parties.KINDS`, `person` whom to ask for there. `places` are those it is offered for
    first, empty: all of the subdistrict. Without phone and mail it cannot be sent a link.
    """

    id: str
    kind: str
    name: str
    name_en: str = ""
    person: str = ""
    phone: str = ""
    mail: str = ""
    language: str = "zh-CN"
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class Directory:
    """Everything about a subdistrict that decides who is asked: places, staff, rosters, ladders, organisations.

    `committee`: the name of its people's mediation committee (人民调解委员会); without one, parties can sign
    minutes (协商纪要) and no mediation agreement. `official_vote`: where the statutory vote of owners is held, as every
    poll says. `casework`: the keys and values of the place file's `casework`, as
    `place.casework` reads them; plain data, since ringing, which needs none of it, reads a directory too. `ended`: when
    a member of staff ended all their sessions; no part of the place's file, read with it because no request may cost a
    call for it.
    """

    subdistrict: Subdistrict
    communities: tuple[Community, ...]
    staff: tuple[Staff, ...] = ()
    rosters: tuple[Roster, ...] = ()
    ladders: tuple[LadderRule, ...] = ()
    version: int = field(default=0)
    organisations: tuple[Organisation, ...] = ()
    committee: str = ""
    official_vote: str = ""
    casework: Mapping[str, Any] = field(default_factory=dict, hash=False)
    ended: Mapping[str, datetime] = field(default_factory=dict, compare=False)

    def neighbourhood(self, place_id: str) -> Neighbourhood | None:
        """The neighbourhood of that id."""
        return next((n for _, n in self.neighbourhoods() if n.id == place_id), None)

    def neighbourhoods(self) -> Iterator[tuple[Community, Neighbourhood]]:
        """Every neighbourhood with its community."""
        return ((c, n) for c in self.communities for n in c.neighbourhoods)

    def lineage(self, place_id: str) -> tuple[str, ...]:
        """The places whose staff answer for this one, nearest first.

        A neighbourhood's are itself, its community and the subdistrict; a community's itself and the
        subdistrict; those of an unknown place the subdistrict alone.
        """
        for community in self.communities:
            if community.id == place_id:
                return (community.id, self.subdistrict.id)
            if any(n.id == place_id for n in community.neighbourhoods):
                return (place_id, community.id, self.subdistrict.id)
        return (self.subdistrict.id,)

    def member(self, staff_id: str) -> Staff | None:
        """The member of staff of that id, None when they have left."""
        return next((s for s in self.staff if s.id == staff_id), None)

    def organisation(self, organisation_id: str) -> Organisation | None:
        """The organisation of that id, None when it is no longer listed."""
        return next((o for o in self.organisations if o.id == organisation_id), None)

    def organisations_of(self, place_id: str) -> tuple[Organisation, ...]:
        """Every organisation in the file's order, those that are there for this place before the others."""
        near = {*self.lineage(place_id)} - {self.subdistrict.id}
        return tuple(sorted(self.organisations, key=lambda o: not near.intersection(o.places)))

    def ladder(self, urgency: Urgency, desk: Desk) -> Ladder:
        """The ladder a bell of this urgency at this desk takes when rung now."""
        return choose(self.ladders, urgency, desk)
