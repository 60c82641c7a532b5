"""The command behind `make migrate`: rows of earlier versions written as of today (`chalicelib/store/upgrade.py`).

Without APPLY=1 it only counts. Rows are read in SEGMENTS parts at once and written one by one, each on condition that
nobody has changed it since it was read, so the service goes on meanwhile and somebody else's newer row always wins.
Where each part has come to is kept in a file: broken off, the next run goes on from there; a row that is done is known
by its version anyway. Exit status: 0 nothing is left to do, 1 something is, 2 the stage cannot be reached.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chalicelib.store import upgrade
from chalicelib.store.upgrade import Raw, upgraded
from infra.connect import data_folder
from infra.deploy.telling import Failed, Teller, attempted
from infra.recover.call import stage_of

Upgrade = Callable[[Mapping[str, Any]], Raw]
# What says that somebody moved the row on; the state machine's own attributes are left out on purpose.
_MOST = 1000
_GUARDS = ("version", "tip_hash", "schema")


@dataclass
class Marks:
    """Where each part of the scan has come to, kept in a file; removed at the end."""

    path: Path
    segments: int
    at: dict[str, Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self) -> None:
        """What an earlier run of as many parts left, unless rows have got a newer version since."""
        if self.path.exists():
            found = json.loads(self.path.read_text("utf-8"))
            same = (found["segments"], found.get("schemas")) == (self.segments, _schemas())
            self.at = found["at"] if same else {}

    def move(self, segment: int, key: Any) -> None:
        """The part has come to that key (None: to its end)."""
        with self._lock:
            self.at[str(segment)] = key or "done"
            kept = {"segments": self.segments, "schemas": _schemas(), "at": self.at}
            text = json.dumps(kept, ensure_ascii=False)
            beside = self.path.with_suffix(".new")
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(text, "utf-8")
            beside.replace(self.path)

    def start(self, segment: int) -> Any:
        """Where the part begins: a key, None for its first row, `done` when there is nothing left."""
        return self.at.get(str(segment))

    def clear(self) -> None:
        """All is done."""
        self.path.unlink(missing_ok=True)


def _schemas() -> dict[str, int]:
    """Which version of each kind a run writes."""
    return {kind: upgrade.schema_of(kind) for kind in sorted(upgrade.STEPS)}


@dataclass
class Migration:
    """One run over one table. `rate`: rows written a second at most, over all parts (0: as fast as it goes)."""

    client: Any
    table: str
    marks: Marks
    tell: Teller
    apply: bool = False
    rate: float = 0
    upgrade: Upgrade = upgraded
    counted: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _sleep: Callable[[float], None] = time.sleep

    def run(self) -> int:
        """Go through the table; how many rows of an earlier version are left as they were."""
        if self.apply:
            self.marks.read()
        total = self.client.describe_table(TableName=self.table)["Table"].get("ItemCount", 0)
        parts = range(self.marks.segments)
        with ThreadPoolExecutor(max_workers=self.marks.segments) as pool:
            for _ in pool.map(lambda segment: self._part(segment, total), parts):
                pass
        if self.apply:
            self.marks.clear()
        return self.counted["old"] - self.counted["written"]

    def _part(self, segment: int, total: int) -> None:
        for rows, key in self._pages(segment):
            for row in rows:
                self._row(row)
            if self.apply:
                self.marks.move(segment, key)
            self._count("read", len(rows))
            self.tell.quiet(
                f"{self.counted['read']} of about {total} rows, {self.counted['old']} of an earlier version"
            )

    def _pages(self, segment: int) -> Iterator[tuple[list[Raw], Any]]:
        key = self.marks.start(segment) if self.apply else None
        while key != "done":
            page = self.client.scan(
                TableName=self.table,
                Segment=segment,
                TotalSegments=self.marks.segments,
                **({"ExclusiveStartKey": key} if key else {}),
            )
            key = page.get("LastEvaluatedKey") or "done"
            yield page["Items"], None if key == "done" else key

    def _row(self, row: Raw) -> None:
        new = self.upgrade(row)
        if new == row:
            return
        self._count("old")
        self._count(row["kind"]["S"])
        if self.apply and self._written(row, new):
            self._count("written")
            self._wait()

    def _written(self, row: Raw, new: Raw) -> bool:
        """Write what has changed; False when somebody else was faster, whose row the next run looks at."""
        changed = {name: value for name, value in new.items() if row.get(name) != value}
        gone = [name for name in row if name not in new]
        known = dict.fromkeys((*_GUARDS, *changed, *gone))
        names = {f"#a{i}": name for i, name in enumerate(known)}
        alias = {name: mark for mark, name in names.items()}
        values = {f":n{i}": value for i, value in enumerate(changed.values())}
        sets = ", ".join(f"{alias[name]} = :n{i}" for i, name in enumerate(changed))
        removes = ", ".join(alias[name] for name in gone)
        olds = {f":o{i}": row[name] for i, name in enumerate(known) if name in row}
        same = " AND ".join(
            f"{alias[name]} = :o{i}" if name in row else f"attribute_not_exists({alias[name]})"
            for i, name in enumerate(known)
        )
        try:
            self.client.update_item(
                TableName=self.table,
                Key={"pk": row["pk"], "sk": row["sk"]},
                UpdateExpression=(f"SET {sets}" if sets else "") + (f" REMOVE {removes}" if removes else ""),
                ConditionExpression=f"attribute_exists(pk) AND {same}",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values | olds,
            )
        except self.client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _count(self, name: str, by: int = 1) -> None:
        with self._lock:
            self.counted[name] += by

    def _wait(self) -> None:
        if self.rate:
            self._sleep(self.marks.segments / self.rate)


def main() -> int:
    """Run from the command line: STAGE, REGION, APPLY, SEGMENTS, RATE."""
    tell = Teller()
    return attempted(tell, lambda: _migrated(tell, os.environ))


def _migrated(tell: Teller, env: Mapping[str, str]) -> int:
    apply = env.get("APPLY", "") not in ("", "0")
    segments, rate = int(_number(env, "SEGMENTS", 4, 1)), _number(env, "RATE", 0, 0)
    aws, where = stage_of(env)
    marks = Marks(data_folder() / f"migrate-{where.name}-{where.region}.json", segments)
    migration = Migration(aws.client("dynamodb"), where.name, marks, tell, apply, rate)
    tell.step(f"{'Migrating' if apply else 'Looking at'} {where.name}")
    return _report(migration, migration.run())


def _number(env: Mapping[str, str], name: str, usual: float, least: float) -> float:
    text = env.get(name) or str(usual)
    try:
        number = float(text)
    except ValueError:
        number = -1
    if not least <= number <= _MOST:
        raise Failed(
            f"{name} is a number from {least:g} to {_MOST}, not {text!r}.", f"Without it, {usual:g} counts."
        )
    return number


def _report(migration: Migration, left: int) -> int:
    counted, tell = migration.counted, migration.tell
    kinds = {k: n for k, n in sorted(counted.items()) if k not in ("read", "old", "written")}
    what = ", ".join(f"{n} {kind}" for kind, n in kinds.items()) or "none"
    tell.good(f"{counted['read']} rows read; of an earlier version: {what}; written: {counted['written']}")
    if left:
        why = (
            "They were changed meanwhile: the same again"
            if migration.apply
            else "To write them: the same with APPLY=1"
        )
        tell.warning(why)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
