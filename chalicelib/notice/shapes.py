"""What is handed to whoever sends: see `ports.Sender`. Plain data, apart from `ports` because a ring sends nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Enclosure:
    """A file that travels with a mail, such as an invitation for the calendar."""

    name: str
    kind: str
    content: str


@dataclass(frozen=True)
class Message:
    """A rendered notice for one address. `subject` and `enclosures` are for mail only; `language` is the text's."""

    to: str
    text: str
    template: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    subject: str = ""
    enclosures: tuple[Enclosure, ...] = ()
    language: str = "zh-CN"
