"""The real thing: `python -m infra.local` as a process of its own, on free ports and a folder that is thrown away."""

import contextlib
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.error import HTTPError

from chalicelib.core import links
from infra.demo.client import answered
from tests.ports import two_free_ports

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 25.0
SPEED = 60
"""Five minutes pass in five seconds."""

_LOOK_AGAIN_SECONDS = 0.05
_LINK = re.compile(rf"/([as])/([0-9A-Za-z]{{{links.LENGTH}}})")
_phones = itertools.count(13_900_000_001)
T = TypeVar("T")


def until(what: str, look: Callable[[], T | None], patience: float = PATIENCE_SECONDS) -> T:
    """What `look` finds as soon as it finds something; fails with `what` when it never does."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(_LOOK_AGAIN_SECONDS)
    raise AssertionError(f"never came about: {what}")


def fresh_phone() -> str:
    """A resident's number that nobody has rung with yet: limits are per phone."""
    return str(next(_phones))


@dataclass(frozen=True)
class Rung:
    """A bell as its resident knows it."""

    id: str
    number: str
    token: str
    text: str
    name: str
    phone: str


class Platform:
    """A running platform, and what may be asked of it over HTTP."""

    def __init__(self, folder: Path, port: int, speed: float = SPEED) -> None:
        self.folder, self.port, self.speed = folder, port, speed
        self.url = f"http://127.0.0.1:{port}"
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        kept = {
            k: v for k, v in os.environ.items() if k not in ("PUBLIC_URL", "LINK_URL", "SECRET_KEY", "TZ")
        }
        settings = {"HOST": "127.0.0.1", "PORT": str(self.port), "DATA": str(self.folder), "CANARY": "0"}
        process = subprocess.Popen(
            [sys.executable, "-m", "infra.local"],
            cwd=ROOT,
            env={
                **kept,
                **settings,
                "SPEED": str(self.speed),
                "PYTHONPATH": str(ROOT),
                "PYTHONFAULTHANDLER": "1",
                "PUBLIC_URL": self.url,
            },
            stdout=subprocess.DEVNULL,
        )
        until("the platform answers", lambda: _answers(process, self.url), patience=60)
        return process

    def get(self, path: str, token: str = "") -> Any:
        """A JSON document."""
        return json.loads(self.text(path, token))

    def text(self, path: str, token: str = "") -> str:
        """A document of any kind."""
        return self._send(urllib.request.Request(self.url + path, headers=_bearer(token)))

    def post(self, path: str, body: dict[str, Any] | None = None, token: str = "") -> Any:
        """Send JSON; the answer."""
        headers = {"Content-Type": "application/json", **_bearer(token)}
        request = urllib.request.Request(self.url + path, json.dumps(body or {}).encode(), headers)
        return json.loads(self._send(request))

    def _send(self, request: urllib.request.Request) -> str:
        return answered(request).decode()

    def ring(self, **wishes: str) -> Rung:
        """Ring over the API, as somebody new."""
        phone = fresh_phone()
        body = {
            "desk": "community",
            "category": "noise",
            "neighbourhood": "yiqing",
            "text": f"楼上半夜装修，{phone} 号来问过一次。",
            "name": "陈桂芳",
            "phone": phone,
            "consent_version": self.get("/v1/privacy-notice")["version"],
            **wishes,
        }
        made = self.post("/v1/bells", body)
        return Rung(made["id"], made["number"], made["tracking_token"], body["text"], body["name"], phone)

    def state(self, bell: Rung) -> dict[str, Any]:
        """The bell as its resident may read it."""
        found: dict[str, Any] = self.get(f"/v1/bells/{bell.id}", bell.token)
        return found

    def kinds(self, bell: Rung) -> list[str]:
        """The kinds of the bell's events, oldest first."""
        return [event["kind"] for event in self.get(f"/v1/bells/{bell.id}/record", bell.token)["events"]]

    def outbox(self) -> list[dict[str, str]]:
        """Every message that was sent, oldest first."""
        found: list[dict[str, str]] = self.get("/_local/outbox.json")
        return found

    def links_sent(self) -> list[tuple[str, str]]:
        """What staff were sent, oldest first: "a" and the token for one bell, "s" and the token for several."""
        return [link for message in self.outbox() for link in _LINK.findall(message["text"])]

    def answer_link(self, bell: Rung, after: int = 0) -> str:
        """The path of the one-tap link that staff got for the bell; `after`: of whoever was told after that many."""
        return until(f"a link to answer {bell.number}", lambda: self._answer_link(bell, after))

    def _answer_link(self, bell: Rung, after: int) -> str | None:
        found: list[str] = []
        for kind, token in self.links_sent():
            behind = self._behind(token) if kind == "s" else [token]
            found += [t for t in behind if links.thing_id_of(t) == bell.id and t not in found]
        return f"/a/{found[after]}" if len(found) > after else None

    def _behind(self, bundle: str) -> list[str]:
        with contextlib.suppress(HTTPError):
            return [token for kind, token in _LINK.findall(self.text(f"/s/{bundle}")) if kind == "a"]
        return []

    def kill(self) -> None:
        """As when the power fails."""
        self.process.kill()
        self.process.wait()

    def start_again(self) -> None:
        """The same folder, the same address."""
        self.process = self._start()

    def stop(self) -> None:
        """Politely; fails when it does not end well, says where it hangs, and leaves nothing behind."""
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            # Python's fault handler tells what each thread is doing.
            self.process.send_signal(signal.SIGABRT)
            self.process.wait()
            raise
        assert status == 0, "SIGTERM ends it cleanly"


def _answers(process: "subprocess.Popen[bytes]", url: str) -> bool:
    assert process.poll() is None, "the platform ended before it answered"
    try:
        with urllib.request.urlopen(f"{url}/v1/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


@contextlib.contextmanager
def running(folder: Path, speed: float = SPEED) -> Iterator[Platform]:
    """A platform while the context lasts."""
    platform = Platform(folder, two_free_ports(), speed)
    try:
        yield platform
    finally:
        if platform.process.poll() is None:
            platform.stop()
