"""Mail through any server that speaks SMTP, over TLS. What an operator without SES uses."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from smtplib import (
    SMTP,
    SMTP_SSL,
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupportedError,
    SMTPResponseException,
)

from chalicelib.notice.shapes import Message
from chalicelib.notify.https import CONNECT_SECONDS, READ_SECONDS
from chalicelib.notify.mail import mime
from chalicelib.ports import PermanentFailure, TemporaryFailure, UnknownOutcome

_GONE = (OSError, SMTPException)


@dataclass(frozen=True)
class Account:
    """Where mail is handed over and as whom. `tls`: from the first byte (port 465), else by STARTTLS, which the server
    must offer. `trust`: whose certificates are believed, the system's by default. `returns`: somebody reads what comes
    back, so the server is asked to say whose it is; `return_path`: the address it comes back to, with the mail's id in
    the place of `*`, if it is not the sender's."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = True
    trust: ssl.SSLContext | None = None
    returns: bool = False
    return_path: str = ""


class SmtpSender:
    """A `Sender` of plain-text mail with its enclosures. `now` is the wall clock; `envelope` gives each mail its id,
    never the same twice (`delivery.bounces.sealed`).

    A connection for each mail: mails are few, and a function that was frozen in between would find it dead.
    """

    def __init__(
        self,
        account: Account,
        now: Callable[[], datetime],
        envelope: Callable[[], str],
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._account = account
        self._now = now
        self._envelope = envelope
        self._read_seconds = read_seconds

    def send(self, message: Message) -> str:
        """Hand over once; answers the mail's id, which is the first half of its Message-ID. Failures as `ports.Sender`
        has them: by the server's code, 4xx may be tried again and 5xx not."""
        envelope = self._envelope()
        mail = self._mail(message, envelope)
        try:
            server = self._connected()
        except SMTPAuthenticationError as error:
            raise _refusal(error.smtp_code) from None
        except SMTPNotSupportedError:
            raise PermanentFailure("no_tls_or_login") from None
        except _GONE as error:
            raise TemporaryFailure(type(error).__name__) from None
        try:
            self._hand_over(server, message.to, mail, envelope)
        finally:
            server.close()  # no QUIT: whatever came of it would change nothing
        return envelope

    def _mail(self, message: Message, envelope: str) -> EmailMessage:
        _checked(message.to)
        try:
            mail = mime(self._account.sender, message)
        except ValueError:
            raise PermanentFailure("not_an_address") from None
        domain = self._address.rpartition("@")[2]
        mail["Message-ID"] = f"<{envelope}@{domain}>"
        mail["Date"] = format_datetime(self._now())
        mail["Auto-Submitted"] = "auto-generated"
        return mail

    @property
    def _address(self) -> str:
        return parseaddr(self._account.sender)[1]

    def _connected(self) -> SMTP:
        account, trust = self._account, self._account.trust or ssl.create_default_context()
        server = (
            SMTP_SSL(account.host, account.port, timeout=CONNECT_SECONDS, context=trust)
            if account.tls
            else SMTP(account.host, account.port, timeout=CONNECT_SECONDS)
        )
        try:
            if server.sock:
                server.sock.settimeout(self._read_seconds)
            if not account.tls:
                server.starttls(context=trust)
            if account.user:
                server.login(account.user, account.password)
            server.ehlo_or_helo_if_needed()
        except BaseException:
            server.close()
            raise
        return server

    def _hand_over(self, server: SMTP, to: str, mail: EmailMessage, envelope: str) -> None:
        back_to = self._account.return_path.replace("*", envelope) or self._address
        # RFC 3461: the id is given back, the text is not, and nobody writes to us because it takes a while.
        asks = self._account.returns and server.has_extn("dsn")
        try:
            _accepted(server.mail(back_to, [f"ENVID={envelope}", "RET=HDRS"] if asks else []))
            _accepted(server.rcpt(to, ["NOTIFY=FAILURE"] if asks else []))
        except UnknownOutcome as error:  # nobody can read what it says, but it has no mail yet
            raise TemporaryFailure(str(error)) from None
        except _GONE as error:
            raise TemporaryFailure(type(error).__name__) from None
        try:
            _accepted(server.data(mail.as_bytes()))
        except SMTPResponseException as error:  # it does not want any mail now, so it has none
            raise _refusal(error.smtp_code) from None
        except _GONE as error:
            raise UnknownOutcome(type(error).__name__) from None


def _checked(address: object) -> None:
    """Raises PermanentFailure for what is no mail address of the sort that every server takes."""
    if not (isinstance(address, str) and address.isascii() and "@" in address):
        raise PermanentFailure("not_an_address")


def _accepted(reply: tuple[int, bytes]) -> None:
    code, _ = reply
    if not 200 <= code < 300:
        raise _refusal(code)


def _refusal(code: int) -> Exception:
    """What a reply of four or five hundred says; -1 is one that nobody can read."""
    named = f"smtp_{code}"
    if code < 400:
        return UnknownOutcome(named)
    return TemporaryFailure(named) if code < 500 else PermanentFailure(named)
