"""What an error of an AWS client says about the message: not taken, never taken, or nobody knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from chalicelib.ports import OptedOut, PermanentFailure, TemporaryFailure, UnknownOutcome

if TYPE_CHECKING:
    from botocore.session import Session

CONNECT_SECONDS = 3
READ_SECONDS = 10
# Refused before anything was done with the message, and worth another try.
_BUSY = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
        "TooManyRequests",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ServiceUnavailable",
        "ServiceUnavailableException",
    }
)
# Whoever has the number sent STOP to whoever sends from this account.
_OPTED_OUT = frozenset({"OptedOut", "OptedOutException"})


def client(session: Session, service: str, endpoint_url: str | None, read_seconds: float) -> Any:
    """A client that sends each request once: sending a message is not idempotent, so botocore must not repeat it.

    Region, partition and credentials are the session's.
    """
    from botocore.config import Config

    config = Config(
        retries={"total_max_attempts": 1}, connect_timeout=CONNECT_SECONDS, read_timeout=read_seconds
    )
    return session.create_client(service, endpoint_url=endpoint_url, config=config)


def send_once(call: Callable[[], Mapping[str, Any]]) -> str:
    """Make the call and answer its message id; raises TemporaryFailure, PermanentFailure or UnknownOutcome with the
    error's code.

    The error itself is not chained: it may quote the address.
    """
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, ParamValidationError
    from botocore.parsers import ResponseParserError

    failure: Exception
    try:
        answer = call()
    except ClientError as error:
        failure = _refusal(error.response)
    except ParamValidationError:
        failure = PermanentFailure("ParamValidationError")
    except (HTTPClientError, ResponseParserError) as error:
        # The connection stood and then there was no answer, or none that can be read.
        failure = UnknownOutcome(type(error).__name__)
    except BotoCoreError as error:
        # No credentials, no region, no connection: nothing left this machine.
        failure = TemporaryFailure(type(error).__name__)
    else:
        if answer.get("MessageId"):
            return str(answer["MessageId"])
        failure = UnknownOutcome("no_message_id")
    raise failure from None


def _refusal(response: Any) -> Exception:
    """What an answer with an error says. Of the server's own errors only "busy" is surely a refusal."""
    code = str(response.get("Error", {}).get("Code", ""))
    status = int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in _BUSY or status in {429, 503}:
        return TemporaryFailure(code)
    if code in _OPTED_OUT:
        return OptedOut(code)
    return UnknownOutcome(code) if status >= 500 else PermanentFailure(code)
