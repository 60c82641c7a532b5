"""What the stream gave up on is listed and done again, from the stream within a day and from the table after it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib import wiring
from chalicelib.core.times import iso
from chalicelib.statistics import service as statistics
from chalicelib.steps import react
from infra.deploy.telling import Teller
from infra.recover.letters import Queue, letter_of, things
from infra.recover.replay import Replay, done_again, local, scanned
from tests.recovery.capture import Life, life

ARN = "arn:aws:dynamodb:eu-central-1:123456789012:table/t/stream/2026-11-24T00:00:00.000"


class Streams:
    """The stream's records behind the API of DynamoDB Streams, two at a time."""

    class exceptions:  # noqa: N801 - as botocore has it
        ClientError = ClientError

    def __init__(self, records: list[dict[str, Any]]) -> None:
        self.records, self.trimmed = records, False

    def get_shard_iterator(self, **asked: str) -> dict[str, str]:
        assert asked["ShardIteratorType"] == "AT_SEQUENCE_NUMBER"
        if self.trimmed:
            raise ClientError({"Error": {"Code": "TrimmedDataAccessException"}}, "GetShardIterator")
        numbers = [record["dynamodb"]["SequenceNumber"] for record in self.records]
        return {"ShardIterator": str(numbers.index(asked["SequenceNumber"]))}

    def get_records(self, *, ShardIterator: str, Limit: int) -> dict[str, Any]:  # noqa: N803 - as botocore has it
        start = int(ShardIterator)
        page = [json.loads(json.dumps(record)) for record in self.records[start : start + 2]]
        for record in page:
            record["dynamodb"]["ApproximateCreationDateTime"] = datetime(2026, 11, 23, 2, tzinfo=UTC)
        return {"Records": page, "NextShardIterator": str(start + 2)}


class Stage:
    """A stage whose `react` can be broken, with its queue."""

    def __init__(self, played: Life) -> None:
        self.life = played
        self.sqs = played.aws.client("sqs")
        self.url = played.aws.stream_failures_url
        self.streams = Streams(played.aws.records)
        self.out = io.StringIO()
        self.broken: set[str] = set()
        self.published: list[str] = []

    def replay(self) -> Replay:
        dynamodb, table = self.life.aws.client("dynamodb"), self.life.aws.table_name
        return Replay(
            Queue(self.sqs, self.url, wait=0),
            self.streams,
            lambda: scanned(dynamodb, table),
            self.react,
            Teller(self.out),
            self.life.clock.now,
            publish=self.publish,
        )

    def publish(self, records: list[dict[str, Any]]) -> list[str]:
        """The other function that reads the stream."""
        self.published += [record["dynamodb"]["Keys"]["sk"]["S"] for record in records]
        return []

    def react(self, records: list[dict[str, Any]]) -> list[str]:
        """The deployed function; a record of a broken thing fails, as do those behind it in its batch."""
        for count, record in enumerate(records):
            if record["dynamodb"]["Keys"]["pk"]["S"] in self.broken:
                self.react(records[:count])
                return [record["dynamodb"]["SequenceNumber"]]
        if records:
            assert react({"Records": json.loads(json.dumps(records))}) == {"batchItemFailures": []}
        return []

    def give_up_on(self, first: int, last: int, function: str = "react") -> None:
        """AWS puts the place of these records into the queue."""
        numbers = [record["dynamodb"]["SequenceNumber"] for record in self.life.aws.records]
        batch = {
            "shardId": "shardId-1",
            "startSequenceNumber": numbers[first],
            "endSequenceNumber": numbers[last],
            "approximateArrivalOfFirstRecord": iso(self.life.clock.now()),
            "approximateArrivalOfLastRecord": iso(self.life.clock.now()),
            "batchSize": last - first + 1,
            "streamArn": ARN,
        }
        body = {
            "requestContext": {
                "condition": "RetryAttemptsExhausted",
                "functionArn": f"arn:aws:lambda:eu-central-1:123456789012:function:consultation-bell-prod-{function}",
            },
            "version": "1.0",
            "DDBStreamBatchInfo": batch,
        }
        self.sqs.send_message(QueueUrl=self.url, MessageBody=json.dumps(body))


@pytest.fixture
def stage() -> Iterator[Stage]:
    with life() as played:
        wiring.install(played.ports)
        yield Stage(played)
        wiring.install(None)


def sent(stage: Stage) -> list[str]:
    """The templates of what went out, in order."""
    return [message.template for message in stage.life.sent]


def test_what_failed_is_listed_and_stays(stage: Stage) -> None:
    rung = stage.life.ring("one")
    stage.give_up_on(0, len(stage.life.aws.records) - 1)
    stage.life.clock.advance(hours=3, minutes=5)
    assert stage.replay().show() == 1
    assert rung.bell.thing in stage.out.getvalue()
    assert "3 h 5 min ago" in stage.out.getvalue()
    assert stage.replay().queue.depth() == 1
    assert sent(stage) == []


