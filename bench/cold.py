"""The cold start: a fresh process that imports the app from the unpacked zip, as Lambda would, and serves its first
ring, divided by creating `boto3.client('dynamodb')` from a plain install in a fresh process. The ratio says more than
milliseconds: both suffer the same machine. The elapsed one is promised; the one of processor time beside it is steadier
where others use the machine, too. Both end when they are done: taking the interpreter down, 30 ms of it, is something
that no function ever does.

`python -m bench.cold --rounds 31`; `--imports` lists instead what the first ring imports, slowest first.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bench.package import unpacked
from bench.processes import Program, Spent, Spread, interleaved
from bench.ring import FIRST_RING
from infra.package.ring import environment
from infra.package.stub import stub

TARGET = 0.85
_DONE = "\nimport os; os._exit(0)"
PROGRAMS = {
    "bare Python": "pass" + _DONE,
    "boto3.client": "import boto3; boto3.client('dynamodb')" + _DONE,
    "first ring": FIRST_RING + _DONE,
}


def measure(rounds: int) -> list[dict[str, Spent]]:
    """What each program took, round by round."""
    rows = []
    with stub() as (endpoint, calls), unpacked() as folder:
        for row in interleaved(_programs(endpoint, folder), rounds):
            rows.append(row)
            _progress(len(rows), rounds)
    if calls.count("TransactWriteItems") != rounds + 1:
        raise RuntimeError(f"Each process must ring once, but {calls} was asked")
    return rows


def _programs(endpoint: str, folder: Path) -> dict[str, Program]:
    """Each where it would run: the ring in the zip's folder, and nothing of this project on the others' path."""
    plain = {name: one for name, one in environment(endpoint).items() if name != "PYTHONPATH"}
    packed = plain | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    nowhere = Path(folder.anchor)
    return {
        name: Program(text, packed, folder) if name == "first ring" else Program(text, plain, nowhere)
        for name, text in PROGRAMS.items()
    }


def report(rounds: int) -> bool:
    """Measure and print a table; whether the target is met."""
    rows = measure(rounds)
    print(f"Cold start from the zip, {rounds} interleaved rounds, median (middle half)\n")
    print(f"  {'':<27}{'elapsed':<25}processor")
    for name in PROGRAMS:
        print(f"  {name:<27}{_columns([row[name] for row in rows], _in_milliseconds)}")
    ratios = [_ratio(row["first ring"], row["boto3.client"]) for row in rows]
    print(f"\n  {'first ring ÷ boto3.client':<27}{_columns(ratios, _plain)}")
    promised = Spread.of([ratio.elapsed for ratio in ratios]).middle
    print(f"  target ≤ {TARGET} of elapsed time: {'met' if promised <= TARGET else 'MISSED'}")
    return promised <= TARGET


def imports() -> None:
    """What the first ring imports, by the time each module takes without those it imports itself."""
    with stub() as (endpoint, _), unpacked() as folder:
        ring = _programs(endpoint, folder)["first ring"]
        command = [sys.executable, "-X", "importtime", "-c", ring.text]
        done = subprocess.run(
            command, env=dict(ring.env), cwd=folder, capture_output=True, text=True, check=True
        )
    lines = [line.removeprefix("import time:") for line in done.stderr.splitlines() if "|" in line]
    rows = [line.split("|") for line in lines if line.split("|")[0].strip().isdigit()]
    rows.sort(key=lambda row: -int(row[0]))
    print(f"{len(rows)} modules, {sum(int(row[0]) for row in rows) / 1e3:.0f} ms under the tracer\n")
    for own, _, name in rows[:40]:
        print(f"{int(own) / 1e3:8.1f} ms  {name.strip()}")


def _ratio(one: Spent, other: Spent) -> Spent:
    return Spent(one.elapsed / other.elapsed, one.worked / other.worked)


def _columns(taken: list[Spent], told: Callable[[Spread], str]) -> str:
    elapsed = Spread.of([one.elapsed for one in taken])
    return f"{told(elapsed):<25}{told(Spread.of([one.worked for one in taken]))}"


def _in_milliseconds(spread: Spread) -> str:
    return f"{spread.middle * 1e3:.0f} ms ({spread.low * 1e3:.0f} to {spread.high * 1e3:.0f})"


def _plain(spread: Spread) -> str:
    return f"{spread.middle:.2f} ({spread.low:.2f} to {spread.high:.2f})"


def _progress(done: int, rounds: int) -> None:
    if sys.stderr.isatty():
        print(
            f"\r  round {done} of {rounds}", end="\n" if done == rounds else "", file=sys.stderr, flush=True
        )


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="at least 15 for a figure to show anybody")
    parser.add_argument("--imports", action="store_true")
    options = parser.parse_args()
    if options.imports:
        imports()
        return 0
    return 0 if report(options.rounds) else 1


if __name__ == "__main__":
    sys.exit(main())
