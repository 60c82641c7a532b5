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
    must offer. `trust`: whose certificates are believed, the system's by default."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = True
    trust: ssl.SSLContext | None = None


class SmtpSender:
    """A `Sender` of plain-text mail with its enclosures. `now` is the wall clock, `nonce` never gives the same twice.

    A connection for each mail: mails are few, and a function that was frozen in between would find it dead.
    """

    def __init__(
        self,
        account: Account,
        now: Callable[[], datetime],
        nonce: Callable[[], str],
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._account = account
        self._now = now
        self._nonce = nonce
        self._read_seconds = read_seconds

    def send(self, message: Message) -> str:
        """Hand over once; answers the mail's Message-ID. Failures as `ports.Sender` has them: by the server's code, 4xx
        may be tried again and 5xx not."""
        mail = self._mail(message)
        try:
            server = self._connected()
        except SMTPAuthenticationError as error:
            raise _refusal(error.smtp_code) from None
        except SMTPNotSupportedError:
            raise PermanentFailure("no_tls_or_login") from None
        except _GONE as error:
            raise TemporaryFailure(type(error).__name__) from None
        try:
            self._hand_over(server, message.to, mail)
        finally:
            server.close()  # no QUIT: whatever came of it would change nothing
        return str(mail["Message-ID"])

    def _mail(self, message: Message) -> EmailMessage:
        _checked(message.to)
        try:
            mail = mime(self._account.sender, message)
        except ValueError:
            raise PermanentFailure("not_an_address") from None
        domain = self._address.rpartition("@")[2]
        mail["Message-ID"] = f"<{self._nonce()}@{domain}>"
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

    def _hand_over(self, server: SMTP, to: str, mail: EmailMessage) -> None:
        try:
            _accepted(server.mail(self._address))
            _accepted(server.rcpt(to))
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
