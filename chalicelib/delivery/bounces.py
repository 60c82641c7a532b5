"""Mail that came back: which mail of ours it was, and whether it is lost. Pure.

Anybody may write to the mailbox, so nothing in it is believed unless it holds the id of a mail that we sent. That id is
signed (`sealed`) and known to those only whom the mail passed. A report is what RFC 3464 says it is; servers that write
letters instead are understood by their codes (RFC 3463, or the three digits of RFC 5321).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes, message_from_string
from email.message import Message
from email.utils import parseaddr
from hmac import compare_digest
from html import unescape

from chalicelib.bell.ringing import pseudonym
from chalicelib.delivery.rules import Report
from chalicelib.people.staff import Channel

Mail = Message  # as it was parsed; headers are what the sender wrote

MOST_BYTES = 128 * 1024
"""So much of a mail is looked at: reports are small, and so is what we send."""
_HALF = 16
# Each open boundary is compared with each line: a mail made of nothing else would take minutes.
_MOST_BOUNDARIES = 20
_ID = re.compile(rf"(?<![0-9a-f])[0-9a-f]{{{2 * _HALF}}}(?![0-9a-f])")
_ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\d|\.\d)")
# The codes of RFC 5321 and its kin, and no other number of three digits.
_REPLY = re.compile(r"(?<![\d.-])(4(?:21|[35]\d)|5(?:0[0-4]|21|[35]\d|41))(?!\d|\.\d)")
_STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status")
_DAEMONS = frozenset({"mailer-daemon", "mailerdaemon", "mail-daemon", "postmaster"})
# qmail's own form (cr.yp.to/proto/qsbmf.txt) is only sent when it has given up, whatever code it quotes.
_QSBMF = "Hi. This is the"
_RETURNED = re.compile(
    r"^(?:return-path|received|message-id):|^--- Below this line", re.IGNORECASE | re.MULTILINE
)
_TAG = re.compile(r"<[^<>]*>")


class Unreadable(Exception):
    """It seems to be about a mail of ours, and nobody can say what it means."""


def sealed(key: bytes, word: str) -> str:
    """The id under which a mail goes out: the first sixteen digits of a hexadecimal word that never comes twice, and
    as many that only this stage can have written."""
    return f"{word[:_HALF]}{_signature(key, word[:_HALF])}"


def said(raw: bytes, key: bytes) -> tuple[Report, ...] | None:
    """What a mail says of one of ours: nothing yet (it is late), or that it arrived or did not. None when it is no
    report, or not about a mail of ours; raises Unreadable."""
    if raw.lower().count(b"boundary") > _MOST_BOUNDARIES:
        raise Unreadable("boundaries")
    try:
        return _said(message_from_bytes(raw), key)
    except Unreadable:
        raise
    except Exception as error:  # noqa: BLE001 - the sender chose every byte, and the parser has its limits
        raise Unreadable(type(error).__name__) from None


def _said(mail: Mail, key: bytes) -> tuple[Report, ...] | None:
    parts = list(mail.walk())
    message = _ours(_texts(parts), key)
    if not message:
        return None
    statuses = [part for part in parts if part.get_content_type() in _STATUS_PARTS]
    if statuses:
        found = _standard([block for part in statuses for block in _blocks(part)])
    elif mail.get_content_type() == "multipart/report" and mail.get_param("report-type") == "delivery-status":
        raise Unreadable("no_status")
    elif _by_a_server(mail):
        found = _letter(mail)
    else:
        return None
    if found is None:
        return ()
    arrived, code = found
    return (Report(Channel.MAIL, message, arrived, code),)


# -- whose it is


def _ours(texts: Iterable[str], key: bytes) -> str:
    """The first id with a good signature."""
    for text in texts:
        for found in _ID.findall(text.lower()):
            if compare_digest(_signature(key, found[:_HALF]), found[_HALF:]):
                return str(found)
    return ""


def _signature(key: bytes, word: str) -> str:
    return pseudonym(key, "bounce", word)[:_HALF]


def _texts(parts: Iterable[Mail]) -> Iterator[str]:
    """Wherever the id may stand: the address it came back to, `Original-Envelope-Id`, the Message-ID among returned
    headers, however they were returned."""
    for part in parts:
        yield from (str(value) for value in part.values())
        if part.get_content_maintype() == "text":
            yield _text(part)


def _text(part: Mail) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    charset = str(part.get_param("charset", "utf-8")).lower()
    try:
        return payload.decode("gb18030" if charset.startswith("gb") else charset, "replace")
    except LookupError:
        return payload.decode("utf-8", "replace")


# -- what it says


def _blocks(part: Mail) -> list[Mail]:
    """The groups of fields of a status part: of the message, and of each recipient."""
    found = part.get_payload()
    groups = [one for one in found if isinstance(one, Message)] if isinstance(found, list) else []
    rest = groups[0].get_payload() if len(groups) == 1 else ""
    # Of the part that may have UTF-8 (RFC 6533) the parser makes one message, whose text is the other groups.
    further = rest.replace("\r\n", "\n").split("\n\n") if isinstance(rest, str) else []
    return [*groups, *map(message_from_string, further)]


def _standard(blocks: Iterable[Mail]) -> tuple[bool, str] | None:
    """Whether it arrived, and the status; None when that is not decided (RFC 3464, 2.3.3: `delayed` goes on trying,
    `relayed` and `expanded` know no more)."""
    known: dict[str, str] = {}
    for block in blocks:
        if action := _word(block, "Action"):
            known.setdefault(action, _status(block))
    if "failed" in known:
        return _consistent(False, known["failed"], "45")
    if "delivered" in known:
        return _consistent(True, known["delivered"], "2")
    if known.keys() & {"delayed", "relayed", "expanded"}:
        return None
    raise Unreadable("no_action")


def _consistent(arrived: bool, status: str, classes: str) -> tuple[bool, str]:
    if status and status[0] not in classes:
        raise Unreadable("status_and_action")
    return arrived, status


def _word(block: Mail, name: str) -> str:
    words = str(block.get(name, "")).split()
    return words[0].lower() if words else ""


def _status(block: Mail) -> str:
    found = _ENHANCED.search(str(block.get("Status", "")))
    return found[1] if found else ""


def _by_a_server(mail: Mail) -> bool:
    """Whether it says to come from a mail server. Somebody's automatic answer comes from them."""
    local = parseaddr(str(mail.get("From", "")))[1].partition("@")[0].lower()
    return local in _DAEMONS or "X-Failed-Recipients" in mail


def _letter(mail: Mail) -> tuple[bool, str] | None:
    words = "\n".join(map(_own_words, _top(mail))).strip()
    codes = _ENHANCED.findall(words) or _REPLY.findall(words)
    lost = next((code for code in codes if code[0] == "5"), "")
    # Exim's header and qmail's first words are only there when they have given up.
    if lost or "X-Failed-Recipients" in mail or words.startswith(_QSBMF):
        return False, lost
    if any(code[0] == "4" for code in codes):
        return None
    raise Unreadable("no_code")


def _top(mail: Mail) -> Iterator[Mail]:
    """The texts of a mail without those of the mail that it returns."""
    payload = mail.get_payload()
    if mail.get_content_maintype() == "multipart" and isinstance(payload, list):
        for part in payload:
            if isinstance(part, Message):
                yield from _top(part)
    elif mail.get_content_type() in ("text/plain", "text/html"):
        yield mail


def _own_words(part: Mail) -> str:
    text = _text(part).replace("\r\n", "\n")
    if part.get_content_subtype() == "html":
        text = unescape(_TAG.sub(" ", text))
    return _RETURNED.split(text, maxsplit=1)[0]
