"""What a ring must hold, and what it writes. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from chalicelib.core import text as texts
from chalicelib.core.chain import Happening, canonical
from chalicelib.core.errors import FieldError
from chalicelib.place.categories import BY_ID
from chalicelib.place.ladder import Desk, Urgency
from chalicelib.place.rules import Directory

TEXT_LIMIT = 4_000
NAME_LIMIT = 50
_LIMITS = {"name": NAME_LIMIT, "where": 200, "building": 20, "unit": 20}
_DESKS = frozenset(str(desk) for desk in Desk)


@dataclass(frozen=True)
class Draft:
    """What a resident typed, as it was typed."""

    desk: str = ""
    category: str = ""
    neighbourhood: str = ""
    text: str = ""
    name: str = ""
    phone: str = ""
    where: str = ""
    building: str = ""
    unit: str = ""
    consent_version: str = ""
    language: str = "zh-CN"


def check(draft: Draft, directory: Directory | None, consent_version: str) -> tuple[FieldError, ...]:
    """Every wrong field of the draft. `directory` is that of the neighbourhood, None when nobody knows it."""
    return tuple(_problems(draft, directory, consent_version))


def _problems(draft: Draft, directory: Directory | None, consent_version: str) -> Iterator[FieldError]:
    yield from _choice("desk", draft.desk, draft.desk in _DESKS)
    yield from _choice("category", draft.category, draft.category in BY_ID)
    yield from _choice("neighbourhood", draft.neighbourhood, directory is not None)
    if not texts.visible(draft.text):
        yield FieldError("text", "required")
    elif len(draft.text) > TEXT_LIMIT:
        yield FieldError("text", "too_long", {"limit": TEXT_LIMIT})
    if not texts.visible(draft.name):
        yield FieldError("name", "required")
    yield from _lines(draft)
    yield from _phone(draft.phone, directory)
    if draft.consent_version != consent_version:
        code = "outdated_consent" if draft.consent_version else "consent_required"
        yield FieldError("consent_version", code, {"version": consent_version})


def _choice(field: str, value: str, known: bool) -> Iterator[FieldError]:
    if not value:
        yield FieldError(field, "required")
    elif not known:
        yield FieldError(field, "unknown")


def _lines(draft: Draft) -> Iterator[FieldError]:
    for field, limit in _LIMITS.items():
        value = getattr(draft, field)
        if len(value) > limit:
            yield FieldError(field, "too_long", {"limit": limit})
        elif texts.has_control(value):
            yield FieldError(field, "control_characters")


def _phone(typed: str, directory: Directory | None) -> Iterator[FieldError]:
    country = directory.subdistrict.country_code if directory else "86"
    if not typed.strip():
        yield FieldError("phone", "required")
    elif texts.phone(typed, country) is None:
        yield FieldError("phone", "not_a_phone")


def urgency_of(category: str) -> Urgency:
    """The category decides how much it hurries."""
    return BY_ID[category].urgency


def rung(draft: Draft, directory: Directory, ladder: dict[str, object], contact_commitment: str) -> Happening:
    """The first event of a bell. No personal data: the contact is only committed to."""
    data = {
        "desk": draft.desk,
        "category": draft.category,
        "urgency": str(urgency_of(draft.category)),
        "neighbourhood": draft.neighbourhood,
        "community": directory.lineage(draft.neighbourhood)[1],
        "ladder": ladder,
        "contact": contact_commitment,
        "consent_version": draft.consent_version,
    }
    return Happening("rung", data)


def same_ring(key: bytes, phone: str, draft: Draft) -> str:
    """The same for two rings that say the same: phone, neighbourhood and folded text. An emergency is never taken
    for a repetition of what was none before."""
    emergency = str(urgency_of(draft.category) is Urgency.EMERGENCY)
    return pseudonym(key, "ring", phone, draft.neighbourhood, texts.fold(draft.text), emergency)


def fingerprint(key: bytes, draft: Draft) -> str:
    """The same only for the very same request."""
    said = {k: v for k, v in asdict(draft).items() if k != "language"}
    return hmac.digest(key, canonical(said), hashlib.sha256).hex()


def pseudonym(key: bytes, *parts: str) -> str:
    """A keyed hash: finds the same value again without holding it."""
    return hmac.digest(key, "\x1f".join(parts).encode("utf-8", "surrogatepass"), hashlib.sha256).hex()


def person_of(key: bytes, number: str) -> str:
    """What stands for a phone (E.164) wherever its owner is looked up."""
    return pseudonym(key, "person", number)


def window(now: datetime, seconds: int) -> tuple[int, datetime]:
    """The fixed window `now` falls into: its number, and when it ends."""
    number = int(now.timestamp()) // seconds
    return number, now + timedelta(seconds=seconds - now.timestamp() % seconds)
