"""The cold start: a fresh process that imports the app from the unpacked zip, as Lambda would, and serves its first
ring, divided by creating `boto3.client('dynamodb')` from a plain install in a fresh process. The ratio says more than
milliseconds: both suffer the same machine. Both end when they are done: taking the interpreter down, 30 ms of it, is
something that no function ever does.

`python -m bench.cold --rounds 31`; `--imports` lists instead what the first ring imports, slowest first.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from bench.package import unpacked
from bench.processes import Spread, environment, interleaved
from bench.ring import FIRST_RING
from bench.stub import ROOT, stub

TARGET = 0.85
_DONE = "\nimport os; os._exit(0)"
PROGRAMS = {
    "bare Python": "pass" + _DONE,
    "boto3.client": "import boto3; boto3.client('dynamodb')" + _DONE,
    "first ring": FIRST_RING + _DONE,
}


def measure(rounds: int) -> tuple[dict[str, Spread], Spread]:
    """The spread of each program's seconds, and of the ratio of each round."""
    with stub() as (endpoint, calls), unpacked() as folder:
        plain = {name: one for name, one in environment(endpoint).items() if name != "PYTHONPATH"}
        packed = plain | {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
        envs = {name: packed if name == "first ring" else plain for name in PROGRAMS}
        rows = []
        for row in interleaved({name: (one, envs[name]) for name, one in PROGRAMS.items()}, rounds):
            rows.append(row)
            _progress(len(rows), rounds)
    if calls.count("TransactWriteItems") != rounds + 1:
        raise RuntimeError(f"Each process must ring once, but {calls} was asked")
    times = {name: Spread.of([row[name] for row in rows]) for name in PROGRAMS}
    return times, Spread.of([row["first ring"] / row["boto3.client"] for row in rows])


def report(rounds: int) -> bool:
    """Measure and print a table; whether the target is met."""
    times, ratio = measure(rounds)
    print(f"Cold start from the zip, {rounds} interleaved rounds, median (middle half)\n")
    for name, spread in times.items():
        print(
            f"  {name:<14}{spread.middle * 1e3:7.0f} ms   ({spread.low * 1e3:.0f} to {spread.high * 1e3:.0f})"
        )
    print(
        f"\n  first ring ÷ boto3.client  {ratio.middle:.2f}   ({ratio.low:.2f} to {ratio.high:.2f})", end=""
    )
    print(f"   target ≤ {TARGET}: {'met' if ratio.middle <= TARGET else 'MISSED'}")
    return ratio.middle <= TARGET


def imports() -> None:
    """What the first ring imports, by the time each module takes without those it imports itself."""
    with stub() as (endpoint, _):
        command = [sys.executable, "-X", "importtime", "-c", FIRST_RING]
        done = subprocess.run(
            command, env=environment(endpoint), cwd=ROOT, capture_output=True, text=True, check=True
        )
    lines = [line.removeprefix("import time:") for line in done.stderr.splitlines() if "|" in line]
    rows = [line.split("|") for line in lines if line.split("|")[0].strip().isdigit()]
    rows.sort(key=lambda row: -int(row[0]))
    print(f"{len(rows)} modules, {sum(int(row[0]) for row in rows) / 1e3:.0f} ms under the tracer\n")
    for own, _, name in rows[:40]:
        print(f"{int(own) / 1e3:8.1f} ms  {name.strip()}")


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
