"""What became of a message after its provider took it, and who wants no more of them. Pure.

A provider reports in its own time: twice, out of order, or never. So a report only ever moves a fate forward (see
`onward`), and whatever the order, the end is the same.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.bell.ringing import pseudonym
from chalicelib.notice.rules import RINGING
from chalicelib.notice.types import Fate, Notice
from chalicelib.people.staff import Channel


@dataclass(frozen=True)
class Report:
    """A provider says whether a message arrived. `message` is the id it gave, `code` its word for what happened."""

    channel: Channel
    message: str
    arrived: bool
    code: str = ""

    @property
    def fate(self) -> Fate:
        """The fate that it reports."""
        return Fate.DELIVERED if self.arrived else Fate.UNDELIVERED


@dataclass(frozen=True)
class Wish:
    """Somebody wants no more messages there, or wants them again."""

    channel: Channel
    address: str
    out: bool


Said = Report | Wish

# "It did not arrive" is the later word: mail that was delivered may still come back, and a long SMS has several parts.
_ORDER: Mapping[Fate, int] = {
    Fate.CLAIMED: 0,
    Fate.SENT: 0,
    Fate.UNKNOWN: 0,
    Fate.DELIVERED: 1,
    Fate.UNDELIVERED: 2,
}
_OUT = frozenset(
    {"TD", "T", "N", "QX", "退", "取消", "拒收", "STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"}
)
_IN = frozenset({"恢复", "恢复订阅", "订阅", "START", "UNSTOP"})
_LONGEST_ID = 128
LONGEST_CODE = 80
"""So much of a provider's word for what happened is kept."""


def onward(fate: Fate, reported: Fate) -> Fate:
    """The fate after that report: never one that was before it, and nothing that was not sent becomes so."""
    if fate not in _ORDER:
        return fate
    return max(fate, reported, key=lambda one: _ORDER[one])


def believable(report: Report) -> bool:
    """Whether a message can have that id at all."""
    return 0 < len(report.message) <= _LONGEST_ID and report.message.isprintable()


def wants(text: str) -> bool | None:
    """Whether somebody who answers so wants no more messages (True), wants them again (False), or says neither."""
    word = unicodedata.normalize("NFKC", text).strip().strip("。.!,，、「」\"' ").upper()
    if word in _OUT or word.startswith("退订"):
        return True
    return False if word in _IN else None


def goes_anyway(notice: Notice) -> bool:
    """What is sent even to those who want no messages: a bell that asks its own staff to answer, and an emergency."""
    return notice.pressing or notice.template in RINGING


def key_of(key: bytes, channel: Channel, address: str) -> str:
    """What stands for an address that wants no messages: a keyed hash, so that no list of them is kept."""
    return pseudonym(key, "opt-out", channel, address.strip().lower())


def wechats_signature(token: str, timestamp: str, nonce: str) -> str:
    """How WeChat signs the address it pushes to, with the token that the operator entered there."""
    words = "".join(sorted((token, timestamp, nonce)))
    return hashlib.sha1(words.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def secret_of(key: bytes, provider: str) -> str:
    """The last part of the address at which a provider reports: whoever knows it is the provider."""
    return pseudonym(key, "reports", provider)[:32]
