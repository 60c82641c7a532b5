"""Rows of earlier versions, read as if they were written today.

A row says in `schema` which version of its kind it is; without one it is the first. `STEPS` has for each kind the steps
from one version to the next, applied whenever a row is read, so that new code reads old rows at once and without a
pause of the service. `make migrate` writes the result back, at leisure; after that a step may be retired.

What needs no step: a new field that has a default (what is stored without it reads as the default), and a field that
is no longer read. A step is needed to rename, to split, or to give what has no sensible default. Code that was just
replaced must still read what the new code writes while both run: write the new form only one release after reading it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.store import keys

Raw = dict[str, Any]
"""A row as DynamoDB gives it: `{"pk": {"S": "…"}, …}`."""
Step = Callable[[Raw], Raw]


def _case_with_a_timer(row: Raw) -> Raw:
    """Cases had no clock before November 2026: theirs is in its first generation and has never begun to wait."""
    return {"generation": {"N": "1"}, "hops": {"N": "0"}, "by_timeline": {"BOOL": False}, **row}


def _among_the_ends(row: Raw) -> Raw:
    """What has a record was in no index by its end before December 2026."""
    shard = keys.tips_of(row["pk"]["S"]) if "tip_hash" in row else None
    return {**row, "tip_shard": {"S": shard}} if shard else row


STEPS: Mapping[str, tuple[Step, ...]] = {
    "BELL": (_among_the_ends,),
    "CASE": (_case_with_a_timer, _among_the_ends),
    "DIRECTORY": (_among_the_ends,),
    "POLL": (_among_the_ends,),
    "ROLL": (_among_the_ends,),
}


def schema_of(kind: str) -> int:
    """The version of a kind's rows that is written now."""
    return len(STEPS.get(kind, ())) + 1


def version(row: Mapping[str, Any]) -> int:
    """Which version a row is; a row of something newer than this code is what it says."""
    return int(row["schema"]["N"]) if "schema" in row else 1


def upgraded(row: Mapping[str, Any]) -> Raw:
    """The row as it would be written today; the same attributes when nothing has changed since."""
    steps = STEPS.get(row["kind"]["S"], ()) if "kind" in row else ()
    raw = dict(row)
    behind = steps[version(row) - 1 :]
    for step in behind:
        raw = step(raw)
    return {**raw, "schema": {"N": str(len(steps) + 1)}} if behind else raw
