"""SMS through Alibaba Cloud (Dysmsapi 2017-05-25, SendSms), signed as its "V3" signature asks (ACS3-HMAC-SHA256)."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, urlsplit

from chalicelib.notice.shapes import Message
from chalicelib.notify import https, templates
from chalicelib.notify.https import Answer
from chalicelib.ports import PermanentFailure, TemporaryFailure, UnknownOutcome

ENDPOINT = "https://dysmsapi.aliyuncs.com"
ALGORITHM = "ACS3-HMAC-SHA256"
_ACTION, _VERSION = "SendSms", "2017-05-25"
_EMPTY = hashlib.sha256(b"").hexdigest()
# Refused before anything was done with the message, and worth another try: throttled, down, "please call again".
_BUSY = ("Throttling", "ServiceUnavailable", "isp.SYSTEM_ERROR")
# Said by what stands between us and the message, or because a request with this nonce was seen before.
_UNSURE = ("InternalError", "isp.GATEWAY_ERROR", "SignatureNonceUsed")


@dataclass(frozen=True)
class Account:
    """Who sends. `sign`: the approved signature (【…】), `templates`: the provider's ids by our templates."""

    key_id: str
    secret: str = field(repr=False)
    sign: str
    templates: Mapping[str, str]
    endpoint: str = ENDPOINT


class AliyunSender:
    """A `Sender` of approved templates. `now` is the wall clock, `nonce` never gives the same twice."""

    def __init__(
        self,
        account: Account,
        now: Callable[[], datetime],
        nonce: Callable[[], str],
        read_seconds: float = https.READ_SECONDS,
    ) -> None:
        self._account = account
        self._now = now
        self._nonce = nonce
        self._read_seconds = read_seconds

    def send(self, message: Message) -> str:
        """Send once; answers the BizId. Failures as `ports.Sender` has them, named by the provider's code."""
        query = canonical_query(self._asked(message))
        host = urlsplit(self._account.endpoint).netloc
        headers = signed(self._account, host, query, self._now(), self._nonce(), _ACTION, _VERSION)
        answer = https.post(f"{self._account.endpoint}/?{query}", headers, b"", self._read_seconds)
        return _taken(answer)

    def _asked(self, message: Message) -> dict[str, str]:
        return {
            "PhoneNumbers": _number(message.to),
            "SignName": self._account.sign,
            "TemplateCode": templates.template_id(self._account.templates, message),
            "TemplateParam": json.dumps(templates.gaps(message), ensure_ascii=False, separators=(",", ":")),
        }


def canonical_query(params: Mapping[str, str]) -> str:
    """The parameters sorted by name and encoded as RFC 3986 has it."""
    return "&".join(f"{quote(name, safe='~')}={quote(params[name], safe='~')}" for name in sorted(params))


def signed(
    account: Account, host: str, query: str, now: datetime, nonce: str, action: str, version: str
) -> dict[str, str]:
    """The headers of a POST without body, `Authorization` among them. `now`: aware UTC."""
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": _EMPTY,
        "x-acs-date": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    request = "\n".join(("POST", "/", query, lines, names, _EMPTY))
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.digest(account.secret.encode(), to_sign.encode(), "sha256").hex()
    said = f"{ALGORITHM} Credential={account.key_id},SignedHeaders={names},Signature={signature}"
    return {**headers, "Authorization": said}


def _number(phone: str) -> str:
    """As SendSms wants it: a mainland number bare, any other with its country's digits and no plus."""
    return templates.phone(phone).removeprefix("+86").removeprefix("+")


def _taken(answer: Answer) -> str:
    code = str(answer.said.get("Code", ""))
    if not code:
        raise answer.unclear()
    if code == "OK":
        if receipt := answer.said.get("BizId"):
            return str(receipt)
        raise UnknownOutcome("no_message_id")
    raise _refusal(code, answer)


def _refusal(code: str, answer: Answer) -> Exception:
    """Everything that has a code of its own was refused for good, at least for this number and this minute."""
    if code.startswith(_BUSY):
        return TemporaryFailure(code)
    if code.startswith(_UNSURE) or (answer.status >= 500 and not code.startswith("isv.")):
        return answer.unclear(code)
    return PermanentFailure(code)
