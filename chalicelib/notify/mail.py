"""A message as MIME: plain text in UTF-8, with its enclosures."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

from chalicelib.notice.shapes import Enclosure, Message


def mime(sender: str, message: Message) -> EmailMessage:
    """The mail as it travels; raises ValueError when a line end or the like is where an address should be."""
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
