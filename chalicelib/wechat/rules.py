"""Who has bound their WeChat, and how many messages they accepted. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

MOST = 20
"""So many acceptances of one template are counted: what a client reports is only believed as far as it can hurt."""
AT_ONCE = 3
"""So many templates one `wx.requestSubscribeMessage` can ask for."""
KEPT = timedelta(days=365)
"""So long after the last binding or acceptance an openid is kept."""


@dataclass(frozen=True)
class Binding:
    """A person's WeChat. `grants`: by template id, how many messages they accepted and were not sent yet."""

    openid: str = field(repr=False)
    grants: Mapping[str, int] = field(default_factory=dict)

    def left(self, template: str) -> int:
        """How many messages of that template may still be sent."""
        return self.grants.get(template, 0) if template else 0


@dataclass(frozen=True)
class Standing:
    """`out`: whether the address wants no messages. `begun`: whether one of the notices was tried by WeChat before."""

    out: bool
    binding: Binding | None
    begun: bool
