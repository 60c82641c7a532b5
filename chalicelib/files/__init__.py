"""Photos and papers in S3, the only place that speaks S3.

    incoming/<owner>/<file id>   what a browser uploaded; gone after two days (a rule of the bucket)
    kept/<owner>/<file id>       what belongs to a case; written once and never again, until it is erased

Browsers speak to the bucket themselves, with forms and links that are signed here without any call to AWS. Every
process builds this port and few use it, so what it needs is imported where it is first used.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from chalicelib.ports import Clock

if TYPE_CHECKING:
    from botocore.session import Session

    from chalicelib.case.shapes import Upload
    from chalicelib.files.signing import Signer

_NAME = r"[0-9A-Za-z][0-9A-Za-z._#-]{0,99}"
_SMALL = "image/jpeg"
_MISSING = frozenset({"NoSuchKey", "404"})
_KEPT = frozenset({"", "PreconditionFailed"})
_READ_SECONDS = 8


class S3Files:
    """The port `Files` on one bucket; one instance serves all threads of a process.

    `endpoint`: where browsers find the bucket when it is not at Amazon's own address (`http://127.0.0.1:8001`); empty
    on AWS. `session()` gives a botocore session; a client is made of it when the first file is kept or
    removed.
    """

    def __init__(
        self,
        bucket: str,
        region: str,
        clock: Clock,
        session: Callable[[], Session],
        endpoint: str = "",
    ) -> None:
        self._bucket = bucket
        self._region = region
        self._clock = clock
        self._new_session = session
        self._base = address(bucket, region, endpoint)

    def upload(
        self, owner: str, file_id: str, kind: str, most_bytes: int, seconds: int, back_to: str = ""
    ) -> Upload:
        """As `ports.Files` says; signed here, no call."""
        from chalicelib.case.shapes import Upload

        fields = {"key": _key("incoming", owner, file_id), "Content-Type": kind}
        if back_to:
            fields["success_action_redirect"] = back_to
        conditions = [{"bucket": self._bucket}, ["content-length-range", 1, most_bytes]]
        now = self._clock.now()
        until = now + timedelta(seconds=seconds)
        signed = self._signer(now).form(fields, conditions, until)
        return Upload(file_id, f"{self._base}/", signed, most_bytes, until)

    def keep(self, owner: str, file_id: str) -> bool:
        """As `ports.Files` says; one call, two when there is nothing to copy. What is kept is never overwritten,
        not even by another upload with the same form. Raises `core.errors.Unavailable` when S3 does not answer."""
        source = {"Bucket": self._bucket, "Key": _key("incoming", owner, file_id)}
        kept = _key("kept", owner, file_id)
        copy = partial(self._client.copy_object, CopySource=source, IfNoneMatch="*")
        code = self._code_of(copy, kept)
        return code in _KEPT or self._code_of(self._client.head_object, kept) in _KEPT

    def remove(self, owner: str, file_id: str) -> None:
        """As `ports.Files` says; one call. The bucket keeps what was removed for 30 days more, where only its owner
        finds it (infra/template.yaml). Raises `core.errors.Unavailable` when S3 does not answer."""
        self._code_of(self._client.delete_object, _key("kept", owner, file_id))

    def url(self, owner: str, file_id: str, seconds: int) -> str:
        """As `ports.Files` says; signed here, no call. Shown in the page, never saved under a name, and as what its
        id says it is, whatever was uploaded.

        The link stays the same for a while and then lives up to twice as long: a page that is drawn anew has not
        changed, and its photos are not fetched again.
        """
        from chalicelib.core.uploads import kind_of
        from chalicelib.files.signing import quoted

        kind = kind_of(file_id) or _SMALL
        shown = {
            "response-cache-control": f"private, max-age={seconds}",
            "response-content-disposition": "inline",
            "response-content-type": kind,
        }
        path = quoted(_key("kept", owner, file_id), "/")
        since = _floor(self._clock.now(), seconds)
        return self._signer(since).link(f"{self._base}/{path}", 2 * seconds, shown)

    def _code_of(self, call: Callable[..., Any], key: str) -> str:
        """What became of a call: empty when it went well, else a code that says whether there is such a file."""
        from chalicelib.files import s3

        try:
            s3.call(call, "photos", Bucket=self._bucket, Key=key)
        except s3.Refused as refused:
            if refused.code not in _MISSING | _KEPT:
                raise refused.error from None
            return refused.code
        return ""

    def _signer(self, at: datetime) -> Signer:
        from chalicelib.files.signing import Credentials, Signer

        found = self._session.get_credentials()
        if found is None:
            raise RuntimeError("There are no AWS credentials to sign links and forms with")
        frozen = found.get_frozen_credentials()
        who = Credentials(frozen.access_key or "", frozen.secret_key or "", frozen.token or "")
        return Signer(who, self._region, at)

    @cached_property
    def _session(self) -> Session:
        return self._new_session()

    @cached_property
    def _client(self) -> Any:
        from chalicelib.files import s3

        return s3.client(self._session, self._region, _READ_SECONDS)


def origin(bucket: str, region: str, endpoint: str = "") -> str:
    """Scheme and host at which browsers find the bucket: what pages must allow."""
    return "/".join(address(bucket, region, endpoint).split("/")[:3])


def address(bucket: str, region: str, endpoint: str = "") -> str:
    """The bucket's address without a slash at its end: Amazon's names hold the bucket, any other endpoint has it as
    the first part of the path."""
    if endpoint:
        return f"{endpoint.rstrip('/')}/{bucket}"
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"https://{bucket}.s3.{region}.{suffix}"


def _floor(at: datetime, seconds: int) -> datetime:
    """The beginning of the span of so many seconds that the instant lies in."""
    return at - timedelta(seconds=at.timestamp() % max(1, seconds))


def _key(folder: str, owner: str, file_id: str) -> str:
    for name in (owner, file_id):
        if not re.fullmatch(_NAME, name):
            raise ValueError(f"{name!r} cannot be part of a file's name")
    return f"{folder}/{owner}/{file_id}"


__all__ = ["S3Files", "address", "origin"]
