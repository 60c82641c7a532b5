"""Subscription messages of a WeChat mini program: `cgi-bin/message/subscribe/send`.

Whoever is written to accepted exactly one message of that template by a tap; without such an acceptance WeChat refuses
(43101), which uses up nothing. The address is the reader's openid.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from chalicelib.notice.shapes import Message
from chalicelib.notice.texts import values
from chalicelib.notify import https
from chalicelib.notify.https import Answer
from chalicelib.notify.wechat_account import BUSY, Access, Account, Template, code_of
from chalicelib.ports import NotAccepted, PermanentFailure, TemporaryFailure

# No (further) message was accepted; no such reader of this mini program, whose templates nobody can have accepted.
_NOT_ACCEPTED = frozenset({43101, 40003})
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


class WechatSender:
    """A `Sender` to openids. `now` is the wall clock."""

    def __init__(
        self, account: Account, now: Callable[[], datetime], read_seconds: float = https.READ_SECONDS
    ) -> None:
        self._account = account
        self._access = Access(account, now, read_seconds)

    def send(self, message: Message) -> str:
        """Send once; answers WeChat's id of the message, empty when it gives none. Failures as `ports.Sender` has them,
        named by WeChat's code; NotAccepted when the reader has accepted no such message."""
        return _taken(self._access.post("/cgi-bin/message/subscribe/send", self._asked(message)))

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


def _data(template: Template, shown: Mapping[str, str]) -> dict[str, dict[str, str]]:
    try:
        return {
            keyword: {"value": shown[name][: _LONGEST.get(keyword.rstrip("0123456789"))]}
            for keyword, name in template.keywords.items()
        }
    except KeyError:
        raise PermanentFailure("no_template") from None


def _taken(answer: Answer) -> str:
    code = code_of(answer)
    if code == 0:
        return str(answer.said.get("msgid", ""))
    if code is None:
        raise answer.unclear()
    if code in _NOT_ACCEPTED:
        raise NotAccepted(str(code))
    raise TemporaryFailure(str(code)) if code in BUSY else PermanentFailure(str(code))
