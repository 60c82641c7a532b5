"""AWS's Signature Version 4 for links and forms that a browser uses later.

botocore would need a client for it, which takes longer to make than a whole ring; here a signature costs some
microseconds and no import. The instant is the caller's, so that what is signed and until when hang on one clock.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

ALGORITHM = "AWS4-HMAC-SHA256"
MOST_SECONDS = 7 * 24 * 3600
"""No link may live longer: S3 refuses it."""


@dataclass(frozen=True)
class Credentials:
    """Who signs. `token` belongs to temporary credentials, such as a function's role has."""

    access_key: str
    secret_key: str
    token: str = ""


@dataclass(frozen=True)
class Signer:
    """Signs for S3 in one region at one instant (aware UTC)."""

    credentials: Credentials
    region: str
    at: datetime

    @property
    def stamp(self) -> str:
        """The instant as AWS writes it."""
        return self.at.strftime("%Y%m%dT%H%M%SZ")

    @property
    def scope(self) -> str:
        """What the signature is good for."""
        return f"{self.stamp[:8]}/{self.region}/s3/aws4_request"

    @property
    def credential(self) -> str:
        """The access key and the scope, as forms and links carry them."""
        return f"{self.credentials.access_key}/{self.scope}"

    def sign(self, text: str) -> str:
        """The signature of a text, in hexadecimal."""
        key = b"AWS4" + self.credentials.secret_key.encode()
        for part in self.scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.digest(key, text.encode(), "sha256").hex()

    def link(self, url: str, seconds: int, query: Mapping[str, str]) -> str:
        """`url` (quoted, without a query) signed for GET. `query`: what else is asked for."""
        full = {
            **query,
            "X-Amz-Algorithm": ALGORITHM,
            "X-Amz-Credential": self.credential,
            "X-Amz-Date": self.stamp,
            "X-Amz-Expires": str(min(max(1, seconds), MOST_SECONDS)),
            "X-Amz-SignedHeaders": "host",
        }
        if self.credentials.token:
            full["X-Amz-Security-Token"] = self.credentials.token
        return f"{url}?{canonical(full)}&X-Amz-Signature={self.link_signature(url, full)}"

    def link_signature(self, url: str, query: Mapping[str, str]) -> str:
        """The signature of a GET of `url` with that query."""
        parts = urlsplit(url)
        request = f"GET\n{parts.path}\n{canonical(query)}\nhost:{parts.netloc}\n\nhost\nUNSIGNED-PAYLOAD"
        digest = hashlib.sha256(request.encode()).hexdigest()
        return self.sign(f"{ALGORITHM}\n{self.stamp}\n{self.scope}\n{digest}")

    def form(self, fields: Mapping[str, str], conditions: Sequence[Any], until: datetime) -> dict[str, str]:
        """`fields` with what makes a form of them that is good until then. Every field is bound to its value;
        `conditions` bind what else there is (the bucket, the size)."""
        full = {
            **fields,
            "x-amz-algorithm": ALGORITHM,
            "x-amz-credential": self.credential,
            "x-amz-date": self.stamp,
        }
        if self.credentials.token:
            full["x-amz-security-token"] = self.credentials.token
        bound = [*conditions, *({name: value} for name, value in full.items())]
        policy = {"expiration": until.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "conditions": bound}
        encoded = b64encode(json.dumps(policy).encode()).decode()
        return {**full, "policy": encoded, "x-amz-signature": self.sign(encoded)}


def canonical(query: Mapping[str, str]) -> str:
    """The query as both sides write it before they sign."""
    pairs = sorted((quoted(name), quoted(value)) for name, value in query.items())
    return "&".join(f"{name}={value}" for name, value in pairs)


def quoted(text: str, safe: str = "") -> str:
    """Percent-encoded as AWS wants it; `safe` adds characters that stay."""
    return quote(text, safe=f"-_.~{safe}")
