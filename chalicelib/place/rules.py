"""The directory of one subdistrict: its places, its policy. Pure data and look-ups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
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
class Directory:
    """Everything about a subdistrict that decides who is asked: places, staff, rosters, ladders."""

    subdistrict: Subdistrict
    communities: tuple[Community, ...]
    staff: tuple[Staff, ...] = ()
    rosters: tuple[Roster, ...] = ()
    ladders: tuple[LadderRule, ...] = ()
    version: int = field(default=0)

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

    def ladder(self, urgency: Urgency, desk: Desk) -> Ladder:
        """The ladder a bell of this urgency at this desk takes when rung now."""
        return choose(self.ladders, urgency, desk)
