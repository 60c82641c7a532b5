"""The browser's way to the embedded bucket: signed forms in, signed links out, all else refused as S3 refuses it.

The emulator takes any form and opens any link. Here the signature, the time and every condition count, so that what
works on this machine works on AWS, and the port may be open to a phone in the same network.
"""

import hmac
import io
import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit
from xml.sax.saxutils import escape

from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from chalicelib.files.signing import Credentials, Signer
from infra.local.photos import Bucket

MOST_BYTES = 16 * 1024 * 1024
"""What is read of a request at all; forms allow less."""

_UNBOUND = frozenset({"x-amz-signature", "policy", "file"})
# A form's signature is its protection, so any page may send one; AWS is told the pages' origins.
_CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag"}
_PREFLIGHT = {**_CORS, "Access-Control-Allow-Methods": "POST", "Access-Control-Max-Age": "3000"}

Answer = tuple[int, dict[str, str], bytes]


class Refused(Exception):
    """S3 says no."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def _denied(message: str) -> Refused:
    return Refused(403, "AccessDenied", message)


@dataclass(frozen=True)
class Door:
    """Answers browsers. `credentials`: what the application signs with. Only a GET can be signed in a link."""

    bucket: Bucket
    credentials: Credentials
    now: Callable[[], datetime]

    def answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer a request of a browser: (status, headers, body). Never raises."""
        lower = {name.lower(): value for name, value in headers.items()}
        try:
            if method == "OPTIONS":
                return 200, _PREFLIGHT, b""
            if method == "POST":
                return self._take(path, lower.get("content-type", ""), body)
            return self._show(path, lower.get("host", ""))
        except Refused as no:
            text = f"<Error><Code>{no.code}</Code><Message>{escape(no.message)}</Message></Error>"
            return no.status, {**_CORS, "Content-Type": "application/xml"}, text.encode()

    def _show(self, path: str, host: str) -> Answer:
        parts = urlsplit(path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        given = query.pop("X-Amz-Signature", "")
        signer = self._signer(query.get("X-Amz-Credential", ""), query.get("X-Amz-Date", ""))
        url = f"http://{host}{parts.path}"
        if not hmac.compare_digest(signer.link_signature(url, query).encode(), given.encode()):
            raise Refused(403, "SignatureDoesNotMatch", "The signature does not match.")
        if self.now() >= signer.at + timedelta(seconds=int(query["X-Amz-Expires"])):
            raise _denied("Request has expired")
        found = self.bucket.get(self._key_in(parts.path))
        if found is None:
            raise Refused(404, "NoSuchKey", "The specified key does not exist.")
        kind, content = found
        shown = {
            "Content-Type": query.get("response-content-type", kind),
            "Content-Disposition": query.get("response-content-disposition", "inline"),
            "Cache-Control": query.get("response-cache-control", "no-store"),
        }
        return 200, shown, content

    def _take(self, path: str, content_type: str, body: bytes) -> Answer:
        if unquote(urlsplit(path).path).strip("/") != self.bucket.name:
            raise Refused(404, "NoSuchBucket", "The specified bucket does not exist")
        fields, content = _form(content_type, body)
        signer = self._signer(fields.get("x-amz-credential", ""), fields.get("x-amz-date", ""))
        policy = fields.get("policy", "")
        if not hmac.compare_digest(signer.sign(policy).encode(), fields.get("x-amz-signature", "").encode()):
            raise Refused(403, "SignatureDoesNotMatch", "The signature does not match.")
        self._obey(json.loads(b64decode(policy)), fields, len(content))
        self.bucket.put(fields["key"], fields.get("Content-Type", "binary/octet-stream"), content)
        return self._taken(fields)

    def _taken(self, fields: Mapping[str, str]) -> Answer:
        back_to = fields.get("success_action_redirect")
        if not back_to:
            return 204, _CORS, b""
        said = urlencode({"bucket": self.bucket.name, "key": fields["key"]})
        joint = "&" if urlsplit(back_to).query else "?"
        return 303, {**_CORS, "Location": f"{back_to}{joint}{said}"}, b""

    def _obey(self, policy: Mapping[str, Any], fields: Mapping[str, str], size: int) -> None:
        if self.now() >= datetime.fromisoformat(policy["expiration"]):
            raise _denied("Invalid according to Policy: Policy expired.")
        bound = {"bucket"}
        for condition in policy["conditions"]:
            if isinstance(condition, dict):
                bound |= self._equal(condition, fields)
            elif condition[0] == "content-length-range":
                _fits(size, *condition[1:])
            else:
                raise _denied(f"Invalid according to Policy: {condition[0]} is not known here")
        if extra := set(fields) - bound - _UNBOUND:
            raise _denied(f"Invalid according to Policy: Extra input fields: {', '.join(sorted(extra))}")

    def _equal(self, condition: Mapping[str, str], fields: Mapping[str, str]) -> set[str]:
        known = {**fields, "bucket": self.bucket.name}
        for name, value in condition.items():
            if known.get(name) != value:
                raise _denied(
                    f'Invalid according to Policy: Policy Condition failed: ["eq", "${name}", "{value}"]'
                )
        return set(condition)

    def _signer(self, credential: str, stamp: str) -> Signer:
        try:
            at = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        except ValueError:
            raise _denied("A signed form or link is expected here.") from None
        signer = Signer(self.credentials, self.bucket.region, at)
        if credential != signer.credential:
            raise Refused(403, "InvalidAccessKeyId", "The AWS Access Key Id is not known here.")
        return signer

    def _key_in(self, path: str) -> str:
        first, _, key = unquote(path).lstrip("/").partition("/")
        if first != self.bucket.name:
            raise Refused(404, "NoSuchBucket", "The specified bucket does not exist")
        return key


def _form(content_type: str, body: bytes) -> tuple[dict[str, str], bytes]:
    kind, options = parse_options_header(content_type)
    if kind != "multipart/form-data" or "boundary" not in options:
        raise Refused(
            412, "PreconditionFailed", "Bucket POST must be of the enclosure-type multipart/form-data"
        )
    try:
        _, fields, files = FormDataParser(silent=False).parse(io.BytesIO(body), kind, len(body), options)
    except ValueError:
        raise Refused(
            400, "MalformedPOSTRequest", "The body is not well-formed multipart/form-data."
        ) from None
    if "file" not in files:
        raise Refused(400, "InvalidArgument", "POST requires exactly one file upload per request.")
    with closing(files["file"]) as file:
        return dict(fields.items()), file.read()


def _fits(size: int, least: int, most: int) -> None:
    if size > most:
        raise Refused(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
    if size < least:
        raise Refused(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
