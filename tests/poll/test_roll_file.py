"""A roll's file is read as it stands, whichever program wrote it; what is no roll is refused by name."""

from __future__ import annotations

import codecs
import io
import sys
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.errors import Invalid
from chalicelib.poll import roll_file, roll_sheet, roll_xlsx
from chalicelib.poll.roll_columns import Column
from chalicelib.poll.roll_preview import of_file
from tests.poll.rolls import HEAD, imported, with_sheet, workbook

TABLE = 'no,,\n幢,室,面积,业主\n2幢,0301,89.5,"王小明\n李华"\n'


def refusal(content: bytes, sheet: str = "") -> tuple[str, dict[str, Any]]:
    with pytest.raises(Invalid) as caught:
        of_file(content, sheet=sheet)
    (error,) = caught.value.errors
    assert error.field == "content"
    return error.code, dict(error.params)


def complaints(content: bytes) -> set[str]:
    """The fields that a refusal names; none when the file could be read. Anything else it raises is a bug."""
    try:
        of_file(content)
    except Invalid as refused:
        return {error.field for error in refused.errors}
    return set()


def rows(content: bytes, sheet: str = "") -> list[tuple[int, dict[Column, str]]]:
    return [(record.line, dict(record.values)) for record in roll_file.read(content, sheet).records]


# -- CSV


@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode(),
        codecs.BOM_UTF8 + TABLE.encode(),
        TABLE.encode("gb18030"),
        codecs.BOM_UTF16_LE + TABLE.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TABLE.encode("utf-16-be"),
        TABLE.replace(",", ";").encode(),
        TABLE.replace(",", "\t").encode("gb18030"),
        TABLE.replace("\n", "\r\n").encode(),
    ],
    ids=["utf-8", "mark", "gb18030", "utf-16-le", "utf-16-be", "semicolons", "tabs", "windows"],
)
def test_every_usual_csv_says_the_same(content: bytes) -> None:
    (unit,) = of_file(content).units
    assert (unit.building, unit.room, unit.area) == ("2幢", "0301", 8_950)
    assert [owner.name for owner in unit.owners] == ["王小明", "李华"]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    content = f'{HEAD}\n\n1幢,101,60,"甲\n乙"\n\n1幢,102,60,丙\n'.encode()
    assert [line for line, _ in rows(content)] == [3, 6]


def test_a_quote_that_is_never_closed_is_named_with_its_line() -> None:
    code, params = refusal(f'{HEAD}\n1幢,101,60,甲\n1幢,102,60,"乙\n'.encode())
    assert (code, params) == ("file_unreadable", {"line": 3})


def test_a_zero_that_was_kept_by_a_formula_is_kept() -> None:
    assert imported('1幢,"=""0301""",60').units[0].room == "0301"


def test_a_comma_in_a_name_is_no_column_where_semicolons_part_them() -> None:
    (unit,) = of_file(b"building;room;area;owner\n1;101;60;Smith, John\n").units
    assert unit.owners[0].name == "Smith, John"


# -- names of columns


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("楼栋|单元|房号|建筑面积（㎡）|产权人|联系电话", "building entrance room area owners phone"),
        ("幢号*|室号|专有部分面积(平方米)|业主姓名|证件后四位", "building room area owners mark"),
        ("Building|Flat|Exclusive area (m2)|Owner name|ID no.|Voter", "building room area owners mark voter"),
        (
            "幢|室|面积（0.01㎡）|是否开发商|是否车位|房屋用途",
            "building room area_centi developer parking kind",
        ),
        ("building | ROOM |area_centi", "building room area_centi"),
    ],
)
def test_columns_are_known_by_their_usual_names(head: str, found: str) -> None:
    values = "\t".join(str(place) for place, _ in enumerate(head.split("|")))
    table = roll_file.read(f"{head.replace('|', chr(9))}\n{values}".encode())
    assert [str(column) for column in sorted(table.columns, key=lambda c: table.columns[c])] == found.split()
    assert not table.ignored


