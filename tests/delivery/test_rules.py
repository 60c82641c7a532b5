"""Fates move forward only, in whatever order reports come; wishes are read as people write them."""

from __future__ import annotations

from functools import reduce
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.delivery.rules import Report, believable, goes_anyway, key_of, onward, secret_of, wants
from chalicelib.notice.types import Fate, Notice, Recipient
from chalicelib.people.staff import Channel

REPORTED = (Fate.DELIVERED, Fate.UNDELIVERED)
SENT = (Fate.CLAIMED, Fate.SENT, Fate.UNKNOWN)
KEY = b"a key that only tests know"


@given(st.sampled_from(SENT), st.lists(st.sampled_from(REPORTED), max_size=5))
def test_the_order_of_reports_makes_no_difference(fate: Fate, reports: list[Fate]) -> None:
    ends = {reduce(onward, order, fate) for order in permutations(reports)}
    assert len(ends) == 1


@given(st.sampled_from(list(Fate)), st.sampled_from(REPORTED))
def test_the_same_report_again_changes_nothing(fate: Fate, report: Fate) -> None:
    once = onward(fate, report)
    assert onward(once, report) is once


@pytest.mark.parametrize("fate", SENT)
@pytest.mark.parametrize("report", REPORTED)
def test_what_was_sent_is_delivered_or_not(fate: Fate, report: Fate) -> None:
    assert onward(fate, report) is report


@pytest.mark.parametrize("fate", [fate for fate in Fate if fate not in (*SENT, *REPORTED)])
@pytest.mark.parametrize("report", REPORTED)
def test_what_was_never_sent_stays_so(fate: Fate, report: Fate) -> None:
    assert onward(fate, report) is fate


def test_mail_that_came_back_did_not_arrive_after_all() -> None:
    assert onward(Fate.DELIVERED, Fate.UNDELIVERED) is Fate.UNDELIVERED
    assert onward(Fate.UNDELIVERED, Fate.DELIVERED) is Fate.UNDELIVERED


@pytest.mark.parametrize(
    "text", ["退订", "TD", "td", " Ｔ ", "T。", "退订!", "退订，谢谢", "STOP", "stop.", "N", "取消"]
)
def test_who_wants_no_more_is_understood(text: str) -> None:
    assert wants(text) is True


@pytest.mark.parametrize("text", ["恢复", "START", "start"])
def test_who_wants_them_again_is_understood(text: str) -> None:
    assert wants(text) is False


@pytest.mark.parametrize(
    "text", ["", "好的", "收到", "谢谢", "请不要停", "Today", "不退", "stopped by", "T恤"]
)
def test_anything_else_is_no_wish(text: str) -> None:
    assert wants(text) is None


@pytest.mark.parametrize("message", ["", "x" * 129, "a\nb"])
def test_what_can_be_no_id_is_not_looked_for(message: str) -> None:
    assert not believable(Report(Channel.SMS, message, arrived=True))


def test_alerts_and_emergencies_go_out_all_the_same() -> None:
    to = Recipient("zhao", "赵虹", "specialist", "zh-CN", ())
    assert goes_anyway(Notice("BELL#x", 1, "alert", to))
    assert goes_anyway(Notice("BELL#x", 1, "taken", to, pressing=True))
    assert not goes_anyway(Notice("BELL#x", 1, "taken", to))
    assert not goes_anyway(Notice("BELL#x", 1, "decide", to, alert=True))


def test_an_address_is_found_again_and_cannot_be_read() -> None:
    key = key_of(KEY, Channel.MAIL, "Li@Example.org ")
    assert key == key_of(KEY, Channel.MAIL, "li@example.org")
    assert key != key_of(KEY, Channel.SMS, "li@example.org")
    assert "example" not in key


def test_each_provider_and_each_stage_has_a_secret_of_its_own() -> None:
    assert len({secret_of(KEY, "aliyun"), secret_of(KEY, "tencent"), secret_of(b"another", "aliyun")}) == 3
    assert len(secret_of(KEY, "aliyun")) == 32
