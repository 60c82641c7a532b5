"""What the store keeps of a one-time code. Plain data, apart from `ports` because a ring asks for none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Code:
    """A one-time code for a phone. The digits are nowhere: they follow from the server's key, `person` and `salt`.

    `person`: HMAC of the phone. `again_at`: when another may be asked for. `tries`: how often one was typed.
    `template`: what the message says it is for.
    """

    person: str
    phone: str
    salt: str
    language: str
    until: datetime
    again_at: datetime
    tries: int = 0
    template: str = "code"
