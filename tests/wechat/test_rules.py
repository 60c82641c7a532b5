"""When WeChat is used, and what counts as an acceptance."""

from __future__ import annotations

import pytest

from chalicelib.people.staff import Channel
from chalicelib.wechat.rules import CONSENT, Binding, Standing, accepted, fault_of, goes_first, goes_last
from tests.fakes.clock import START

SMS, MAIL, WECHAT = Channel.SMS, Channel.MAIL, Channel.WECHAT
BOUND = Binding("o-1", CONSENT, START, {"T-1": 1, "T-2": 0})


@pytest.mark.parametrize(
    ("binding", "begun", "template", "first", "last"),
    [
        (None, set(), "T-1", False, False),
        (BOUND, set(), "T-1", True, True),
        (BOUND, set(), "T-2", False, False),
        (BOUND, set(), "T-9", False, False),
        (BOUND, set(), "", False, False),
        (BOUND, {SMS}, "T-1", False, True),
        (BOUND, {MAIL}, "T-1", False, True),
        (BOUND, {WECHAT}, "T-2", True, True),
        (BOUND, {SMS, WECHAT}, "T-2", True, True),
        (None, {WECHAT}, "T-1", True, True),
        (None, {SMS}, "T-1", False, False),
    ],
)
def test_wechat_is_first_only_where_nothing_else_was_begun_and_finishes_what_it_began(
    binding: Binding | None, begun: set[Channel], template: str, *, first: bool, last: bool
) -> None:
    standing = Standing(False, binding, frozenset(begun))
    assert (goes_first(standing, template), goes_last(standing, template)) == (first, last)


def test_only_a_yes_accepts() -> None:
    words = {"errMsg": "requestSubscribeMessage:ok", "T-1": "accept", "T-2": "acceptWithAudio"}
    no = dict.fromkeys(("T-3", "T-4", "T-5", "T-6"), "reject") | {
        "T-4": "ban",
        "T-5": "filter",
        "T-6": "ACCEPT",
    }
    assert accepted(words | no) == ("T-1", "T-2")
    assert accepted({}) == ()


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("0a3Xyz_-=", ""),
        ("x" * 512, ""),
        ("", "required"),
        (" \t\u3000", "required"),
        ("x" * 513, "unreadable"),
        ("码", "unreadable"),
        ("a\nb", "unreadable"),
    ],
)
def test_what_cannot_be_a_code_is_told_at_once(code: str, fault: str) -> None:
    assert fault_of(code) == fault
