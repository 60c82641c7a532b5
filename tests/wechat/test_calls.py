"""What a message costs in calls to AWS, with the real store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest

from chalicelib.notice import courier
from chalicelib.notice.types import Notice, Recipient
from chalicelib.people.staff import Channel
from chalicelib.ports import NotAccepted, PermanentFailure, Ports
from chalicelib.store.wechats import Bindings
from infra.local.embedded import embedded_aws
from tests.conftest import Calls
from tests.fakes.world import World
from tests.store.conftest import DynamoHome

PHONE = "+8613900000001"
NOTICE = Notice(
    "BELL#MX7F3K92QD",
    4,
    "rung",
    Recipient("resident", "", "resident", "zh-CN", ((Channel.SMS, PHONE),)),
    {"number": "MX-7F3K-92QD", "link": "x"},
)
Counting = Callable[[], AbstractContextManager[Calls]]


@pytest.fixture(scope="module")
def home() -> Iterator[DynamoHome]:
    with embedded_aws() as aws:
        yield DynamoHome(aws)


@pytest.fixture
def world() -> World:
    return World(templates={"rung": "T-1"})


@pytest.fixture
def ports(world: World, home: DynamoHome) -> Iterator[Ports]:
    """The world's, with tables that are real."""
    assert world.wechat is not None
    world.wechat.bindings = Bindings(home.store.table)  # type: ignore[assignment]  # what it stands for
    yield replace(world.ports, store=home.store)
    home.wipe()


def conveyed(ports: Ports, counting: Counting) -> Calls:
    with counting() as calls:
        courier.convey(ports, [NOTICE])
    return calls


def test_without_a_mini_program_a_message_is_what_it_was(
    world: World, ports: Ports, count_aws_calls: Counting
) -> None:
    calls = conveyed(replace(ports, wechat=None), count_aws_calls)
    assert calls == {"GetItem": 1, "PutItem": 3}, "wish; claim, fate, its id"
    world.expect("rung", channel=Channel.SMS)
    world.no_other_message()


def test_for_whoever_has_not_bound_as_many(world: World, ports: Ports, count_aws_calls: Counting) -> None:
    assert conveyed(ports, count_aws_calls) == {"BatchGetItem": 1, "PutItem": 3}
    world.expect("rung", channel=Channel.SMS)
    world.no_other_message()


def test_a_message_in_wechat_is_one_call_more(world: World, ports: Ports, count_aws_calls: Counting) -> None:
    world.subscribes(PHONE, "rung")
    calls = conveyed(ports, count_aws_calls)
    assert calls == {"BatchGetItem": 1, "PutItem": 3, "UpdateItem": 1}
    world.expect("rung", channel=Channel.WECHAT)
    world.no_other_message()


@pytest.mark.parametrize("error", [NotAccepted("43101"), PermanentFailure("47003")])
def test_a_refusal_is_settled_and_the_acceptance_put_right(
    world: World, ports: Ports, count_aws_calls: Counting, error: Exception
) -> None:
    world.subscribes(PHONE, "rung")
    world.senders[Channel.WECHAT].fail(error)
    calls = conveyed(ports, count_aws_calls)
    assert calls["BatchGetItem"] == 1
    assert calls["GetItem"] == 0, "what they said to an SMS was read with the rest"
    assert calls["UpdateItem"] == 2, "used up, and given back or counted as none"
    world.expect("rung", channel=Channel.SMS)
    world.no_other_message()


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        (lambda whose: whose.bind("li", "o-1", "2026-11-29", World().start), {"UpdateItem": 1}),
        (lambda whose: whose.binding("li"), {"GetItem": 1}),
        (lambda whose: whose.grant("li", ["T-1", "T-2"], World().start), {"UpdateItem": 1}),
        (lambda whose: whose.unbind("li"), {"TransactWriteItems": 1}),
    ],
    ids=["bind", "binding", "grant", "unbind"],
)
def test_each_request_of_a_reader_is_one_call(
    home: DynamoHome, count_aws_calls: Counting, ask: Callable[[Bindings], object], expected: dict[str, int]
) -> None:
    with count_aws_calls() as calls:
        ask(Bindings(home.store.table))
    assert calls == expected
