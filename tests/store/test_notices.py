"""What both stores promise about notices."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from chalicelib.core.errors import Stale
from chalicelib.notice.types import Bundle, Fate, Window
from chalicelib.people.staff import Channel
from chalicelib.ports import Store
from tests.fakes.clock import START
from tests.store.races import race
from tests.store.samples import dispatch, later, notice, ringing

THING = ringing().bell.thing


def test_a_claim_is_taken_once_by_eight_threads(store: Store) -> None:
    results = race(*(partial(store.claim, notice(THING), Channel.SMS, START) for _ in range(8)))
    assert sorted(map(str, results)) == ["None", *["claimed"] * 7]


def test_each_channel_version_and_recipient_is_claimed_for_itself(store: Store) -> None:
    for of, channel in (
        (notice(THING), Channel.SMS),
        (notice(THING), Channel.MAIL),
        (notice(THING, version=3), Channel.SMS),
        (notice(THING, recipient="wang"), Channel.SMS),
        (notice("BELL#other"), Channel.SMS),
    ):
        assert store.claim(of, channel, START) is None


@pytest.mark.parametrize("fate", [Fate.SENT, Fate.FAILED, Fate.UNKNOWN, Fate.MOOT])
def test_a_late_claimer_learns_the_fate(store: Store, fate: Fate) -> None:
    of = notice(THING)
    store.claim(of, Channel.SMS, START)
    store.settle(of, dispatch(of, fate))
    assert store.claim(of, Channel.SMS, later(seconds=5)) is fate


def test_fates_are_read_back_in_the_order_of_their_events(store: Store) -> None:
    first, second = notice(THING, version=2), notice(THING, version=11)
    fates = [
        dispatch(first, Fate.HELD, channel=""),
        dispatch(first, Fate.FAILED, "mail", detail="no such box"),
        dispatch(first, Fate.SENT, "sms", later(seconds=1)),
        dispatch(second, Fate.UNREACHABLE, channel=""),
    ]
    for of, fate in ((second, fates[3]), (first, fates[2]), (first, fates[0]), (first, fates[1])):
        store.settle(of, fate)
    assert store.dispatches(THING) == tuple(fates)
    assert store.dispatches("BELL#other") == ()


def test_a_bells_file_has_its_dispatches(store: Store) -> None:
    store.ring(ringing())
    of = notice(THING)
    store.settle(of, dispatch(of, Fate.SENT))
    file = store.bell(ringing().bell.id)
    assert file is not None
    assert file.dispatches == (dispatch(of, Fate.SENT),)


def full_window() -> Window:
    """Somebody was sent things, and more waits."""
    return Window(
        "zhao",
        open_until=later(minutes=2),
        sent=(START, later(seconds=1)),
        held=(notice(THING), notice("BELL#other")),
        due_at=later(minutes=2),
        admitted=("a#1#zhao",),
    )


def test_a_window_nobody_saved_is_empty(store: Store) -> None:
    assert store.window("zhao") == Window("zhao")


def test_a_window_is_read_back_one_version_on(store: Store) -> None:
    store.save_window(full_window())
    assert store.window("zhao") == replace(full_window(), version=1)
    store.save_window(Window("zhao", version=1))
    assert store.window("zhao") == Window("zhao", version=2)


def test_the_second_to_save_a_window_must_look_again(store: Store) -> None:
    store.save_window(full_window())
    with pytest.raises(Stale):
        store.save_window(full_window())
    seen = store.window("zhao")
    store.save_window(seen)
    with pytest.raises(Stale):
        store.save_window(seen)


def test_of_eight_who_save_a_window_one_wins_even_with_the_same_content(store: Store) -> None:
    results = race(*(partial(store.save_window, full_window()) for _ in range(8)))
    assert results.count(None) == 1
    assert sum(isinstance(result, Stale) for result in results) == 7


def test_a_window_is_overdue_among_the_bells(store: Store) -> None:
    store.ring(ringing())
    store.save_window(full_window())
    assert store.overdue(later(minutes=2)) == ()
    assert store.overdue(later(minutes=6)) == ("STAFF#zhao", THING)
    store.save_window(replace(store.window("zhao"), held=(), due_at=None))
    assert store.overdue(later(minutes=6)) == (THING,)


def test_a_bundle_is_kept_and_keeping_it_again_changes_nothing(store: Store) -> None:
    bundle = Bundle("MX0000000B", "zhao", ("MX1", "MX2"), "hash", later(days=7))
    assert store.bundle(bundle.id) is None
    for _ in range(2):
        store.save_bundle(bundle)
    assert store.bundle(bundle.id) == bundle
