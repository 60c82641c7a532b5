"""Rolls at random, as an import leaves them, and tables to import."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from hypothesis import strategies as st
from openpyxl import Workbook

from chalicelib.poll.roll import NOBODY, Kind, Owner, Unit
from chalicelib.poll.roll_preview import Preview, of_file

HEAD = "幢,室,面积,业主,证号,电话,表决人,用途,开发商"

# Names as people type them, and as people type them who mean no good.
_LETTERS = st.sampled_from("王小 ab3Ａ=+-@'#\"<&·()０é😀")
_NAMES = st.text(_LETTERS, min_size=1, max_size=8).map(lambda typed: " ".join(typed.split()))
_VISIBLE = _NAMES.filter(lambda name: any(c.isalnum() for c in name))
_PLACES = st.text(st.sampled_from("王a3=+-@'#\"<0幢 "), min_size=1, max_size=8).map(
    lambda typed: " ".join(typed.split())
)
_PHONES = st.sampled_from(["", "+8613800001234", "+8613900000001", "+442079460000", "+14155550100"])
_OWNERS = st.lists(
    st.builds(Owner, _VISIBLE, st.one_of(st.just(""), st.text("0123-=@'X", max_size=4)), _PHONES),
    max_size=4,
    unique=True,
)


@st.composite
def _units(draw: Any) -> Unit:
    owners = tuple(draw(_OWNERS))
    voter = draw(st.sampled_from([NOBODY, *range(len(owners))]))
    kind = draw(st.sampled_from(Kind))
    least = 0 if kind is Kind.PARKING else 1
    area = draw(st.one_of(st.integers(least, 20_000), st.integers(least, 100_000_000)))
    names = _PLACES.filter(lambda name: any(c.isalnum() for c in name))
    return Unit(1, draw(names), draw(names), area, owners, voter, kind, draw(st.booleans()))


UNITS = st.lists(_units(), min_size=1, max_size=12)


def imported(*lines: str, **options: Any) -> Preview:
    """The preview of these lines of CSV under the usual head."""
    return of_file("\n".join((HEAD, *lines)).encode(), **options)


def workbook(
    rows: Sequence[Sequence[object]], merged: Sequence[str] = (), formats: dict[str, str] | None = None
) -> bytes:
    """A workbook whose first sheet has these rows."""
    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(list(row))
    for cell, number_format in (formats or {}).items():
        sheet[cell].number_format = number_format
    for span in merged:
        sheet.merge_cells(span)
    return saved(book)


def saved(book: Workbook) -> bytes:
    """The workbook as a file."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_sheet(content: bytes, change: Any, path: str = "xl/worksheets/sheet1.xml") -> bytes:
    """The workbook with one of its parts rewritten."""
    out = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == path else old.read(name))
    return out.getvalue()
