"""What a place file must hold together, and what it had better not do.

`references` works on the values as read, so that one wrong entry does not hide what is wrong in the others;
`review` asks the rules of duty themselves who would be alerted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from typing import Any

from chalicelib.people.rules import duty, instant
from chalicelib.people.staff import Change, Override, Rotation
from chalicelib.place import check_cases as cases
from chalicelib.place.ladder import Desk, LadderRule, Role, Urgency
from chalicelib.place.refs import bad_phone, twice, unknown
from chalicelib.place.rules import Directory
from chalicelib.place.shape import Problem

Values = Mapping[str, Any]
_FIRST_DAY = date(2025, 1, 6)  # a Monday; only where no rotation and no override gives a date


def references(values: Values) -> tuple[Problem, ...]:
    """Every id that is there twice or nowhere, and every entry that contradicts itself."""
    places, staff = dict(_places(values)), _by_id(values["staff"])
    return (
        *twice(_places(values), "place"),
        *twice(((f"staff[{i}]", s["id"]) for i, s in enumerate(values["staff"])), "member of staff"),
        *_bad_staff(values, set(places.values()), staff),
        *_bad_rosters(values, set(places.values()), staff),
        *cases.references(values, set(places.values())),
    )


def review(directory: Directory) -> tuple[Problem, ...]:
    """What is allowed and perhaps not meant, as warnings: levels without anybody, people out of reach …"""
    looks = (_unreachable, _roster_oddities, _hidden_ladders, _gaps, cases.review)
    return tuple(problem for look in looks for problem in look(directory))


def taken(directory: Directory, others: Iterable[Directory]) -> tuple[Problem, ...]:
    """Ids of places and staff that another subdistrict of the stage has: rolls and messages that wait are kept by them,
    and a bell finds its directory by its neighbourhood."""
    foreign = [other for other in others if other.subdistrict.prefix != directory.subdistrict.prefix]
    owners = {("place", id_): other for other in foreign for _, id_ in _placed(other)}
    owners |= {("person", member.id): other for other in foreign for member in other.staff}
    own = [("place", path, id_) for path, id_ in _placed(directory)]
    own += [("person", f"staff[{i}]", member.id) for i, member in enumerate(directory.staff)]
    return tuple(
        Problem(f"{path}.id", f"{id_} is the id of a {kind} of {other.subdistrict.name}: choose another")
        for kind, path, id_ in own
        if (other := owners.get((kind, id_)))
    )


def _placed(directory: Directory) -> Iterator[tuple[str, str]]:
    """The paths and ids of a directory's places."""
    yield "subdistrict", directory.subdistrict.id
    for i, community in enumerate(directory.communities):
        yield f"communities[{i}]", community.id
        for j, neighbourhood in enumerate(community.neighbourhoods):
            yield f"communities[{i}].neighbourhoods[{j}]", neighbourhood.id


def _places(values: Values) -> Iterator[tuple[str, Any]]:
    yield "subdistrict", values["subdistrict"]["id"] if values["subdistrict"] else None
    for i, community in enumerate(values["communities"]):
        yield f"communities[{i}]", community["id"]
        for j, neighbourhood in enumerate(community["neighbourhoods"]):
            yield f"communities[{i}].neighbourhoods[{j}]", neighbourhood["id"]


def _by_id(entries: Iterable[Values]) -> dict[Any, Values]:
    return {entry["id"]: entry for entry in entries}


def _bad_staff(values: Values, places: set[Any], staff: Mapping[Any, Values]) -> Iterator[Problem]:
    country = (values["subdistrict"] or {}).get("country_code", "86")
    for i, member in enumerate(values["staff"]):
        path = f"staff[{i}]"
        for j, place in enumerate(member["places"]):
            yield from unknown(f"{path}.places[{j}]", place, places, "place")
        yield from unknown(f"{path}.deputy", member["deputy"], staff, "member of staff")
        if member["deputy"] and member["deputy"] == member["id"]:
            yield Problem(f"{path}.deputy", f"{member['id']} cannot stand in for himself: name somebody else")
        yield from bad_phone(f"{path}.phone", member["phone"], country)


def _bad_rosters(values: Values, places: set[Any], staff: Mapping[Any, Values]) -> Iterator[Problem]:
    seen: set[tuple[Any, Any]] = set()
    root = (values["subdistrict"] or {}).get("id")
    for i, roster in enumerate(values["rosters"]):
        path, key = f"rosters[{i}]", (roster["place"], roster["role"])
        yield from unknown(f"{path}.place", roster["place"], places, "place")
        if None not in key and key in seen:
            yield Problem(path, f"a second roster of {key[1]} at {key[0]}: put its rotations into the first")
        if roster["role"] is Role.SUPERVISOR and roster["place"] not in (None, root):
            yield Problem(f"{path}.place", f"supervisors are asked for the whole subdistrict: write {root}")
        if not roster["rotations"] and not roster["overrides"]:
            yield Problem(path, "has neither rotations nor overrides: add one or take the roster out")
        seen.add(key)
        for j, rotation in enumerate(roster["rotations"]):
            for k, member in enumerate(rotation["members"]):
                yield from unknown(f"{path}.rotations[{j}].members[{k}]", member, staff, "member of staff")
        for j, override in enumerate(roster["overrides"]):
            yield from _bad_override(f"{path}.overrides[{j}]", override, staff)


