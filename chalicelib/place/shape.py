"""The shape of a place file: which keys there are and how each value is read, with every problem collected.

A shape maps keys to fields; what is wrong becomes a `Problem` with the path of the value and a way out, and
reading goes on, so that whoever edits the file sees all of it at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from chalicelib.core import ids, text
from chalicelib.place.days import read_day
from chalicelib.place.terms import read_term

Reader = Callable[[Any], Any]
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_HOTLINE = re.compile(r"\+?[0-9][0-9 -]{1,18}[0-9]")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::00)?")
_DURATION = re.compile(r"(\d{1,7})\s*(s|m|min|h|d)?")
_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}


class Unfit(ValueError):
    """A value cannot be read; the sentence says what was expected."""


@dataclass(frozen=True)
class Problem:
    """What is wrong (as a warning: unwise) at which path of the file, in a sentence that says what to do."""

    path: str
    message: str
    warning: bool = False


@dataclass(frozen=True)
class Field:
    """How a value is read: by a reader or a shape, or (`many`) a list of either."""

    read: Reader | Shape
    default: Any = None
    required: bool = False
    many: bool = False


@dataclass(frozen=True)
class Shape:
    """An object with these keys and no others."""

    fields: Mapping[str, Field]


def read(shape: Shape, raw: object, path: str, problems: list[Problem]) -> dict[str, Any]:
    """The values under their keys; what is wrong is added to `problems` and read as its default."""
    if not isinstance(raw, Mapping):
        problems.append(Problem(path, f"expected {_listed(shape.fields)} here, found {_found(raw)}"))
        raw = {}
    else:
        _unknown_keys(shape, raw, path, problems)
    return {
        key: _field(field, raw.get(key), _join(path, key), problems) for key, field in shape.fields.items()
    }


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean x?` or, when nothing is near, the known words (as long as they are few)."""
    words = sorted(known)
    if near := get_close_matches(word.lower(), words, 1, 0.6):
        return f"did you mean {near[0]}?"
    return f"known: {', '.join(words)}" if 0 < len(words) <= 12 else "see the ids in this file"


def _field(field: Field, raw: Any, path: str, problems: list[Problem]) -> Any:
    if raw is None or raw in ("", [], {}):
        if field.required:
            problems.append(Problem(path, "is missing: add it"))
        return field.default
    if not field.many:
        return _value(field, raw, path, problems)
    if not isinstance(raw, list):
        problems.append(Problem(path, f"expected a list, found {_found(raw)}"))
        return field.default
    values = [_value(field, item, f"{path}[{i}]", problems) for i, item in enumerate(raw)]
    return tuple(value for value in values if value is not None)


def _value(field: Field, raw: Any, path: str, problems: list[Problem]) -> Any:
    if isinstance(field.read, Shape):
        return read(field.read, raw, path, problems)
    try:
        return field.read(raw)
    except Unfit as error:
        problems.append(Problem(path, str(error)))
        return None if field.many else field.default


def _unknown_keys(shape: Shape, raw: Mapping[Any, Any], path: str, problems: list[Problem]) -> None:
    for key in raw:
        if key not in shape.fields:
            hint = did_you_mean(str(key), shape.fields)
            problems.append(Problem(_join(path, str(key)), f"unknown key {key!s}: {hint}"))


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _listed(keys: Iterable[str]) -> str:
    return ", ".join(keys)


def _found(raw: object) -> str:
    kinds = {list: "a list", dict: "keys and values", str: f"the text {raw!r:.40}", type(None): "nothing"}
    return kinds.get(type(raw), f"{raw!r:.40}")


def words(limit: int) -> Reader:
    """Text of at most that many characters, without control characters; spaces at the ends are dropped."""

    def reader(raw: Any) -> str:
        if not isinstance(raw, str):
            raise Unfit(f"expected text, found {_found(raw)}: put it in quotes")
        if text.has_control(raw) or "\n" in raw:
            raise Unfit("holds control characters or line ends: type it anew")
        if (length := len(raw.strip())) > limit:
            raise Unfit(f"{raw.strip()!r} has {length} characters, at most {limit} fit: shorten it")
        return raw.strip()

    return reader


def matching(pattern: re.Pattern[str], wanted: str) -> Reader:
    """Text that the whole pattern fits; `wanted` says in words what that is."""

    def reader(raw: Any) -> str:
        if not isinstance(raw, str) or not pattern.fullmatch(raw.strip()):
            raise Unfit(f"{raw!r} is not {wanted}")
        return raw.strip()

    return reader


def choice(kind: type[StrEnum], *, but: Iterable[StrEnum] = ()) -> Reader:
    """One of the words of an enumeration, except those."""
    known = {member.value: member for member in kind if member not in but}

    def reader(raw: Any) -> StrEnum:
        if found := known.get(str(raw)):
            return found
        raise Unfit(f"unknown {kind.__name__.lower()} {raw!r}: {did_you_mean(str(raw), list(known))}")

    return reader


