"""Counting a poll of 100,000 units: processor time after reading, against `json.loads` of the same data in the same
process, and memory when roll and boxes stream by, in a process of its own."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.processes import Spread
from infra.package.project import ROOT

UNITS = 100_000
ROUNDS = 5
CPU_SECONDS = 1.0
MEGABYTES = 256

_START = datetime(2026, 11, 1, tzinfo=UTC)
_CHOICES = ("for", "against", "abstain", "majority")


def report() -> None:
    """Measure in fresh processes and print."""
    cpu, memory = _child("cpu"), _child("memory")
    print(f"A poll of {UNITS:,} units, owners under art. 278, nine tenths voting\n")
    print("                                  processor     of json.loads of the same data")
    for name in ("json.loads", "count, 1 topic", "count, 10 topics", "publish, 1 topic", "recount, 1 topic"):
        spent = Spread.of(cpu[name])
        ratio = spent.middle / Spread.of(cpu["json.loads"]).middle
        print(f"  {name:<28} {spent.middle:9.2f} s   {ratio:7.2f} times")
    print("\n                                  most memory, Python included")
    for name, (megabytes,) in memory.items():
        print(f"  {name:<28} {megabytes:9.0f} MB")
    counted, kept = Spread.of(cpu["count, 10 topics"]).middle, memory["count, 10 topics"][0]
    told = "kept" if counted < CPU_SECONDS and kept < MEGABYTES else "MISSED"
    print(f"\n  promised: under {CPU_SECONDS:.0f} s and {MEGABYTES} MB: {told}")


def _child(what: str) -> dict[str, list[float]]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.polls", what],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    measured: dict[str, list[float]] = json.loads(done.stdout)
    return measured


def _cpu() -> dict[str, list[float]]:
    from chalicelib.poll import publication, recount, tally

    spent: dict[str, list[float]] = {}
    text = json.dumps([*_unit_rows(), *_box_rows()])
    units, boxes = list(_units()), list(_boxes())
    for _ in range(ROUNDS):
        _time(spent, "json.loads", json.loads, text)
        _time(spent, "count, 10 topics", tally.count, _poll(10), units, boxes)
        counted = _time(spent, "count, 1 topic", tally.count, _poll(1), units, boxes)
        document = _time(spent, "publish, 1 topic", publication.document, _poll(1), counted)
        _, code = _time(spent, "recount, 1 topic", recount.check, document.encode())
        if code:
            raise RuntimeError("the recount differs from the count")
    return spent


def _memory() -> dict[str, list[float]]:
    """Peaks only rise: the smaller one first."""
    from chalicelib.poll import publication, tally

    peaks = {"Python and the counter": [_peak()]}
    counted = tally.count(_poll(10), _units(), _boxes())
    peaks["count, 10 topics"] = [_peak()]
    del counted
    counted = tally.count(_poll(1), _units(), _boxes())
    publication.document(_poll(1), counted)
    peaks["count and publish, 1 topic"] = [_peak()]
    return peaks


def _time(spent: dict[str, list[float]], name: str, work: Callable[..., Any], *given: Any) -> Any:
    start = time.process_time()
    result = work(*given)
    spent.setdefault(name, []).append(time.process_time() - start)
    return result


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# -- the data: every twentieth owner has two units, every fiftieth unit is a couple's, a tenth does not vote, every
#    twenty-fifth voter changes a vote


def _unit_rows() -> Iterator[tuple[int, str, str, int, list[tuple[str, str, str]]]]:
    for n in range(1, UNITS + 1):
        owner = n - 1 if n % 20 == 0 else n
        owners = [(f"业主{owner}", f"证{owner:06}", f"+86138{owner:08}")]
        if n % 50 == 0:
            owners.append((f"配偶{owner}", f"证{owner:06}B", ""))
        yield n, f"{n // 120 + 1}幢", f"{n % 120 + 1}室", 5_000 + n * 7919 % 9_000, owners


def _box_rows() -> Iterator[tuple[int, list[tuple[str, dict[str, str], int, str]]]]:
    for n in range(1, UNITS + 1):
        if n % 10:
            votes = 2 if n % 25 == 0 else 1
            yield n, [(f"b{n:019}-{v}", _said(n + v), n + v, f"n{n:019}-{v}") for v in range(votes)]


def _said(n: int) -> dict[str, str]:
    return {f"t{topic}": _CHOICES[(n >> topic) % 4] for topic in range(1, 11) if n % (topic + 6)}


def _units() -> Iterator[Any]:
    from chalicelib.poll.roll import Owner, Unit

    for n, building, room, area, owners in _unit_rows():
        yield Unit(n, building, room, area, tuple(Owner(*owner) for owner in owners))


def _boxes() -> Iterator[Any]:
    from chalicelib.poll.ballots import Ballot, Box, Via

    for n, votes in _box_rows():
        ballots = []
        for name, choices, second, nonce in votes:
            at = _START + timedelta(seconds=second)
            ballots.append(Ballot(name, choices, at, at, Via.LINK, nonce))
        yield Box(n, tuple(ballots))


def _poll(topics: int) -> Any:
    from chalicelib.poll.drafting import yes_no
    from chalicelib.poll.state import Poll, Terms, Topic

    terms = Terms(covenant=True)
    asked = tuple(Topic(f"t{n}", f"第{n}题", yes_no(terms), matter=4) for n in range(1, topics + 1))
    bare = Poll("MX7F3K92QD", "mx-01", "mx", asked, terms, _START, "bench")
    return replace(bare, opens_at=_START, closes_at=_START + timedelta(days=7))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps({"cpu": _cpu, "memory": _memory}[sys.argv[1]]()))
    else:
        report()
