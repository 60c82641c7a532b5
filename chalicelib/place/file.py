"""The place file: all an operator decides about a subdistrict, as keys and values (YAML or JSON outside).

`parse` and `dump` are each other's reverse; `review` says what is allowed but unwise, `taken` which ids belong to
another subdistrict of the stage. A worked example with every key is infra/places/mishixiang.yaml.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.core import text
from chalicelib.core.times import QuietHours
from chalicelib.people.staff import Override, Roster, Rotation, Staff
from chalicelib.place.check import references, review, taken
from chalicelib.place.codec import decode, encode
from chalicelib.place.ladder import Ladder, LadderRule, Level, Role
from chalicelib.place.rules import Community, Directory, Hotline, Neighbourhood, Organisation, Subdistrict
from chalicelib.place.schema import FILE
from chalicelib.place.shape import Problem, read, span

__all__ = ["BadPlace", "Problem", "decode", "dump", "encode", "parse", "review", "taken"]


class BadPlace(Exception):
    """The file cannot be used; `problems` are all of them, each with its path and a way out."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{problem.path}: {problem.message}" for problem in problems))
        self.problems = problems


def parse(document: object) -> Directory:
    """The directory that a file's keys and values describe; raises BadPlace with every problem.

    Values may be text throughout (as a YAML file has them) or numbers and booleans (JSON).
    """
    problems: list[Problem] = []
    values = read(FILE, document, "", problems)
    problems += references(values)
    if problems:
        raise BadPlace(tuple(problems))
    return _directory(values)


def _directory(values: Mapping[str, Any]) -> Directory:
    subdistrict = _subdistrict(values["subdistrict"])
    return Directory(
        subdistrict=subdistrict,
        communities=tuple(_community(value) for value in values["communities"]),
        staff=tuple(_staff(value, subdistrict.country_code) for value in values["staff"]),
        rosters=tuple(_roster(value, subdistrict.zone) for value in values["rosters"]),
        ladders=tuple(_ladder(value) for value in values["ladders"]),
        organisations=tuple(_organisation(o, subdistrict.country_code) for o in values["organisations"]),
        committee=values["committee"],
        official_vote=values["official_vote"],
        casework=_written(values["casework"] or {}),
    )


def _subdistrict(value: Mapping[str, Any]) -> Subdistrict:
    quiet = value["quiet_hours"] or {"from": QuietHours().start, "until": QuietHours().end}
    rest = {k: v for k, v in value.items() if k not in ("quiet_hours", "hotlines")}
    hotlines = tuple(Hotline(**hotline) for hotline in value["hotlines"])
    return Subdistrict(**rest, quiet=QuietHours(quiet["from"], quiet["until"]), hotlines=hotlines)


def _community(value: Mapping[str, Any]) -> Community:
    neighbourhoods = tuple(Neighbourhood(**neighbourhood) for neighbourhood in value["neighbourhoods"])
    return Community(value["id"], value["name"], value["name_en"], neighbourhoods)


def _staff(value: Mapping[str, Any], country_code: str) -> Staff:
    phone = text.phone(value["phone"], country_code) if value["phone"] else ""
    return Staff(**{**value, "phone": phone or ""})


def _organisation(value: Mapping[str, Any], country_code: str) -> Organisation:
    phone = text.phone(value["phone"], country_code) if value["phone"] else ""
    return Organisation(**{**value, "phone": phone or ""})


def _written(value: Any) -> Any:
    """Values as a document has them: what was left out is left out, times of day are text."""
    if isinstance(value, Mapping):
        return {key: _written(item) for key, item in value.items() if item not in (None, "", 0, (), {})}
    if isinstance(value, tuple):
        return [_written(item) for item in value]
    return f"{value:%H:%M}" if isinstance(value, time) else value


def _roster(value: Mapping[str, Any], zone: ZoneInfo) -> Roster:
    return Roster(
        value["place"],
        value["role"],
        tuple(_rotation(rotation) for rotation in value["rotations"]),
        tuple(_override(override, zone) for override in value["overrides"]),
    )


def _rotation(value: Mapping[str, Any]) -> Rotation:
    rest = {k: v for k, v in value.items() if k not in ("from", "until")}
    return Rotation(**rest, from_time=value["from"], until_time=value["until"])


def _override(value: Mapping[str, Any], zone: ZoneInfo) -> Override:
    at = {key: _instant(value[key], zone) for key in ("starts", "ends")}
    return Override(**{**value, **at})


def _instant(at: datetime, zone: ZoneInfo) -> datetime:
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def _ladder(value: Mapping[str, Any]) -> LadderRule:
    levels = tuple(Level(level["roles"], level["wait"], level["repeats"]) for level in value["levels"])
    ladder = Ladder(
        levels,
        value["exhausted_roles"] or (Role.SUPERVISOR,),
        value["repeat_every"],
        value["decide_within"],
        value["holds_in_quiet_hours"],
    )
    return LadderRule(ladder, value["urgency"], value["desk"])


def dump(directory: Directory) -> dict[str, Any]:
    """The directory as a file has it; what is at its default is left out."""
    whole: dict[str, Any] = _plain(directory, directory.subdistrict.zone)
    whole["ladders"] = [{**rule.pop("ladder"), **rule} for rule in whole.get("ladders", [])]
    whole.pop("version", None)
    return {key: value for key, value in whole.items() if value}


_RENAMED = {
    "quiet": "quiet_hours",
    "start": "from",
    "end": "until",
    "from_time": "from",
    "until_time": "until",
    "seconds": "wait",
    "repeat_seconds": "repeat_every",
    "decide_seconds": "decide_within",
}
_SPANS = frozenset({"wait", "repeat_every", "decide_within"})


def _plain(value: Any, zone: ZoneInfo) -> Any:
    if is_dataclass(value):
        return dict(_plain_fields(value, zone))
    if isinstance(value, tuple):
        return [_plain(item, zone) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(" ")
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value.isoformat() if isinstance(value, date) else value


def _plain_fields(value: Any, zone: ZoneInfo) -> Iterator[tuple[str, Any]]:
    for field in fields(value):
        held = getattr(value, field.name)
        if held != field.default:
            key = _RENAMED.get(field.name, field.name)
            yield key, span(held) if key in _SPANS else _plain(held, zone)
