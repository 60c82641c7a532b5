"""Messages for providers that send approved templates only: which template, and what goes into its gaps.

The words of a template are those of `notice.words`; here they become the text that an operator applies for, and a
message becomes the values of its gaps. Chinese providers let no link be a gap: what is fixed (`LINK_URL/`) belongs to
the text, and a link gives two gaps, `way` and `link`, of letters and digits only: `…/a/3F9K` is `a` and `3F9K`. A link
without a token (`…/cases`) is all text. A one-time code's template may have the code as its only gap, so how long it is
good for is text, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from string import Formatter

from chalicelib.notice.shapes import Message
from chalicelib.notice.texts import TEMPLATES, values
from chalicelib.notice.words.codes import CODES
from chalicelib.ports import PermanentFailure
from chalicelib.session.rules import CODE_FOR

WITHOUT_TOKEN = frozenset({"cases"})
"""The templates whose link is the same for everybody."""

_NAME = "协商铃："


def template_id(ids: Mapping[str, str], message: Message) -> str:
    """The provider's id of the message's template: `alert.en` in English, else `alert`. Raises PermanentFailure when
    none was configured: another channel may still say it."""
    english = message.language.lower().startswith("en") and ids.get(f"{message.template}.en")
    if found := english or ids.get(message.template):
        return found
    raise PermanentFailure("no_template")


def phone(address: object) -> str:
    """The address, which must be a phone as E.164 has it; raises PermanentFailure for what a broken directory may
    hold instead."""
    if isinstance(address, str) and address.startswith("+") and address[1:].isdecimal() and address.isascii():
        return address
    raise PermanentFailure("not_a_phone")


def gaps(message: Message) -> dict[str, str]:
    """The values of the template's gaps, in the order of its text; raises PermanentFailure for what is no template."""
    try:
        words = TEMPLATES[message.template]["zh-CN"].sms
        known = values(message.language, message.params)
        return _spread({name: known[name] for name in names(words)}, message.template)
    except (KeyError, ValueError):  # or a link that is none
        raise PermanentFailure("no_template") from None


def names(words: str) -> tuple[str, ...]:
    """The parameters that a text shows, in order, each once."""
    return tuple(dict.fromkeys(name for _, name, _, _ in Formatter().parse(words) if name))


def parameters(template: str) -> tuple[str, ...]:
    """The parameters that a notice of ours has: what its SMS and its mail show."""
    words = TEMPLATES[template]["zh-CN"]
    return names(f"{words.sms}{words.subject}{words.body}")


def lacking(ids: Mapping[str, str]) -> tuple[str, ...]:
    """The templates for which no id is configured: what they say will not go by SMS."""
    return tuple(name for name in TEMPLATES if name not in ids)


def text(template: str, language: str, base: str, gap: Callable[[int, str], str]) -> str:
    """What to apply for at the provider: the words with its gaps, without the sender's name, which its signature
    says. `gap(number, name)` writes one: `${place}`, or `{1}`. `base`: where links begin."""
    words = TEMPLATES[template][language].sms
    tongue = TEMPLATES[template]["zh-CN"].sms
    order = list(_spread(dict.fromkeys(names(tongue), "x/x"), template))
    link = "/".join(gap(order.index(part) + 1, part) for part in ("way", "link") if part in order)
    minutes = CODE_FOR // timedelta(minutes=1)
    shown = {"minutes": str(minutes)} | {name: gap(order.index(name) + 1, name) for name in order}
    shown["link"] = f"{base}/{link or 'cases'}"
    return words.removeprefix(_NAME).format_map(shown)


def _spread(values: Mapping[str, str], template: str) -> dict[str, str]:
    spread: dict[str, str] = {}
    for name, value in values.items():
        if name == "minutes" and template in CODES:
            continue
        if name != "link":
            spread[name] = value
        elif template not in WITHOUT_TOKEN:
            spread["way"], spread["link"] = value.rsplit("/", 2)[-2:]
    return spread
