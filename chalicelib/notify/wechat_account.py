"""The operator's WeChat mini program, and the access token with which it asks for anything but who somebody is.

The token is WeChat's "stable" one: every process asks for itself and gets the same, so none of them makes another's
invalid.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from urllib.parse import quote

from chalicelib.notify import https
from chalicelib.notify.https import Answer
from chalicelib.ports import PermanentFailure, TemporaryFailure, UnknownOutcome

ENDPOINT = "https://api.weixin.qq.com"
BUSY = frozenset({-1, 45011})
_JSON = {"Content-Type": "application/json; charset=utf-8"}
_EARLY = timedelta(minutes=5)
_TOKEN_IS_DEAD = frozenset({40001, 40014, 42001})


@dataclass(frozen=True)
class Template:
    """An approved template: its id, and which of our parameters each of its keywords shows (`thing1`: `by`)."""

    id: str
    keywords: Mapping[str, str]


@dataclass(frozen=True)
class Account:
    """The mini program. `page`: what a tap opens; the end of the message's link is appended to it."""

    app: str
    secret: str = field(repr=False)
    templates: Mapping[str, Template]
    page: str = ""
    endpoint: str = ENDPOINT


class Access:
    """Asks WeChat with a token of this process. `now` is the wall clock."""

    def __init__(self, account: Account, now: Callable[[], datetime], read_seconds: float) -> None:
        self._account = account
        self._now = now
        self._read_seconds = read_seconds
        self._lock = Lock()
        self._token = ""
        self._until: datetime | None = None

    def post(self, path: str, body: Mapping[str, Any]) -> Answer:
        """What WeChat answers; asked a second time, with another token, when it refused the first one (then it did
        nothing). Raises as `https.post` does; TemporaryFailure or PermanentFailure also when there is no token."""
        used = self._current()
        answer = self._post(path, used, body)
        if code_of(answer) in _TOKEN_IS_DEAD:
            answer = self._post(path, self._current(dead=used), body)
        return answer

    def _post(self, path: str, token: str, body: Mapping[str, Any]) -> Answer:
        # Real UTF-8: what is escaped is shown escaped.
        raw = json.dumps(body, ensure_ascii=False).encode()
        url = f"{self._account.endpoint}{path}?access_token={quote(token)}"
        return https.post(url, _JSON, raw, self._read_seconds)

    def _current(self, dead: str = "") -> str:
        """The token of this process, asked for when it has none, is about to end or was found `dead`."""
        with self._lock:
            if dead and dead == self._token:
                self._until = None
            if self._until is None or self._now() >= self._until:
                self._renew(force=bool(dead))
            return self._token

    def _renew(self, *, force: bool) -> None:
        account = self._account
        asked = {
            "grant_type": "client_credential",
            "appid": account.app,
            "secret": account.secret,
            "force_refresh": force,
        }
        url = f"{account.endpoint}/cgi-bin/stable_token"
        try:
            answer = https.post(url, _JSON, json.dumps(asked).encode(), self._read_seconds)
        except UnknownOutcome as error:  # of the token: nothing else was on the way yet
            raise TemporaryFailure(str(error)) from None
        token, seconds = answer.said.get("access_token"), answer.said.get("expires_in")
        if not (isinstance(token, str) and token and isinstance(seconds, int)):
            raise _no_token(answer)
        self._token, self._until = token, self._now() + max(timedelta(0), timedelta(seconds=seconds) - _EARLY)


def code_of(answer: Answer) -> int | None:
    """WeChat's `errcode`, None when it says none."""
    code = answer.said.get("errcode")
    return code if isinstance(code, int) else None


def _no_token(answer: Answer) -> Exception:
    code = code_of(answer)
    if code is None or code in BUSY:
        return TemporaryFailure("no_token" if code is None else str(code))
    return PermanentFailure(str(code))
