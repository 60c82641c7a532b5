"""One appointment as an iCalendar file (RFC 5545, in the roles of RFC 5546): for mails and to download. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

# Nobody says beforehand how long people will talk; a calendar wants an end all the same.
LASTS = timedelta(hours=2)
_LINE = 75


class Method(StrEnum):
    """What the file is for: to put into a calendar, to invite somebody, to call it off."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True)
class Appointment:
    """When, where and what; instants are aware. `stamp`: when this was written.

    `organizer` is a URI, by habit `mailto:…`; `attendee` is the mail address of the one reader. Who invites
    (`REQUEST`) or calls off (`CANCEL`) names the attendee, who publishes does not. A later word about the same `uid`
    has a higher `sequence`.
    """

    uid: str
    starts: datetime
    ends: datetime
    stamp: datetime
    summary: str
    organizer: str
    organizer_name: str = ""
    attendee: str = ""
    location: str = ""
    url: str = ""
    sequence: int = 0
    method: Method = Method.PUBLISH


def uid(case_id: str, meeting: int) -> str:
    """What identifies a meeting of a case in every calendar."""
    return f"{case_id}-{meeting}@consultation-bell"


def kind(method: Method) -> str:
    """The media type of the file, as mails and HTTP name it."""
    return f"text/calendar; charset=utf-8; method={method}"


def render(appointment: Appointment) -> str:
    """The file: lines end in CR LF and are folded at 75 octets."""
    return "".join(f"{_folded(line)}\r\n" for line in _lines(appointment))


def _lines(a: Appointment) -> Iterator[str]:
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Consultation Bell//EN", "CALSCALE:GREGORIAN")
    yield f"METHOD:{a.method}"
    yield from ("BEGIN:VEVENT", f"UID:{_text(a.uid)}", f"DTSTAMP:{_utc(a.stamp)}", f"SEQUENCE:{a.sequence}")
    yield f"STATUS:{'CANCELLED' if a.method is Method.CANCEL else 'CONFIRMED'}"
    yield from (f"DTSTART:{_utc(a.starts)}", f"DTEND:{_utc(a.ends)}", f"SUMMARY:{_text(a.summary)}")
    if a.location:
        yield f"LOCATION:{_text(a.location)}"
    if a.url:
        yield f"URL:{_plain(a.url)}"
    name = f";CN={_quoted(a.organizer_name)}" if a.organizer_name else ""
    yield f"ORGANIZER{name}:{_plain(a.organizer)}"
    if a.attendee and a.method is not Method.PUBLISH:
        # Whoever is invited answers by the link: a reply by mail would reach nobody who waits for it.
        yield f"ATTENDEE;RSVP=FALSE:mailto:{_plain(a.attendee)}"
    yield from ("END:VEVENT", "END:VCALENDAR")


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    """RFC 5545, 3.3.11: what would end the value is escaped, what no line may hold is left out."""
    lines = value.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    escaped = (_plain(line).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,") for line in lines)
    return "\\n".join(escaped)


def _quoted(value: str) -> str:
    """A parameter's value: quoted, and so without quotes of its own."""
    return '"' + _plain(value).replace('"', "'") + '"'


def _plain(value: str) -> str:
    return "".join(c for c in value if unicodedata.category(c) not in {"Cc", "Cs"})


def _folded(line: str) -> str:
    """RFC 5545, 3.1: no line over 75 octets; a character is never cut in two."""
    parts, room = [""], _LINE
    for c in line:
        size = len(c.encode())
        if size > room:
            parts.append(" ")
            room = _LINE - 1
        parts[-1] += c
        room -= size
    return "\r\n".join(parts)
