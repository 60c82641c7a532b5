"""A platform of the demo's own, in a temporary folder and a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import URLError

from infra.demo.client import Client

_PAUSE_SECONDS = 0.25


@contextmanager
def own_platform(speed: float) -> Iterator[Client]:
    """A platform at that speed, up and answering, with nothing in it but the sample subdistrict; gone afterwards."""
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        where = {"HOST": "127.0.0.1", "PORT": str(port), "DATA": folder, "SPEED": f"{speed:g}", "CANARY": "0"}
        run = subprocess.Popen(
            [sys.executable, "-m", "infra.local"], env={**os.environ, **where}, stdout=subprocess.DEVNULL
        )
        try:
            client = Client(f"http://127.0.0.1:{port}")
            _await(client, run)
            yield client
        finally:
            run.terminate()
            run.wait(20)


def _free_port() -> int:
    for port in range(8100, 8900, 2):
        with socket.socket() as one, socket.socket() as two:
            try:
                one.bind(("127.0.0.1", port))
                two.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
    raise SystemExit("No two free ports between 8100 and 8900.")


def _await(client: Client, run: subprocess.Popen[bytes]) -> None:
    for _ in range(240):
        try:
            client.get("/v1/health")
        except (URLError, OSError):
            if run.poll() is not None:
                raise SystemExit("The platform did not start; `make run` says why.") from None
            time.sleep(_PAUSE_SECONDS)
        else:
            return
    raise SystemExit("The platform did not answer within a minute.")
