"""The demo's hands: everything goes through the public HTTP API, the outbox and the links in it."""

from __future__ import annotations

import json
import re
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError

from chalicelib.core import links

_LINK = re.compile(rf"/([as])/([0-9A-Za-z]{{{links.LENGTH}}})")
_TIMEOUT_SECONDS = 20


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

    def _open(self, path: str, data: bytes | None, headers: dict[str, str]) -> str:
        request = urllib.request.Request(self.url + path, data, headers)  # noqa: S310 - our own address
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
            return str(answer.read().decode())


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}