def one_of(known: Iterable[str], what: str) -> Reader:
    """One of the known words; `what` says in words what they are."""
    words = tuple(known)

    def reader(raw: Any) -> str:
        if raw not in words:
            raise Unfit(f"unknown {what} {raw!r}: {did_you_mean(str(raw), words)}")
        return str(raw)

    return reader


def whole(least: int, most: int) -> Reader:
    """A whole number between two."""

    def reader(raw: Any) -> int:
        number = int(raw) if isinstance(raw, str) and raw.isascii() and raw.isdigit() else raw
        if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= most:
            raise Unfit(f"expected a whole number from {least} to {most}, found {_found(raw)}")
        return number

    return reader


def duration(least: int, most: int) -> Reader:
    """Seconds, written as `90s`, `5m`, `24h`, `2d` or a plain number of seconds."""

    def reader(raw: Any) -> int:
        found = None if isinstance(raw, bool) else _DURATION.fullmatch(str(raw).strip())
        seconds = int(found[1]) * _SECONDS[found[2] or "s"] if found else -1
        if not least <= seconds <= most:
            limits = f"{span(least)} to {span(most)}"
            raise Unfit(f"expected a time such as 90s, 5m or 24h ({limits}), found {_found(raw)}")
        return seconds

    return reader


def term(raw: Any) -> str:
    """A term such as `7d` or `7 working days`, as it is kept."""
    found = None if isinstance(raw, bool) else read_term(str(raw))
    if found is None:
        wanted = "24h, 7d or 7 working days (a minute to three years; at most 366 working days or hours)"
        raise Unfit(f"expected a term such as {wanted}, found {_found(raw)}")
    return str(found)


def day_line(raw: Any) -> str:
    """A line of the table of working days, as it is kept."""
    found = read_day(raw.strip()) if isinstance(raw, str) and not text.has_control(raw) else None
    if found is None:
        wanted = "2027-02-08 rest 春节, 2027-02-06 work, or 2027 published"
        raise Unfit(f"expected a day such as {wanted}, found {_found(raw)}")
    return str(found)


def span(seconds: int) -> str:
    """Seconds as `duration` reads them, in the largest unit that divides them."""
    unit = next(u for u in ("d", "h", "m", "s") if seconds % _SECONDS[u] == 0)
    return f"{seconds // _SECONDS[unit]}{unit}"


def yes_or_no(raw: Any) -> bool:
    """`true` or `false`."""
    known = {"true": True, "yes": True, "false": False, "no": False}
    if str(raw).lower() not in known:
        raise Unfit(f"expected true or false, found {_found(raw)}")
    return known[str(raw).lower()]


def clock(raw: Any) -> time:
    """A time of day such as 09:00; 24:00 is midnight."""
    found = _CLOCK.fullmatch(str(raw).strip())
    minutes = int(found[1]) * 60 + int(found[2]) if found else -1
    if not found or int(found[2]) > 59 or not 0 <= minutes <= 24 * 60:
        raise Unfit(f"expected a time of day such as 09:00, found {_found(raw)}")
    return time(minutes // 60 % 24, minutes % 60)


def day(raw: Any) -> date:
    """A date such as 2026-12-24."""
    try:
        return date.fromisoformat(str(raw).strip())
    except ValueError:
        raise Unfit(f"expected a date such as 2026-12-24, found {_found(raw)}") from None


def moment(raw: Any) -> datetime:
    """An instant such as 2026-12-24 18:00, on the place's clocks unless it has an offset of its own."""
    try:
        return datetime.fromisoformat(str(raw).strip())
    except ValueError:
        raise Unfit(f"expected a date and time such as 2026-12-24 18:00, found {_found(raw)}") from None


def zone(raw: Any) -> str:
    """The name of a time zone this machine knows."""
    try:
        return ZoneInfo(str(raw).strip()).key
    except (KeyError, ValueError, OSError):  # OSError: the name of a directory, such as "Asia"
        names = _zones()
        near = get_close_matches(str(raw).lower(), names, 1, 0.6)
        hint = f"did you mean {names[near[0]]}?" if near else "write it as Asia/Shanghai"
        raise Unfit(f"unknown time zone {raw!r}: {hint}") from None


@cache
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


ident = matching(_ID, "an id: use small letters, digits and dashes, such as midu-bridge")
prefix = matching(ids.PREFIX, "a prefix: two of 0-9 and A-Z without I, L, O and U, such as MX")
mail = matching(text.MAIL, "a mail address: write it as name@example.org")
hotline = matching(_HOTLINE, "a telephone number: write digits, such as 0571-12345678")
language = matching(re.compile(r"zh-CN|en"), "a language of the messages: write zh-CN or en")
nation = matching(re.compile(r"[A-Z]{2}"), "a country's two letters: write it as CN")
country = matching(re.compile(r"[1-9]\d{0,2}", re.ASCII), "a country's telephone code: write it as 86")
