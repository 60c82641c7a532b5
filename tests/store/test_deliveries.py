"""What both stores promise about reports and wishes."""

from __future__ import annotations

import itertools
from functools import partial

import pytest
from botocore.exceptions import ConnectionClosedError

from chalicelib.notice.types import Fate
from chalicelib.people.staff import Channel
from chalicelib.ports import Store
from chalicelib.record.shapes import Undelivered
from tests.fakes.clock import START
from tests.store.conftest import DynamoHome, Fault, Home
from tests.store.races import race
from tests.store.samples import dispatch, later, notice, ringing

THING = ringing().bell.thing
REPORTS = (Fate.DELIVERED, Fate.UNDELIVERED)


def sent(store: Store, message: str = "p-1", version: int = 2) -> None:
    """A notice that was sent, under that id of the provider."""
    of = notice(THING, version=version)
    store.claim(of, Channel.SMS, START)
    store.settle(of, dispatch(of, Fate.SENT, "sms", detail=message))


def fates(store: Store) -> list[Fate]:
    return [found.fate for found in store.dispatches(THING)]


@pytest.mark.parametrize("fate", REPORTS)
def test_a_report_finds_its_notice_and_says_when_and_why(store: Store, fate: Fate) -> None:
    sent(store)
    assert store.report(Channel.SMS, "p-1", fate, later(seconds=9), "MK:0001")
    (found,) = store.dispatches(THING)
    assert (found.fate, found.at, found.detail) == (fate, later(seconds=9), "MK:0001")


def test_without_a_reason_the_providers_id_stays(store: Store) -> None:
    sent(store)
    store.report(Channel.SMS, "p-1", Fate.DELIVERED, later(seconds=9))
    assert store.dispatches(THING)[0].detail == "p-1"


@pytest.mark.parametrize("order", list(itertools.product(REPORTS, repeat=3)))
def test_fates_move_forward_only(store: Store, order: tuple[Fate, ...]) -> None:
    sent(store)
    for fate in order:
        store.report(Channel.SMS, "p-1", fate, later(seconds=9))
    assert fates(store) == [max(order, key=REPORTS.index)]


@pytest.mark.parametrize("fate", REPORTS)
@pytest.mark.parametrize("late", [Fate.SENT, Fate.UNKNOWN, Fate.FAILED])
def test_a_sender_that_settles_late_takes_no_report_back(store: Store, fate: Fate, late: Fate) -> None:
    sent(store)
    store.report(Channel.SMS, "p-1", fate, later(seconds=9))
    of = notice(THING)
    store.settle(of, dispatch(of, late, "sms"))
    assert fates(store) == [fate]
    assert store.claim(of, Channel.SMS, later(seconds=10)) is fate


def test_one_message_may_have_been_several_notices(store: Store) -> None:
    sent(store, version=2)
    sent(store, version=3)
    sent(store, "p-2", version=4)
    assert store.report(Channel.SMS, "p-1", Fate.UNDELIVERED, later(seconds=9))
    assert fates(store) == [Fate.UNDELIVERED, Fate.UNDELIVERED, Fate.SENT]


@pytest.mark.parametrize("fate", [Fate.FAILED, Fate.UNKNOWN, Fate.HELD, Fate.MOOT])
def test_what_was_not_sent_is_not_found(store: Store, fate: Fate) -> None:
    of = notice(THING)
    store.settle(of, dispatch(of, fate, "sms", detail="p-1"))
    assert not store.report(Channel.SMS, "p-1", Fate.DELIVERED, START)
    assert fates(store) == [fate]


def test_ids_of_another_channel_or_nobodys_are_not_found(store: Store) -> None:
    sent(store)
    assert not store.report(Channel.MAIL, "p-1", Fate.DELIVERED, START)
    assert not store.report(Channel.SMS, "p-9", Fate.DELIVERED, START)
    assert fates(store) == [Fate.SENT]


def test_the_stream_tells_once_that_something_did_not_arrive(home: Home) -> None:
    sent(home.store)
    home.take_stream()
    for fate in (Fate.DELIVERED, Fate.UNDELIVERED, Fate.UNDELIVERED, Fate.DELIVERED):
        home.store.report(Channel.SMS, "p-1", fate, later(seconds=9))
    assert home.take_stream() == [Undelivered(THING, 2)]


def test_reports_at_one_moment_end_as_they_would_one_after_another(store: Store) -> None:
    sent(store)
    calls = [partial(store.report, Channel.SMS, "p-1", fate, later(seconds=9)) for fate in REPORTS * 3]
    assert race(*calls) == [True] * 6
    assert fates(store) == [Fate.UNDELIVERED]


def test_a_wish_stays_until_another_takes_its_place(store: Store) -> None:
    assert not store.opted_out("k")
    for out in (True, True, False, True):
        store.wish("k", START, out=out)
        assert store.opted_out("k") is out
    assert not store.opted_out("j")


@pytest.mark.parametrize("after", [True, False])
def test_a_call_that_fails_for_a_moment_is_repeated_without_harm(dynamo: DynamoHome, *, after: bool) -> None:
    sent(dynamo.store)
    busy = ConnectionClosedError(endpoint_url="http://x")
    for calls_before in range(3):
        dynamo.disturb(*[None] * calls_before, Fault(busy, after))  # type: ignore[list-item]  # None: it goes well
        assert dynamo.store.report(Channel.SMS, "p-1", Fate.UNDELIVERED, later(seconds=9))
    assert fates(dynamo.store) == [Fate.UNDELIVERED]


def test_what_finds_a_notice_goes_by_itself_and_names_nobody(dynamo: DynamoHome) -> None:
    sent(dynamo.store)
    dynamo.store.wish("k", START, out=True)
    (row,) = [row for row in dynamo.rows() if row["kind"]["S"] == "MESSAGE"]
    assert int(row["expires_at"]["N"]) == int(later(days=8).timestamp())
    assert set(row) == {"pk", "sk", "kind", "expires_at", "thing", "notice"}
