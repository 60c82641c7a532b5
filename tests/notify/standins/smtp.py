"""A mail server on loopback: TLS or STARTTLS with a certificate of its own, AUTH PLAIN, and replies as it is told."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage, Message
from typing import BinaryIO

from tests.notify.standins import tls


@dataclass
class Mailbox:
    """`mails`: what it took, with the envelope. `replies`: what it answers to a command (`mail`, `rcpt`, `data`,
    `done`: after the mail) instead of yes; an empty one hangs up. `silent_after`: the command it never answers.
    `offers_dsn`: it knows RFC 3461. `gone`: addresses that it takes mail for and then finds nobody at; `deliver` is
    handed the report about that mail, and the address it goes to."""

    users: dict[str, str] = field(default_factory=dict)
    tls: bool = True
    offers_starttls: bool = True
    offers_dsn: bool = True
    gone: set[str] = field(default_factory=set)
    deliver: Callable[[str, bytes], object] = lambda _, __: None
    replies: dict[str, str] = field(default_factory=dict)
    silent_after: str = ""
    mails: list[tuple[str, str, bytes]] = field(default_factory=list)
    port: int = 0
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def trust(self) -> ssl.SSLContext:
        """A context that believes this server only."""
        return tls.trust()


class _Session:
    def __init__(self, box: Mailbox, connection: socket.socket) -> None:
        self._box, self._connection = box, connection
        self._secure = box.tls
        self._known = not box.users
        self._sender = self._to = ""
        self._open()

    def _open(self) -> None:
        if self._secure:
            self._connection = tls.server_side().wrap_socket(self._connection, server_side=True)
        self._file: BinaryIO = self._connection.makefile("rb")

    def run(self) -> None:
        self._say("220 standin ESMTP")
        while line := self._file.readline():
            verb, _, rest = line.decode().strip().partition(" ")
            handler = getattr(self, f"_do_{verb.lower()}", None)
            if handler is None:
                self._say("502 no")
            else:
                handler(rest)

    def close(self) -> None:
        self._file.close()
        self._connection.close()

    def _say(self, *lines: str, about: str = "") -> bool:
        if about and about == self._box.silent_after:
            self._box.closing.wait(10)
            raise tls.Hangup
        said = self._box.replies.get(about)
        if said == "":
            raise tls.Hangup
        out = (said,) if said else lines
        self._connection.sendall("".join(f"{line}\r\n" for line in out).encode())
        return not said

    def _do_ehlo(self, _: str) -> None:
        offers = ["250-standin"]
        if not self._secure and self._box.offers_starttls:
            offers.append("250-STARTTLS")
        if self._secure:
            offers.append("250-AUTH PLAIN")
        if self._box.offers_dsn:
            offers.append("250-DSN")
        self._say(*offers, "250 8BITMIME", about="ehlo")

    def _do_starttls(self, _: str) -> None:
        self._say("220 go on")
        self._secure = True
        self._open()

    def _do_auth(self, rest: str) -> None:
        _, user, password = base64.b64decode(rest.partition(" ")[2]).decode().split("\0")
        self._known = self._box.users.get(user) == password
        self._say("235 welcome" if self._known else "535 5.7.8 who are you", about="auth")

    def _do_mail(self, rest: str) -> None:
        if not self._known or not self._secure:
            self._say("530 5.7.0 authentication required")
        elif self._say("250 ok", about="mail"):
            self._sender = rest

    def _do_rcpt(self, rest: str) -> None:
        if self._say("250 ok", about="rcpt"):
            self._to = rest

    def _do_data(self, _: str) -> None:
        if not self._say("354 go on", about="data"):
            return
        lines: list[bytes] = []
        while (line := self._file.readline()) != b".\r\n":
            if not line:
                raise tls.Hangup
            lines.append(line[1:] if line.startswith(b"..") else line)
        # Before it says so: whoever hears yes looks into the box at once.
        if not {"done"} & {*self._box.replies, self._box.silent_after}:
            self._box.mails.append((self._sender, self._to, b"".join(lines)))
            if _address(self._to) in self._box.gone:
                back_to, made = _report(*self._box.mails[-1])
                self._box.deliver(back_to, made)
        self._say("250 2.0.0 queued as 42", about="done")


def _address(parameters: str) -> str:
    """The address of a MAIL or RCPT."""
    return parameters.partition("<")[2].partition(">")[0]


def _report(sender: str, to: str, raw: bytes) -> tuple[str, bytes]:
    """Whom a server tells that there is nobody, and how (RFC 3462 and 3464): with the envelope's id and the headers
    alone where it was asked for that (RFC 3461), else with the whole mail."""
    asked = dict(word.partition("=")[::2] for word in sender.split()[1:])
    report = EmailMessage()
    report["From"], report["To"] = "MAILER-DAEMON@standin.example (Mail Delivery System)", _address(sender)
    report["Subject"], report["Auto-Submitted"] = "Undelivered Mail Returned to Sender", "auto-replied"
    report.set_content("Nobody of that name.\n")
    report.make_mixed()
    about, whom = Message(), Message()
    about["Reporting-MTA"] = "dns; standin.example"
    if "ENVID" in asked:
        about["Original-Envelope-Id"] = asked["ENVID"]
    whom["Final-Recipient"], whom["Action"], whom["Status"] = f"rfc822; {_address(to)}", "failed", "5.1.1"
    status = Message()
    status["Content-Type"] = "message/delivery-status"
    status.set_payload([about, whom])
    report.attach(status)
    whole = asked.get("RET") != "HDRS"
    content = Message()
    content["Content-Type"] = "message/rfc822" if whole else "text/rfc822-headers"
    content.set_payload([message_from_bytes(raw)] if whole else raw.partition(b"\r\n\r\n")[0].decode())
    report.attach(content)
    report.set_type("multipart/report")
    report.set_param("report-type", "delivery-status")
    return _address(sender), report.as_bytes()


@contextmanager
def mailbox(**settings: object) -> Iterator[Mailbox]:
    """The server while the context lasts."""
    box = Mailbox(**settings)  # type: ignore[arg-type]  # the fields of Mailbox, as they are named
    with tls.listening(lambda connection: _Session(box, connection), box.closing) as port:
        box.port = port
        yield box
