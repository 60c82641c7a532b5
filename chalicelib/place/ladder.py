"""Ladders (升级阶梯) as data: which levels are alerted, how long each has, what follows the last.

A ladder is copied into the bell when it is rung, so that an edit changes only later bells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Role(StrEnum):
    """What a member of staff does; levels name roles."""

    SPECIALIST = "specialist"
    COMMUNITY = "community"
    SUBDISTRICT = "subdistrict"
    SUPERVISOR = "supervisor"
    LAWYER = "lawyer"
    POLICE = "police"


class Urgency(StrEnum):
    """How much it hurries; the category decides."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    ORDINARY = "ordinary"


class Desk(StrEnum):
    """Whom the resident asks for: 找社区, 找律师, 找警察."""

    COMMUNITY = "community"
    LAWYER = "lawyer"
    POLICE = "police"


@dataclass(frozen=True)
class Level:
    """Roles alerted together, the seconds they have, and how often they are alerted again before the next."""

    roles: tuple[Role, ...]
    seconds: int = 300
    repeats: int = 0


@dataclass(frozen=True)
class Ladder:
    """Levels in order; when the last stays silent `exhausted_roles` are told, again every `repeat_seconds`.

    `decide_seconds`: how long after the answer the bell must be accepted or declined.
    `holds_in_quiet_hours`: whether a level that falls due in quiet hours waits for the morning (reminders
    after the answer do so whenever the urgency is ordinary).
    """

    levels: tuple[Level, ...]
    exhausted_roles: tuple[Role, ...] = (Role.SUPERVISOR,)
    repeat_seconds: int = 900
    decide_seconds: int = 86_400
    holds_in_quiet_hours: bool = False

    def level(self, index: int) -> Level:
        """The level of that index; past the end, the last one."""
        return self.levels[min(index, len(self.levels) - 1)]


@dataclass(frozen=True)
class LadderRule:
    """Which bells a ladder is for; an empty field matches all."""

    ladder: Ladder
    urgency: Urgency | None = None
    desk: Desk | None = None

    def fits(self, urgency: Urgency, desk: Desk) -> bool:
        """Whether a bell of this urgency at this desk takes the ladder."""
        return self.urgency in (None, urgency) and self.desk in (None, desk)


_OWN_DESK: dict[Desk, tuple[Role, ...]] = {
    Desk.COMMUNITY: (Role.SPECIALIST, Role.COMMUNITY, Role.SUBDISTRICT),
    Desk.LAWYER: (Role.LAWYER, Role.COMMUNITY, Role.SUBDISTRICT),
    Desk.POLICE: (Role.POLICE, Role.COMMUNITY, Role.SUBDISTRICT),
}
_DECIDE = {
    Urgency.EMERGENCY: timedelta(minutes=15),
    Urgency.URGENT: timedelta(hours=2),
    Urgency.ORDINARY: timedelta(hours=24),
}


def default_ladder(urgency: Urgency, desk: Desk) -> Ladder:
    """Five minutes a level, starting with the desk's own staff.

    An emergency goes to all at once, then again every two minutes.
    """
    decide = int(_DECIDE[urgency].total_seconds())
    roles = _OWN_DESK[desk]
    if urgency is Urgency.EMERGENCY:
        everybody = tuple(dict.fromkeys((*roles, *_OWN_DESK[Desk.COMMUNITY])))
        return Ladder(
            (Level(everybody, seconds=120),),
            exhausted_roles=(*everybody, Role.SUPERVISOR),
            repeat_seconds=120,
            decide_seconds=decide,
        )
    return Ladder(tuple(Level((role,)) for role in roles), decide_seconds=decide)


def choose(rules: Sequence[LadderRule], urgency: Urgency, desk: Desk) -> Ladder:
    """The first ladder of the place's policy that fits, else the default."""
    fitting = (rule.ladder for rule in rules if rule.fits(urgency, desk))
    return next(fitting, None) or default_ladder(urgency, desk)


@dataclass(frozen=True)
class Category:
    """What a bell can be about; names are in the translations."""

    id: str
    urgency: Urgency
