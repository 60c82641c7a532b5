"""One row of a roll becomes a unit, or a list of what is wrong with it. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from chalicelib.core import text
from chalicelib.poll.roll import NOBODY, Kind, Owner, Unit
from chalicelib.poll.roll_columns import Column
from chalicelib.poll.roll_file import Record

OWNERS = 12
SMALL, LARGE = 5_00, 2_000_00
"""Areas in 0.01 m² below and above which somebody should look again."""
_MOST_AREA = 1_000_000_00
_LIMITS: Final = {
    Column.BUILDING: 20,
    Column.ROOM: 30,
    Column.OWNERS: 300,
    Column.MARK: 150,
    Column.PHONE: 300,
}
"""Characters; a part of 200 units must fit into one row of the table."""
_LIMIT = 60
_SPLIT = re.compile(r"[、;；/／|\n，]|,(?! )")
_AREA = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,20}))?")
_AREA_UNIT = re.compile(r"(平方米|平米|㎡|m2|m²|sqm)$", re.IGNORECASE)
_WHOLE_ID = re.compile(r"[0-9]{17}[0-9Xx]")
_PLACE = re.compile(r"#([0-9]{1,2})")
_ERRORS = frozenset({"#DATE", "#REF!", "#VALUE!", "#N/A", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"})
_YES = frozenset(["是", "有", "1", "y", "yes", "true", "√", "✓", "✔", "x", "对"])
_NO = frozenset(["", *["否", "无", "0", "n", "no", "false", "-", "×", "—", "/", "不是"]])
KINDS: Final[Mapping[str, Kind]] = {
    **dict.fromkeys(
        ["", *["住宅", "住", "居住", "成套住宅", "公寓", "别墅", "dwelling", "residential", "home"]],
        Kind.DWELLING,
    ),
    **dict.fromkeys(
        [
            "商业",
            "商铺",
            "店面",
            "商用",
            "非住宅",
            "办公",
            "写字楼",
            "营业房",
            "commercial",
            "shop",
            "office",
        ],
        Kind.COMMERCIAL,
    ),
    **dict.fromkeys(["车位", "车库", "停车位", "地下车位", "parking", "garage"], Kind.PARKING),
}
"""What a kind may be called; nothing is a dwelling."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, or odd, in a row: the line, the column, a stable code, the value as it was typed."""

    line: int
    column: Column
    code: str
    value: str = ""
    params: Mapping[str, object] = field(default_factory=dict)


