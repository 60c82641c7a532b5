"""The command behind `make replay`: dead letters listed (LIST=1) or done again.

Exit status: 0 nothing is left, 1 something failed again or is only listed, 2 the stage cannot be reached.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.connect import data_folder
from infra.deploy.aws import Aws
from infra.deploy.target import Target
from infra.deploy.telling import Failed, Teller, attempted
from infra.recover.call import Functions, stage_of
from infra.recover.letters import (
    Letter,
    Queue,
    Record,
    Trimmed,
    age,
    from_stream,
    from_table,
    letter_of,
    things,
)

React = Callable[[list[Record]], list[str]]
"""Lets `react` do a batch; answers the sequence numbers from which on it failed."""
_BATCH = 25
# Lambda takes six megabytes in one call.
_MOST_BYTES = 5_000_000


@dataclass
class Replay:
    """Dead letters of one stage. `stream`, `scan`: where records are read again; `react`: who does them, `publish` who
    tells them to other systems."""

    queue: Queue
    stream: Any
    scan: Callable[[], Iterable[Record]]
    react: React
    tell: Teller
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    publish: React = lambda records: []

    def show(self) -> int:
        """Print what is there; how many letters there are."""
        letters = self._letters()
        for letter in letters:
            self.tell.line(
                f"{letter.records} record(s) of {age(letter, self.now())} ago ({letter.condition}): "
                + (", ".join(self._about(letter)) or "no longer in the stream; replaying asks the table")
            )
            self.queue.release(letter.receipt)
        return len(letters)

    def run(self) -> int:
        """Do them all again; how many letters failed again. What failed stays in the queue."""
        failed, trimmed = 0, []
        for number, letter in enumerate(self._letters(), 1):
            try:
                records = from_stream(self.stream, letter)
            except Trimmed:
                trimmed.append(letter)
                continue
            failed += self._again(records, [letter], f"{number}: {', '.join(things(records)) or 'nothing'}")
        if trimmed:
            self.tell.line(f"{len(trimmed)} letter(s) are older than the stream: asking the table")
        for function in sorted({letter.function for letter in trimmed}, reverse=True):
            theirs = [letter for letter in trimmed if letter.function == function]
            records = from_table(self.scan(), theirs)
            failed += self._again(records, theirs, f"{len(things(records))} bells and cases of that time")
        return failed

    def _again(self, records: list[Record], letters: Sequence[Letter], what: str) -> int:
        """Let the letters' function do the records; they go when all are done. How many letters failed."""
        do = self.publish if letters[0].function == "publish" else self.react
        failed = list(done_again(do, records))
        if failed:
            self.tell.error(f"{what}: failed again at {', '.join(things(failed))}")
            for letter in letters:
                self.queue.release(letter.receipt)
            return len(letters)
        self.tell.good(f"{what}: done")
        for letter in letters:
            self.queue.remove(letter.receipt)
        return 0

    def _letters(self) -> list[Letter]:
        """All of them, before any is given back: else it would come again at once."""
        found: list[Letter] = []
        for message in list(self.queue.messages()):
            try:
                found.append(letter_of(message))
            except ValueError as error:
                self.tell.warning(f"{error}; left where it is")
                self.queue.release(message["ReceiptHandle"])
        return found

    def _about(self, letter: Letter) -> list[str]:
        try:
            return things(from_stream(self.stream, letter))
        except Trimmed:
            return []


def done_again(react: React, records: list[Record]) -> Iterator[Record]:
    """Let `react` do the records in order, and answer those that fail: what comes after one of them is done."""
    left = list(records)
    while left:
        batch = _fitting(left)
        failures = react(batch)
        if not failures:
            left = left[len(batch) :]
            continue
        numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
        at = numbers.index(failures[0]) if failures[0] in numbers else 0
        yield batch[at]
        left = left[at + 1 :]


def _fitting(records: list[Record]) -> list[Record]:
    """As many as one call takes, at least one."""
    total = 0
    for count, record in enumerate(records[:_BATCH]):
        total += len(json.dumps(record, ensure_ascii=False).encode())
        if total > _MOST_BYTES:
            return records[: max(1, count)]
    return records[:_BATCH]


