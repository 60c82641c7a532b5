"""The vault in S3: a bucket whose objects are locked for years (infra/template.yaml). Nothing is ever written twice.

Only whoever makes, checks or shows anchors builds a client.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chalicelib.core.errors import Unavailable

if TYPE_CHECKING:
    from botocore.session import Session

_THERE, _MISSING = frozenset({"PreconditionFailed", "412"}), frozenset({"NoSuchKey", "404"})
_BUSY = frozenset(
    {"ConditionalRequestConflict", "SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout"}
)
_CONNECT_SECONDS, _READ_SECONDS = 2, 20


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
        except _Refused as refused:
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
        except _Refused as refused:
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
            except _Refused as refused:
                raise refused.error from None
            found += [item["Key"] for item in page.get("Contents", ())]
            if not page.get("IsTruncated"):
                return tuple(found)
            further = {"ContinuationToken": page["NextContinuationToken"]}

    def _call(self, method: str, **given: Any) -> Any:
        from botocore.exceptions import ClientError, HTTPClientError
        from botocore.exceptions import ConnectionError as NotConnected

        try:
            return getattr(self._client, method)(Bucket=self._bucket, **given)
        except (NotConnected, HTTPClientError) as error:
            raise Unavailable("vault") from error
        except ClientError as error:
            code = str(error.response["Error"]["Code"])
            if code in _BUSY:
                raise Unavailable("vault") from error
            raise _Refused(code, error) from error

    @cached_property
    def _client(self) -> Any:
        from botocore.config import Config

        config = Config(
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": 3},
            signature_version="s3v4",
        )
        return self._session().create_client("s3", region_name=self._region, config=config)


class _Refused(Exception):
    """S3 said no, in this word."""

    def __init__(self, code: str, error: Exception) -> None:
        super().__init__(code)
        self.code = code
        self.error = error
