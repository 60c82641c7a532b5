"""What clients get about cases. Times are UTC; money is in the smallest coin; names are as the caller may see them."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class DeadlineBody(Struct, frozen=True):
    """One thing that is due. `left_seconds`: what is left in its own measure (working time where `working`), still in a
    pause; `overdue`: how often that was said."""

    key: str
    label: str
    due_at: str
    left_seconds: int
    overdue: int
    working: bool
    stopped: bool


class PauseBody(Struct, frozen=True):
    """Why the clock stands still, whom it waits for, until when at the latest."""

    reason: str
    waits_for: str
    since: str
    until: str


class FileBody(Struct, frozen=True):
    """A photo or paper, by links that work for a quarter of an hour."""

    id: str
    kind: str
    url: str
    thumbnail: str


class EntryBody(Struct, frozen=True):
    """One event of the record as the caller may see it: who, when, a sentence; the words and files under it."""

    seq: int
    at: str
    kind: str
    who: str
    text: str
    words: str
    files: list[FileBody]


class OwnerBody(Struct, frozen=True):
    """Who works on it."""

    id: str
    name: str
    role: str


class CaseBellBody(Struct, frozen=True):
    """A bell of the case; only staff get more than the number, and only the owner the full phone."""

    id: str
    number: str
    name: str = ""
    phone: str = ""
    text: str = ""
    where: str = ""
    building: str = ""
    unit: str = ""


class PartyBody(Struct, frozen=True):
    """Somebody who takes part. Staff also get how to reach them."""

    id: str
    kind: str
    name: str
    person: str
    active: bool
    phone: str = ""
    mail: str = ""


class ResponseBody(Struct, frozen=True):
    """What an invited party said."""

    party: str
    answer: str
    at: str | None


class MeetingBody(Struct, frozen=True):
    """A meeting with its agenda (the first line says where), minutes and numbered resolutions."""

    number: int
    at: str
    online: bool
    status: str
    invited: list[str]
    responses: list[ResponseBody]
    attended: list[str]
    agenda: str
    minutes: str
    resolutions: list[str]
    files: list[FileBody]


class OptionBody(Struct, frozen=True):
    """Something to choose."""

    id: str
    text: str
    price: int | None


class OfferBody(Struct, frozen=True):
    """Options, and the one that was chosen."""

    number: int
    options: list[OptionBody]
    chosen: str


class CommentBody(Struct, frozen=True):
    """A word on a plan."""

    who: str
    at: str
    text: str


class PlanBody(Struct, frozen=True):
    """A version of the plan and what was said about it."""

    number: int
    at: str
    text: str
    files: list[FileBody]
    comments: list[CommentBody]


class SignatureBody(Struct, frozen=True):
    """Who signed how; `at` is null while it is missing."""

    signatory: str
    name: str
    kind: str
    at: str | None


class AgreementBody(Struct, frozen=True):
    """What is agreed; in effect since `effective_at`, confirmed by the court or not."""

    version: int
    form: str
    facts: str
    terms: list[str]
    signatures: list[SignatureBody]
    effective_at: str | None
    confirmed: bool


class ObligationBody(Struct, frozen=True):
    """Who does what by when."""

    number: int
    who: str
    name: str
    text: str
    due_at: str
    status: str
    proof: str
    files: list[FileBody]


class ExtensionBody(Struct, frozen=True):
    """More time that was asked for."""

    key: str
    until: str
    by: str


class RatingBody(Struct, frozen=True):
    """What the resident said."""

    answered: bool
    solved: bool
    satisfied: bool


class CaseBody(Struct, frozen=True, kw_only=True):
    """A case as the caller may see it. `possible`: what the caller can do now, as the last part of an address."""

    id: str
    number: str
    subject: str
    stage: str
    category: str
    urgency: str
    neighbourhood: str
    community: str
    owner: OwnerBody
    opened_at: str
    stage_since: str
    version: int
    pause: PauseBody | None
    deadlines: list[DeadlineBody]
    bells: list[CaseBellBody]
    parties: list[PartyBody]
    meetings: list[MeetingBody]
    offers: list[OfferBody]
    plans: list[PlanBody]
    agreement: AgreementBody | None
    obligations: list[ObligationBody]
    extension: ExtensionBody | None
    rating: RatingBody | None
    merged_into: str | None
    possible: list[str]
    now: str
    timeline: list[EntryBody]


class CaseLineBody(Struct, frozen=True):
    """A case in a list."""

    id: str
    number: str
    subject: str
    stage: str
    category: str
    urgency: str
    neighbourhood: str
    owner: OwnerBody
    due: str | None
    due_at: str | None
    paused: bool
    opened_at: str
    version: int


class CaseList(Struct, frozen=True):
    """One page; ask again with `cursor` for the next, which is empty on the last. `bells`: found, but in no case."""

    items: list[CaseLineBody]
    cursor: str
    bells: list[str] = []


class CaseAnswer(Struct, frozen=True):
    """The case after what was done."""

    id: str
    number: str
    stage: str
    version: int
    paused: bool
    possible: list[str]


class UploadForm(Struct, frozen=True):
    """Where to POST a file as multipart/form-data: all `fields`, then `file`."""

    id: str
    url: str
    fields: dict[str, str]
    most_bytes: int
    until: str


class UploadAnswer(UploadForm, frozen=True):
    """The forms for a file and for its thumbnail (a JPEG that the client draws; leaving it out is fine)."""

    thumbnail: UploadForm


class SignatureCodeAnswer(Struct, frozen=True):
    """A code is on its way to the caller's phone."""

    sent_to: str
    until: str
    again_at: str


class CaseEventBody(Struct, frozen=True):
    """An event exactly as it was hashed."""

    thing: str
    seq: int
    at: str
    actor: dict[str, str]
    kind: str
    data: dict[str, Any]
    prev: str
    hash: str


class CaseRecordBody(Struct, frozen=True):
    """The whole record of a case, where it must end, and what the server found; check it yourself."""

    thing: str
    events: list[CaseEventBody]
    tip_seq: int
    tip_hash: str
    intact: bool
    broken_at: int | None = None
