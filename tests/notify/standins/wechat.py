"""WeChat on loopback, as far as a mini program's server asks it: acceptances and codes are used up, tokens run out."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.notify.standins.server import Asked, Misdeeds, Reply, serving

SESSION_KEY = "HyVFkGl5F5OQWJZZaNzBBg=="
_LONGEST = {"thing": 20, "character_string": 32, "name": 10, "phrase": 5, "number": 32}


@dataclass(kw_only=True)
class Wechat(Misdeeds):
    """`accepted`: how many messages of each template somebody has accepted. `logins`: the openid behind each code of
    `wx.login`; `phones`: the number behind each code of a button, as country and number. `revoke`: makes the token
    invalid. `errcode`, `token_errcode`: what it answers instead. `asked`: every path that was asked for."""

    now: Callable[[], datetime]
    apps: dict[str, str] = field(default_factory=dict)
    templates: dict[str, set[str]] = field(default_factory=dict)
    accepted: dict[tuple[str, str], int] = field(default_factory=dict)
    logins: dict[str, str] = field(default_factory=dict)
    phones: dict[str, tuple[str, str]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
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
        parts = urlsplit(asked.target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.asked.append(f"{asked.method} {parts.path}")
        match self.asked[-1]:
            case "POST /cgi-bin/stable_token":
                said = self._token(json.loads(asked.body))
            case "GET /sns/jscode2session":
                said = self._session(query)
            case "POST /wxa/business/getuserphonenumber":
                said = self._phone(query.get("access_token", ""), json.loads(asked.body))
            case "POST /cgi-bin/message/subscribe/send":
                said = self._taken(query.get("access_token", ""), asked)
            case _:
                return 404, b""
        return 200, json.dumps(said).encode()

    def push(self, token: str, nonce: str = "n-1") -> dict[str, str]:
        """What WeChat adds to the address it pushes to: signed with the token that the operator entered."""
        stamp = str(int(self.now().timestamp()))
        return {"signature": signature(token, stamp, nonce), "timestamp": stamp, "nonce": nonce}

    def _session(self, query: dict[str, str]) -> dict[str, Any]:
        """Who ran `wx.login`; with the session key, which is nobody's business."""
        if self.apps.get(query.get("appid", "")) != query.get("secret"):
            return _said(40125)
        if query.get("grant_type") != "authorization_code":
            return _said(40002)
        if code := self.errcode or self._spent(query.get("js_code", ""), self.logins):
            return _said(code)
        return {"openid": self.logins[query["js_code"]], "session_key": SESSION_KEY, "unionid": "u-1"}

    def _phone(self, token: str, body: dict[str, Any]) -> dict[str, Any]:
        if code := self._denied(token) or self.errcode or self._spent(body["code"], self.phones):
            return _said(code)
        country, number = self.phones[body["code"]]
        info = {"phoneNumber": number, "purePhoneNumber": number, "countryCode": country}
        return _said(0) | {"phone_info": info}

    def _spent(self, code: str, known: Mapping[str, object]) -> int:
        """What is wrong with a code, 0 for nothing; it is used up."""
        if code not in known:
            return 40029
        if code in self.used:
            return 40163
        self.used.add(code)
        return 0

    def _token(self, body: dict[str, Any]) -> dict[str, Any]:
        self.asked_for_tokens.append(body)
        if self.token_errcode:
            return _said(self.token_errcode)
        if self.apps.get(body["appid"]) != body["secret"]:
            return _said(40125)
        if self.until is None or self.until <= self.now() or body["force_refresh"]:
            self.tokens += 1
            self.until = self.now() + timedelta(seconds=self.seconds)
        return {"access_token": self._current, "expires_in": self.seconds}

    @property
    def _current(self) -> str:
        return f"token-{self.tokens}-" + "x" * 500

    def _taken(self, token: str, asked: Asked) -> dict[str, Any]:
        code = self._judged(token, asked, json.loads(asked.body))
        return _said(code) | ({"msgid": 1_700_827_132_819_554_304 + len(self.sent)} if code == 0 else {})

    def _judged(self, token: str, asked: Asked, body: dict[str, Any]) -> int:
        return self._denied(token) or self.errcode or self._business(asked, body)

    def _denied(self, token: str) -> int:
        if self.until is None or token != self._current:
            return 40001
        return 42001 if self.until <= self.now() else 0

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


def signature(*parts: str) -> str:
    """As documented: sorted, joined, SHA-1."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def _said(code: int) -> dict[str, Any]:
    return {"errcode": code, "errmsg": "ok" if code == 0 else "no"}


def _fits(keyword: str, value: dict[str, str]) -> bool:
    kind = re.sub(r"\d+$", "", keyword)
    return 0 < len(value["value"]) <= _LONGEST[kind]


@contextmanager
def wechat(now: Callable[[], datetime]) -> Iterator[Wechat]:
    """The provider while the context lasts."""
    provider = Wechat(now=now)
    with serving(provider.answer, provider) as provider.url:
        yield provider
