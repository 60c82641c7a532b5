"""Many threads at once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def race(*runners: Callable[[], T]) -> list[T | Exception]:
    """Start all at the same instant; what each answered or raised, in their order."""
    gate = threading.Barrier(len(runners))

    def run(runner: Callable[[], T]) -> T | Exception:
        gate.wait()
        try:
            return runner()
        except Exception as error:  # noqa: BLE001 - losing is a result here
            return error

    with ThreadPoolExecutor(len(runners)) as pool:
        return list(pool.map(run, runners))
