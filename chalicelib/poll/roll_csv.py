"""Rows of a CSV file: as Excel, WPS and databases write them in China and elsewhere."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import Any

from chalicelib.poll import roll_columns
from chalicelib.poll.roll_sheet import HEAD, Row, refused

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DELIMITERS = ",;\t"


def rows(content: bytes) -> Iterator[Row]:
    """The rows that are not empty. UTF-8, UTF-16 with its mark, or GB18030 (and so GBK, which Chinese Excel writes);
    whichever of comma, semicolon and tab makes a head of it. Raises Invalid."""
    text = decoded(content)
    reader = _reader(text, _delimiter(text))
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error:
            raise refused("file_unreadable", line=line) from None
        if cells is None:
            return
        if any(stripped := tuple(cell.strip() for cell in cells)):
            yield Row(line, stripped)


def decoded(content: bytes) -> str:
    """The text of a file; raises Invalid for what is no text."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _text(content[len(mark) :], encoding)
    try:
        return _text(content, "utf-8")
    except UnicodeDecodeError:
        return _text(content, "gb18030")


def _text(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        if encoding == "utf-8":
            raise
        raise refused("file_unreadable") from None
    if "\0" in text:
        raise refused("file_unreadable")
    return text


def _reader(text: str, delimiter: str) -> Any:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _delimiter(text: str) -> str:
    """The one with which most columns are recognised; a comma in a cell of a file with semicolons confuses nobody."""
    return max(_DELIMITERS, key=lambda delimiter: _recognised(text, delimiter))


def _recognised(text: str, delimiter: str) -> int:
    best = 0
    try:
        for cells in islice(_reader(text, delimiter), HEAD):
            best = max(best, len(roll_columns.find(cells)))
    except csv.Error:
        pass
    return best
