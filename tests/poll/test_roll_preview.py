"""Every bad row is named; what looks odd is said; units stand in order; what would change is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.poll import roll_preview
from chalicelib.poll.roll import NOBODY, Kind, Owner, Unit
from chalicelib.poll.roll_units import Finding
from chalicelib.web.problems import field_message
from infra.demo import roll as sample
from tests.poll.rolls import imported, workbook

Seen = tuple[int, str, str, str]


def told(findings: tuple[Finding, ...]) -> list[Seen]:
    return [(finding.line, str(finding.column), finding.code, finding.value) for finding in findings]


# -- units


def test_buildings_stand_in_the_order_of_their_numbers_and_units_are_numbered() -> None:
    seen = imported(
        "10幢,101,60,甲", "2幢,1001,60,乙", "2幢,201,60,丙", "10幢,99,60,丁", "B座,1,60,戊", "2 幢,202,60,己"
    )
    assert [(u.number, u.building, u.room) for u in seen.units] == [
        (1, "2幢", "201"), (2, "2幢", "202"), (3, "2幢", "1001"), (4, "10幢", "99"), (5, "10幢", "101"),
        (6, "B座", "1"),
    ]  # fmt: skip
    assert seen.ready


def test_an_entrance_is_part_of_the_room() -> None:
    seen = roll_preview.of_file("幢,单元,室,面积\n1幢,2,301,60\n1幢,2单元,302,60\n1幢,,303,60\n".encode())
    assert [u.room for u in seen.units] == ["2单元301", "2单元302", "303"]


def test_owners_marks_and_phones_go_together_in_their_order() -> None:
    (unit,) = imported("1幢,101,89.5,甲、乙；丙/丁,1、、3,13800001234、、+442079460000,乙,住宅,否").units
    assert unit.owners == (
        Owner("甲", "1", "+8613800001234"), Owner("乙"), Owner("丙", "3", "+442079460000"), Owner("丁"),
    )  # fmt: skip
    assert unit.voter == 1


@pytest.mark.parametrize(
    ("typed", "area"),
    [
        ("89.5", 8_950),
        ("89.50㎡", 8_950),
        ("8９.5 平方米", 8_950),
        ('"1,234.5"', 123_450),
        ("0.29", 29),
        ("1.10", 110),
    ],
)
def test_an_area_is_exact_to_the_hundredth(typed: str, area: int) -> None:
    assert imported(f"1幢,101,{typed},甲").units[0].area == area


@given(st.integers(1, 100_000_000))
def test_every_hundredth_is_read_exactly(area: int) -> None:
    assert imported(f"1幢,101,{area // 100}.{area % 100:02},甲").units[0].area == area


def test_areas_may_stand_in_hundredths() -> None:
    assert roll_preview.of_file("幢,室,面积(0.01㎡)\n1幢,101,8950\n".encode()).units[0].area == 8_950


def test_kinds_developer_and_parking() -> None:
    seen = imported(
        "1幢,101,60,甲,,,,商铺,", "1幢,102,60,,,,,,是", "1幢,P1,,,,,,车位,", "1幢,103,60,乙,,,,Dwelling,no"
    )
    assert [(u.room, u.kind, u.developer) for u in seen.units] == [
        ("101", Kind.COMMERCIAL, False), ("102", Kind.DWELLING, True), ("103", Kind.DWELLING, False),
        ("P1", Kind.PARKING, False),
    ]  # fmt: skip


# -- bad rows

BAD = [
    (",101,60,甲", ("building", "required", "")),
    ("1幢,,60,甲", ("room", "required", "")),
    ("1幢,101,,甲", ("area", "required", "")),
    ("1幢,101,89.505,甲", ("area", "too_precise", "89.505")),
    ("1幢,101,0,甲", ("area", "out_of_range", "0")),
    ("1幢,101,-60,甲", ("area", "not_an_area", "-60")),
    ("1幢,101,1e3,甲", ("area", "not_an_area", "1e3")),
    ("1幢,101,NaN,甲", ("area", "not_an_area", "NaN")),
    ("1幢,101,9999999,甲", ("area", "out_of_range", "9999999")),
    ("1幢,101,60,甲、甲", ("owners", "twice", "甲、甲")),
    (
        f"1幢,101,60,{'、'.join('甲乙丙丁戊己庚辛壬癸子丑寅')}",
        ("owners", "too_many_owners", "、".join("甲乙丙丁戊己庚辛壬癸子丑寅")),
    ),
    ("1幢,101,60,甲,1、2", ("mark", "more_than_owners", "1、2")),
    ("1幢,101,60,,,13800001234", ("phone", "more_than_owners", "13800001234")),
    ("1幢,101,60,甲,,,,城堡", ("kind", "unknown_kind", "城堡")),
    ("1幢,101,60,甲,,,,,也许", ("developer", "not_yes_or_no", "也许")),
    ("1幢,#REF!,60,甲", ("room", "cell_error", "#REF!")),
    (f"{'长' * 21},101,60,甲", ("building", "too_long", "长" * 21)),
    ("1\x01幢,101,60,甲", ("building", "control_characters", "1\x01幢")),
]


@pytest.mark.parametrize(("line", "flaw"), BAD, ids=[f"{column}-{code}" for _, (column, code, _) in BAD])
def test_a_bad_row_is_named_with_line_column_reason_and_what_was_typed(
    line: str, flaw: tuple[str, str, str]
) -> None:
    seen = imported("1幢,001,60,好", line)
    assert told(seen.flaws) == [(3, *flaw)]
    assert [unit.room for unit in seen.units] == ["001"]
    assert not seen.ready


def test_everything_that_is_wrong_with_a_row_is_said_at_once() -> None:
    assert [(column, code) for _, column, code, _ in told(imported(",,x,甲,,,,城堡,也许").flaws)] == [
        ("building", "required"), ("room", "required"), ("area", "not_an_area"), ("kind", "unknown_kind"),
        ("developer", "not_yes_or_no"),
    ]  # fmt: skip


def test_a_room_that_is_there_twice_is_named_with_the_first_line() -> None:
    (flaw,) = imported("2幢,0301,60,甲", "２幢, 0301 ,70,乙").flaws
    assert (flaw.line, flaw.code, flaw.params) == (3, "duplicate_unit", {"first": 2})


def test_every_reason_has_a_sentence_in_both_languages() -> None:
    merged = workbook([["幢", "室", "面积"], ["1幢", "101", 60], ["1幢", "102", None]], merged=["C2:C3"])
    found = [finding for line, _ in BAD for finding in imported(line).flaws]
    found += imported("2幢,1,60,甲", "2幢,1,60,乙").flaws + roll_preview.of_file(merged).flaws
    found += [finding for _, line in ODD for finding in imported(*line).warnings]
    for finding in found:
        english = field_message("en", finding.column, finding.code, finding.params)
        chinese = field_message("zh-CN", finding.column, finding.code, finding.params)
        assert english != finding.code, finding
        assert chinese != english, finding


# -- what looks odd

ODD = [
    (("owners", "same_name", "甲"), ("1幢,101,60,甲", "1幢,102,60,甲,7")),
    (("mark", "same_phone_other_mark", "甲"), ("1幢,101,60,甲,1,13800001234", "1幢,102,60,甲,2,13800001234")),
    (("owners", "no_owner", ""), ("1幢,101,60",)),
    (("voter", "voter_unknown", "丙"), ("1幢,101,60,甲、乙,,,丙",)),
    (("phone", "phone_unreachable", "88880000"), ("1幢,101,60,甲,,88880000",)),
    (("area", "area_small", "4.99"), ("1幢,101,4.99,甲",)),
    (("area", "area_large", "2000.01"), ("1幢,101,2000.01,甲",)),
    (("mark", "whole_id_number", "330100…"), ("1幢,101,60,甲,330100199001011234",)),
]


@pytest.mark.parametrize(("odd", "lines"), ODD, ids=[code for (_, code, _), _ in ODD])
def test_what_looks_odd_is_said_and_can_stay(odd: tuple[str, str, str], lines: tuple[str, ...]) -> None:
    seen = imported(*lines)
    assert odd in [finding[1:] for finding in told(seen.warnings)]
    assert {finding[2] for finding in told(seen.warnings)} == {odd[1]}
    assert seen.ready


def test_an_odd_phone_is_not_kept_and_an_unknown_voter_is_nobody() -> None:
    (unit,) = imported("1幢,101,60,甲、乙,,88880000,丙").units
    assert unit.owners[0].phone == ""
    assert unit.voter == NOBODY


def test_namesakes_whose_marks_differ_are_two_people_and_nothing_is_odd() -> None:
    seen = imported("1幢,101,60,甲,1", "1幢,102,60,甲,2", "1幢,103,60,甲,2")
    assert not seen.warnings
    assert seen.totals.heads == 2


# -- what changes


def test_the_difference_names_what_came_went_and_changed() -> None:
    old = imported("1幢,101,60,甲,1", "1幢,102,60,乙,2,13800001234", "1幢,103,60,丙", "1幢,104,60,丁").units
    seen = imported(
        "1幢,101,61,甲,1", "1幢,102,60,乙,2,13800001235", "1幢, 103,60,戊", "1幢,105,60,己", current=old
    )
    change = seen.difference
    assert change is not None
    assert [u.room for u in change.added] == ["105"]
    assert [u.room for u in change.removed] == ["104"]
    assert [(c.after.room, c.what) for c in change.changed] == [
        ("101", ("area",)), ("102", ("contact",)), ("103", ("owners",)),
    ]  # fmt: skip
    assert change.same == 0


def test_the_first_roll_differs_from_none() -> None:
    assert imported("1幢,101,60,甲").difference is None


# -- many, and the sample


def test_a_hundred_thousand_rows_are_read_once_and_each_bad_one_is_named() -> None:
    lines = (f"{n // 1000}幢,{n % 1000:04},{'x' if n % 1000 == 7 else 60},业主{n}" for n in range(100_000))
    seen = imported(*lines)
    assert len(seen.units) == 99_900
    assert [flaw.line for flaw in seen.flaws] == [9 + 1000 * n for n in range(100)]
    assert seen.totals.heads == 99_900
    assert [u.number for u in seen.units] == list(range(1, 99_901))


def test_the_sample_is_the_neighbourhood_of_the_newspaper() -> None:
    seen = roll_preview.of_file(sample.FILE.read_bytes())
    assert seen.units == sample.units()
    assert not seen.flaws
    assert not seen.warnings
    assert sum(u.kind is not Kind.PARKING for u in seen.units) == sample.HOUSEHOLDS
    assert seen.totals.heads < sample.HOUSEHOLDS
    assert {u.building for u in seen.units} > {"2幢", "8幢", "14幢"}
    assert all(3_800 <= u.area <= 12_000 for u in seen.units if u.kind is Kind.DWELLING)
    assert any(len(u.owners) == 3 and u.voter == NOBODY for u in seen.units)
    assert sample.FILE.read_bytes() == sample.content()


def test_units_of_a_building_stand_together() -> None:
    seen = imported("甲座,1,60,a", "乙座,1,60,b", "甲座,2,60,c", "1A幢,1,60,d", "1a 幢,2,60,e")
    names = [unit.building for unit in seen.units]
    assert [name for name, after in zip(names, [*names[1:], ""], strict=True) if name != after] == list(
        dict.fromkeys(names)
    )
    assert isinstance(seen.units[0], Unit)