def _bad_override(path: str, override: Values, staff: Mapping[Any, Values]) -> Iterator[Problem]:
    for key in ("staff", "instead_of"):
        yield from unknown(f"{path}.{key}", override[key], staff, "member of staff")
    if override["instead_of"] and override["change"] in (Change.ADD, Change.REMOVE):
        yield Problem(
            f"{path}.instead_of", f"means nothing with {override['change']}: use replace or take it out"
        )
    starts, ends = override["starts"], override["ends"]
    if starts and ends and (starts.tzinfo is None) != (ends.tzinfo is None):
        yield Problem(f"{path}.ends", "write both starts and ends with an offset, or neither")
    elif starts and ends and starts >= ends:
        yield Problem(f"{path}.ends", f"ends at {ends} and starts at {starts}: it must end later")


def _unreachable(directory: Directory) -> Iterator[Problem]:
    for i, member in enumerate(directory.staff):
        path = f"staff[{i}]"
        if not member.reachable:
            deputy = directory.member(member.deputy)
            then = f"{deputy.name} stands in" if deputy and deputy.reachable else "nobody stands in"
            message = f"{member.name} has no phone or mail that a channel uses and is never alerted; {then}"
            yield Problem(path, message, warning=True)
        if member.role is Role.SUPERVISOR and directory.subdistrict.id not in member.places:
            message = f"supervisors are asked for the whole subdistrict: add {directory.subdistrict.id}"
            yield Problem(f"{path}.places", message, warning=True)


def _roster_oddities(directory: Directory) -> Iterator[Problem]:
    for i, roster in enumerate(directory.rosters):
        for j, rotation in enumerate(roster.rotations):
            if _within(rotation, rotation.handover) and len(set(rotation.members)) > 1:
                hours = f"{rotation.from_time:%H:%M} to {rotation.until_time:%H:%M}"
                message = f"hands over at {rotation.handover:%H:%M}, in the middle of duty from {hours}"
                yield Problem(f"rosters[{i}].rotations[{j}].handover", message, warning=True)
        for (j, one), (k, two) in combinations(enumerate(roster.rotations), 2):
            if _overlap(one, two):
                message = f"shares some hours with rotation {j + 1}: both are alerted then"
                yield Problem(f"rosters[{i}].rotations[{k}].from", message, warning=True)
        for (j, first), (k, last) in combinations(enumerate(roster.overrides), 2):
            if _conflict(first, last):
                message = f"overlaps override {j + 1} on the same person: this one has the last word"
                yield Problem(f"rosters[{i}].overrides[{k}]", message, warning=True)


def _within(rotation: Rotation, at: time) -> bool:
    """Whether that time is inside the hours of duty, not at an edge; never when they are the whole day."""
    start, end = rotation.from_time, rotation.until_time
    if start == end:
        return False
    return start < at < end if start < end else at > start or at < end


def _overlap(one: Rotation, two: Rotation) -> bool:
    """Whether hours of two rotations overlap in part; the same hours, or a whole day beside, are meant so."""
    hours = {(r.from_time, r.until_time) for r in (one, two)}
    if len(hours) == 1 or any(start == end for start, end in hours):
        return False
    edges = ((one, two.from_time), (one, two.until_time), (two, one.from_time), (two, one.until_time))
    return any(_within(rotation, at) for rotation, at in edges)


def _conflict(first: Override, last: Override) -> bool:
    if first.starts >= last.ends or last.starts >= first.ends:
        return False
    return bool(_touched(first) & _touched(last)) or "" in _touched(first) | _touched(last)


def _touched(override: Override) -> set[str]:
    """The people whose duty an override decides; "" stands for everybody."""
    return {override.staff, override.instead_of} if override.change is Change.REPLACE else {override.staff}


def _hidden_ladders(directory: Directory) -> Iterator[Problem]:
    for i, rule in enumerate(directory.ladders):
        for j, earlier in enumerate(directory.ladders[:i]):
            if _covers(earlier, rule):
                message = (
                    f"is never taken, since ladder {j + 1} fits all that it fits: put it before that one"
                )
                yield Problem(f"ladders[{i}]", message, warning=True)
                break


def _covers(earlier: LadderRule, later: LadderRule) -> bool:
    return earlier.urgency in (None, later.urgency) and earlier.desk in (None, later.desk)


def _gaps(directory: Directory) -> Iterator[Problem]:
    """The neighbourhoods whose bells would skip their first level at some time of the week."""
    moments = _moments(directory)
    firsts = dict.fromkeys(directory.ladder(u, d).levels[0].roles for u in Urgency for d in Desk)
    for i, community in enumerate(directory.communities):
        for j, neighbourhood in enumerate(community.neighbourhoods):
            for roles in firsts:
                if gap := _gap(directory, neighbourhood.id, roles, moments):
                    path = f"communities[{i}].neighbourhoods[{j}]"
                    message = f"{neighbourhood.name} has no {' or '.join(roles)} {gap}: bells skip that level"
                    yield Problem(path, message, warning=True)


def _gap(directory: Directory, place: str, roles: Sequence[Role], moments: Sequence[datetime]) -> str:
    without = [at for at in moments if not duty(directory, place, roles, at).staff]
    if not without:
        return ""
    if len(without) == len(moments):
        return "who can be reached"
    return f"who can be reached on {without[0].astimezone(directory.subdistrict.zone):%Y-%m-%d at %H:%M}"


def _moments(directory: Directory) -> tuple[datetime, ...]:
    """When duty may change: all edges of one week after the rotations began, and where overrides begin."""
    zone = directory.subdistrict.zone
    rotations = [rotation for roster in directory.rosters for rotation in roster.rotations]
    edges = {time(12), *(edge for r in rotations for edge in (r.handover, r.from_time, r.until_time))}
    first = max((r.starts for r in rotations), default=_FIRST_DAY) + timedelta(days=1)
    week = {instant(first + timedelta(days=n), edge, zone) for n in range(7) for edge in edges}
    overrides = (override.starts for roster in directory.rosters for override in roster.overrides)
    return tuple(sorted({*week, *(at.astimezone(UTC) for at in overrides)}))