def by_lambda(functions: Functions, name: str = "react") -> React:
    """The deployed function does it, with its own permissions and settings."""

    def do(records: list[Record]) -> list[str]:
        answer = functions.call(name, {"Records": records})
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    return do


def news_again(queue: Queue, functions: Functions, tell: Teller, *, only_list: bool) -> int:
    """What providers told and SNS could not hand to `report`; how much of it is left."""
    messages = list(queue.messages())
    left = 0
    for message in messages:
        if not only_list and _taken(functions, message["Body"]):
            queue.remove(message["ReceiptHandle"])
            continue
        left += 1
        queue.release(message["ReceiptHandle"])
    if messages:
        tell.line(f"News of providers: {len(messages)}, of which {left} are left")
    return left


def _taken(functions: Functions, body: str) -> bool:
    """Hand over what SNS kept, as SNS would have."""
    try:
        functions.call("report", {"Records": [{"EventSource": "aws:sns", "Sns": json.loads(body)}]})
    except (Failed, ValueError):
        return False
    return True


def scanned(client: Any, table: str) -> Iterator[Record]:
    """Every head and event of the table."""
    pages = client.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="sk = :head OR begins_with(sk, :event)",
        ExpressionAttributeValues={":head": {"S": "HEAD"}, ":event": {"S": "EVENT#"}},
    )
    return (item for page in pages for item in page["Items"])


def local(folder: Path, react: React, tell: Teller, *, only_list: bool) -> int:
    """The local run's dead letters are a file of whole records; how many are left."""
    path = folder / "stream-failures.jsonl"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    records = [json.loads(line) for line in lines]
    if only_list:
        for record in records:
            tell.line(record["dynamodb"]["Keys"]["pk"]["S"])
        return len(records)
    failed = list(done_again(react, records))
    if records:
        path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in failed), "utf-8")
    tell.good(f"{len(records) - len(failed)} of {len(records)} done")
    return len(failed)


def main() -> int:
    """Run from the command line: STAGE, REGION, LIST."""
    tell, only_list = Teller(), os.environ.get("LIST", "") not in ("", "0")
    return attempted(tell, lambda: _replayed(tell, only_list=only_list))


def _replayed(tell: Teller, *, only_list: bool) -> int:
    aws, where = stage_of(os.environ)
    if where.stage == "local":
        left = local(data_folder(), _here, tell, only_list=only_list)
    else:
        left = _of_stage(aws, where, tell, only_list=only_list)
    tell.good("None is left") if not left else tell.warning(f"{left} left")
    return 1 if left else 0


def _of_stage(aws: Aws, where: Target, tell: Teller, *, only_list: bool) -> int:
    """Both queues of a deployed stage; how many letters are left."""
    functions = Functions(aws.client("lambda"), where)
    replay = Replay(
        _letters_of(aws.client("sqs"), where.name),
        aws.client("dynamodbstreams"),
        lambda: scanned(aws.client("dynamodb"), where.name),
        by_lambda(functions),
        tell,
        publish=by_lambda(functions, "publish"),
    )
    tell.step(f"Dead letters of {where.name}: {replay.queue.depth()}")
    left = replay.show() if only_list else replay.run()
    if queue := _queue(aws.client("sqs"), f"{where.name}-report-failures"):
        left += news_again(queue, functions, tell, only_list=only_list)
    return left


def _queue(client: Any, name: str) -> Queue | None:
    """The queue of that name, None where there is none."""
    try:
        return Queue(client, client.get_queue_url(QueueName=name)["QueueUrl"])
    except client.exceptions.QueueDoesNotExist:
        return None


def _letters_of(client: Any, stage: str) -> Queue:
    """The stage's dead letters; raises Failed where there is no such stage."""
    if queue := _queue(client, f"{stage}-stream-failures"):
        return queue
    raise Failed(f"{stage} has no queue of dead letters.", "Put the stage into service: `make deploy`.")


def _here(records: list[Record]) -> list[str]:
    """The code of this folder does it, on the run of this machine."""
    from chalicelib import steps

    return [failure["itemIdentifier"] for failure in steps.react({"Records": records})["batchItemFailures"]]


if __name__ == "__main__":
    sys.exit(main())