class Reader:
    """Reads one record. `flaws` keep it from being a unit, `odd` ones do not."""

    def __init__(self, record: Record, country_code: str) -> None:
        self._record, self._country = record, country_code
        self.flaws: list[Finding] = []
        self.odd: list[Finding] = []

    def unit(self) -> Unit:
        """The unit, with number 0; of no use when there are flaws."""
        values = self._record.values
        for column, value in values.items():
            self._check(column, value)
        owners = self._owners()
        return Unit(
            number=0,
            building=self._name(Column.BUILDING),
            room=self._room(),
            area=self._area(),
            owners=owners,
            voter=self._voter(owners),
            kind=self._kind(),
            developer=self._yes(Column.DEVELOPER),
        )

    def _get(self, column: Column) -> str:
        return self._record.values.get(column, "")

    def _wrong(self, column: Column, code: str, **params: object) -> None:
        self.flaws.append(Finding(self._record.line, column, code, self._get(column), params))

    def _notice(self, column: Column, code: str, value: str | None = None) -> None:
        shown = self._get(column) if value is None else value
        self.odd.append(Finding(self._record.line, column, code, shown))

    def _check(self, column: Column, value: str) -> None:
        if len(value) > (limit := _LIMITS.get(column, _LIMIT)):
            self._wrong(column, "too_long", limit=limit)
        elif text.has_control(value):
            self._wrong(column, "control_characters")
        elif value in _ERRORS:
            self._wrong(column, "cell_date" if value == "#DATE" else "cell_error")

    def _name(self, column: Column) -> str:
        name = _tidy(unicodedata.normalize("NFKC", self._get(column)))
        if not name:
            self._wrong(column, "required")
        elif not text.visible(name):
            self._wrong(column, "unreadable")
        return name

    def _room(self) -> str:
        room = self._name(Column.ROOM)
        entrance = _tidy(unicodedata.normalize("NFKC", self._get(Column.ENTRANCE)))
        if entrance.isdecimal():
            entrance = f"{entrance}单元"
        if len(entrance) + len(room) > _LIMITS[Column.ROOM]:
            self._wrong(Column.ROOM, "too_long", limit=_LIMITS[Column.ROOM])
        return f"{entrance}{room}"

    def _area(self) -> int:
        column = Column.AREA_CENTI if Column.AREA_CENTI in self._record.values else Column.AREA
        typed = unicodedata.normalize("NFKC", self._get(column)).replace(",", "").replace(" ", "")
        found = _AREA.fullmatch(_AREA_UNIT.sub("", typed))
        free = self._kind_typed() is Kind.PARKING
        if column in self._record.merged:
            return self._no_area(column, "merged_area")
        if not typed:
            return 0 if free else self._no_area(column, "required")
        if not found:
            return self._no_area(column, "not_an_area")
        return self._exact(column, Decimal(found[0]), free)

    def _exact(self, column: Column, typed: Decimal, free: bool) -> int:
        hundredths = typed if column is Column.AREA_CENTI else typed.scaleb(2)
        area = int(hundredths)
        if area != hundredths:
            return self._no_area(column, "too_precise")
        if area > _MOST_AREA or (area == 0 and not free):
            return self._no_area(column, "out_of_range")
        if not free and not SMALL <= area <= LARGE:
            self._notice(column, "area_small" if area < SMALL else "area_large")
        return area

    def _no_area(self, column: Column, code: str) -> int:
        self._wrong(column, code)
        return 0

    def _owners(self) -> tuple[Owner, ...]:
        names = [_tidy(name) for name in _SPLIT.split(self._get(Column.OWNERS))]
        names = [name for name in names if name]
        marks, phones = self._along(Column.MARK, names), self._along(Column.PHONE, names)
        owners = tuple(
            Owner(name, self._mark(mark), self._phone(phone))
            for name, mark, phone in zip(names, marks, phones, strict=True)
        )
        if len(owners) > OWNERS:
            self._wrong(Column.OWNERS, "too_many_owners", limit=OWNERS)
        if len(set(owners)) < len(owners):
            self._wrong(Column.OWNERS, "twice")
        return owners

    def _along(self, column: Column, names: list[str]) -> list[str]:
        """What stands beside the owners, one for each in the same order; nothing for those that are left out."""
        parts = [part.strip() for part in _SPLIT.split(self._get(column))] if self._get(column) else []
        while parts and not parts[-1]:
            parts.pop()
        if len(parts) > len(names):
            self._wrong(column, "more_than_owners")
        return (parts + [""] * len(names))[: len(names)]

    def _mark(self, typed: str) -> str:
        mark = _tidy(unicodedata.normalize("NFKC", typed))
        if _WHOLE_ID.fullmatch(mark):
            self._notice(Column.MARK, "whole_id_number", f"{mark[:6]}…")
        return mark

    def _phone(self, typed: str) -> str:
        number = text.phone(typed, self._country) if typed else ""
        if number is None:
            self._notice(Column.PHONE, "phone_unreachable", typed)
        return number or ""

    def _voter(self, owners: tuple[Owner, ...]) -> int:
        typed = _tidy(self._get(Column.VOTER))
        names = [owner.name for owner in owners]
        if not typed:
            return NOBODY
        if found := _PLACE.fullmatch(typed):
            place = int(found[1]) - 1
        else:
            place = names.index(typed) if names.count(typed) == 1 else NOBODY
        if 0 <= place < len(owners):
            return place
        self._notice(Column.VOTER, "voter_unknown")
        return NOBODY

    def _kind_typed(self) -> Kind | None:
        known = KINDS.get(_word(self._get(Column.KIND)))
        parking = _word(self._get(Column.PARKING)) in _YES
        return Kind.PARKING if parking and known in (Kind.DWELLING, Kind.PARKING) else known

    def _kind(self) -> Kind:
        if (kind := self._kind_typed()) is None:
            self._wrong(Column.KIND, "unknown_kind")
        self._yes(Column.PARKING)
        return kind or Kind.DWELLING

    def _yes(self, column: Column) -> bool:
        typed = _word(self._get(column))
        if typed not in _YES and typed not in _NO:
            self._wrong(column, "not_yes_or_no")
        return typed in _YES


def voter_shown(unit: Unit) -> str:
    """The voter as an import understands it: the name, or `#2` for the second owner where the name does not tell."""
    if unit.voter == NOBODY:
        return ""
    name = unit.owners[unit.voter].name
    unclear = [owner.name for owner in unit.owners].count(name) > 1 or _PLACE.fullmatch(name)
    return f"#{unit.voter + 1}" if unclear else name


def same_place(unit: Unit) -> tuple[str, str]:
    """What two spellings of one building and room have in common."""
    return loosely(unit.building), loosely(unit.room)


def loosely(name: str) -> str:
    """The name without width, case and spaces."""
    return unicodedata.normalize("NFKC", name).casefold().replace(" ", "")


def _tidy(value: str) -> str:
    return " ".join(value.split())


def _word(value: str) -> str:
    return _tidy(unicodedata.normalize("NFKC", value)).casefold()


__all__ = ["KINDS", "LARGE", "OWNERS", "SMALL", "Finding", "Reader", "loosely", "same_place", "voter_shown"]
