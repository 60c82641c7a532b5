"""What people type."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.text import fold, has_control, mask_name, mask_phone, phone


class TestFold:
    @pytest.mark.parametrize(
        ("one", "two"),
        [
            ("楼上漏水！", "楼上 漏水"),
            ("楼上漏水,多次协商。", "楼上漏水，多次协商"),
            ("WATER leak", "Ｗａｔｅｒ  Leak!!"),
            ("3号楼", "３号楼"),
            ("Straße", "STRASSE"),
            ("急\n急", "急急"),
            ("漏水🔥", "漏水"),
        ],
    )
    def test_case_width_space_punctuation_and_symbols_do_not_matter(self, one: str, two: str) -> None:
        assert fold(one) == fold(two)

    @pytest.mark.parametrize(
        ("one", "two"), [("3号楼", "4号楼"), ("漏水", "漏电"), ("🔥", "💧"), ("!!", "??")]
    )
    def test_what_says_something_else_stays_apart(self, one: str, two: str) -> None:
        assert fold(one) != fold(two)

    @given(st.text())
    def test_folding_again_changes_nothing(self, text: str) -> None:
        assert fold(fold(text)) == fold(text)

    @given(st.text(min_size=1).filter(str.strip))
    def test_nothing_folds_to_nothing(self, text: str) -> None:
        assert fold(text)


class TestControl:
    @pytest.mark.parametrize("bad", ["\x00", "\x1b", "\x7f", "\x85", "\ud800", "\x0b"])
    def test_control_characters_and_broken_surrogates_are_found(self, bad: str) -> None:
        assert has_control(f"a{bad}b")

    @pytest.mark.parametrize(
        "good", ["", "两行\n字\r\n\t", "👨‍👩‍👧", "مرحبا", "\u202eRTL\u200f", "<b>", "𠮷"]
    )
    def test_lines_tabs_and_every_script_are_fine(self, good: str) -> None:
        assert not has_control(good)


class TestPhone:
    @pytest.mark.parametrize(
        "typed",
        [
            "13800001234",
            "138 0000 1234",
            "138-0000-1234",
            "１３８００００１２３４",
            "+86 138 0000 1234",
            "0086 13800001234",
            "(138) 0000－1234",
            "138–0000—1234",
        ],
    )
    def test_a_mobile_number_is_understood_however_it_is_typed(self, typed: str) -> None:
        assert phone(typed) == "+8613800001234"

    @pytest.mark.parametrize(
        "typed",
        [
            "",
            "1380000123",
            "138000012345",
            "12800001234",
            "0571 88888888",
            "+8657188888888",
            "+0123456789",
            "abc",
            "1380000123٤",
            "+1",
            "+1234567890123456",
            "13800001234;",
            "110",
        ],
    )
    def test_what_no_telephone_can_have_is_none(self, typed: str) -> None:
        assert phone(typed) is None

    def test_numbers_of_other_countries_are_taken_with_their_plus(self) -> None:
        assert phone("+49 171 1234567") == "+491711234567"
        assert phone("00 1 212 555 0100") == "+12125550100"

    def test_elsewhere_the_trunk_zero_goes(self) -> None:
        assert phone("0171 1234567", "49") == "+491711234567"
        assert phone("12345", "49") is None

    @given(st.text() | st.text("+0123456789 -()", max_size=25), st.sampled_from(["86", "49", "1"]))
    def test_whatever_comes_out_is_e164_and_is_understood_again(self, typed: str, country: str) -> None:
        number = phone(typed, country)
        assert number is None or re.fullmatch(r"\+[1-9][0-9]{6,14}", number)
        assert number is None or phone(number, country) == number


class TestMasks:
    def test_a_masked_phone_shows_its_ends(self) -> None:
        assert mask_phone("+8613800001234") == "138****1234"

    @given(st.from_regex(r"\+[1-9][0-9]{7,14}", fullmatch=True))
    def test_a_masked_phone_hides_at_least_a_part(self, number: str) -> None:
        masked = mask_phone(number)
        assert "****" in masked
        assert number.removeprefix("+86") not in masked

    def test_a_short_number_is_hidden_whole(self) -> None:
        assert mask_phone("+86110") == "****"

    @pytest.mark.parametrize(("name", "masked"), [("张三", "张*"), ("欧阳娜娜", "欧*"), ("", "*")])
    def test_a_masked_name_is_its_first_character(self, name: str, masked: str) -> None:
        assert mask_name(name) == masked
