"""Who somebody is to the WeChat mini program: `sns/jscode2session`, and their number: `getuserphonenumber`.

Somebody waits for the answer, so nobody is asked for long. The session key that comes with an openid is dropped here;
neither codes nor openids nor the secret are in any error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from urllib.parse import urlencode

from chalicelib.core.errors import Forbidden, Gone, TooMany, Unavailable
from chalicelib.notify import https
from chalicelib.notify.https import Answer
from chalicelib.notify.wechat_account import Access, Account, code_of
from chalicelib.ports import PermanentFailure, TemporaryFailure, UnknownOutcome

READ_SECONDS = 3.0
_OVER, _DANGEROUS, _TOO_OFTEN = frozenset({40029, 40163}), 40226, 45011
_A_MINUTE = timedelta(minutes=1)
_NO_ANSWER = (TemporaryFailure, PermanentFailure, UnknownOutcome)


class WechatProgram:
    """The port `MiniProgram`. `ids`: the template of each notice that goes by one. `account`: opens the safe, so it is
    asked once and only when WeChat has to be."""

    def __init__(
        self,
        ids: Mapping[str, str],
        account: Callable[[], Account],
        now: Callable[[], datetime],
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._ids = ids
        self._open = account
        self._now = now
        self._read_seconds = read_seconds

    def openid(self, code: str) -> str:
        """One request; see `ports.MiniProgram`."""
        account = self._account
        asked = {
            "appid": account.app,
            "secret": account.secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        url = f"{account.endpoint}/sns/jscode2session?{urlencode(asked)}"
        answer = self._answered(lambda: https.get(url, self._read_seconds))
        return self._known(answer, answer.said.get("openid"))

    def phone(self, code: str) -> str:
        """One request, and one for a token; see `ports.MiniProgram`."""
        answer = self._answered(lambda: self._access.post("/wxa/business/getuserphonenumber", {"code": code}))
        return self._known(answer, _number(answer.said.get("phone_info")))

    def template(self, name: str) -> str:
        """As it was configured; see `ports.MiniProgram`."""
        return self._ids.get(name, "")

    def templates(self) -> Mapping[str, tuple[str, ...]]:
        """As they were configured; see `ports.MiniProgram`."""
        found = dict.fromkeys(self._ids.values(), ())
        return {own: tuple(name for name, known in self._ids.items() if known == own) for own in found}

    @cached_property
    def _account(self) -> Account:
        return self._open()

    @cached_property
    def _access(self) -> Access:
        return Access(self._account, self._now, self._read_seconds)

    def _answered(self, ask: Callable[[], Answer]) -> Answer:
        try:
            return ask()
        except _NO_ANSWER as error:
            raise Unavailable(f"wechat {error}") from None

    def _known(self, answer: Answer, found: object) -> str:
        """What was asked for, or what its refusal means."""
        if isinstance(found, str) and found:
            return found
        code = code_of(answer)
        if code in _OVER:
            raise Gone("wechat_code_over")
        if code == _DANGEROUS:
            raise Forbidden("wechat_refused")
        if code == _TOO_OFTEN:
            raise TooMany("wechat_too_often", self._now() + _A_MINUTE)
        raise Unavailable(f"wechat {code or answer.status}")


def _number(info: object) -> str | None:
    """The number as E.164 has it; WeChat gives the country's code apart."""
    if not isinstance(info, dict):
        return None
    country, number = (str(info.get(name, "")) for name in ("countryCode", "purePhoneNumber"))
    return f"+{country}{number}" if country.isdecimal() and number.isdecimal() else None
