"""The stream of the table, delivered to `react` as Lambda's event source mapping would.

Batches in order, at least once, from a thread of its own. `batchItemFailures` brings back everything from
the first failed record on; a batch that raises is cut to one record; a record that fails for good is put
aside in a file, so that it does not hold up the others.
"""

import json
import sys
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from infra.local.journal import sequence_of
from infra.local.mend import Context, Handler, Record

BATCH = 25
TRIES = 8


class StreamConsumer:
    """Delivers records to `react`; `mark` is told the sequence number up to which all is done."""

    def __init__(
        self, react: Handler, mark: Callable[[int], None], failures: Path, pause: float = 0.1
    ) -> None:
        self._react = react
        self._mark = mark
        self._failures = failures
        self._pause = pause
        self._waiting: deque[Record] = deque()
        self._wake = threading.Condition()
        self._busy = False
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stream", daemon=True)

    def put(self, records: list[Record]) -> None:
        """Take records over; returns at once."""
        with self._wake:
            self._waiting.extend(records)
            self._wake.notify_all()

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def stop(self) -> None:
        """Let the batch that is being handled end, and no other begin."""
        self._stopped.set()
        with self._wake:
            self._wake.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def settled(self, timeout: float = 5.0) -> bool:
        """Wait until nothing is left to deliver; False when that takes longer than `timeout` seconds."""
        with self._wake:
            return self._wake.wait_for(lambda: not self._waiting and not self._busy, timeout)

    def _run(self) -> None:
        tries, size = 0, BATCH
        while batch := self._next(size):
            done = self._deliver(batch)
            if done == len(batch):
                tries, size = 0, BATCH
            else:
                tries, size = (
                    (tries + 1 if done == 0 and len(batch) == 1 else 0),
                    max(1, (len(batch) - done) // 2),
                )
                if tries >= TRIES:
                    self._put_aside(batch[0])
                    done, tries = 1, 0
                else:
                    self._stopped.wait(min(5.0, self._pause * 2**tries))
            self._finish(batch, done)

    def _next(self, size: int) -> list[Record]:
        """The next records; none when it is time to stop."""
        with self._wake:
            self._wake.wait_for(lambda: bool(self._waiting) or self._stopped.is_set())
            if self._stopped.is_set():
                return []
            self._busy = True
            return [self._waiting[i] for i in range(min(size, len(self._waiting)))]

    def _deliver(self, batch: list[Record]) -> int:
        """How many records, from the first on, are done."""
        try:
            answer = self._react({"Records": batch}, Context("react", "react"))
        except Exception as error:  # noqa: BLE001  # whatever react raises means: once more
            print(f"react failed: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
            return 0
        return done_of(batch, answer)

    def _finish(self, batch: list[Record], done: int) -> None:
        if done:
            self._mark(sequence_of(batch[done - 1]))
        with self._wake:
            for _ in range(done):
                self._waiting.popleft()
            self._busy = False
            self._wake.notify_all()

    def _put_aside(self, record: Record) -> None:
        print(
            f"react gave up on {record['dynamodb']['Keys']}, see {self._failures}",
            file=sys.stderr,
            flush=True,
        )
        with self._failures.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


def done_of(batch: list[Record], answer: Any) -> int:
    """How many records, from the first on, an entry point's answer says are done."""
    failed = {failure["itemIdentifier"] for failure in (answer or {}).get("batchItemFailures", [])}
    numbers = [record["dynamodb"]["SequenceNumber"] for record in batch]
    return next((index for index, number in enumerate(numbers) if number in failed), len(batch))
