"""Who is on duty: rotations, overrides and deputies, looked up at the instant a level is alerted. Pure.

The nearest roster of the role decides (neighbourhood, community, subdistrict); where there is none, all staff
of the role who work for the nearest place that has any. A supervisor answers for the whole subdistrict.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from chalicelib.people.staff import Change, Frequency, Override, Roster, Rotation, Staff
from chalicelib.place.ladder import Role
from chalicelib.place.rules import Directory

NOBODY_ON_DUTY = "nobody_on_duty"
NOBODY_REACHABLE = "nobody_reachable"
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Duty:
    """Who can be alerted now; when there is nobody, `reason` says why and the level is skipped."""

    staff: tuple[Staff, ...]
    reason: str = ""


def duty(directory: Directory, neighbourhood_id: str, roles: Iterable[Role], at: datetime) -> Duty:
    """The reachable people on duty for any of the roles, each once, in the order of the roles."""
    found = [staff for role in roles for staff in on_duty(directory, neighbourhood_id, role, at)]
    if not found:
        return Duty((), NOBODY_ON_DUTY)
    reachable = tuple(dict.fromkeys(staff for staff in found if staff.reachable))
    return Duty(reachable, "" if reachable else NOBODY_REACHABLE)


def on_duty(directory: Directory, neighbourhood_id: str, role: Role, at: datetime) -> tuple[Staff, ...]:
    """The people on duty for a role, deputies already in the place of those who are off; reachable or not.

    Deputies stand in directly and once: the deputy of a deputy is not asked.
    """
    places = _places(directory, neighbourhood_id, role)
    roster = _roster(directory, places, role)
    assigned = tuple(staff.id for staff in _assigned(directory, places, role))
    ids, off = _planned(directory, roster, assigned, at) if roster else (assigned, frozenset[str]())
    people = (_present(directory, staff_id, off) for staff_id in ids)
    return tuple(dict.fromkeys(staff for staff in people if staff))


def on_rotation(rotation: Rotation, zone: ZoneInfo, at: datetime, known: Sequence[str] | None = None) -> str:
    """The member whose turn it is, or "" before it starts and outside its hours.

    A turn of somebody who is not `known` any more falls to the next in order: the others keep their weeks.
    """
    today = at.astimezone(zone).date()
    if not rotation.members or not _in_hours(rotation, zone, today, at):
        return ""
    shift = today if instant(today, rotation.handover, zone) <= at else today - _DAY
    days = (shift - rotation.starts).days
    if days < 0:
        return ""
    turn = days // _period(rotation) % len(rotation.members)
    order = rotation.members[turn:] + rotation.members[:turn]
    return next((member for member in order if known is None or member in known), "")


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant at which the place's clocks show that time.

    The first of two where clocks are set back; a skipped time comes as much later as clocks go forward.
    """
    return datetime.combine(day, at, zone).astimezone(UTC)


def _places(directory: Directory, place_id: str, role: Role) -> tuple[str, ...]:
    return (directory.subdistrict.id,) if role is Role.SUPERVISOR else directory.lineage(place_id)


def _roster(directory: Directory, places: Sequence[str], role: Role) -> Roster | None:
    rosters = {roster.place: roster for roster in reversed(directory.rosters) if roster.role is role}
    return next((rosters[place] for place in places if place in rosters), None)


def _assigned(directory: Directory, places: Sequence[str], role: Role) -> tuple[Staff, ...]:
    staff = [member for member in directory.staff if member.role is role]
    for place in places:
        if here := tuple(member for member in staff if place in member.places):
            return here
    return ()


def _planned(
    directory: Directory, roster: Roster, assigned: tuple[str, ...], at: datetime
) -> tuple[tuple[str, ...], frozenset[str]]:
    """Who the roster names, and who of all staff is off. Overrides alone change those who are assigned."""
    known = tuple(staff.id for staff in directory.staff)
    zone = directory.subdistrict.zone
    ids = assigned
    if roster.rotations:
        turns = (on_rotation(rotation, zone, at, known) for rotation in roster.rotations)
        ids = tuple(dict.fromkeys(member for member in turns if member))
    off: frozenset[str] = frozenset()
    for override in roster.overrides:
        if override.starts <= at < override.ends and override.staff in known:
            ids, off = _override(override, ids, off)
    return ids, off


def _override(
    override: Override, ids: tuple[str, ...], off: frozenset[str]
) -> tuple[tuple[str, ...], frozenset[str]]:
    """One override on what those before it left: they take effect as written, the last has the last word.

    REPLACE for somebody who is not on duty changes nothing; for everybody it always puts its person on duty.
    """
    if override.change is Change.REMOVE:
        return ids, off | {override.staff}
    if override.change is Change.ADD:
        return (*ids, override.staff), off - {override.staff}
    if not override.instead_of:
        return (override.staff,), off - {override.staff}
    if override.instead_of not in ids:
        return ids, off
    replaced = tuple(override.staff if staff_id == override.instead_of else staff_id for staff_id in ids)
    return replaced, off - {override.staff}


def _present(directory: Directory, staff_id: str, off: frozenset[str]) -> Staff | None:
    """The member of staff, or the deputy when he is off or cannot be reached and the deputy can help."""
    staff = directory.member(staff_id)
    if staff is None or (staff.id not in off and staff.reachable):
        return staff
    deputy = directory.member(staff.deputy) if staff.deputy not in off else None
    if staff.id in off:
        return deputy
    return deputy if deputy and deputy.reachable else staff


def _in_hours(rotation: Rotation, zone: ZoneInfo, today: date, at: datetime) -> bool:
    if rotation.from_time == rotation.until_time:
        return True
    overnight = _DAY if rotation.until_time < rotation.from_time else timedelta(0)
    return any(
        instant(day, rotation.from_time, zone) <= at < instant(day + overnight, rotation.until_time, zone)
        for day in (today - _DAY, today)
    )


def _period(rotation: Rotation) -> int:
    return 7 if rotation.frequency is Frequency.WEEKLY else 1
