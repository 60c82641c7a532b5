"""Patience with a busy DynamoDB: which errors pass, and how long to wait before the next try."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection
from pynamodb.exceptions import PynamoDBConnectionError, TransactWriteError

from chalicelib.core.errors import Unavailable

T = TypeVar("T")

PAUSES = (0.05, 0.1, 0.2)
"""Seconds between the tries of one call, about: each is stretched by chance so that rivals do not meet again."""

BUSY = frozenset(
    {
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
        "ThrottlingError",
        "ThrottlingException",
        "Throttling",
        "RequestLimitExceeded",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "InternalServerError",
        "ServiceUnavailable",
    }
)
"""Error codes and reasons of cancelled transactions that pass by themselves."""

_SERVER_ERROR = 500


class Busy(Exception):
    """Worth another try."""


def patiently(call: Callable[[], T], sleep: Callable[[float], None]) -> T:
    """What the call answers, tried again while it meets what passes; raises Unavailable in the end."""
    for pause in PAUSES:
        try:
            return _classified(call)
        except Busy:
            sleep(stretched(pause))
    try:
        return _classified(call)
    except Busy as error:
        raise Unavailable(str(error)) from error


def stretched(pause: float) -> float:
    """Up to twice the pause, by chance."""
    return pause * (1 + (uuid.uuid1().time % 997) / 997)


def nonce() -> str:
    """A name that no other write has."""
    return uuid.uuid1().hex


def _classified(call: Callable[[], T]) -> T:
    try:
        return call()
    except PynamoDBConnectionError as error:
        _raise_if_busy(error.cause)
        raise
    except TransactWriteError as error:
        _raise_if_busy(error.cause)
        raise
    except (BotoCoreError, ClientError) as error:
        _raise_if_busy(error)
        raise


def _raise_if_busy(error: Exception | None) -> None:
    if isinstance(error, NoConnection | HTTPClientError):
        raise Busy(type(error).__name__) from error
    if isinstance(error, ClientError):
        code = error.response.get("Error", {}).get("Code", "")
        if code in BUSY or _status(error) >= _SERVER_ERROR:
            raise Busy(code) from error


def _status(error: ClientError) -> int:
    """The HTTP status; pynamodb keeps the original error, which knows it, as the cause of its own."""
    original = error.__cause__ if isinstance(error.__cause__, ClientError) else error
    status: int = original.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status
