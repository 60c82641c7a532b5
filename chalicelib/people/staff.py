"""Members of staff and the duty rosters, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from chalicelib.place.ladder import Role


class Channel(StrEnum):
    """A way to reach a person. WECHAT is whose reader bound it: no directory and no contact names its address."""

    SMS = "sms"
    MAIL = "mail"
    WECHAT = "wechat"


@dataclass(frozen=True)
class Staff:
    """A member of staff. `places` are ids of neighbourhoods, communities or the subdistrict they work for.

    `channels` are tried in this order; one without an address (no phone, no mail) does not count.
    """

    id: str
    name: str
    role: Role
    places: tuple[str, ...]
    phone: str = ""
    mail: str = ""
    language: str = "zh-CN"
    channels: tuple[Channel, ...] = (Channel.SMS, Channel.MAIL)
    deputy: str = ""

    def address(self, channel: Channel) -> str:
        """Where that channel reaches them, or the empty string."""
        return {Channel.SMS: self.phone, Channel.MAIL: self.mail}.get(channel, "")

    @property
    def reachable(self) -> tuple[Channel, ...]:
        """The channels that have an address, in order of preference."""
        return tuple(channel for channel in self.channels if self.address(channel))


class Frequency(StrEnum):
    """How often a rotation hands over."""

    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True)
class Rotation:
    """Members take turns, handing over at `handover` in the place's zone; the first begins on `starts`.

    A weekly rotation hands over on the weekday of `starts`. `from_time`/`until_time` limit duty to a part of
    each day (both the same: the whole day; from later than until: over midnight).
    """

    members: tuple[str, ...]
    starts: date
    handover: time = time(9)
    frequency: Frequency = Frequency.WEEKLY
    from_time: time = time(0)
    until_time: time = time(0)


class Change(StrEnum):
    """What an override does to the roster."""

    REPLACE = "replace"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True)
class Override:
    """A change of the roster with dates: [starts, ends). REPLACE puts `staff` in the place of `instead_of`
    (everybody when empty); ADD adds `staff`; REMOVE takes `staff` off, and his deputy stands in.

    Several at once take effect in their order; each sees what those before it left."""

    change: Change
    starts: datetime
    ends: datetime
    staff: str = ""
    instead_of: str = ""


@dataclass(frozen=True)
class Roster:
    """Who answers for a role at a place (neighbourhood, community or subdistrict id).

    Without a roster, or with one that has overrides only, all staff of that role at the place are on duty.
    """

    place: str
    role: Role
    rotations: tuple[Rotation, ...] = ()
    overrides: tuple[Override, ...] = ()