def test_the_number_of_the_property_certificate_marks_nobody() -> None:
    """Each unit has its own: an owner of two would be counted as two."""
    content = "幢,室,面积,业主,不动产权证号\n1幢,101,60,甲,浙2020杭州第1号\n".encode()
    seen = of_file(content)
    assert seen.ignored == ("不动产权证号",)
    assert seen.units[0].owners[0].mark == ""


def test_what_a_roll_needs_and_has_not_is_named() -> None:
    assert refusal("幢,业主\n1幢,甲\n".encode()) == ("missing_columns", {"columns": ["room", "area"]})
    assert refusal(b"hello")[0] == "missing_columns"


def test_a_title_above_the_names_does_no_harm() -> None:
    assert of_file(f"密渡桥路小区业主清册\n2026年11月\n\n{HEAD}\n1幢,101,60,甲\n".encode()).totals.units == 1


# -- XLSX


def test_numbers_are_read_as_excel_shows_them() -> None:
    content = workbook(
        [
            ["幢", "室", "面积"],
            [2, 301, 89.5],
            ["3幢", 302, 89.55],
            ["4幢", 303, 3 * 29.85],
            ["5幢", "0304", "70.10"],
        ],
        formats={"B2": "0000"},
    )
    units = of_file(content).units
    assert [(u.building, u.room, u.area) for u in units] == [
        ("2", "0301", 8_950), ("3幢", "302", 8_955), ("4幢", "303", 8_955), ("5幢", "0304", 7_010),
    ]  # fmt: skip


@pytest.mark.parametrize("centi", [1, 3_812, 8_955, 9_999_999, 12_345_678])
def test_no_hundredth_is_lost_in_a_binary_fraction(centi: int) -> None:
    content = workbook([["幢", "室", "面积"], ["1幢", "101", centi / 100]])
    assert of_file(content).units[0].area == centi


def test_a_building_merged_over_its_rooms_is_the_building_of_each() -> None:
    table = [
        ["清册", None, None, None],
        ["幢", "室", "面积", "业主"],
        ["1幢", "101", 60, "甲"],
        [None, "102", 60, None],
    ]
    units = of_file(workbook([*table, ["2幢", "101", 60, "乙"]], merged=["A1:D1", "A3:A4", "D3:D4"])).units
    assert [(u.building, u.room, u.owners[0].name) for u in units] == [
        ("1幢", "101", "甲"), ("1幢", "102", "甲"), ("2幢", "101", "乙"),
    ]  # fmt: skip


def test_an_area_merged_over_two_rooms_is_counted_for_none_but_the_first() -> None:
    content = workbook([["幢", "室", "面积"], ["1幢", "101", 60], ["1幢", "102", None]], merged=["C2:C3"])
    seen = of_file(content)
    assert [(flaw.line, flaw.code) for flaw in seen.flaws] == [(3, "merged_area")]


def test_a_room_that_excel_took_for_a_date_is_named() -> None:
    from datetime import date

    content = workbook([["幢", "室", "面积"], ["1幢", date(2026, 3, 2), 60]])
    assert [(flaw.line, flaw.column, flaw.code) for flaw in of_file(content).flaws] == [
        (2, Column.ROOM, "cell_date")
    ]


def test_a_sheet_can_be_chosen_by_its_name() -> None:
    content = workbook([["幢", "室", "面积"], ["1幢", "101", 60]])
    assert of_file(content, sheet="Sheet").totals.units == 1
    assert refusal(content, "清册") == ("no_such_sheet", {"sheets": "Sheet"})


def test_what_a_sheet_says_of_its_size_cuts_nothing_off() -> None:
    content = workbook([["幢", "室", "面积"], ["1幢", "101", 60], ["1幢", "102", 60]])
    wrong = with_sheet(content, lambda xml: xml.replace(b'ref="A1:C3"', b'ref="A1:C1"'))
    assert wrong != content
    assert of_file(wrong).totals.units == 2


# -- what is refused


