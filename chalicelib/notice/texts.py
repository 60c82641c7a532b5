"""A notice in words, Chinese or English, from the templates in `notice.words`. Pure.

An SMS with its link is one segment: at most 70 UTF-16 units, however long the names in it, because `render` cuts
them. No text holds anything about a resident or a party but the number of their bell or case.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.notice.rules import english
from chalicelib.notice.words import Words
from chalicelib.notice.words.bells import BELLS
from chalicelib.notice.words.cases import CASES
from chalicelib.notice.words.codes import CODES
from chalicelib.notice.words.polls import POLLS
from chalicelib.people.staff import Channel

SEGMENT = 70
# The longest a parameter may be in an SMS; what is longer is cut. A link is never cut.
LIMITS: Mapping[str, int] = {
    "place": 8,
    "by": 10,
    "number": 12,
    "case": 12,
    "category": 7,
    "code": 6,
    "when": 12,
}
MOST: Mapping[str, int] = {"minutes": 9999, "count": 999, "voted": 999_999, "units": 999_999}
TEMPLATES: Mapping[str, Mapping[str, Words]] = {**BELLS, **CASES, **CODES, **POLLS}
LINK_LIMIT = 24 + len("/a/") + 19
TICKET_LIMIT = 24 + len("/v/") + 24
"""How long the link of a voter can be, which holds a ticket."""


@dataclass(frozen=True)
class Rendered:
    """A notice in words; `subject` is empty for an SMS."""

    text: str
    subject: str = ""


def render(template: str, language: str, params: Mapping[str, str | int], channel: Channel) -> Rendered:
    """The notice in the reader's language; raises KeyError for an unknown template or a missing parameter."""
    tongue = _tongue(language)
    words = TEMPLATES[template][tongue]
    if channel is Channel.MAIL:
        known = _known(tongue, params)
        return Rendered(words.body.format_map(known) + SIGNATURE[tongue], words.subject.format_map(known))
    return Rendered(words.sms.format_map(values(language, params)))


def values(language: str, params: Mapping[str, str | int]) -> dict[str, str]:
    """The parameters as an SMS in the reader's language shows them: cleaned, named and cut."""
    known = _known(_tongue(language), params)
    return {name: _cut(value, LIMITS.get(name)) for name, value in known.items()}


def units(text: str) -> int:
    """How long an SMS is: UTF-16 code units (a rare character or an emoji is two)."""
    return len(text.encode("utf-16-le")) // 2


def _tongue(language: str) -> str:
    return "en" if english(language) else "zh-CN"


def _known(tongue: str, params: Mapping[str, str | int]) -> dict[str, str]:
    return {name: _clean(name, value, tongue) for name, value in params.items()}


def _clean(name: str, value: str | int, tongue: str) -> str:
    if name == "category":
        names = CATEGORIES[tongue]
        return names.get(str(value), names[""])
    if isinstance(value, int):
        return str(min(value, MOST.get(name, value)))
    # A name with a line end or a direction mark in it could change what the rest seems to say.
    return "".join(c for c in value if c.isprintable())


def _cut(text: str, limit: int | None) -> str:
    while limit is not None and units(text) > limit:
        text = text[:-1]
    return text


CATEGORIES: Mapping[str, Mapping[str, str]] = {
    "zh-CN": {
        "gas": "燃气泄漏",
        "fire": "火情",
        "injury": "有人受伤",
        "trapped": "有人被困",
        "": "险情",
    },
    "en": {"gas": "gas", "fire": "fire", "injury": "injury", "trapped": "trapped", "": "danger"},
}

SIGNATURE: Mapping[str, str] = {
    "zh-CN": "\n\n——小区协商铃（本邮件由系统发出，请勿回复）\n",
    "en": "\n\n— The Consultation Bell (sent automatically, please do not reply)\n",
}
