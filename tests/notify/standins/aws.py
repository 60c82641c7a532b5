"""SNS and SES on loopback: check Signature Version 4 from the raw request, and answer as they do.

Written from the documentation ("Create a signed AWS API request") and not from botocore, so that the two can disagree.
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
from urllib.parse import parse_qsl, quote

from tests.notify.standins.server import Asked, Misdeeds, Reply, serving

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<id>[^/]+)/(?P<day>\d{8})/(?P<region>[^/]+)/(?P<service>\w+)/aws4_request, "
    r"SignedHeaders=(?P<names>[^,]+), Signature=(?P<sign>[0-9a-f]{64})"
)


@dataclass(kw_only=True)
class Aws(Misdeeds):
    """`sent`: what it took. `refuse`: status and code that it answers instead. `opted_out`: numbers that want none."""

    now: Callable[[], datetime]
    service: str
    keys: dict[str, str] = field(default_factory=dict)
    refuse: tuple[int, str] | None = None
    opted_out: set[str] = field(default_factory=set)
    sent: list[dict[str, object]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    def answer(self, asked: Asked) -> Reply:
        """As the real ones do."""
        self.asked.append(asked)
        if refused := self._unauthentic(asked) or self.refuse:
            return refused[0], self._error(refused[1])
        return self._sms(asked) if self.service == "sns" else self._mail(asked)

    def _sms(self, asked: Asked) -> Reply:
        params: dict[str, object] = dict(parse_qsl(asked.body.decode(), keep_blank_values=True))
        if params.get("PhoneNumber") in self.opted_out:
            return 400, self._error("OptedOut")
        self.sent.append(params)
        made = f"<MessageId>sns-{len(self.sent)}</MessageId>"
        told = f"<PublishResult>{made}</PublishResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata>"
        return (
            200,
            f'<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">{told}</PublishResponse>'.encode(),
        )

    def _mail(self, asked: Asked) -> Reply:
        self.sent.append(json.loads(asked.body))
        return 200, json.dumps({"MessageId": f"ses-{len(self.sent)}"}).encode()

    def _error(self, code: str) -> bytes:
        if self.service == "sns":
            told = f"<Type>Sender</Type><Code>{code}</Code><Message>no</Message>"
            return f"<ErrorResponse><Error>{told}</Error><RequestId>r</RequestId></ErrorResponse>".encode()
        return json.dumps({"__type": code, "message": "no"}).encode()

    def _unauthentic(self, asked: Asked) -> tuple[int, str] | None:
        found = _AUTHORIZATION.fullmatch(asked.headers.get("authorization", ""))
        if not found or found["service"] != self.service or "host" not in found["names"].split(";"):
            return 400, "IncompleteSignature"
        if found["id"] not in self.keys:
            return 403, "InvalidClientTokenId"
        stamp = asked.headers["x-amz-date"]
        wanted = signature(
            asked,
            found["names"].split(";"),
            found["day"],
            found["region"],
            self.service,
            self.keys[found["id"]],
        )
        if not hmac.compare_digest(found["sign"], wanted):
            return 403, "SignatureDoesNotMatch"
        late = abs(datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) - self.now())
        return (403, "SignatureDoesNotMatch") if late > timedelta(minutes=5) else None


def signature(asked: Asked, names: list[str], day: str, region: str, service: str, secret: str) -> str:
    """The signature of a request, in hexadecimal."""
    path, _, query = asked.target.partition("?")
    pairs = sorted(
        (quote(k, safe="-_.~"), quote(v, safe="-_.~")) for k, v in parse_qsl(query, keep_blank_values=True)
    )
    lines = [
        asked.method,
        quote(path, safe="/-_.~%"),
        "&".join(f"{name}={value}" for name, value in pairs),
        *(f"{name}:{' '.join(asked.headers[name].split())}" for name in names),
        "",
        ";".join(names),
        hashlib.sha256(asked.body).hexdigest(),
    ]
    hashed = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    scope = f"{day}/{region}/{service}/aws4_request"
    to_sign = f"AWS4-HMAC-SHA256\n{asked.headers['x-amz-date']}\n{scope}\n{hashed}"
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()


@contextmanager
def aws(service: str, now: Callable[[], datetime]) -> Iterator[Aws]:
    """The service while the context lasts; it knows the credentials of `tests.notify.carrier`."""
    provider = Aws(service=service, now=now, keys={"testing": "testing"})
    with serving(provider.answer, provider) as provider.url:
        yield provider
