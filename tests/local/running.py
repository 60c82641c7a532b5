"""A local run as a process of its own."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]


@dataclass
class Run:
    """A running process and a client for it."""

    process: "subprocess.Popen[str]"
    http: httpx.Client
    port: int

    def until(self, path: str, true: Callable[[Any], bool], patience: float = 10) -> Any:
        """Ask until the answer is as wished."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            answer = self.http.get(path).json()
            if true(answer):
                return answer
            time.sleep(0.02)
        raise AssertionError(f"{path} never came about")

    def kill(self) -> None:
        """As the power would."""
        self.process.kill()
        self.process.wait()
        self.http.close()


def start(folder: Path, port: int, module: str = "tests.local.serve", sign: str = "ready") -> Run:
    """Start a run and wait until it says that it answers."""
    environment = {
        **os.environ,
        "PORT": str(port),
        "DATA": str(folder),
        "SPEED": "60",
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", module], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    # A run that never says so must fail the test, not hang it.
    patience = threading.Timer(60, process.kill)
    patience.start()
    started = any(sign in line for line in process.stdout)
    patience.cancel()
    if not started:
        # Nothing of it may be left for the garbage collector to complain about in another test.
        process.wait()
        process.stdout.close()
    assert started, "it did not start"
    return Run(process, httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=10), port)
