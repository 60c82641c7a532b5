"""A spreadsheet's rows, of CSV or XLSX alike: text as it stands in the cells. Reading raises nothing but Invalid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.core.errors import FieldError, Invalid

BYTES = 16 * 1024 * 1024
"""A larger file is refused unread."""
ROWS = 100_000
"""Rows with something in them, the head not counted."""
HEAD = 20
"""The names of the columns stand within so many rows; a title may be above them."""
COLUMNS = 64
FIELD = "content"
"""What is wrong with a file as a whole is said of this field."""
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Row:
    """A row that is not empty. `line`: where it begins in the file, from 1. `cells`: their text, without the white
    space around it. `merged`: the columns that have their value from a cell merged over several rows."""

    line: int
    cells: tuple[str, ...]
    merged: frozenset[int] = frozenset()


def read(content: bytes, sheet: str = "") -> Iterator[Row]:
    """The rows that are not empty, in order. `sheet`: the one to read of a workbook, by default its first.

    Raises Invalid for the field `content`: `file_empty`, `file_too_large`, `file_old_excel`, `file_unreadable` (with
    `line` where it is known), `no_such_sheet`, `file_too_many_rows`, `file_too_many_columns`.
    """
    if len(content) > BYTES:
        raise refused("file_too_large", limit=BYTES // 1024 // 1024)
    if content.startswith(_OLD_EXCEL):
        raise refused("file_old_excel")
    yield from _bounded(_rows(content, sheet))


def refused(code: str, **params: object) -> Invalid:
    """The file as a whole cannot be taken."""
    return Invalid(FieldError(FIELD, code, params))


def _rows(content: bytes, sheet: str) -> Iterator[Row]:
    if content.startswith(_ZIP):
        from chalicelib.poll import roll_xlsx

        return roll_xlsx.rows(content, sheet)
    from chalicelib.poll import roll_csv

    return roll_csv.rows(content)


def _bounded(rows: Iterator[Row]) -> Iterator[Row]:
    number = 0
    for number, row in enumerate(rows, 1):
        if number > ROWS + HEAD:
            raise refused("file_too_many_rows", limit=ROWS)
        if any(row.cells[COLUMNS:]):
            raise refused("file_too_many_columns", limit=COLUMNS, line=row.line)
        yield row
    if not number:
        raise refused("file_empty")
