"""Subscription messages of a WeChat mini program: `cgi-bin/message/subscribe/send`.

Whoever is written to accepted exactly one message of that template by a tap; without such an acceptance WeChat refuses
(43101), which uses up nothing. The address is the reader's openid. The access token is WeChat's "stable" one: every
process asks for itself and gets the same, so none of them makes another's invalid.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from urllib.parse import quote

from chalicelib.notice.shapes import Message
from chalicelib.notice.texts import values
from chalicelib.notify import https
from chalicelib.notify.https import Answer
from chalicelib.ports import PermanentFailure, TemporaryFailure, UnknownOutcome

ENDPOINT = "https://api.weixin.qq.com"
_JSON = {"Content-Type": "application/json; charset=utf-8"}
_EARLY = timedelta(minutes=5)
_BUSY = frozenset({-1, 45011})
_TOKEN_IS_DEAD = frozenset({40001, 40014, 42001})
# How long WeChat lets a value of each kind of keyword be; a longer one would refuse the whole message (47003).
_LONGEST = {
    "thing": 20,
    "character_string": 32,
    "name": 10,
    "phrase": 5,
    "number": 32,
    "letter": 32,
    "symbol": 5,
}


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


class WechatSender:
    """A `Sender` to openids. `now` is the wall clock."""

    def __init__(
        self, account: Account, now: Callable[[], datetime], read_seconds: float = https.READ_SECONDS
    ) -> None:
        self._account = account
        self._now = now
        self._read_seconds = read_seconds
        self._lock = Lock()
        self._token = ""
        self._until: datetime | None = None

    def send(self, message: Message) -> str:
        """Send once; answers WeChat's id of the message, empty when it gives none. Failures as `ports.Sender` has them,
        named by WeChat's code."""
        body = self._asked(message)
        used = self._access()
        answer = self._post(used, body)
        if _code(answer) in _TOKEN_IS_DEAD:  # refused, so nothing went out: once more with another token
            answer = self._post(self._access(dead=used), body)
        return _taken(answer)

    def _asked(self, message: Message) -> dict[str, Any]:
        template = self._account.templates.get(message.template)
        if template is None:
            raise PermanentFailure("no_template")
        return {
            "touser": message.to,
            "template_id": template.id,
            "data": _data(template, values(message.language, message.params)),
            "miniprogram_state": "formal",
            "lang": "en_US" if message.language.lower().startswith("en") else "zh_CN",
            **self._page(message),
        }

    def _page(self, message: Message) -> dict[str, str]:
        link = str(message.params.get("link", "")).rpartition("/")[2]
        return {"page": f"{self._account.page}{quote(link)}"} if self._account.page else {}

    def _post(self, token: str, body: Mapping[str, Any]) -> Answer:
        # Real UTF-8: what is escaped is shown escaped.
        raw = json.dumps(body, ensure_ascii=False).encode()
        url = f"{self._account.endpoint}/cgi-bin/message/subscribe/send?access_token={quote(token)}"
        return https.post(url, _JSON, raw, self._read_seconds)

    def _access(self, dead: str = "") -> str:
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
        except UnknownOutcome as error:  # of the token: no message was on the way yet
            raise TemporaryFailure(str(error)) from None
        token, seconds = answer.said.get("access_token"), answer.said.get("expires_in")
        if not (isinstance(token, str) and token and isinstance(seconds, int)):
            raise _no_token(answer)
        self._token, self._until = token, self._now() + max(timedelta(0), timedelta(seconds=seconds) - _EARLY)


def _data(template: Template, shown: Mapping[str, str]) -> dict[str, dict[str, str]]:
    try:
        return {
            keyword: {"value": shown[name][: _LONGEST.get(keyword.rstrip("0123456789"))]}
            for keyword, name in template.keywords.items()
        }
    except KeyError:
        raise PermanentFailure("no_template") from None


def _code(answer: Answer) -> int | None:
    code = answer.said.get("errcode")
    return code if isinstance(code, int) else None


def _taken(answer: Answer) -> str:
    code = _code(answer)
    if code == 0:
        return str(answer.said.get("msgid", ""))
    if code is None:
        raise answer.unclear()
    raise TemporaryFailure(str(code)) if code in _BUSY else PermanentFailure(str(code))


def _no_token(answer: Answer) -> Exception:
    code = _code(answer)
    if code is None or code in _BUSY:
        return TemporaryFailure("no_token" if code is None else str(code))
    return PermanentFailure(str(code))
