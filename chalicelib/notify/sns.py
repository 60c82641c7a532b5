"""SMS through Amazon SNS. Not to be had in AWS China: there another sender takes its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.notice.shapes import Message
from chalicelib.notify import aws

if TYPE_CHECKING:
    from botocore.session import Session

# Alerts go before advertising: SNS routes them for reliability, not for price.
_TRANSACTIONAL = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}


class SnsSender:
    """A `Sender` that publishes straight to a phone number. The client is created at the first message."""

    def __init__(
        self,
        session: Callable[[], Session],
        endpoint_url: str | None = None,
        read_seconds: float = aws.READ_SECONDS,
    ) -> None:
        self._create: Callable[[], Any] = lambda: aws.client(session(), "sns", endpoint_url, read_seconds)
        self._client: Any = None

    def send(self, message: Message) -> str:
        """Publish once; answers SNS's message id. Failures as `ports.Sender` has them."""
        return aws.send_once(lambda: self._publish(message))

    def _publish(self, message: Message) -> Any:
        if self._client is None:
            self._client = self._create()
        return self._client.publish(
            PhoneNumber=message.to, Message=message.text, MessageAttributes=_TRANSACTIONAL
        )
