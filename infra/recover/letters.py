"""Dead letters: what `react` could not do in eight tries.

AWS puts only the place in the stream into the queue (shard, first and last number, when they were written). Within 24
hours the records are read again from there; later the table is asked which events were written in that time, and told
from it: an event's row is what its record held, and a head's clock is started as if it had just come into being, which
changes nothing where a timer runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.core.times import iso, parse_iso

Record = dict[str, Any]
# What a batch's times leave out: events are stamped before they are written.
_MARGIN = timedelta(minutes=2)
_AT_ONCE = 10
_TRIMMED = frozenset({"TrimmedDataAccessException", "ResourceNotFoundException", "ExpiredIteratorException"})


class Trimmed(Exception):
    """The stream does not have these records any more."""


@dataclass(frozen=True)
class Letter:
    """A message of the queue. `first_at`, `last_at`: when the oldest and the newest of its records were written;
    `function`: by name, who could not do them."""

    receipt: str
    condition: str
    stream: str
    shard: str
    first: str
    last: str
    records: int
    first_at: datetime
    last_at: datetime
    function: str = "react"


def letter_of(message: dict[str, Any]) -> Letter:
    """A message as SQS gives it; raises ValueError when it is no dead letter of a stream."""
    try:
        body = json.loads(message["Body"])
        batch = body["DDBStreamBatchInfo"]
        return Letter(
            message["ReceiptHandle"],
            body.get("requestContext", {}).get("condition", ""),
            batch["streamArn"],
            batch["shardId"],
            batch["startSequenceNumber"],
            batch["endSequenceNumber"],
            int(batch["batchSize"]),
            parse_iso(batch["approximateArrivalOfFirstRecord"]),
            parse_iso(batch["approximateArrivalOfLastRecord"]),
            _function(body.get("requestContext", {}).get("functionArn", "")),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"not a dead letter of the stream: {message.get('MessageId', '')}") from error


def _function(arn: str) -> str:
    """`react` or `publish`, of an ARN that ends in the function's name, and perhaps a version."""
    return "publish" if arn.partition(":function:")[2].partition(":")[0].endswith("-publish") else "react"


class Queue:
    """The queue. What was received is hidden from others for `seconds`, and comes back when it is not removed.
    `wait`: seconds to wait for messages that SQS has not found at once."""

    def __init__(self, client: Any, url: str, seconds: int = 900, wait: int = 1) -> None:
        self._client, self._url, self._seconds, self._wait = client, url, seconds, wait

    def depth(self) -> int:
        """About how many messages there are, those that somebody works on among them."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    def messages(self) -> Iterator[dict[str, Any]]:
        """Every message that nobody else works on, once."""
        seen: set[str] = set()
        while True:
            found = self._client.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=_AT_ONCE,
                VisibilityTimeout=self._seconds,
                WaitTimeSeconds=self._wait,
            ).get("Messages", [])
            fresh = [message for message in found if message["MessageId"] not in seen]
            if not fresh:
                return
            seen |= {message["MessageId"] for message in fresh}
            yield from fresh

    def remove(self, receipt: str) -> None:
        """It is done."""
        self._client.delete_message(QueueUrl=self._url, ReceiptHandle=receipt)

    def release(self, receipt: str) -> None:
        """Others may see it again."""
        self._client.change_message_visibility(QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=0)


def from_stream(client: Any, letter: Letter) -> list[Record]:
    """The letter's records as Lambda would hand them to `react`; raises Trimmed when they are gone."""
    try:
        return list(_read(client, letter))
    except client.exceptions.ClientError as error:
        if error.response["Error"]["Code"] in _TRIMMED:
            raise Trimmed(letter.shard) from error
        raise


def _read(client: Any, letter: Letter) -> Iterator[Record]:
    iterator = client.get_shard_iterator(
        StreamArn=letter.stream,
        ShardId=letter.shard,
        ShardIteratorType="AT_SEQUENCE_NUMBER",
        SequenceNumber=letter.first,
    )["ShardIterator"]
    while iterator:
        page = client.get_records(ShardIterator=iterator, Limit=100)
        for record in page["Records"]:
            number = int(record["dynamodb"]["SequenceNumber"])
            if number > int(letter.last):
                return
            if number >= int(letter.first):
                yield as_lambda(record)
            if number == int(letter.last):
                return
        iterator = page.get("NextShardIterator")


def as_lambda(record: Record) -> Record:
    """A record as Lambda's JSON has it: the instant as seconds."""
    change = dict(record["dynamodb"])
    at = change.get("ApproximateCreationDateTime")
    if isinstance(at, datetime):
        change["ApproximateCreationDateTime"] = at.timestamp()
    return {**record, "dynamodb": change}


def from_table(rows: Iterable[Record], letters: Iterable[Letter]) -> list[Record]:
    """What a scan of the table says of the time of these letters, as records: first the clock of each thing of which an
    event was written then, then those events in their order."""
    spans = [(iso(x.first_at - _MARGIN), iso(x.last_at + _MARGIN)) for x in letters]
    heads: dict[str, Record] = {}
    events: dict[str, list[Record]] = {}
    for row in rows:
        thing, sort = row["pk"]["S"], row["sk"]["S"]
        if sort == "HEAD":
            heads[thing] = row
        elif sort.startswith("EVENT#") and any(first <= row["at"]["S"] <= last for first, last in spans):
            events.setdefault(thing, []).append(row)
    found = [heads[thing] for thing in sorted(events) if thing in heads]
    ordered = sorted(
        (row for rows in events.values() for row in rows), key=lambda r: (r["at"]["S"], r["sk"]["S"])
    )
    return [_told(number, row) for number, row in enumerate((*found, *ordered), 1)]


def _told(number: int, row: Record) -> Record:
    keys = {"pk": row["pk"], "sk": row["sk"]}
    change = {
        "Keys": keys,
        "NewImage": row,
        "SequenceNumber": str(number),
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    return {"eventName": "INSERT", "eventSource": "aws:dynamodb", "dynamodb": change}


def things(records: Iterable[Record]) -> list[str]:
    """Which things the records are about, each once."""
    return list(dict.fromkeys(record["dynamodb"]["Keys"]["pk"]["S"] for record in records))


def age(letter: Letter, now: datetime) -> str:
    """How long ago, for people."""
    hours, rest = divmod(int((now.astimezone(UTC) - letter.first_at).total_seconds()), 3600)
    return f"{hours} h {rest // 60} min"
