"""WeChat's `stable_token` and `message/subscribe/send` on loopback: acceptances are used up, tokens run out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.notify.standins.server import Asked, Misdeeds, Reply, serving

_LONGEST = {"thing": 20, "character_string": 32, "name": 10, "phrase": 5, "number": 32}


@dataclass(kw_only=True)
class Wechat(Misdeeds):
    """`accepted`: how many messages of each template somebody has accepted. `revoke`: makes the token invalid.
    `errcode`, `token_errcode`: what it answers instead."""

    now: Callable[[], datetime]
    apps: dict[str, str] = field(default_factory=dict)
    templates: dict[str, set[str]] = field(default_factory=dict)
    accepted: dict[tuple[str, str], int] = field(default_factory=dict)
    errcode: int = 0
    token_errcode: int = 0
    seconds: int = 7200
    sent: list[dict[str, Any]] = field(default_factory=list)
    raw: tuple[int, bytes] | None = None
    tokens: int = 0
    asked_for_tokens: list[dict[str, Any]] = field(default_factory=list)
    until: datetime | None = None
    url: str = ""

    def revoke(self) -> None:
        """From now on the token of before is not believed, and another is given to whoever asks."""
        self.until = None

    def answer(self, asked: Asked) -> Reply:
        """As the real one does: 200, whatever happened."""
        body = json.loads(asked.body)
        parts = urlsplit(asked.target)
        if parts.path == "/cgi-bin/stable_token":
            return 200, json.dumps(self._token(body)).encode()
        code = self._judged(parse_qs(parts.query).get("access_token", [""])[0], asked, body)
        return 200, json.dumps({"errcode": code, "errmsg": "ok" if code == 0 else "no"}).encode()

    def _token(self, body: dict[str, Any]) -> dict[str, Any]:
        self.asked_for_tokens.append(body)
        if self.token_errcode:
            return {"errcode": self.token_errcode, "errmsg": "no"}
        if self.apps.get(body["appid"]) != body["secret"]:
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        if self.until is None or self.until <= self.now() or body["force_refresh"]:
            self.tokens += 1
            self.until = self.now() + timedelta(seconds=self.seconds)
        return {"access_token": self._current, "expires_in": self.seconds}

    @property
    def _current(self) -> str:
        return f"token-{self.tokens}-" + "x" * 500

    def _judged(self, token: str, asked: Asked, body: dict[str, Any]) -> int:
        if self.until is None or token != self._current:
            return 40001
        if self.until <= self.now():
            return 42001
        if self.errcode:
            return self.errcode
        return self._business(asked, body)

    def _business(self, asked: Asked, body: dict[str, Any]) -> int:
        keywords = self.templates.get(body["template_id"])
        if keywords is None:
            return 40037
        if (
            b"\\u" in asked.body
            or set(body["data"]) != keywords
            or not all(_fits(*item) for item in body["data"].items())
        ):
            return 47003
        key = (body["touser"], body["template_id"])
        if not self.accepted.get(key):
            return 43101
        self.accepted[key] -= 1
        self.sent.append(body)
        return 0


def _fits(keyword: str, value: dict[str, str]) -> bool:
    kind = re.sub(r"\d+$", "", keyword)
    return 0 < len(value["value"]) <= _LONGEST[kind]


@contextmanager
def wechat(now: Callable[[], datetime]) -> Iterator[Wechat]:
    """The provider while the context lasts."""
    provider = Wechat(now=now)
    with serving(provider.answer, provider) as provider.url:
        yield provider
