"""The journal of the embedded table: every write, in order, on disk before its caller gets an answer.

`journal.jsonl` has one line for a request that changed something: the JSON list of its stream records. A
process that is killed leaves at most one torn line, which belonged to a request that was never answered;
it is cut off at the next start, and so is what somebody had erased. `delivered` holds the sequence number up to which
the stream was consumed.
"""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from infra.local.mend import FIRST_SEQUENCE, Record

_PERSONAL = ("CONTACT", "TEXT#", "PARTY#")
COMPACT_ABOVE = 8 * 1024 * 1024
"""The size in bytes from which on the journal is rewritten at a start, if most of it is history."""


class DamagedJournal(Exception):
    """A line before the last one cannot be read: somebody has to look at the file."""


def sequence_of(record: Record) -> int:
    """The record's sequence number as a number."""
    return int(record["dynamodb"]["SequenceNumber"])


class Journal:
    """The journal in a folder, open for appending. One process at a time."""

    def __init__(self, folder: Path, compact_above: int = COMPACT_ABOVE) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "journal.jsonl"
        self._delivered_path = folder / "delivered"
        self.delivered = _read_number(self._delivered_path, FIRST_SEQUENCE - 1)
        commits = _recover(self._path)
        self._latest = _latest(commits)
        self._backlog = [
            record for commit in commits for record in commit if sequence_of(record) > self.delivered
        ]
        self.next_sequence = 1 + max(
            (sequence_of(r) for commit in commits for r in commit), default=self.delivered
        )
        self.next_sequence = max(self.next_sequence, self.delivered + 1)
        if self._path.exists() and (self._path.stat().st_size > compact_above or _remembers_erased(commits)):
            self._compact(commits)
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def images(self) -> Iterator[dict[str, Any]]:
        """The items as they were at the end of the last run, in DynamoDB's JSON."""
        for record in self._latest.values():
            if "NewImage" in record["dynamodb"]:
                yield record["dynamodb"]["NewImage"]

    def backlog(self) -> list[Record]:
        """The records of earlier runs which were not consumed yet, oldest first."""
        return list(self._backlog)

    def append(self, records: list[Record]) -> None:
        """Write the records of one request; they survive the end of this process once this returns."""
        line = json.dumps(records, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        while line:
            line = line[os.write(self._file, line) :]

    def mark_delivered(self, sequence: int) -> None:
        """Everything up to `sequence` was consumed."""
        self.delivered = sequence
        _replace(self._delivered_path, str(sequence))

    def close(self) -> None:
        """Close the file; nothing can be appended afterwards."""
        os.close(self._file)

    def _compact(self, commits: list[list[Record]]) -> None:
        """Keep the last image of each item, and whatever was not consumed yet as it is."""
        old = [[r for r in commit if sequence_of(r) <= self.delivered] for commit in commits]
        new = [[r for r in commit if sequence_of(r) > self.delivered] for commit in commits]
        settled = [_as_insert(record) for record in _latest(old).values() if "NewImage" in record["dynamodb"]]
        lines = [[record] for record in sorted(settled, key=sequence_of)] + [
            commit for commit in new if commit
        ]
        _replace(self._path, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


def _remembers_erased(commits: Iterable[list[Record]]) -> bool:
    """Whether somebody's data, which is gone from the table, is still in the history of its rows."""
    return any(
        record["eventName"] == "REMOVE" and record["dynamodb"]["Keys"]["sk"]["S"].startswith(_PERSONAL)
        for commit in commits
        for record in commit
    )


def _as_insert(record: Record) -> Record:
    body = {name: value for name, value in record["dynamodb"].items() if name != "OldImage"}
    return {**record, "eventName": "INSERT", "dynamodb": body}


def _latest(commits: Iterable[list[Record]]) -> dict[str, Record]:
    """The last record of each item."""
    latest: dict[str, Record] = {}
    for commit in commits:
        for record in commit:
            latest[json.dumps(record["dynamodb"]["Keys"], sort_keys=True)] = record
    return latest


def _recover(path: Path) -> list[list[Record]]:
    """Read all commits and cut off a torn last line."""
    if not path.exists():
        return []
    commits, good = [], 0
    with path.open("rb+") as file:
        lines = file.readlines()
        for number, line in enumerate(lines, 1):
            commit = _parsed(line)
            if commit is None and number < len(lines):
                raise DamagedJournal(f"{path}, line {number}: not readable; restore the file or move it away")
            if commit is None:
                file.truncate(good)
                break
            commits.append(commit)
            good += len(line)
    return commits


def _parsed(line: bytes) -> list[Record] | None:
    if not line.endswith(b"\n"):
        return None
    try:
        commit: list[Record] = json.loads(line)
    except ValueError:
        return None
    return commit


def _read_number(path: Path, default: int) -> int:
    return int(path.read_text("utf-8")) if path.exists() else default


def _replace(path: Path, text: str) -> None:
    """Write a file so that a reader finds the old text or the new one, never a part."""
    temporary = path.with_name(path.name + ".new")
    temporary.write_text(text, "utf-8")
    temporary.replace(path)
