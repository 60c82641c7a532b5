"""A warm ring: what one more costs a process that has rung before, with DynamoDB answering at once on loopback."""

from __future__ import annotations

import json
import subprocess
import sys

from bench.processes import Spread
from bench.ring import WARM_RINGS
from infra.package.ring import environment
from infra.package.stub import stub


def report() -> None:
    """Measure and print."""
    with stub() as (endpoint, calls):
        done = subprocess.run(
            [sys.executable, "-c", WARM_RINGS],
            env=environment(endpoint),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    if done.returncode:
        raise RuntimeError(done.stderr)
    spent = json.loads(done.stdout)
    wall, cpu = (Spread.of([one[i] * 1e3 for one in spent]) for i in (0, 1))
    print(f"Warm ring, {len(spent)} in one process, median (middle half)\n")
    print(f"  elapsed       {wall.middle:7.2f} ms   ({wall.low:.2f} to {wall.high:.2f})")
    print(f"  processor     {cpu.middle:7.2f} ms   ({cpu.low:.2f} to {cpu.high:.2f})")
    print(f"  AWS calls     {(len(calls) - 2) / len(spent):7.2f} a ring, after the first ring's two")


if __name__ == "__main__":
    report()
