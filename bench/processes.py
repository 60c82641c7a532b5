"""Fresh processes, timed from their start to their end: elapsed, and what the processor worked."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles


@dataclass(frozen=True)
class Spent:
    """Seconds: `elapsed` also counts whatever else the machine did meanwhile, `worked` only this process."""

    elapsed: float
    worked: float


@dataclass(frozen=True)
class Program:
    """Python's text, the environment it runs in, and the folder: what `import` looks at first."""

    text: str
    env: Mapping[str, str]
    folder: Path


def spent(program: Program) -> Spent:
    """What a fresh Python takes for the program; raises RuntimeError with its errors when it fails. No other child of
    this process may end meanwhile."""
    start, before = time.perf_counter(), _worked()
    done = subprocess.run(
        [sys.executable, "-c", program.text],
        env=dict(program.env),
        cwd=program.folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    taken = Spent(time.perf_counter() - start, _worked() - before)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return taken


def _worked() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def interleaved(programs: Mapping[str, Program], rounds: int) -> Iterator[dict[str, Spent]]:
    """Time all programs once a round, so that whatever else the machine does troubles them alike. A first round, which
    writes the bytecode and warms the disk, is not counted."""
    for number in range(rounds + 1):
        row = {name: spent(program) for name, program in programs.items()}
        if number:
            yield row


@dataclass(frozen=True)
class Spread:
    """The middle of some numbers and where the middle half of them lies."""

    middle: float
    low: float
    high: float

    @staticmethod
    def of(numbers: list[float]) -> Spread:
        """Of at least two numbers."""
        low, _, high = quantiles(numbers, n=4)
        return Spread(median(numbers), low, high)
