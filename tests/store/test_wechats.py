"""What both stores promise about people's WeChat: one openid, grants that are counted and never below zero."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.notice.types import Notice, Recipient
from chalicelib.people.staff import Channel
from chalicelib.ports import Bindings
from chalicelib.store.wechats import Bindings as DynamoBindings
from chalicelib.wechat.rules import CONSENT, KEPT, MOST, Binding, Standing
from tests.fakes.clock import START
from tests.fakes.store import FakeStore
from tests.fakes.wechat import FakeBindings
from tests.store.conftest import DynamoHome, Fault, Home

NOTICE = Notice(
    "BELL#MX7F3K92QD", 4, "answered", Recipient("resident", "", "resident", "zh-CN", ((Channel.SMS, "+86"),))
)

OTHER = replace(NOTICE, version=5)


def bound(openid: str, grants: dict[str, int]) -> Binding:
    return Binding(openid, CONSENT, START, grants)


@pytest.fixture
def bindings(home: Home) -> Bindings:
    if isinstance(home, DynamoHome):
        return DynamoBindings(home.store.table)
    assert isinstance(home.store, FakeStore)
    return FakeBindings(home.store)


def test_nobody_is_bound_who_did_not_bind(bindings: Bindings) -> None:
    assert bindings.binding("li") is None
    assert bindings.grant("li", ["T-1"], START) is None
    assert not bindings.spend("li", "o-1", "T-1")
    bindings.give_back("li", "o-1", "T-1")
    bindings.void("li", "o-1", "T-1")
    bindings.unbind("li")
    assert bindings.binding("li") is None, "and none of this made a row"


def test_each_acceptance_is_one_message(bindings: Bindings) -> None:
    bindings.bind("li", "o-1", CONSENT, START)
    assert bindings.grant("li", ["T-1", "T-2"], START) == bound("o-1", {"T-1": 1, "T-2": 1})
    assert bindings.grant("li", ["T-1"], START) == bound("o-1", {"T-1": 2, "T-2": 1})
    assert [bindings.spend("li", "o-1", "T-1") for _ in range(4)] == [True, True, False, False]
    assert bindings.binding("li") == bound("o-1", {"T-1": 0, "T-2": 1})
    assert not bindings.spend("li", "o-1", "T-9")


def test_what_was_not_used_is_given_back_and_what_is_not_there_is_voided(bindings: Bindings) -> None:
    bindings.bind("li", "o-1", CONSENT, START)
    bindings.grant("li", ["T-1"], START)
    bindings.spend("li", "o-1", "T-1")
    bindings.give_back("li", "o-1", "T-1")
    assert bindings.binding("li") == bound("o-1", {"T-1": 1})
    bindings.grant("li", ["T-1"], START)
    bindings.void("li", "o-1", "T-1")
    assert not bindings.spend("li", "o-1", "T-1")


def test_binding_again_keeps_the_grants_and_another_wechat_begins_without(bindings: Bindings) -> None:
    bindings.bind("li", "o-1", CONSENT, START)
    bindings.grant("li", ["T-1"], START)
    bindings.bind("li", "o-1", CONSENT, START)
    assert bindings.binding("li") == bound("o-1", {"T-1": 1})
    bindings.bind("li", "o-2", CONSENT, START)
    assert bindings.binding("li") == bound("o-2", {})
    assert not bindings.spend("li", "o-1", "T-1")


def test_binding_again_keeps_when_and_to_what_they_agreed_last(bindings: Bindings) -> None:
    later = START + timedelta(days=3)
    bindings.bind("li", "o-1", "2026-01-01", START)
    bindings.grant("li", ["T-1"], START)
    assert bindings.bind("li", "o-1", CONSENT, later) == Binding("o-1", CONSENT, later, {"T-1": 1})


def test_unbinding_forgets_all(bindings: Bindings) -> None:
    bindings.bind("li", "o-2", CONSENT, START)
    bindings.grant("li", ["T-1"], START)
    bindings.unbind("li")
    assert bindings.binding("li") is None
    bindings.bind("li", "o-2", CONSENT, START)
    assert bindings.binding("li") == bound("o-2", {})


def test_no_more_are_counted_than_the_most(bindings: Bindings) -> None:
    bindings.bind("li", "o-1", CONSENT, START)
    for _ in range(MOST + 2):
        bindings.grant("li", ["T-1"], START)
    assert bindings.grant("li", ["T-1", "T-2"], START) == bound("o-1", {"T-1": MOST, "T-2": 1})


def test_what_stands_is_read_at_once(bindings: Bindings, home: Home) -> None:
    assert bindings.standing("k", "li", [NOTICE]) == Standing(False, None, frozenset())
    bindings.bind("li", "o-1", CONSENT, START)
    home.store.wish("k", START, out=True)
    assert bindings.standing("k", "li", [NOTICE]) == Standing(True, bound("o-1", {}), frozenset())
    home.store.claim(NOTICE, Channel.SMS, START)
    assert bindings.standing("k", "li", [OTHER]).begun == set(), "of another notice nothing is begun"
    assert bindings.standing("k", "li", [OTHER, NOTICE]).begun == {Channel.SMS}
    home.store.claim(NOTICE, Channel.WECHAT, START)
    assert bindings.standing("k", "li", [NOTICE]).begun == {Channel.SMS, Channel.WECHAT}


def test_many_senders_at_once_use_no_grant_twice(bindings: Bindings) -> None:
    bindings.bind("li", "o-1", CONSENT, START)
    for _ in range(5):
        bindings.grant("li", ["T-1"], START)
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda _: bindings.spend("li", "o-1", "T-1"), range(16)))
    assert sum(won) == 5
    assert bindings.binding("li") == bound("o-1", {"T-1": 0})


def test_a_lost_answer_uses_up_one_grant_only(dynamo: DynamoHome) -> None:
    bindings = DynamoBindings(dynamo.store.table)
    bindings.bind("li", "o-1", CONSENT, START)
    for _ in range(3):
        bindings.grant("li", ["T-1"], START)
    from botocore.exceptions import ReadTimeoutError

    dynamo.disturb(Fault(ReadTimeoutError(endpoint_url="x"), after=True))
    assert bindings.spend("li", "o-1", "T-1")
    assert bindings.binding("li") == bound("o-1", {"T-1": 2})


def test_the_row_goes_some_months_after_it_was_last_wanted_and_shows_no_openid(dynamo: DynamoHome) -> None:
    bindings = DynamoBindings(dynamo.store.table)
    bindings.bind("li", "o-1", CONSENT, START)
    later = START + timedelta(days=30)
    bindings.grant("li", ["T-1"], later)
    (row,) = dynamo.rows()
    assert (row["pk"]["S"], row["kind"]["S"]) == ("WECHAT#li", "WECHAT")
    assert int(row["expires_at"]["N"]) == int((later + KEPT).timestamp())
    assert "o-1" not in repr(bindings.binding("li"))
