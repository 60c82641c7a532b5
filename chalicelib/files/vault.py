"""The vault in S3: a bucket whose objects are locked for years (infra/template.yaml). Nothing is ever written twice.

Only whoever makes, checks or shows anchors builds a client.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chalicelib.core.errors import Unavailable
from chalicelib.files import s3

if TYPE_CHECKING:
    from botocore.session import Session

_THERE, _MISSING = frozenset({"PreconditionFailed", "412"}), frozenset({"NoSuchKey", "404"})
_READ_SECONDS = 20


class S3Vault:
    """The port `Vault` on one bucket. `session()` gives a botocore session; a client is made of it at the first call.
    Every method raises `core.errors.Unavailable` when S3 does not answer."""

    def __init__(self, bucket: str, region: str, session: Callable[[], Session]) -> None:
        self._bucket = bucket
        self._region = region
        self._session = session

    def put(self, name: str, text: str) -> str:
        """As `ports.Vault` says; one call, two when there is something already."""
        try:
            # A locked object must come with a checksum; the condition holds between any two writers.
            self._call(
                "put_object",
                Key=name,
                Body=text.encode(),
                ContentType="application/json",
                ChecksumAlgorithm="SHA256",
                IfNoneMatch="*",
            )
        except s3.Refused as refused:
            if refused.code not in _THERE:
                raise refused.error from None
            if (there := self.get(name)) is None:
                raise Unavailable("vault") from None
            return there
        return text

    def get(self, name: str) -> str | None:
        """As `ports.Vault` says; one call."""
        try:
            answer = self._call("get_object", Key=name)
        except s3.Refused as refused:
            if refused.code in _MISSING:
                return None
            raise refused.error from None
        content: bytes = answer["Body"].read()
        return content.decode()

    def names(self, folder: str) -> tuple[str, ...]:
        """As `ports.Vault` says."""
        found: list[str] = []
        further: dict[str, str] = {}
        while True:
            try:
                page = self._call("list_objects_v2", Prefix=folder, **further)
            except s3.Refused as refused:
                raise refused.error from None
            found += [item["Key"] for item in page.get("Contents", ())]
            if not page.get("IsTruncated"):
                return tuple(found)
            further = {"ContinuationToken": page["NextContinuationToken"]}

    def _call(self, method: str, **given: Any) -> Any:
        return s3.call(getattr(self._client, method), "vault", Bucket=self._bucket, **given)

    @cached_property
    def _client(self) -> Any:
        return s3.client(self._session(), self._region, _READ_SECONDS)
