"""The mailbox to which mail comes back, read by IMAP (RFC 3501) over TLS.

How far it was read is remembered by its numbers (UID) and not by what is marked as read: somebody may open a report in
their own program before we come, and most of a mailbox may be none of ours.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from imaplib import IMAP4, IMAP4_SSL
from typing import Any

from chalicelib.delivery.bounces import MOST_BYTES
from chalicelib.notify.https import CONNECT_SECONDS
from chalicelib.ports import NotRead

READ_SECONDS = 4.0
# After a wrong password servers take their time to say so again (Dovecot: up to 15 seconds).
_LOGIN_TAKES = 2.5
# With a slow login before and the last mail after it, it still ends within the 30 seconds of the function.
ROUND = timedelta(seconds=10)
_GONE = (OSError, IMAP4.error, ValueError)  # ValueError: what cannot be said to a server, such as 密码
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MARK = re.compile(r"(\d+):(\d+)")


@dataclass(frozen=True)
class Account:
    """Whose mailbox, and where. `trust`: whose certificates are believed, the system's by default."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    trust: ssl.SSLContext | None = None


class ImapMailbox:
    """A `Mailbox`. `now` is the wall clock. A connection for each reading."""

    def __init__(
        self, account: Account, now: Callable[[], datetime], read_seconds: float = READ_SECONDS
    ) -> None:
        self._account = account
        self._now = now
        self._read_seconds = read_seconds

    def read(self, mark: str, since: datetime, take: Callable[[bytes], bool]) -> str:
        """As `ports.Mailbox` says. What failed is named by its kind only: a server's words may quote whom they like."""
        end = self._now() + ROUND
        with self._opened(mark) as (server, validity):
            last = _last(mark, validity)
            for place, number in enumerate(self._numbers(server, last, since, mark)):
                # One at least: a server that is slow to open must not be read in vain each time.
                if place and self._now() >= end:
                    break
                with _named(f"{validity}:{last}"):
                    raw = _fetched(server, number)
                # Not within: what goes wrong with a report is nothing of the mailbox's.
                taken = raw is not None and take(raw)
                with _named(f"{validity}:{last}"):
                    if taken:
                        server.uid("STORE", str(number), "+FLAGS.SILENT", r"(\Seen)")
                last = number
        return f"{validity}:{last}"

    @contextmanager
    def _opened(self, mark: str) -> Iterator[tuple[IMAP4, str]]:
        account, trust = self._account, self._account.trust or ssl.create_default_context()
        with _named(mark):
            server = IMAP4_SSL(account.host, account.port, ssl_context=trust, timeout=CONNECT_SECONDS)
        try:
            with _named(mark, "login_refused"):
                server.sock.settimeout(self._read_seconds * _LOGIN_TAKES)
                server.login(account.user, account.password)
            with _named(mark):
                server.sock.settimeout(self._read_seconds)
                _introduce(server)
            with _named(mark, "folder_refused"):
                _done(server.select(f'"{account.folder}"'))
            _, found = server.response("UIDVALIDITY")
            yield server, _number(found)
            with suppress(*_GONE):
                server.logout()
        finally:
            with suppress(OSError):
                server.shutdown()

    def _numbers(self, server: IMAP4, last: int, since: datetime, mark: str) -> list[int]:
        day = f"{since.day:02}-{_MONTHS[since.month - 1]}-{since.year}"
        with _named(mark, "search_refused"):
            found = _done(server.uid("SEARCH", "UID", f"{last + 1}:*", "SINCE", day))
        words = b" ".join(part for part in found if isinstance(part, bytes)).split()
        # `n:*` has the newest mail in any case (RFC 3501, 6.4.8).
        return sorted(number for number in map(int, words) if number > last)


def _introduce(server: IMAP4) -> None:
    """RFC 2971: some (NetEase) let nobody in who does not say what they are."""
    _, offered = server.capability()
    if b"ID" in b" ".join(part for part in offered if isinstance(part, bytes)).upper().split():
        server.xatom("ID", '("name" "consultation-bell")')


def _fetched(server: IMAP4, number: int) -> bytes | None:
    """A mail's beginning; None when it went away meanwhile. It is not marked as read by that."""
    found = _done(server.uid("FETCH", str(number), f"(BODY.PEEK[]<0.{MOST_BYTES}>)"))
    return next((part[1] for part in found if isinstance(part, tuple)), None)


def _done(answer: tuple[str, list[Any]]) -> list[Any]:
    said, found = answer
    if said != "OK":
        raise IMAP4.error(said)
    return found


def _last(mark: str, validity: str) -> int:
    """The last number that was read; none when the server has numbered everything anew."""
    found = _MARK.fullmatch(mark)
    return int(found[2]) if found and found[1] == validity else 0


def _number(found: list[Any]) -> str:
    word = found[0] if found else b""
    return word.decode() if isinstance(word, bytes) and word.isdigit() else "0"


@contextmanager
def _named(mark: str, refusal: str = "refused") -> Iterator[None]:
    """What fails within is NotRead. `refusal`: the name of a no; a connection that breaks is named by its kind."""
    try:
        yield
    except IMAP4.readonly:
        raise NotRead("read_only", mark) from None
    except IMAP4.abort:
        raise NotRead("hung_up", mark) from None
    except IMAP4.error:
        raise NotRead(refusal, mark) from None
    except (OSError, ValueError) as error:
        raise NotRead(type(error).__name__, mark) from None
