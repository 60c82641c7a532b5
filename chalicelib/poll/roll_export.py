"""A roll as a file that Excel and WPS open, and that an import reads back as the same roll. Pure."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, Final

from chalicelib.core import text
from chalicelib.poll.roll import Kind, Owner, Unit
from chalicelib.poll.roll_columns import NAMES, Column
from chalicelib.poll.roll_file import protected
from chalicelib.poll.roll_units import KINDS, voter_shown

COLUMNS: Final = (
    Column.BUILDING, Column.ROOM, Column.AREA, Column.OWNERS, Column.MARK, Column.PHONE, Column.VOTER, Column.KIND,
    Column.DEVELOPER,
)  # fmt: skip
SHEET = "业主清册 roll"
_UNITS = {Column.AREA: "面积(㎡)"}
_WORDS = {kind: next(word for word, of in KINDS.items() if word and of is kind) for kind in Kind}
_WIDTHS = {Column.OWNERS: 24, Column.MARK: 16, Column.PHONE: 28}


def to_csv(units: Iterable[Unit], country_code: str = "86") -> bytes:
    """CSV in UTF-8 with its mark, so that Excel shows Chinese. Excel drops the zero of a room 0301 when it opens a CSV:
    to edit a roll in Excel, take the XLSX."""
    text_file = io.StringIO(newline="")
    writer = csv.writer(text_file)
    writer.writerow(_head())
    writer.writerows([protected(value) for value in _values(unit, country_code)] for unit in units)
    return codecs.BOM_UTF8 + text_file.getvalue().encode()


def to_xlsx(units: Iterable[Unit], country_code: str = "86") -> bytes:
    """An XLSX workbook of one sheet; rooms, marks and phones are text, areas are numbers with two decimals."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    for place, column in enumerate(COLUMNS):
        sheet.column_dimensions["ABCDEFGHI"[place]].width = _WIDTHS.get(column, 12)
    sheet.freeze_panes = "A2"
    sheet.append(_head())
    for unit in units:
        sheet.append(_cells(sheet, _values(unit, country_code)))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cells(sheet: Any, values: list[str]) -> list[Any]:
    from openpyxl.cell import WriteOnlyCell

    cells = []
    for column, value in zip(COLUMNS, values, strict=True):
        area = column is Column.AREA
        cell = WriteOnlyCell(sheet, Decimal(value) if area else protected(value) or None)
        cell.number_format = "0.00" if area else "@"
        cells.append(cell)
    return cells


def _head() -> list[str]:
    return [_UNITS.get(column, NAMES[column].split()[0]) for column in COLUMNS]


def _values(unit: Unit, country_code: str) -> list[str]:
    return [
        unit.building,
        unit.room,
        f"{unit.area // 100}.{unit.area % 100:02}",
        _joined(unit, lambda owner: owner.name),
        _joined(unit, lambda owner: owner.mark),
        _joined(unit, lambda owner: _phone(owner, country_code)),
        voter_shown(unit),
        _WORDS[unit.kind],
        "是" if unit.developer else "",
    ]


def _joined(unit: Unit, part: Callable[[Owner], str]) -> str:
    """One for each owner in their order; nothing where no owner has it."""
    parts = [part(owner) for owner in unit.owners]
    return "、".join(parts) if any(parts) else ""


def _phone(owner: Owner, country_code: str) -> str:
    """As people write it, where that is read back as the same number."""
    national = owner.phone.removeprefix(f"+{country_code}")
    return national if text.phone(national, country_code) == owner.phone else owner.phone
