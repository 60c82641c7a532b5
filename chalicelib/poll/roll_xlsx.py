"""Rows of an XLSX workbook, read by openpyxl as a stream: memory does not grow with the sheet.

Numbers are binary fractions in such a file: they are shown as Excel shows them, with fifteen digits, so that 89.5 is
89.5 and nothing is computed. A room 0301 that was typed as a number has its zeros from the cell's format.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, TypeVar

from chalicelib.core.errors import DomainError
from chalicelib.poll.roll_sheet import COLUMNS, Row, refused

UNPACKED = 128 * 1024 * 1024
"""So much may be in the archive when it is unpacked; zipfile hands out no more than the directory says."""
ENTRIES = 1_000
DATE = "#DATE"
"""What stands for a date: Excel makes one of a room 3-2, and nobody can tell what was typed."""
_LINES = 1_048_576
_AT_ONCE = 1_000
# Bounded: what never ends must not be looked through to the end from each of its beginnings.
_MERGED = re.compile(
    rb"<(?:\w{1,20}:)?mergeCell\s[^<>]{0,200}?"
    rb"ref=\"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})\""
)
_MOST_MERGED = 50_000
_ZEROS = re.compile(r"0{2,20}")
Range = tuple[int, int, int, int]
"""First row, last row, first column (from 0), column after the last."""
_T = TypeVar("_T")


def rows(content: bytes, sheet: str = "") -> Iterator[Row]:
    """The rows of the sheet with that name, or the first, that are not empty; raises Invalid. A formula counts as
    what it came to when the file was saved."""
    archive = _guarded(lambda: _archive(content))
    source, path = _guarded(lambda: _opened(content, sheet))
    spans = _Spans(_guarded(lambda: merged(archive, path)))
    lines = enumerate(source.iter_rows(), 1)
    while batch := _guarded(lambda: list(islice(lines, _AT_ONCE))):
        if batch[-1][0] > _LINES:
            raise refused("file_too_many_rows", limit=_LINES)
        yield from filter(None, (_row(line, cells, spans) for line, cells in batch))


def _archive(content: bytes) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(content))
    entries = archive.infolist()
    if len(entries) > ENTRIES or sum(entry.file_size for entry in entries) > UNPACKED:
        raise refused("file_too_large", limit=UNPACKED // 1024 // 1024)
    return archive


def _opened(content: bytes, sheet: str) -> tuple[Any, str]:
    """The sheet, and its path in the archive, which openpyxl keeps to itself."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    tables = [table for table in book.worksheets if not sheet or table.title == sheet]
    if not tables:
        raise refused("no_such_sheet", sheets="、".join(book.sheetnames))
    # What a file says of its own size is often wrong, and would cut rows off.
    tables[0].reset_dimensions()
    return tables[0], tables[0]._worksheet_path  # noqa: SLF001 - a streamed sheet says nothing of merged cells


def merged(archive: zipfile.ZipFile, path: str) -> list[Range]:
    """The merged cells of a sheet, by their first row."""
    found: list[Range] = []
    with archive.open(path) as source:
        rest = b""
        while chunk := source.read(1 << 20):
            text = rest + chunk
            end = 0
            for match in _MERGED.finditer(text):
                found.append(_range(match))
                end = match.end()
            rest = text[max(end, len(text) - 200) :]
            if len(found) > _MOST_MERGED:
                raise refused("file_unreadable")
    return sorted(found)


def _range(match: re.Match[bytes]) -> Range:
    left, top, right, bottom = (group.decode() for group in match.groups())
    return int(top), int(bottom), _letters(left), min(_letters(right) + 1, COLUMNS)


def _letters(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


class _Spans:
    """Gives every cell of a merged range the value of its first, row by row."""

    def __init__(self, ranges: list[Range]) -> None:
        self._coming = ranges[::-1]
        self._open: list[tuple[Range, str]] = []

    def fill(self, line: int, cells: list[str]) -> frozenset[int]:
        """Fill in what is merged; which columns have their value from a row above."""
        if self._open:
            self._open = [(span, value) for span, value in self._open if span[1] >= line]
        from_above = {c for span, value in self._open for c in range(span[2], span[3]) if value}
        while self._coming and self._coming[-1][0] <= line:
            span = self._coming.pop()
            if span[0] == line and span[2] < len(cells):
                self._open.append((span, cells[span[2]]))
        width = max((span[3] for span, _ in self._open), default=0)
        cells += [""] * (width - len(cells))
        for span, value in self._open:
            for place in range(span[2], span[3]):
                cells[place] = value
        return frozenset(from_above)


def _row(line: int, cells: tuple[Any, ...], spans: _Spans) -> Row | None:
    texts = [shown(cell.value, _format(cell)) for cell in cells[:COLUMNS]]
    # Rows that are only formatted may be 16,384 cells wide; one with something that far right is refused.
    texts += [shown(cell.value) for cell in cells[COLUMNS:] if cell.value is not None][:1]
    above = spans.fill(line, texts)
    return Row(line, tuple(texts), above) if any(texts) else None


def _format(cell: Any) -> str:
    return str(cell.number_format) if isinstance(cell.value, int) else ""


def shown(value: object, number_format: str = "") -> str:
    """A cell's value as Excel shows it, without the white space around it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        width = len(number_format) if _ZEROS.fullmatch(number_format) else 0
        return f"{value:0{width}d}" if abs(value) < 10**20 else f"{value:.15g}"
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, date | datetime | time | timedelta):
        return DATE
    return "" if value is None else str(value).strip()


def _guarded(work: Callable[[], _T]) -> _T:
    """openpyxl warns of what it does not keep, and a damaged file can fail in any way there is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return work()
        except DomainError:
            raise
        except Exception:  # noqa: BLE001 - whatever it is, the file is to blame, and somebody chose it
            raise refused("file_unreadable") from None
