"""What a minute's reading of the mailbox asks of AWS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime

import pytest

from chalicelib import steps, wiring
from chalicelib.config import Settings
from chalicelib.delivery.bounces import sealed
from chalicelib.notice.types import Fate
from chalicelib.people.staff import Channel
from chalicelib.store import DynamoStore
from infra.local.embedded import embedded_aws
from tests.delivery import returned
from tests.fakes.clock import START, FakeClock
from tests.fakes.world import World
from tests.store.samples import dispatch, notice, ringing

Count = Callable[[], AbstractContextManager[dict[str, int]]]
SETTINGS = Settings("prod", "t", "arn:sm", "https://bell.example.org", "https://b.cn", b"k" * 32, ("MX",))


class Letters:
    """A mailbox with these in it."""

    def __init__(self) -> None:
        self.raws: list[bytes] = []

    def read(self, mark: str, since: datetime, take: Callable[[bytes], bool]) -> str:
        for raw in self.raws:
            take(raw)
        return f"1:{len(self.raws)}"


@pytest.fixture
def store() -> Iterator[DynamoStore]:
    with embedded_aws() as aws:
        yield DynamoStore(aws.table_name, aws.region, FakeClock(START).sleep)


def test_a_reading_costs_three_calls_and_three_more_for_each_report(
    store: DynamoStore, count_aws_calls: Count
) -> None:
    world, letters = World(), Letters()
    ours = sealed(world.ports.policy.key, "0123456789abcdef")
    of = notice(ringing().bell.thing)
    store.claim(of, Channel.MAIL, START)
    store.settle(of, dispatch(of, Fate.SENT, "mail", detail=ours))
    wiring.install(replace(world.ports, store=store, mailbox=letters), SETTINGS)
    try:
        with count_aws_calls() as idle:
            steps.report({"read": "mailbox"})
        letters.raws += [returned.postfix(sealed(b"another", "0123456789abcdef")), returned.holiday(ours)]
        with count_aws_calls() as nothing:
            steps.report({"read": "mailbox"})
        letters.raws.append(returned.postfix(ours))
        with count_aws_calls() as one:
            assert steps.report({"read": "mailbox"}) == {"taken": 1}
    finally:
        wiring.install(None)
    assert idle == nothing == {"Query": 2, "PutItem": 1}, "what others make up costs nothing"
    assert one == {"Query": 3, "PutItem": 1, "GetItem": 1, "UpdateItem": 1}
    assert [found.fate for found in store.dispatches(of.thing)] == [Fate.UNDELIVERED]
