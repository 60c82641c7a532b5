"""S3 for the ports of this room: a client, and what its refusals mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NotConnected
from botocore.session import Session

from chalicelib.core.errors import Unavailable

_CONNECT_SECONDS = 2
_BUSY = frozenset(
    {
        "ConditionalRequestConflict",
        "SlowDown",
        "ServiceUnavailable",
        "InternalError",
        "RequestTimeout",
        "500",
        "503",
    }
)
"""Worth another try later. A number is what botocore has for an answer without a body."""


class Refused(Exception):
    """S3 said no, in this word."""

    def __init__(self, code: str, error: Exception) -> None:
        super().__init__(code)
        self.code = code
        self.error = error


def client(session: Session, region: str, read_seconds: float) -> Any:
    """A client that waits so long for an answer and tries three times."""
    config = Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=read_seconds,
        retries={"mode": "standard", "total_max_attempts": 3},
        signature_version="s3v4",
    )
    return session.create_client("s3", region_name=region, config=config)


def call(method: Callable[..., Any], what: str, **given: Any) -> Any:
    """What the client's method answers; raises Refused, or `core.errors.Unavailable` (of `what`) when S3 does not
    answer or is busy."""
    try:
        return method(**given)
    except (NotConnected, HTTPClientError) as error:
        raise Unavailable(what) from error
    except ClientError as error:
        code = str(error.response["Error"]["Code"])
        if code in _BUSY:
            raise Unavailable(what) from error
        raise Refused(code, error) from error
