"""Who has bound their WeChat, how many messages they accepted, and when these are used. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.people.staff import Channel

MOST = 20
"""So many acceptances of one template are counted: what a client reports is only believed as far as it can hurt."""
AT_ONCE = 3
"""So many templates one `wx.requestSubscribeMessage` can ask for."""
_ACCEPTS = frozenset({"accept", "acceptWithAudio"})
KEPT = timedelta(days=90)
"""So long after the last binding or acceptance an openid is kept: a number that is given to somebody else rests longer
than that, so nobody's messages ever go to the WeChat of whoever had their number before."""
CONSENT = "2026-11-29"
"""The version of `web/privacy/wechat.*.md`: whoever changes that text gives it a new date, here."""


_LONGEST_CODE = 512


@dataclass(frozen=True)
class Binding:
    """A person's WeChat. `grants`: by template id, how many messages they accepted and were not sent yet.
    `consent_version`, `bound_at`: to what they agreed, and when."""

    openid: str = field(repr=False)
    consent_version: str
    bound_at: datetime
    grants: Mapping[str, int] = field(default_factory=dict)

    def left(self, template: str) -> int:
        """How many messages of that template may still be sent."""
        return self.grants.get(template, 0) if template else 0


@dataclass(frozen=True)
class Standing:
    """`out`: whether the address wants no messages. `begun`: by which channels one of the notices was tried before."""

    out: bool
    binding: Binding | None
    begun: frozenset[Channel]


def goes_first(standing: Standing, template: str) -> bool:
    """Whether WeChat is used before every other channel: begun there, or begun nowhere and accepted. What was begun
    elsewhere may have arrived, and nobody is to be told twice."""
    if standing.begun:
        return Channel.WECHAT in standing.begun
    return standing.binding is not None and standing.binding.left(template) > 0


def goes_last(standing: Standing, template: str) -> bool:
    """Whether WeChat is used when no other channel got through: begun there, or accepted."""
    accepted = standing.binding is not None and standing.binding.left(template) > 0
    return Channel.WECHAT in standing.begun or accepted


def fault_of(code: str) -> str:
    """What is wrong with what should be a code of WeChat's, empty when it can be one: nobody need be asked then."""
    if not code.strip():
        return "required"
    return "" if len(code) <= _LONGEST_CODE and code.isascii() and code.isprintable() else "unreadable"


def accepted(answers: Mapping[str, str]) -> tuple[str, ...]:
    """The templates that somebody accepted, of what `wx.requestSubscribeMessage` answered: a word for each. Whatever
    else it says (reject, ban, filter; `errMsg`) accepts nothing."""
    return tuple(template for template, word in answers.items() if word in _ACCEPTS)
