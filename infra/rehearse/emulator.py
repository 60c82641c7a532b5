"""ministack's process: on loopback, on a port nobody uses, gone when the rehearsal ends."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from infra.deploy.telling import Failed

REGION = "eu-central-1"
ACCOUNT = "000000000000"
_SECONDS_TO_START = 30
_SECONDS_TO_END = 5


@contextmanager
def running(python: Path, folder: Path) -> Iterator[str]:
    """Its address while the context lasts. It enforces policies (AUTH) and needs no Docker; `folder`, made
    anew, has its log."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    port = _free_port()
    with (folder / "ministack.log").open("w") as log:
        process = subprocess.Popen(
            [str(python), "-m", "ministack"],
            env=_environment(port, folder),
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _await(process, url, folder / "ministack.log")
            yield url
        finally:
            _end(process)


def caller(url: str) -> dict[str, str]:
    """The environment of a program that speaks to it as the owner of the account, and to no other AWS."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return own | {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": url,
    }


def sms(url: str) -> list[str]:
    """The texts of all SMS that were sent, in the order in which they went to each phone."""
    with urlopen(f"{url}/_ministack/sns/sms-messages", timeout=10) as answer:  # noqa: S310 - loopback
        found = json.loads(answer.read())
    return list(_texts(found))


def _texts(found: object) -> Iterator[str]:
    """Wherever they stand: the message of each."""
    if isinstance(found, list):
        for one in found:
            yield from _texts(one)
    elif isinstance(found, dict):
        for name, value in found.items():
            if name.lower() in ("message", "body") and isinstance(value, str):
                yield value
            else:
                yield from _texts(value)


def _environment(port: int, folder: Path) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))}
    return own | {
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "DOCKER_HOST": "unix:///nonexistent",
        "GATEWAY_PORT": str(port),
        "LAMBDA_EXECUTOR": "local",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "TMPDIR": str(folder.resolve()),
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    for _ in range(_SECONDS_TO_START * 5):
        if process.poll() is not None:
            break
        try:
            with urlopen(f"{url}/_ministack/health", timeout=2):  # noqa: S310 - loopback
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise Failed("ministack did not start.", f"{log} says why.")


def _end(process: subprocess.Popen[bytes]) -> None:
    """It and the functions it started: they are one process group of ours."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.wait(_SECONDS_TO_END)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue
    process.wait()
