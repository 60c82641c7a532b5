"""A mail server on loopback: TLS or STARTTLS with a certificate of its own, AUTH PLAIN, and replies as it is told."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import BinaryIO

from tests.notify.standins import tls


@dataclass
class Mailbox:
    """`mails`: what it took, with the envelope. `replies`: what it answers to a command (`mail`, `rcpt`, `data`,
    `done`: after the mail) instead of yes; an empty one hangs up. `silent_after`: the command it never answers."""

    users: dict[str, str] = field(default_factory=dict)
    tls: bool = True
    offers_starttls: bool = True
    replies: dict[str, str] = field(default_factory=dict)
    silent_after: str = ""
    mails: list[tuple[str, str, bytes]] = field(default_factory=list)
    port: int = 0
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def trust(self) -> ssl.SSLContext:
        """A context that believes this server only."""
        return tls.trust()


class _Hangup(Exception):
    pass


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
            raise _Hangup
        said = self._box.replies.get(about)
        if said == "":
            raise _Hangup
        out = (said,) if said else lines
        self._connection.sendall("".join(f"{line}\r\n" for line in out).encode())
        return not said

    def _do_ehlo(self, _: str) -> None:
        offers = ["250-standin"]
        if not self._secure and self._box.offers_starttls:
            offers.append("250-STARTTLS")
        if self._secure:
            offers.append("250-AUTH PLAIN")
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
                raise _Hangup
            lines.append(line[1:] if line.startswith(b"..") else line)
        # Before it says so: whoever hears yes looks into the box at once.
        if not {"done"} & {*self._box.replies, self._box.silent_after}:
            self._box.mails.append((self._sender, self._to, b"".join(lines)))
        self._say("250 2.0.0 queued as 42", about="done")


@contextmanager
def mailbox(**settings: object) -> Iterator[Mailbox]:
    """The server while the context lasts."""
    box = Mailbox(**settings)  # type: ignore[arg-type]  # the fields of Mailbox, as they are named
    with tls.listening(lambda connection: _serve(box, connection), box.closing) as port:
        box.port = port
        yield box


def _serve(box: Mailbox, connection: socket.socket) -> None:
    connection.settimeout(10)
    with connection, suppress(OSError, _Hangup):
        session = _Session(box, connection)
        try:
            session.run()
        finally:
            session.close()
