"""One request to a provider, sent once: what came back, or whether it can have arrived. Standard library only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from chalicelib.ports import PermanentFailure, TemporaryFailure, UnknownOutcome

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
_MOST = 64 * 1024
_BUSY = frozenset({429, 503})


@dataclass(frozen=True)
class Answer:
    """What a provider answered. `said`: its JSON object, empty when it sent none that can be read."""

    status: int
    said: Mapping[str, Any]

    def unclear(self, code: str = "") -> Exception:
        """What an answer means that says nothing about the message: busy, or nobody knows."""
        named = code or f"http_{self.status}"
        return TemporaryFailure(named) if self.status in _BUSY else UnknownOutcome(named)


def get(url: str, read_seconds: float = READ_SECONDS) -> Answer:
    """Ask once; as `post`."""
    return _asked("GET", url, {}, None, read_seconds)


def post(url: str, headers: Mapping[str, str], body: bytes, read_seconds: float = READ_SECONDS) -> Answer:
    """Send a request once and never follow it anywhere else.

    Raises TemporaryFailure when nothing can have left this machine (no name, no connection, no trust) and
    UnknownOutcome when the connection stood and then failed. The errors name their kind only: an address or a key may
    be in what they would quote.
    """
    return _asked("POST", url, headers, body, read_seconds)


def _asked(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None, read_seconds: float
) -> Answer:
    parts = urlsplit(url)
    make = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    with closing(make(parts.netloc, timeout=CONNECT_SECONDS)) as connection:
        try:
            connection.connect()
            connection.sock.settimeout(read_seconds)
        except OSError as error:
            raise TemporaryFailure(type(error).__name__) from None
        try:
            connection.request(method, target, body, dict(headers))
            response = connection.getresponse()
            return Answer(response.status, _object(response.read(_MOST)))
        except ValueError:  # what no header or line of a request may hold: nothing was sent
            raise PermanentFailure("not_a_request") from None
        except (OSError, HTTPException) as error:
            raise UnknownOutcome(type(error).__name__) from None


def _object(raw: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
