"""What an hour's run asks of AWS, counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

import pytest
from botocore.session import get_session

from chalicelib.anchor import mailing, rules, service
from chalicelib.files.vault import S3Vault
from chalicelib.ports import Ports
from chalicelib.store import DynamoStore
from infra.local.embedded import embedded_aws
from tests.fakes.clock import FakeClock
from tests.fakes.world import World
from tests.store.samples import ringing

Counting = Callable[[], AbstractContextManager[dict[str, int]]]
SHARDS = 4


@pytest.fixture
def ports() -> Iterator[Ports]:
    """A platform whose table and vault are real; nine bells were rung."""
    with embedded_aws() as aws:
        world, clock = World(), FakeClock()
        store = DynamoStore(aws.table_name, aws.region, clock.sleep)
        for number in range(9):
            store.ring(ringing(number))
        vault = S3Vault(aws.anchors.name, aws.region, get_session)
        yield replace(world.ports, store=store, vault=vault, clock=clock)


def test_the_first_anchor_of_a_place_asks_the_index_once_a_shard(
    ports: Ports, count_aws_calls: Counting
) -> None:
    with count_aws_calls() as calls:
        assert service.take(ports)[0].size == 9
    assert calls == {"Query": SHARDS, "ListObjectsV2": 3, "PutObject": 2}
    with count_aws_calls() as calls:
        assert not service.take(ports)[1]
    assert calls == {"ListObjectsV2": 1, "GetObject": 1}, "for the rest of the day"
    ports.clock.sleep(timedelta(days=1).total_seconds())
    with count_aws_calls() as calls:
        assert service.take(ports)[1]
    assert calls == {"Query": SHARDS, "ListObjectsV2": 3, "GetObject": 2, "PutObject": 2}, "every other day"


def test_a_subscriber_costs_a_query_for_each_day_of_a_week_and_three_calls_for_a_mail(
    ports: Ports, count_aws_calls: Counting
) -> None:
    subscribed = replace(ports, policy=replace(ports.policy, anchor_mail=("notary@example.org",)))
    anchor, _ = service.take(subscribed)
    with count_aws_calls() as calls:
        assert mailing.tell(subscribed, anchor) == mailing.Told(1, 0)
    assert calls == {"Query": 7, "GetItem": 1, "PutItem": 1}, "and the mail, which a fake sends here"
    with count_aws_calls() as calls:
        assert mailing.tell(subscribed, anchor) == mailing.Told(0, 0)
    assert calls == {"Query": 7}
    with count_aws_calls() as calls:
        assert mailing.tell(ports, anchor) == mailing.Told(0, 0)
    assert calls == {}


def test_each_tile_is_a_call_more_and_a_proof_reads_one_of_them(
    ports: Ports, count_aws_calls: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "TILE", 4)
    with count_aws_calls() as calls, pytest.raises(service.Unfinished):
        service.take(ports, timedelta())
    assert calls == {"Query": SHARDS, "ListObjectsV2": 2, "PutObject": 1}
    with count_aws_calls() as calls:
        anchor, _ = service.take(ports)
    assert calls == {"Query": SHARDS, "ListObjectsV2": 3, "GetObject": 1, "PutObject": 3}, "one more to go on"
    assert list(service.check(ports)) == [(anchor, [])]
    with count_aws_calls() as calls:
        proof = service.prove(ports, ringing(1).bell.thing)
    assert proof
    assert rules.holds(proof)
    assert calls == {"ListObjectsV2": 1, "GetObject": 3}
