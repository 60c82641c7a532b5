"""Alibaba Cloud's SMS on loopback: checks the V3 signature from the raw request, and answers as Dysmsapi does.

Written from the documentation ("V3 request structure and signature", "SendSms", "API error codes") and not from our
sender, so that the two can disagree.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, unquote_to_bytes

from tests.notify.standins.server import Asked, Misdeeds, Reply, serving

_AUTHORIZATION = re.compile(
    r"ACS3-HMAC-SHA256 Credential=(?P<key>[^,]+),SignedHeaders=(?P<names>[^,]+),Signature=(?P<sign>[0-9a-f]{64})"
)
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")
_MUST_BE_SIGNED = {"host", "x-acs-action", "x-acs-date", "x-acs-signature-nonce", "x-acs-version"}


@dataclass(kw_only=True)
class Aliyun(Misdeeds):
    """`sent`: the parameters of every message it took. `refuse`: the code it answers instead, with that status.
    `templates`: the names of the gaps of each template it approved."""

    now: Callable[[], datetime]
    keys: dict[str, str] = field(default_factory=dict)
    signs: set[str] = field(default_factory=set)
    templates: dict[str, set[str]] = field(default_factory=dict)
    refuse: tuple[int, str] | None = None
    sent: list[dict[str, str]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    nonces: set[str] = field(default_factory=set)
    url: str = ""

    def answer(self, asked: Asked) -> Reply:
        """As the real one does."""
        self.asked.append(asked)
        status, code = self._judged(asked)
        said = {"Code": code, "Message": code, "RequestId": "F655A8D5-B967-440B-8683-DAD6FF8DE990"}
        if code == "OK":
            said["BizId"] = _receipt(len(self.sent))
        return status, json.dumps(said).encode()

    def reports(self, *, arrived: bool, code: str = "DELIVERED") -> list[dict[str, object]]:
        """What it pushes of everything it took: SmsReport."""
        when = self.now().strftime("%Y-%m-%d %H:%M:%S")
        about = {"send_time": when, "report_time": when, "sms_size": "1", "err_msg": "", "out_id": ""}
        return [
            {
                **about,
                "phone_number": sent["PhoneNumbers"],
                "success": arrived,
                "err_code": code,
                "biz_id": _receipt(n),
            }
            for n, sent in enumerate(self.sent, 1)
        ]

    def _judged(self, asked: Asked) -> tuple[int, str]:
        if wrong := self._unauthentic(asked):
            return wrong
        if self.refuse:
            return self.refuse
        if (asked.headers["x-acs-action"], asked.headers["x-acs-version"]) != ("SendSms", "2017-05-25"):
            return 404, "InvalidAction.NotFound"
        params = dict(parse_qsl(asked.target.partition("?")[2], keep_blank_values=True))
        code = self._business(params)
        if code == "OK":
            self.sent.append(params)
        return 200, code

    def _business(self, params: dict[str, str]) -> str:
        if not re.fullmatch(r"1\d{10}|[1-9]\d{6,14}", params.get("PhoneNumbers", "")):
            return "isv.MOBILE_NUMBER_ILLEGAL"
        if params.get("SignName") not in self.signs:
            return "isv.SMS_SIGNATURE_ILLEGAL"
        wanted = self.templates.get(params.get("TemplateCode", ""))
        if wanted is None:
            return "isv.SMS_TEMPLATE_ILLEGAL"
        given = json.loads(params.get("TemplateParam", "{}"))
        if not wanted <= set(given):
            return "isv.TEMPLATE_MISSING_PARAMETERS"
        if not all(isinstance(value, str) for value in given.values()):
            return "isv.INVALID_JSON_PARAM"
        if any("://" in value for value in given.values()):
            return "isv.PARAM_NOT_SUPPORT_URL"
        return "isv.PARAM_LENGTH_LIMIT" if any(len(value) > 35 for value in given.values()) else "OK"

    def _unauthentic(self, asked: Asked) -> tuple[int, str] | None:
        headers = asked.headers
        found = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
        if not found:
            return 400, "MissingAuthorization"
        names = found["names"].split(";")
        signable = {n for n in headers if n.startswith("x-acs-") or n in {"host", "content-type"}}
        if names != sorted(names) or not _MUST_BE_SIGNED.issubset(names) or set(names) != signable:
            return 400, "IncompleteSignature"
        if found["key"] not in self.keys:
            return 404, "InvalidAccessKeyId.NotFound"
        if not hmac.compare_digest(found["sign"], self._signature(asked, names, self.keys[found["key"]])):
            return 400, "SignatureDoesNotMatch"
        dated = datetime.strptime(headers["x-acs-date"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        if abs(dated - self.now()) > timedelta(minutes=15):
            return 400, "InvalidTimeStamp.Expired"
        if headers["x-acs-signature-nonce"] in self.nonces:
            return 400, "SignatureNonceUsed"
        self.nonces.add(headers["x-acs-signature-nonce"])
        return None

    @staticmethod
    def _signature(asked: Asked, names: list[str], secret: str) -> str:
        path, _, query = asked.target.partition("?")
        pairs = sorted(tuple(map(_encoded, part.split("=", 1))) for part in query.split("&") if part)
        hashed = hashlib.sha256(asked.body).hexdigest()
        lines = [
            asked.method,
            path,
            "&".join("=".join(pair) for pair in pairs),
            *(f"{name}:{asked.headers[name].strip()}" for name in names),
            "",
            ";".join(names),
            hashed,
        ]
        if asked.headers.get("x-acs-content-sha256") != hashed:
            return ""
        canonical = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        return hmac.new(secret.encode(), f"ACS3-HMAC-SHA256\n{canonical}".encode(), "sha256").hexdigest()


def _receipt(number: int) -> str:
    return f"{900619746936498440 + number}^0"


def _encoded(raw: str) -> str:
    """Decoded and encoded anew as RFC 3986 has it, so that another encoding gives another signature."""
    return "".join(chr(b) if b in _UNRESERVED else f"%{b:02X}" for b in unquote_to_bytes(raw))


@contextmanager
def aliyun(now: Callable[[], datetime]) -> Iterator[Aliyun]:
    """The provider while the context lasts."""
    provider = Aliyun(now=now)
    with serving(provider.answer, provider) as provider.url:
        yield provider
