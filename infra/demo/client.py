"""The demo's hands: everything goes through the public HTTP API, the outbox and the links in it."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.error import HTTPError

from chalicelib.core import links

_LINK = re.compile(rf"/([as])/([0-9A-Za-z]{{{links.LENGTH}}})")
_TIMEOUT_SECONDS = 20
_DAYS_TIMEOUT_SECONDS = 300
_BOUNDARY = "----a-picture-of-the-demo"


@dataclass(frozen=True)
class Client:
    """A platform at an address."""

    url: str

    def get(self, path: str, token: str = "") -> Any:
        """GET a JSON document."""
        return json.loads(self.text(path, token))

    def post(self, path: str, body: dict[str, Any] | None = None, token: str = "", key: str = "") -> Any:
        """POST JSON; raises HTTPError for an answer of 400 or more."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": key, **_bearer(token)}
        data = json.dumps(body or {}).encode()
        return json.loads(self._open(path, data, {k: v for k, v in headers.items() if v}))

    def text(self, path: str, token: str = "") -> str:
        """GET anything as text."""
        return self._open(path, None, _bearer(token))

    def clock(self) -> dict[str, Any]:
        """The local platform's time and speed; HTTPError where there is no such thing."""
        found: dict[str, Any] = self.get("/_local/clock")
        return found

    def let_pass(self, seconds: float) -> None:
        """Let time pass on a local platform; answers when all that was due on the way has happened."""
        data, headers = json.dumps({"seconds": seconds}).encode(), {"Content-Type": "application/json"}
        self._open("/_local/clock", data, headers, _DAYS_TIMEOUT_SECONDS)

    def links_of(self, bell_id: str) -> list[str]:
        """The one-tap tokens that staff were sent for the bell, oldest first; bundles are opened as staff would."""
        tokens: list[str] = []
        for message in self.get("/_local/outbox.json"):
            for kind, token in _LINK.findall(message["text"]):
                found = self._behind(token) if kind == "s" else [token]
                tokens += [t for t in found if links.thing_id_of(t) == bell_id and t not in tokens]
        return tokens

    def _behind(self, bundle: str) -> list[str]:
        try:
            return [token for kind, token in _LINK.findall(self.text(f"/s/{bundle}")) if kind == "a"]
        except HTTPError:
            return []

    def _open(
        self, path: str, data: bytes | None, headers: dict[str, str], patience: int = _TIMEOUT_SECONDS
    ) -> str:
        request = urllib.request.Request(self.url + path, data, headers)  # noqa: S310 - our own address
        return answered(request, patience).decode()


def send_file(url: str, fields: Mapping[str, str], name: str, content: bytes) -> None:
    """Send a file with a form that the platform signed, as a browser does; raises HTTPError when it is refused."""
    parts = [f'Content-Disposition: form-data; name="{key}"\r\n\r\n{value}' for key, value in fields.items()]
    head = "".join(f"--{_BOUNDARY}\r\n{part}\r\n" for part in parts)
    file = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = (head + file).encode() + content + f"\r\n--{_BOUNDARY}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}
    request = urllib.request.Request(url, body, headers)  # noqa: S310 - an address that our own platform gave
    answered(request)


def answered(request: urllib.request.Request, patience: float = _TIMEOUT_SECONDS) -> bytes:
    """What is answered within `patience` seconds. Raises HTTPError for an answer of 400 or more, with all of it read:
    the original keeps its connection open, and whoever catches it forgets that."""
    try:
        with urllib.request.urlopen(request, timeout=patience) as answer:  # noqa: S310 - our own address
            return bytes(answer.read())
    except HTTPError as refusal:
        with refusal:
            body = BytesIO(refusal.read())
        raise HTTPError(refusal.url, refusal.code, refusal.reason, refusal.headers, body) from None


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}
