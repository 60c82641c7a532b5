"""Tencent Cloud's SMS on loopback: checks the TC3 signature from the raw request, and answers as `SendSms` does.

Written from the documentation ("Signature v3", "SendSms", "Error codes") and not from our sender, so that the two can
disagree.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.notify.standins.server import Asked, Misdeeds, Reply, serving

_AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 Credential=(?P<id>[^/]+)/(?P<day>\d{4}-\d\d-\d\d)/(?P<service>\w+)/tc3_request, "
    r"SignedHeaders=(?P<names>[^,]+), Signature=(?P<sign>[0-9a-f]{64})"
)
_FIVE_MINUTES = 300


@dataclass(kw_only=True)
class Tencent(Misdeeds):
    """`sent`: the body of every request it took. `refuse`: the code of an error for the request, `fail`: for the
    number. `templates`: how many gaps each template that it approved has."""

    now: Callable[[], datetime]
    keys: dict[str, str] = field(default_factory=dict)
    signs: set[str] = field(default_factory=set)
    templates: dict[str, int] = field(default_factory=dict)
    refuse: str = ""
    fail: str = ""
    sent: list[dict[str, Any]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    def answer(self, asked: Asked) -> Reply:
        """As the real one does: 200, whatever happened."""
        self.asked.append(asked)
        if code := self._unauthentic(asked) or self.refuse or self._misused(asked):
            said: dict[str, Any] = {"Error": {"Code": code, "Message": code}}
        else:
            said = {"SendStatusSet": [self._status(json.loads(asked.body))]}
        return 200, json.dumps({"Response": {**said, "RequestId": "a0aabda6"}}).encode()

    def reports(self, *, arrived: bool, code: str = "DELIVRD") -> list[dict[str, object]]:
        """What it pushes of everything it took: the status notification."""
        about = {
            "user_receive_time": self.now().strftime("%Y-%m-%d %H:%M:%S"),
            "nationcode": "86",
            "report_status": "SUCCESS" if arrived else "FAIL",
            "errmsg": code,
            "description": "",
        }
        return [
            {**about, "mobile": sent["PhoneNumberSet"][0].removeprefix("+86"), "sid": _serial(n)}
            for n, sent in enumerate(self.sent, 1)
        ]

    def _status(self, body: dict[str, Any]) -> dict[str, Any]:
        code = self.fail or self._business(body)
        if code == "Ok":
            self.sent.append(body)
        return {
            "SerialNo": _serial(len(self.sent)) if code == "Ok" else "",
            "PhoneNumber": body["PhoneNumberSet"][0],
            "Fee": int(code == "Ok"),
            "SessionContext": body.get("SessionContext", ""),
            "Code": code,
            "Message": code,
            "IsoCode": "CN",
        }

    def _business(self, body: dict[str, Any]) -> str:
        if not re.fullmatch(r"\+[1-9]\d{6,14}", body["PhoneNumberSet"][0]):
            return "InvalidParameterValue.IncorrectPhoneNumber"
        if body.get("SignName") not in self.signs:
            return "FailedOperation.SignatureIncorrectOrUnapproved"
        given = body.get("TemplateParamSet", [])
        if self.templates.get(body["TemplateId"]) != len(given):
            return "FailedOperation.TemplateIncorrectOrUnapproved"
        if any("://" in value for value in given):
            return "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter"
        return "Ok"

    def _misused(self, asked: Asked) -> str:
        if asked.headers.get("x-tc-action") != "SendSms":
            return "InvalidAction"
        if asked.headers.get("x-tc-version") != "2021-01-11":
            return "NoSuchVersion"
        if not asked.headers.get("x-tc-region"):
            return "MissingParameter"
        body = json.loads(asked.body)
        wanted = ("PhoneNumberSet", "SmsSdkAppId", "TemplateId")
        return "" if all(body.get(name) for name in wanted) else "MissingParameter"

    def _unauthentic(self, asked: Asked) -> str:
        found = _AUTHORIZATION.fullmatch(asked.headers.get("authorization", ""))
        names = found["names"].split(";") if found else []
        if not found or not {"content-type", "host"} <= set(names) or names != sorted(names):
            return "AuthFailure.InvalidAuthorization"
        if found["id"] not in self.keys:
            return "AuthFailure.SecretIdNotFound"
        stamp = int(asked.headers.get("x-tc-timestamp", "0"))
        if datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%d") != found["day"]:
            return "AuthFailure.SignatureFailure"
        wanted = self._signature(asked, names, found["day"], found["service"], self.keys[found["id"]])
        if found["service"] != "sms" or not hmac.compare_digest(found["sign"], wanted):
            return "AuthFailure.SignatureFailure"
        late = abs(stamp - self.now().timestamp()) > _FIVE_MINUTES
        return "AuthFailure.SignatureExpire" if late else ""

    @staticmethod
    def _signature(asked: Asked, names: list[str], day: str, service: str, secret: str) -> str:
        lines = [
            asked.method,
            "/",
            "",
            *(f"{name}:{asked.headers[name].strip().lower()}" for name in names),
            "",
            ";".join(names),
            hashlib.sha256(asked.body).hexdigest(),
        ]
        canonical = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        stamp = asked.headers["x-tc-timestamp"]
        to_sign = f"TC3-HMAC-SHA256\n{stamp}\n{day}/{service}/tc3_request\n{canonical}"

        def mac(key: bytes, text: str) -> bytes:
            return hmac.new(key, text.encode(), hashlib.sha256).digest()

        signing = mac(mac(mac(f"TC3{secret}".encode(), day), service), "tc3_request")
        return mac(signing, to_sign).hex()


def _serial(number: int) -> str:
    return f"5000:1045710669157053657849499{number}"


@contextmanager
def tencent(now: Callable[[], datetime]) -> Iterator[Tencent]:
    """The provider while the context lasts."""
    provider = Tencent(now=now)
    with serving(provider.answer, provider) as provider.url:
        yield provider
