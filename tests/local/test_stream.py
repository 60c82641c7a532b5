"""The local stream gives `react` what Lambda would give it."""

import json
from pathlib import Path
from typing import Any

from infra.local.mend import FIRST_SEQUENCE, Record
from infra.local.stream import BATCH, TRIES, StreamConsumer


def record(number: int) -> Record:
    return {"dynamodb": {"Keys": {"pk": {"S": str(number)}}, "SequenceNumber": str(FIRST_SEQUENCE + number)}}


def numbers(records: list[Record]) -> list[int]:
    return [int(r["dynamodb"]["SequenceNumber"]) - FIRST_SEQUENCE for r in records]


class React:
    """A `react` that fails as told: `raises` and `refuses` say how often for a record."""

    def __init__(self, raises: dict[int, int] | None = None, refuses: dict[int, int] | None = None) -> None:
        self.raises = raises or {}
        self.refuses = refuses or {}
        self.done: list[int] = []
        self.batches: list[list[int]] = []

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any] | None:
        batch = numbers(event["Records"])
        self.batches.append(batch)
        for number in batch:
            if self.raises.get(number, 0) > 0:
                self.raises[number] -= 1
                raise ConnectionError(number)
            if self.refuses.get(number, 0) > 0:
                self.refuses[number] -= 1
                return {"batchItemFailures": [{"itemIdentifier": str(FIRST_SEQUENCE + number)}]}
            self.done.append(number)
        return {"batchItemFailures": []}


def consume(react: React, folder: Path, count: int) -> list[int]:
    """Let records through; the positions that were marked."""
    marks: list[int] = []
    consumer = StreamConsumer(
        react, lambda number: marks.append(number - FIRST_SEQUENCE), folder / "failures.jsonl", pause=0.0001
    )
    consumer.put([record(number) for number in range(count)])
    consumer.start()
    assert consumer.settled()
    consumer.stop()
    return marks


def test_records_come_in_order_and_in_batches(tmp_path: Path) -> None:
    react = React()
    marks = consume(react, tmp_path, BATCH + 3)
    assert react.done == list(range(BATCH + 3))
    assert [len(batch) for batch in react.batches] == [BATCH, 3]
    assert marks == [BATCH - 1, BATCH + 2]


def test_what_was_refused_comes_again_with_all_that_followed_it(tmp_path: Path) -> None:
    react = React(refuses={2: 1})
    assert consume(react, tmp_path, 5)[-1] == 4
    assert react.batches[0] == [0, 1, 2, 3, 4]
    assert react.done == [0, 1, 2, 3, 4]


def test_a_batch_that_raised_comes_again_in_parts(tmp_path: Path) -> None:
    react = React(raises={3: 2})
    assert consume(react, tmp_path, 6)[-1] == 5
    assert sorted(set(react.done)) == [0, 1, 2, 3, 4, 5]
    assert [len(batch) for batch in react.batches][:2] == [6, 3]


def test_a_record_that_never_works_is_put_aside_and_holds_up_nobody(tmp_path: Path) -> None:
    react = React(raises={1: 10_000})
    assert consume(react, tmp_path, 4)[-1] == 3
    assert sorted(set(react.done)) == [0, 2, 3]
    aside = [json.loads(line) for line in (tmp_path / "failures.jsonl").read_text("utf-8").splitlines()]
    assert numbers(aside) == [1]
    assert react.batches.count([1]) == TRIES


def test_react_may_write_what_is_streamed_again(tmp_path: Path) -> None:
    seen: list[int] = []
    consumer: StreamConsumer

    def react(event: dict[str, Any], context: Any) -> None:
        batch = numbers(event["Records"])
        seen.extend(batch)
        if batch[-1] < 3:
            consumer.put([record(batch[-1] + 1)])

    consumer = StreamConsumer(react, lambda number: None, tmp_path / "failures.jsonl")
    consumer.start()
    consumer.put([record(0)])
    assert consumer.settled()
    consumer.stop()
    assert seen == [0, 1, 2, 3]
