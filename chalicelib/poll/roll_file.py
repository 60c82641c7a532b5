"""A roll as a table: which column is what, and the values of each row. Reading raises nothing but Invalid."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice

from chalicelib.poll import roll_columns, roll_sheet
from chalicelib.poll.roll_columns import Column
from chalicelib.poll.roll_sheet import HEAD, Row, refused

_FORMULA_TEXT = re.compile(r'="([^"]*)"')
# What some spreadsheet takes for the beginning of a formula, wide signs of East Asian keyboards too.
_ACTIVE = "=+-@\t\r\n＝＋－＠"


@dataclass(frozen=True, slots=True)
class Record:
    """A row of the roll. `line`: where it begins in the file. `values`: what stands in the columns that mean
    something, as it was typed. `merged`: columns whose value comes from a cell merged over several rows."""

    line: int
    values: Mapping[Column, str]
    merged: frozenset[Column] = frozenset()


@dataclass(frozen=True)
class Table:
    """The roll's table. `head`: the line with the columns' names. `ignored`: names that mean nothing to a roll.
    `records` can be read once, and raise Invalid as `roll_sheet.read` does."""

    head: int
    columns: Mapping[Column, int]
    ignored: tuple[str, ...]
    records: Iterator[Record]


def read(content: bytes, sheet: str = "") -> Table:
    """The table in a CSV or XLSX file; a title above the names of the columns does no harm.

    Raises Invalid for the field `content`: what `roll_sheet.read` says, and `missing_columns` (`columns`: those that
    are needed and were not found, by their values in `Column`).
    """
    rows = roll_sheet.read(content, sheet)
    first = list(islice(rows, HEAD))
    head = max(range(len(first)), key=lambda place: len(roll_columns.find(first[place].cells)))
    columns = roll_columns.find(first[head].cells)
    if lacking := roll_columns.missing(columns):
        raise refused("missing_columns", columns=[str(column) for column in lacking])
    body = chain(first[head + 1 :], rows)
    return Table(first[head].line, columns, _ignored(first[head], columns), _records(body, columns))


def protected(value: str) -> str:
    """The value as a cell that no spreadsheet takes for a formula (CWE-1236); `plain` undoes it."""
    needs = value.startswith(tuple(_ACTIVE)) or _is_protected(value)
    return f"'{value}" if needs else value


def plain(cell: str) -> str:
    """What a cell means: without the apostrophe of `protected`, and `="0301"`, written to keep a zero, as 0301."""
    if _is_protected(cell):
        return cell[1:]
    found = _FORMULA_TEXT.fullmatch(cell)
    return found[1].strip() if found else cell


def _is_protected(value: str) -> bool:
    """An apostrophe before what is active, or before another apostrophe of that sort."""
    bare = value.lstrip("'")
    return value.startswith("'") and bare.startswith(tuple(_ACTIVE))


def _ignored(head: Row, columns: Mapping[Column, int]) -> tuple[str, ...]:
    return tuple(name for place, name in enumerate(head.cells) if name and place not in columns.values())


def _records(rows: Iterator[Row], columns: Mapping[Column, int]) -> Iterator[Record]:
    for number, row in enumerate(rows, 1):
        if number > roll_sheet.ROWS:
            raise refused("file_too_many_rows", limit=roll_sheet.ROWS)
        cells, width = row.cells, len(row.cells)
        values = {column: plain(cells[place]) for column, place in columns.items() if place < width}
        # Remarks in other columns, and the row under a table that says nothing of a unit, are no units.
        if any(values.values()):
            merged = (c for c, place in columns.items() if place in row.merged) if row.merged else ()
            yield Record(row.line, values, frozenset(merged))
