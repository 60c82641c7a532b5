"""A mailbox on loopback: IMAP over TLS with a login, as much of RFC 3501 as a reader needs, and misdeeds on demand."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import BinaryIO

from tests.notify.standins import tls

_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')


@dataclass
class Kept:
    """A mail in the mailbox. `number`: its UID. `day`: when it came."""

    number: int
    raw: bytes
    day: date
    flags: set[str] = field(default_factory=set)


@dataclass
class Inbox:
    """`replies`: what it says to a command (`login`, `select`, `search`, `fetch`, `store`) instead of OK; an empty one
    hangs up. `silent_after`: the command it never answers. `wants_id`: it opens nothing to whoever did not say what
    they are. `read_only`: it says that nothing can be changed. `said`: every command it was given but the login."""

    users: dict[str, str] = field(default_factory=dict)
    folders: tuple[str, ...] = ("INBOX",)
    mails: list[Kept] = field(default_factory=list)
    validity: int = 1
    wants_id: bool = False
    read_only: bool = False
    replies: dict[str, str] = field(default_factory=dict)
    silent_after: str = ""
    said: list[str] = field(default_factory=list)
    port: int = 0
    closing: threading.Event = field(default_factory=threading.Event)

    def add(self, raw: bytes, day: date = date(2026, 11, 24)) -> Kept:
        """A mail comes."""
        number = max((kept.number for kept in self.mails), default=0) + 1
        self.mails.append(Kept(number, raw, day))
        return self.mails[-1]

    @property
    def seen(self) -> list[int]:
        """The numbers of those that are marked as read."""
        return [kept.number for kept in self.mails if r"\Seen" in kept.flags]


class _Session:
    def __init__(self, box: Inbox, connection: socket.socket) -> None:
        self._box = box
        self._connection = tls.server_side().wrap_socket(connection, server_side=True)
        self._file: BinaryIO = self._connection.makefile("rb")
        self._known = self._named = self._open = False

    def run(self) -> None:
        self._send("* OK ready")
        while line := self._file.readline():
            tag, verb, *rest = line.decode().strip().split(" ", 2)
            said = rest[0] if rest else ""
            if verb.upper() == "UID":
                verb, _, said = said.partition(" ")
            if verb.upper() != "LOGIN":
                self._box.said.append(f"{verb} {said}".strip())
            self._answer(tag, verb.lower(), said)

    def close(self) -> None:
        self._file.close()
        self._connection.close()

    def _answer(self, tag: str, verb: str, said: str) -> None:
        if verb == self._box.silent_after:
            self._box.closing.wait(10)
            raise tls.Hangup
        reply = self._box.replies.get(verb)
        if reply == "":
            raise tls.Hangup
        handler = getattr(self, f"_do_{verb}", None)
        if reply is None:
            reply = handler(said) if handler else "BAD what"
        self._send(f"{tag} {reply}")

    def _send(self, line: str) -> None:
        self._connection.sendall(f"{line}\r\n".encode())

    def _do_capability(self, _: str) -> str:
        self._send("* CAPABILITY IMAP4rev1" + (" ID" if self._box.wants_id else ""))
        return "OK done"

    def _do_login(self, said: str) -> str:
        user, password = (re.sub(r"\\(.)", r"\1", quoted) or bare for quoted, bare in _WORD.findall(said))
        self._known = self._box.users.get(user) == password
        return "OK done" if self._known else f"NO who is {user}"

    def _do_id(self, said: str) -> str:
        self._named = self._known and '"name"' in said
        self._send("* ID NIL")
        return "OK done"

    def _do_select(self, said: str) -> str:
        if not self._known:
            return "BAD login first"
        if self._box.wants_id and not self._named:
            return "NO SELECT Unsafe Login. Please contact somebody"
        if said.strip('"') not in self._box.folders:
            return "NO such folder"
        self._open = True
        self._send(f"* {len(self._box.mails)} EXISTS")
        self._send(f"* OK [UIDVALIDITY {self._box.validity}] as ever")
        return "OK [READ-ONLY] done" if self._box.read_only else "OK [READ-WRITE] done"

    def _do_search(self, said: str) -> str:
        found = re.fullmatch(r"UID (\d+):\* SINCE (\S+)", said)
        if not self._open or not found:
            return "BAD search"
        since = datetime.strptime(found[2], "%d-%b-%Y").date()  # noqa: DTZ007 - a day has no zone here
        last = max((kept.number for kept in self._box.mails), default=0)
        # The newest is always within `n:*`, even when it came before n.
        fits = [
            k for k in self._box.mails if k.day >= since and (k.number >= int(found[1]) or k.number == last)
        ]
        self._send("* SEARCH" + "".join(f" {kept.number}" for kept in fits))
        return "OK done"

    def _do_fetch(self, said: str) -> str:
        number, wanted = said.split(" ", 1)
        found = re.fullmatch(r"\(BODY\.PEEK\[\]<0\.(\d+)>\)", wanted)
        if not self._open or not found:
            return "BAD fetch"
        for kept in self._box.mails:
            if kept.number == int(number):
                raw = kept.raw[: int(found[1])]
                self._connection.sendall(
                    f"* 1 FETCH (UID {number} BODY[]<0> {{{len(raw)}}}\r\n".encode() + raw + b")\r\n"
                )
        return "OK done"

    def _do_store(self, said: str) -> str:
        number, what, flags = said.split(" ", 2)
        if not self._open or what != "+FLAGS.SILENT":
            return "BAD store"
        for kept in self._box.mails:
            if kept.number == int(number):
                kept.flags |= set(flags.strip("()").split())
        return "OK done"

    def _do_logout(self, _: str) -> str:
        self._send("* BYE")
        return "OK done"


@contextmanager
def inbox(**settings: object) -> Iterator[Inbox]:
    """The mailbox while the context lasts."""
    box = Inbox(**settings)  # type: ignore[arg-type]  # the fields of Inbox, as they are named
    with tls.listening(lambda connection: _Session(box, connection), box.closing) as port:
        box.port = port
        yield box