def test_files_that_are_no_rolls_are_refused_by_name() -> None:
    assert refusal(b"")[0] == "file_empty"
    assert refusal(HEAD.encode())[0] == "file_empty"
    assert refusal(b"\xd0\xcf\x11\xe0 old")[0] == "file_old_excel"
    assert refusal(b"PK\x03\x04 not at all")[0] == "file_unreadable"
    assert refusal(b"\x00\x01\x02")[0] == "file_unreadable"
    assert refusal(b"\x81")[0] == "file_unreadable"
    assert refusal(workbook([["幢", "室", "面积"]]))[0] == "file_empty"


def test_a_file_that_is_too_large_is_refused_unread() -> None:
    assert refusal(bytes(roll_sheet.BYTES + 1))[0] == "file_too_large"


def test_a_file_that_unpacks_to_too_much_is_refused() -> None:
    bomb = with_sheet(workbook([["幢"]]), lambda xml: xml + bytes(roll_xlsx.UNPACKED))
    assert len(bomb) < 1_000_000
    assert refusal(bomb)[0] == "file_too_large"


def test_entities_that_multiply_are_refused() -> None:
    laughs = b'<!DOCTYPE w [<!ENTITY a "' + b"a" * 4_000 + b'"><!ENTITY b "' + b"&a;" * 4_000 + b'">]>'
    bomb = with_sheet(
        workbook([["幢", "室", "面积"]]),
        lambda xml: (
            laughs
            + xml.replace(
                b"<sheetData>", b"<sheetData>" + b"<row><c><v>" + b"&b;" * 4_000 + b"</v></c></row>"
            )
        ),
    )
    assert refusal(bomb)[0] == "file_unreadable"


def test_a_sheet_full_of_ranges_that_never_end_is_read_as_fast_as_any_other() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sheet.xml", b"<mergeCell " * 500_000)
    assert len(packed.getvalue()) < 20_000
    with zipfile.ZipFile(packed) as archive:
        assert roll_xlsx.merged(archive, "sheet.xml") == []  # it took an hour when each looked for its end


def test_a_row_far_down_or_far_right_costs_nothing() -> None:
    far = b'<row r="999999999999"><c r="A999999999999"><v>1</v></c></row></sheetData>'
    table = workbook([["幢", "室", "面积"], ["1幢", "101", 60]])
    assert (
        refusal(with_sheet(table, lambda xml: xml.replace(b"</sheetData>", far)))[0] == "file_too_many_rows"
    )
    wide = workbook([["幢", "室", "面积"], ["1幢", "101", 60, *[None] * 80, "x"]])
    assert refusal(wide)[0] == "file_too_many_columns"
    assert refusal(f"{HEAD}\n{',' * 70}x".encode())[0] == "file_too_many_columns"


def test_more_than_a_hundred_thousand_rows_are_refused() -> None:
    line = "1幢,101,60\n"
    assert refusal((f"{HEAD}\n" + line * (roll_sheet.ROWS + 1)).encode())[0] == "file_too_many_rows"


@given(st.binary(max_size=400))
def test_random_bytes_are_refused_or_read(content: bytes) -> None:
    for start in (b"", HEAD.encode() + b"\n", codecs.BOM_UTF16_LE, b"PK\x03\x04"):
        assert complaints(start + content) <= {"content"}


SOUND = workbook([["幢", "室", "面积"], ["1幢", "101", 60]], merged=["A3:A4"], formats={"B2": "0000"})


@given(st.integers(0, len(SOUND) - 1), st.binary(min_size=1, max_size=8))
def test_a_damaged_workbook_is_refused_or_read(place: int, damage: bytes) -> None:
    assert complaints(SOUND[:place] + damage + SOUND[place + len(damage) :]) <= {"content"}


@given(st.text(st.sampled_from('<>/"= cvrsist1AZ'), max_size=40), st.integers(0, 600))
def test_a_damaged_sheet_is_refused_or_read(damage: str, place: int) -> None:
    assert complaints(with_sheet(SOUND, lambda xml: xml[:place] + damage.encode() + xml[place:])) <= {
        "content"
    }


def test_reading_csv_loads_no_library_for_workbooks() -> None:
    import subprocess

    code = (
        "import sys; from chalicelib.poll import roll_preview, roll_export; "
        "roll_preview.of_file('幢,室,面积\\n1,1,60'.encode()); print('openpyxl' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "False"
