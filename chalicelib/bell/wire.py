"""What clients send and get about bells."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct


class RingRequest(Struct, frozen=True, kw_only=True):
    """A ring. Lengths are counted in characters; the text is stored as it was typed."""

    desk: Annotated[str, Meta(description="community, lawyer or police")]
    category: Annotated[str, Meta(description="an id of GET /v1/categories")]
    neighbourhood: Annotated[str, Meta(description="an id of kind neighbourhood of GET /v1/places")]
    text: Annotated[str, Meta(description="what is wrong; 1 to 4,000 characters")]
    name: Annotated[str, Meta(description="1 to 50 characters")]
    phone: Annotated[str, Meta(description="a mobile number, or with country code")]
    consent_version: Annotated[str, Meta(description="the version of GET /v1/privacy-notice")]
    where: Annotated[str, Meta(description="at most 200 characters")] = ""
    building: Annotated[str, Meta(description="at most 20 characters")] = ""
    unit: Annotated[str, Meta(description="at most 20 characters")] = ""


class RingAnswer(Struct, frozen=True):
    """The bell that rings now; `repeated`: it had been rung before and nothing was rung twice."""

    id: str
    number: str
    status: str
    tracking_token: str
    tracking_url: str
    repeated: bool


class StaffName(Struct, frozen=True):
    """A member of staff as everybody may know them."""

    name: str
    role: str


class TimelineEntry(Struct, frozen=True):
    """One public event, oldest first; `text` is a sentence in the caller's language."""

    seq: int
    at: str
    kind: str
    text: str


class ContactBody(Struct, frozen=True):
    """How to reach the resident: masked for everybody but the person who answered."""

    name: str
    phone: str


class DeclineBody(Struct, frozen=True):
    """Why a bell was not taken up and where to go instead."""

    reason_code: str
    reason: str
    go_to: str


class BellBody(Struct, frozen=True, kw_only=True):
    """A bell as its resident or the member of staff who was asked sees it. `level` counts from 1; times are UTC.

    `text`, `where` and `contact` are absent for staff until they have answered.
    """

    id: str
    number: str
    status: str
    desk: str
    category: str
    urgency: str
    neighbourhood: str
    level: int
    exhausted: bool
    rung_at: str
    due_at: str | None
    answered_by: StaffName | None
    answered_at: str | None
    case_id: str | None
    case_number: str | None
    declined: DeclineBody | None
    possible: list[str]
    now: str
    timeline: list[TimelineEntry]
    text: str | None = None
    where: str | None = None
    building: str | None = None
    unit: str | None = None
    contact: ContactBody | None = None


class BellSummary(Struct, frozen=True):
    """A bell as everybody may see it: nothing personal."""

    id: str
    number: str
    status: str
    category: str
    urgency: str
    neighbourhood: str
    level: int
    rung_at: str
    due_at: str | None


class BellList(Struct, frozen=True):
    """One page; ask again with `cursor` for the next, which is empty on the last."""

    items: list[BellSummary]
    cursor: str


class ActionAnswer(Struct, frozen=True):
    """The bell after what was done."""

    id: str
    number: str
    status: str
    answered_by: StaffName | None = None
    case_id: str | None = None
    case_number: str | None = None


class AcceptRequest(Struct, frozen=True):
    """Without `case` a new case is opened; else the bell joins that one, which must be open."""

    case: Annotated[str, Meta(description="number or id of a case in the caller's sight")] = ""


class TransferRequest(Struct, frozen=True):
    """Where the bell is to ring, at another neighbourhood or desk or both; what is left away stays as it is."""

    reason: Annotated[
        str, Meta(description="wrong_place, wrong_desk, conflict_of_interest or other_competence")
    ]
    neighbourhood: Annotated[str, Meta(description="an id of kind neighbourhood of GET /v1/places")] = ""
    desk: Annotated[str, Meta(description="community, lawyer or police")] = ""


class DeclineRequest(Struct, frozen=True):
    """A refusal: a code of the documentation, a reason in words, and where to go instead."""

    reason_code: str
    reason: str
    go_to: str


class EventBody(Struct, frozen=True):
    """An event exactly as it was hashed: SHA-256 over the canonical JSON (RFC 8785) of all fields but `hash`."""

    thing: str
    seq: int
    at: str
    actor: dict[str, str]
    kind: str
    data: dict[str, Any]
    prev: str
    hash: str


class TipBody(Struct, frozen=True):
    """Where the chain must end."""

    seq: int
    hash: str


class RecordBody(Struct, frozen=True):
    """The whole record, and what the server found; check it yourself."""

    thing: str
    events: list[EventBody]
    tip: TipBody
    intact: bool
    broken_at: int | None = msgspec.field(default=None)
