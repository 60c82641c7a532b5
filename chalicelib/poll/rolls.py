"""The roll of a neighbourhood: look at a file before it is taken, import it as a version, adopt one, hand it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chalicelib.core.chain import Happening
from chalicelib.core.errors import FieldError, Forbidden, Invalid, NotFound, Stale, Unavailable
from chalicelib.people.staff import Staff
from chalicelib.place.rules import Directory
from chalicelib.poll import access, changes, roll_preview
from chalicelib.poll.roll import Roll, RollVersion, Unit, digest
from chalicelib.poll.roll_preview import Preview
from chalicelib.ports import Ports

_TRIES = 4
MOST_VERSIONS = 50
"""So many imports the history names; older ones that were never adopted are forgotten."""


def read(ports: Ports, directory: Directory, member: Staff, neighbourhood: str) -> Roll:
    """The roll and its history; one AWS call. An empty one when nothing was ever imported. Raises NotFound, and
    Forbidden also where another subdistrict has a place of that id: the roll is theirs."""
    _require(directory, member, neighbourhood)
    own = Roll(neighbourhood, directory.subdistrict.prefix)
    found = ports.polls.roll(neighbourhood) or own
    if found.prefix != own.prefix:
        raise Forbidden("not_your_place")
    return found


def units(ports: Ports, roll: Roll, version: int = 0) -> tuple[Unit, ...]:
    """The units of a version, or of the current one."""
    wanted = version or roll.current
    return tuple(ports.polls.roll_units(roll.neighbourhood, wanted)) if wanted else ()


def preview(ports: Ports, directory: Directory, member: Staff, neighbourhood: str, content: bytes) -> Preview:
    """What a file would make of the roll; nothing is written. Raises Invalid for what is no roll at all."""
    roll = read(ports, directory, member, neighbourhood)
    current = units(ports, roll) if roll.current else None
    return roll_preview.of_file(content, current, directory.subdistrict.country_code)


def take(
    ports: Ports,
    directory: Directory,
    member: Staff,
    neighbourhood: str,
    content: bytes,
    known: Sequence[FieldError] = (),
) -> tuple[Roll, Preview]:
    """Import a file as the next version; it is not the roll until it is adopted. Raises Invalid while a row of it is
    wrong: nothing is taken by halves."""
    access.require_manager(member)
    seen = preview(ports, directory, member, neighbourhood, content)
    if known or not seen.ready:
        wrong = FieldError("content", "roll_rows", {"rows": len({flaw.line for flaw in seen.flaws})})
        raise Invalid(*known, *([] if seen.ready else [wrong]))
    for _ in range(_TRIES):
        roll = read(ports, directory, member, neighbourhood)
        version = _version(ports, roll, member, seen.units)
        ports.polls.write_roll(neighbourhood, version, seen.units)
        kept = tuple(v for v in roll.versions[-MOST_VERSIONS:] if v.number != version.number)
        after = replace(roll, versions=(*kept, version))
        told = Happening("imported", _told(version))
        try:
            ports.polls.save_roll(
                changes.roll_after(roll, after, (told,), changes.actor_of(member), ports.clock.now())
            )
        except Stale:
            continue
        return after, seen
    raise Unavailable("roll")


def adopt(
    ports: Ports,
    directory: Directory,
    member: Staff,
    neighbourhood: str,
    number: int,
    known: Sequence[FieldError] = (),
) -> Roll:
    """Make a version the roll of the polls to come; those that were announced keep theirs. Raises Invalid for a version
    that is not there."""
    access.require_manager(member)
    for _ in range(_TRIES):
        roll = read(ports, directory, member, neighbourhood)
        found = next((v for v in roll.versions if v.number == number), None)
        there = found and next(iter(ports.polls.roll_units(neighbourhood, number)), None)
        if known or found is None or there is None:
            raise Invalid(*(known or [FieldError("number", "unknown")]))
        if roll.current == number:
            return roll
        versions = tuple(replace(v, adopted=v.adopted or v.number == number) for v in roll.versions)
        after = replace(roll, current=number, versions=versions)
        told = Happening("adopted", _told(found))
        change = changes.roll_after(roll, after, (told,), changes.actor_of(member), ports.clock.now())
        try:
            ports.polls.save_roll(change)
        except Stale:
            continue
        return change.after
    raise Unavailable("roll")


def _version(ports: Ports, roll: Roll, member: Staff, units: Sequence[Unit]) -> RollVersion:
    number = max((v.number for v in roll.versions), default=0) + 1
    area = sum(unit.area for unit in units)
    return RollVersion(number, len(units), area, digest(units), ports.clock.now(), member.id)


def _told(version: RollVersion) -> dict[str, object]:
    """What the record knows of a roll: its size and its digest, nobody's name."""
    return {
        "version": version.number,
        "units": version.units,
        "area": version.area,
        "digest": version.digest,
    }


def _require(directory: Directory, member: Staff, neighbourhood: str) -> None:
    if directory.neighbourhood(neighbourhood) is None:
        raise NotFound("no_such_place")
    if not access.sights(directory, member, neighbourhood):
        raise Forbidden("not_your_place")
