"""Mail through Amazon SES. Not to be had in AWS China: there another sender takes its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.notice.shapes import Message
from chalicelib.notify import aws
from chalicelib.ports import PermanentFailure

if TYPE_CHECKING:
    from botocore.session import Session


class SesSender:
    """A `Sender` of plain-text mail with its enclosures, from one verified address. `configuration_set`: SES's name for
    whom it tells what became of the mail. The client is created at the first message."""

    def __init__(
        self,
        session: Callable[[], Session],
        sender: str,
        endpoint_url: str | None = None,
        read_seconds: float = aws.READ_SECONDS,
        configuration_set: str = "",
    ) -> None:
        self._create: Callable[[], Any] = lambda: aws.client(session(), "sesv2", endpoint_url, read_seconds)
        self._from = sender
        self._further = {"ConfigurationSetName": configuration_set} if configuration_set else {}
        self._client: Any = None

    def send(self, message: Message) -> str:
        """Send once; answers SES's message id. Failures as `ports.Sender` has them."""
        return aws.send_once(lambda: self._send(message))

    def _send(self, message: Message) -> Any:
        if self._client is None:
            self._client = self._create()
        return self._client.send_email(
            FromEmailAddress=self._from,
            Destination={"ToAddresses": [message.to]},
            Content=self._raw(message) if message.enclosures else _simple(message),
            **self._further,
        )

    def _raw(self, message: Message) -> dict[str, Any]:
        """The mail as MIME. SES would take `Simple` with attachments too, but not every SES does yet, and only here is
        the calendar's method surely kept in the part's type. Needs the right to `ses:SendRawEmail`, too."""
        from chalicelib.notify.mail import mime

        try:
            return {"Raw": {"Data": mime(self._from, message).as_bytes()}}
        except ValueError:  # a line end or the like where an address should be
            raise PermanentFailure("not_an_address") from None


def _simple(message: Message) -> dict[str, Any]:
    return {"Simple": {"Subject": _utf8(message.subject), "Body": {"Text": _utf8(message.text)}}}


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}