def test_it_is_read_again_from_the_stream_and_done_once(stage: Stage) -> None:
    rung = stage.life.ring("one")
    stage.give_up_on(0, len(stage.life.aws.records) - 1)
    assert stage.replay().run() == 0
    assert sent(stage) == ["rung", "alert"]
    assert statistics.of_day(stage.life.ports, "MX")["rung"] == 1
    assert stage.replay().queue.depth() == 0
    stage.give_up_on(0, 4)
    assert stage.replay().run() == 0
    assert sent(stage) == ["rung", "alert"], "what was done is not done twice"
    assert stage.life.ports.store.bell(rung.bell.id)


def test_what_could_not_be_published_is_published_and_nothing_else(stage: Stage) -> None:
    stage.life.ring("one")
    stage.give_up_on(0, len(stage.life.aws.records) - 1, "publish")
    assert stage.replay().run() == 0
    assert "EVENT#000001" in stage.published
    assert stage.replay().queue.depth() == 0
    assert sent(stage) == [], "and no message was sent"
    stage.published.clear()
    stage.give_up_on(0, len(stage.life.aws.records) - 1, "publish")
    stage.streams.trimmed = True
    assert stage.replay().run() == 0
    assert "EVENT#000001" in stage.published
    assert sent(stage) == []


def test_only_the_records_of_the_letter_are_read(stage: Stage) -> None:
    stage.life.ring("one")
    cut = len(stage.life.aws.records)
    other = stage.life.ring("two")
    stage.give_up_on(cut, len(stage.life.aws.records) - 1)
    stage.replay().run()
    assert sent(stage) == ["rung", "alert"]
    (told,) = [message for message in stage.life.sent if message.template == "rung"]
    assert other.bell.id[2:6] in told.text


def test_after_a_day_the_table_is_asked(stage: Stage) -> None:
    rung = stage.life.ring("one")
    stage.give_up_on(0, len(stage.life.aws.records) - 1)
    stage.life.clock.advance(hours=30)
    stage.streams.trimmed = True
    early = stage.life.ring("later and never given up on")
    assert stage.replay().show() == 1
    assert "asks the table" in stage.out.getvalue()
    assert stage.replay().run() == 0
    assert sent(stage) == ["rung", "alert"]
    file = stage.life.ports.store.bell(rung.bell.id)
    assert file
    assert {d.template for d in file.dispatches} == {"rung", "alert"}
    other = stage.life.ports.store.bell(early.bell.id)
    assert other
    assert other.dispatches == ()


def test_what_fails_again_stays_and_holds_nobody_else_up(stage: Stage) -> None:
    first, second = stage.life.ring("one"), stage.life.ring("two")
    stage.give_up_on(0, len(stage.life.aws.records) - 1)
    stage.broken = {first.bell.thing}
    assert stage.replay().run() == 1
    assert first.bell.thing in stage.out.getvalue()
    assert stage.replay().queue.depth() == 1
    told = stage.life.ports.store.bell(second.bell.id)
    assert told
    assert {d.template for d in told.dispatches} >= {"rung"}
    stage.broken = set()
    assert stage.replay().run() == 0
    assert stage.replay().queue.depth() == 0


def test_a_message_that_is_no_letter_is_left_and_named(stage: Stage) -> None:
    stage.sqs.send_message(QueueUrl=stage.url, MessageBody="hello")
    assert stage.replay().run() == 0
    assert "not a dead letter" in stage.out.getvalue()
    assert stage.replay().queue.depth() == 1


def test_a_call_never_takes_more_than_lambda_does() -> None:
    sizes: list[int] = []

    def took(records: list[dict[str, Any]]) -> list[str]:
        sizes.append(len(json.dumps(records)))
        return []

    big = {"dynamodb": {"SequenceNumber": "1", "Keys": {"pk": {"S": "BELL#1"}}, "NewImage": "x" * 2_000_000}}
    assert list(done_again(took, [big] * 5)) == []
    assert len(sizes) == 3
    assert max(sizes) < 6_000_000


def test_the_local_runs_file_is_done_and_what_fails_is_kept(tmp_path: Path, stage: Stage) -> None:
    first, second = stage.life.ring("one"), stage.life.ring("two")
    path = tmp_path / "stream-failures.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in stage.life.aws.records), "utf-8")
    stage.broken = {first.bell.thing}
    tell = Teller(stage.out)
    assert local(tmp_path, stage.react, tell, only_list=True) == len(stage.life.aws.records)
    left = local(tmp_path, stage.react, tell, only_list=False)
    kept = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert left == len(kept)
    assert things(kept) == [first.bell.thing]
    assert second.bell.thing not in path.read_text("utf-8")


def test_a_letter_says_when_its_records_were_written() -> None:
    at = datetime(2026, 11, 23, 2, tzinfo=UTC)
    batch = {
        "shardId": "s",
        "startSequenceNumber": "1",
        "endSequenceNumber": "2",
        "approximateArrivalOfFirstRecord": iso(at),
        "approximateArrivalOfLastRecord": iso(at + timedelta(seconds=2)),
        "batchSize": 2,
        "streamArn": ARN,
    }
    letter = letter_of({"ReceiptHandle": "r", "Body": json.dumps({"DDBStreamBatchInfo": batch})})
    assert (letter.first_at, letter.last_at - letter.first_at, letter.records) == (
        at,
        timedelta(seconds=2),
        2,
    )
