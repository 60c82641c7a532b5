"""SMS through Tencent Cloud (SMS 2021-01-11, SendSms), signed as its "v3" signature asks (TC3-HMAC-SHA256)."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from chalicelib.notice.shapes import Message
from chalicelib.notify import https, templates
from chalicelib.notify.https import Answer
from chalicelib.ports import OptedOut, PermanentFailure, TemporaryFailure, UnknownOutcome

ENDPOINT = "https://sms.tencentcloudapi.com"
REGION = "ap-guangzhou"
ALGORITHM = "TC3-HMAC-SHA256"
JSON = "application/json; charset=utf-8"
_ACTION, _VERSION, _SERVICE = "SendSms", "2021-01-11", "sms"
# Refused before anything was done with the message, and worth another try.
_BUSY = ("RequestLimitExceeded", "ServiceUnavailable", "ResourceUnavailable", "ResourceInsufficient")
# "Other error", "timed out": nobody knows. The internal errors about the request itself refuse it for good.
_UNSURE = frozenset(
    {
        "InternalError",
        "InternalError.OtherError",
        "InternalError.SendAndRecvFail",
        "InternalError.Timeout",
        "InternalError.UnknownError",
        "FailedOperation.OtherError",
    }
)
_OPTED_OUT = "FailedOperation.PhoneNumberInBlacklist"


@dataclass(frozen=True)
class Account:
    """Who sends. `app`: the SdkAppId, `sign`: the approved signature, `templates`: the provider's ids by ours."""

    secret_id: str
    secret: str = field(repr=False)
    app: str
    sign: str
    templates: Mapping[str, str]
    region: str = REGION
    endpoint: str = ENDPOINT


class TencentSender:
    """A `Sender` of approved templates. `now` is the wall clock."""

    def __init__(
        self, account: Account, now: Callable[[], datetime], read_seconds: float = https.READ_SECONDS
    ) -> None:
        self._account = account
        self._now = now
        self._read_seconds = read_seconds

    def send(self, message: Message) -> str:
        """Send once; answers the SerialNo. Failures as `ports.Sender` has them, named by the provider's code."""
        account, now = self._account, self._now()
        payload = json.dumps(self._asked(message), ensure_ascii=False).encode()
        host = urlsplit(account.endpoint).netloc
        headers = {
            "Authorization": authorization(account, host, payload, now, _SERVICE),
            "Content-Type": JSON,
            "Host": host,
            "X-TC-Action": _ACTION,
            "X-TC-Timestamp": str(int(now.timestamp())),
            "X-TC-Version": _VERSION,
            "X-TC-Region": account.region,
        }
        return _taken(https.post(account.endpoint, headers, payload, self._read_seconds))

    def _asked(self, message: Message) -> dict[str, Any]:
        return {
            "PhoneNumberSet": [templates.phone(message.to)],
            "SmsSdkAppId": self._account.app,
            "SignName": self._account.sign,
            "TemplateId": templates.template_id(self._account.templates, message),
            "TemplateParamSet": list(templates.gaps(message).values()),
        }


def authorization(account: Account, host: str, payload: bytes, now: datetime, service: str) -> str:
    """The Authorization header of a POST of JSON. `now`: aware UTC."""
    names, day = "content-type;host", now.strftime("%Y-%m-%d")
    lines = f"content-type:{JSON}\nhost:{host}\n"
    request = "\n".join(("POST", "/", "", lines, names, hashlib.sha256(payload).hexdigest()))
    scope = f"{day}/{service}/tc3_request"
    hashed = hashlib.sha256(request.encode()).hexdigest()
    to_sign = f"{ALGORITHM}\n{int(now.timestamp())}\n{scope}\n{hashed}"
    key = f"TC3{account.secret}".encode()
    for part in (day, service, "tc3_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    return f"{ALGORITHM} Credential={account.secret_id}/{scope}, SignedHeaders={names}, Signature={signature}"


def _taken(answer: Answer) -> str:
    match answer.said.get("Response"):
        case {"Error": {"Code": str(code)}} | {"SendStatusSet": [{"Code": str(code)}]} if code != "Ok":
            raise _refusal(code, answer)
        case {"SendStatusSet": [{"Code": "Ok", "SerialNo": str(serial)}]} if serial:
            return serial
        case {"SendStatusSet": _}:
            raise UnknownOutcome("no_message_id")
    raise answer.unclear()


def _refusal(code: str, answer: Answer) -> Exception:
    """Everything that has a code of its own was refused for good, at least for this number and this minute."""
    if code == _OPTED_OUT:
        return OptedOut(code)
    if code.startswith(_BUSY):
        return TemporaryFailure(code)
    if not code or code in _UNSURE:
        return answer.unclear(code)
    return PermanentFailure(code)
