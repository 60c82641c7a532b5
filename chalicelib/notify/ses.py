"""Mail through Amazon SES. Not to be had in AWS China: there another sender takes its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.notice.shapes import Enclosure, Message
from chalicelib.notify import aws
from chalicelib.ports import PermanentFailure

if TYPE_CHECKING:
    from email.message import EmailMessage

    from botocore.session import Session


class SesSender:
    """A `Sender` of plain-text mail with its enclosures, from one verified address. The client is created at the
    first message."""

    def __init__(
        self,
        session: Callable[[], Session],
        sender: str,
        endpoint_url: str | None = None,
        read_seconds: float = aws.READ_SECONDS,
    ) -> None:
        self._create: Callable[[], Any] = lambda: aws.client(session(), "sesv2", endpoint_url, read_seconds)
        self._from = sender
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
        )

    def _raw(self, message: Message) -> dict[str, Any]:
        """The mail as MIME. SES would take `Simple` with attachments too, but not every SES does yet, and only here is
        the calendar's method surely kept in the part's type. Needs the right to `ses:SendRawEmail`, too."""
        try:
            return {"Raw": {"Data": _mime(self._from, message).as_bytes()}}
        except ValueError:  # a line end or the like where an address should be
            raise PermanentFailure("not_an_address") from None


def _simple(message: Message) -> dict[str, Any]:
    return {"Simple": {"Subject": _utf8(message.subject), "Body": {"Text": _utf8(message.text)}}}


def _utf8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}


def _mime(sender: str, message: Message) -> EmailMessage:
    from email.message import EmailMessage
    from email.policy import SMTP

    mail = EmailMessage(SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, message.to, message.subject
    # Base 64 keeps every line short and nothing but ASCII on the way.
    mail.set_content(message.text, cte="base64")
    for enclosure in message.enclosures:
        _enclose(mail, enclosure)
    return mail


def _enclose(mail: EmailMessage, enclosure: Enclosure) -> None:
    kind, *rest = (part.strip() for part in enclosure.kind.split(";"))
    main, _, sub = kind.partition("/")
    given = dict(part.split("=", 1) for part in rest)
    charset = given.pop("charset", "utf-8")
    name = enclosure.name
    if main == "text":
        mail.add_attachment(
            enclosure.content, subtype=sub, charset=charset, cte="base64", filename=name, params=given
        )
    else:
        mail.add_attachment(enclosure.content.encode(charset), main, sub, filename=name, params=given)
