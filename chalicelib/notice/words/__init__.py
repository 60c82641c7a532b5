"""The words of every notice as data: of bells, of cases, of polls, of codes. `notice.texts` puts them into messages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """One template in one language: the SMS, and the mail's subject and body."""

    sms: str
    subject: str
    body: str
