"""The answer and the time-out meet: one of them is first, and nobody is alerted once the answer is written."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib.bell.rules import Status
from chalicelib.people.staff import Channel
from tests.fakes.senders import Sent
from tests.fakes.world import World
from tests.scenarios.plays import after, ends_well, intact, rings

TRIES = 1_000
ANSWER_FIRST = ["rung", "alerted", "answered"]
LEVEL_FIRST = ["rung", "alerted", "alerted", "answered"]


def _both_have_read(world: World) -> None:
    """Neither may write before the other has read: the worst that can happen to a condition."""
    met, read, first = threading.Barrier(2), world.store.opening, threading.local()

    def opening(*args: Any, **kwargs: Any) -> Any:
        found = read(*args, **kwargs)
        if not getattr(first, "done", False):
            first.done = True
            met.wait(10)
        return found

    world.store.opening = opening  # type: ignore[method-assign]  # what a slow network does to one call


def _race(pool: ThreadPoolExecutor, world: World, *jobs: Callable[[], object]) -> None:
    start = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> None:
        start.wait(10)
        job()

    for done in [pool.submit(run, job) for job in jobs]:
        done.result(10)


def test_4_of_an_answer_and_a_time_out_at_the_same_instant_exactly_one_is_first_a_thousand_times() -> None:
    orders: Counter[int] = Counter()
    with ThreadPoolExecutor(2) as pool:
        for attempt in range(TRIES):
            orders[_meets(pool, World(), attempt)] += 1
    print(f"answer first {orders[3]} times, level 2 first {orders[4]} times")
    assert sum(orders.values()) == TRIES


def _meets(pool: ThreadPoolExecutor, world: World, attempt: int) -> int:
    rung, alert = rings(world)
    world.clock.advance(minutes=5)
    if attempt % 2:
        _both_have_read(world)
    jobs: list[Callable[[], object]] = [lambda: world.tap(alert), world.engine.run_due]
    _race(pool, world, *(jobs if attempt % 4 < 2 else reversed(jobs)))
    kinds = world.kinds(rung)
    assert kinds in (ANSWER_FIRST, LEVEL_FIRST)
    world.settle()
    world.pass_time(minutes=11)
    bell = world.file(rung).bell
    assert bell.status is Status.ANSWERED
    assert bell.due_at == after(world, minutes=5, hours=24)
    world.expect("answered", to="resident", at=after(world, minutes=5))
    assert intact(world, rung)
    # The answer was written before anybody was told of level 2: neither an alert nor its recall went out.
    world.no_other_message()
    return len(kinds)


@pytest.mark.parametrize("order", [ANSWER_FIRST, LEVEL_FIRST])
def test_4_either_may_win(world: World, order: list[str]) -> None:
    rung, alert = rings(world)
    world.clock.advance(minutes=5)
    if order == LEVEL_FIRST:
        world.engine.run_due()
    world.tap(alert)
    world.pass_time(minutes=11)
    world.expect("answered", to="resident")
    assert world.kinds(rung) == order
    ends_well(world)


def test_4_an_answer_while_an_alert_is_being_prepared_stops_it(world: World) -> None:
    rung, alert = rings(world)
    claim = world.store.claim

    def claim_and_answer(notice: Any, channel: Channel, at: Any) -> Any:
        if notice.template == "escalated":
            world.tap(alert)
        return claim(notice, channel, at)

    world.store.claim = claim_and_answer  # type: ignore[method-assign]  # the answer comes at this very moment
    world.pass_time(minutes=30)
    world.expect("answered", to="resident")
    assert world.kinds(rung) == LEVEL_FIRST
    ends_well(world)


def test_4_an_alert_already_on_its_way_is_followed_by_the_word_that_it_was_taken(world: World) -> None:
    """Between the last look and the provider nothing can be stopped; whoever got it hears the end of it."""
    rung, alert = rings(world)
    send = world.senders[Channel.SMS].send

    def send_as_it_is_answered(message: Any) -> str:
        if message.template == "escalated":
            world.tap(alert)
        return send(message)

    world.senders[Channel.SMS].send = send_as_it_is_answered  # type: ignore[method-assign]
    world.pass_time(minutes=30)
    second: Sent = world.expect("escalated", to="wang")
    taken = world.expect("taken", to="wang")
    world.expect("answered", to="resident")
    assert world.sent.index(second) < world.sent.index(taken)
    assert world.kinds(rung) == LEVEL_FIRST
    ends_well(world)


def test_4_two_people_answering_at_once_are_one_answer_and_one_refusal(world: World) -> None:
    rung, first = rings(world)
    world.pass_time(minutes=5)
    second = world.expect("escalated", to="wang")
    _both_have_read(world)
    refused: list[Exception] = []

    def tap(message: Sent) -> None:
        try:
            world.tap(message)
        except Exception as error:  # noqa: BLE001 - exactly one is expected, looked at below
            refused.append(error)

    with ThreadPoolExecutor(2) as pool:
        _race(pool, world, lambda: tap(first), lambda: tap(second))
    by = world.file(rung).bell.answered_by
    assert by is not None
    (error,) = refused
    assert error.params["by"] == by.name  # type: ignore[attr-defined]  # a Conflict, or this fails
    world.pass_time(hours=1)
    world.expect("answered", to="resident")
    world.expect("taken", to="wang" if by.id == "zhao" else "zhao")
    ends_well(world)
