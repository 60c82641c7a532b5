"""What is exported is imported as the same roll, and no cell of it is a formula."""

from __future__ import annotations

import csv
import io

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.poll import roll_export, roll_file, roll_preview
from chalicelib.poll.roll import Owner, Unit
from infra.demo import roll as sample
from tests.poll.rolls import UNITS, imported

ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""OWASP's list of what some spreadsheet takes for a formula; the wide ones are those of East Asian keyboards."""


def settled(units: list[Unit]) -> tuple[Unit, ...]:
    """The roll that an import makes of these."""
    seen = roll_preview.of_file(roll_export.to_csv(units))
    assert all(flaw.code == "duplicate_unit" for flaw in seen.flaws), seen.flaws
    return seen.units


def plainly(unit: Unit) -> tuple[object, ...]:
    return unit.area, unit.owners, unit.voter, unit.kind, unit.developer


@given(UNITS)
def test_csv_out_and_in_again_is_the_same_roll(units: list[Unit]) -> None:
    roll = settled(units)
    again = roll_preview.of_file(roll_export.to_csv(roll), roll)
    assert again.units == roll
    assert again.difference == roll_preview.Difference(same=len(roll))


@given(UNITS)
def test_nothing_of_a_unit_is_lost_on_the_way(units: list[Unit]) -> None:
    one = units[0]
    (after,) = roll_preview.of_file(roll_export.to_csv([one])).units
    assert plainly(after) == plainly(one)


@given(UNITS)
def test_xlsx_out_and_in_again_is_the_same_roll(units: list[Unit]) -> None:
    roll = settled(units)
    assert roll_preview.of_file(roll_export.to_xlsx(roll)).units == roll


@given(UNITS)
def test_no_cell_is_a_formula(units: list[Unit]) -> None:
    text = roll_export.to_csv(units).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert not [cell for cell in cells if cell.startswith(ACTIVE)]
    sheet = openpyxl.load_workbook(io.BytesIO(roll_export.to_xlsx(units))).active
    assert sheet is not None
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


@given(st.text(max_size=8).filter(lambda text: not text.startswith('="')))
def test_protecting_a_cell_can_be_undone(value: str) -> None:
    assert roll_file.plain(roll_file.protected(value)) == value


def test_a_name_that_begins_like_a_formula_is_text_and_comes_back_as_it_was() -> None:
    for sign in ACTIVE:
        name = f"{sign}HYPERLINK(1)"
        cell = roll_file.protected(name)
        assert not cell.startswith(ACTIVE)
        assert roll_file.plain(cell) == name


def test_excel_opens_the_csv_in_its_characters() -> None:
    assert roll_export.to_csv(sample.units()).startswith("\ufeff幢,室,面积(㎡),业主".encode())


def test_rooms_and_phones_are_text_and_areas_are_numbers_in_the_workbook() -> None:
    roll = imported("2幢,0301,89.5,王小明,0012,13800001234").units
    sheet = openpyxl.load_workbook(io.BytesIO(roll_export.to_xlsx(roll))).active
    assert sheet is not None
    assert [cell.value for cell in sheet[2]][:6] == ["2幢", "0301", 89.5, "王小明", "0012", "13800001234"]
    assert (sheet["B2"].number_format, sheet["C2"].number_format) == ("@", "0.00")


def test_phones_are_read_back_in_the_place_that_they_were_written_for() -> None:
    units = [
        Unit(1, "Block A", "1", 6_000, (Owner("Ann", "", "+442079460000"), Owner("Bo", "", "+8613800001234")))
    ]
    for country in ("86", "44", "1"):
        content = roll_export.to_csv(units, country)
        assert roll_preview.of_file(content, country_code=country).units[0].owners == units[0].owners


def test_the_sample_survives_both_ways() -> None:
    roll = sample.units()
    assert roll_preview.of_file(roll_export.to_csv(roll)).units == roll
    assert roll_preview.of_file(roll_export.to_xlsx(roll)).units == roll
