"""What clients send to do something to a case. Times are ISO 8601 with a zone; money is in the smallest coin; `files`
are ids of uploaded files; `version` is that of the case the caller saw (0: does not matter)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

Version = Annotated[int, Meta(description="of the case as the caller saw it; 0: does not matter")]
Words = Annotated[str, Meta(description="1 to 4,000 characters")]
Time = Annotated[str, Meta(description="ISO 8601 with a zone, such as 2026-11-24T14:00:00+08:00")]
Files = Annotated[list[str], Meta(description="ids of files uploaded for this case, at most 9")]


class Plain(Struct, frozen=True, kw_only=True):
    """A command that needs nothing more."""

    version: Version = 0


class AssignRequest(Struct, frozen=True, kw_only=True):
    """Somebody else works on it: the id of a member of staff."""

    staff: str
    version: Version = 0


class TextRequest(Struct, frozen=True, kw_only=True):
    """Something written, with photos or papers."""

    text: Words = ""
    files: Files = []
    version: Version = 0


class MessageRequest(Struct, frozen=True, kw_only=True):
    """`to`: resident, staff (from staff: an internal note) or a party's id."""

    text: Words
    to: str = "staff"
    files: Files = []
    version: Version = 0


class AskRequest(Struct, frozen=True, kw_only=True):
    """A question to the resident; the clock stands still for at most so many days."""

    text: Words
    days: int = 7
    files: Files = []
    version: Version = 0


class PauseRequest(Struct, frozen=True, kw_only=True):
    """`reason`: resident_asked, expert_opinion, other_authority, weather, materials or court."""

    reason: str
    waits_for: str
    until: Time
    version: Version = 0


class OptionBody(Struct, frozen=True):
    """Something to choose; `price` in the smallest coin, null when it has none."""

    text: str
    price: int | None = None


class OfferRequest(Struct, frozen=True, kw_only=True):
    """Two options at least."""

    options: list[OptionBody]
    version: Version = 0


class ChooseRequest(Struct, frozen=True, kw_only=True):
    """The number of the offer, and the option's id."""

    offer: int
    option: str
    version: Version = 0


class InviteRequest(Struct, frozen=True, kw_only=True):
    """`organisation`: an id of GET /v1/organisations; or else somebody by kind and name, with a phone or a mail."""

    organisation: str = ""
    kind: str = ""
    name: str = ""
    person: str = ""
    phone: str = ""
    mail: str = ""
    version: Version = 0


class PartyRequest(Struct, frozen=True, kw_only=True):
    """A party's id."""

    party: str
    version: Version = 0


class ScheduleRequest(Struct, frozen=True, kw_only=True):
    """A meeting: `text` is the agenda, `place` where it is or how one joins; `invited`: parties' ids, resident."""

    at: Time
    place: Annotated[str, Meta(description="1 to 200 characters")]
    text: Words
    invited: list[str]
    online: bool = False
    version: Version = 0


class RespondRequest(Struct, frozen=True, kw_only=True):
    """yes, no, or other with another time. Staff name the party they speak for."""

    meeting: int
    answer: str
    at: Time = ""
    party: str = ""
    version: Version = 0


class HoldRequest(Struct, frozen=True, kw_only=True):
    """The minutes with their resolutions in order; `files` are photos of the signed sheet."""

    meeting: int
    attended: list[str]
    text: Words
    resolutions: list[str] = []
    files: Files = []
    version: Version = 0


class MeetingRequest(Struct, frozen=True, kw_only=True):
    """The number of a meeting."""

    meeting: int
    version: Version = 0


class CommentRequest(Struct, frozen=True, kw_only=True):
    """A word on a version of the plan."""

    plan: int
    text: Words
    version: Version = 0


class DutyBody(Struct, frozen=True):
    """Who (a party's id, resident, specialist, community or subdistrict) does what by when; reminded so many seconds
    before."""

    who: str = ""
    text: str = ""
    due_at: str = ""
    remind_before: int = 86_400


class DraftRequest(Struct, frozen=True, kw_only=True):
    """`form`: minutes (协商纪要) or mediation (人民调解协议书); `facts`: what the paper says before the terms."""

    form: str
    terms: list[str]
    signatories: list[str]
    duties: list[DutyBody] = []
    facts: str = ""
    version: Version = 0


class SignRequest(Struct, frozen=True, kw_only=True):
    """Parties and residents send the `code` of POST …/signature-code. Staff record a signature on paper (with a photo)
    or given orally (with what was said): `signatory` and `kind`."""

    code: str = ""
    signatory: str = ""
    kind: str = "code"
    text: str = ""
    files: Files = []
    version: Version = 0


class PromiseRequest(Struct, frozen=True, kw_only=True):
    """One more obligation."""

    duty: DutyBody
    version: Version = 0


class ObligationRequest(Struct, frozen=True, kw_only=True):
    """The number of an obligation."""

    obligation: int
    version: Version = 0


class PerformRequest(Struct, frozen=True, kw_only=True):
    """It was met: proof in words or photos."""

    obligation: int
    text: str = ""
    files: Files = []
    version: Version = 0


class SendBackRequest(Struct, frozen=True, kw_only=True):
    """It is not met after all: why, and the new date."""

    obligation: int
    text: Words
    due_at: Time
    version: Version = 0


class ConsultRequest(Struct, frozen=True, kw_only=True):
    """`how`: parties (they sign) or poll (the neighbours, with the poll's id or name), until then."""

    how: str
    until: Time
    poll: str = ""
    version: Version = 0


class ConcludeRequest(Struct, frozen=True, kw_only=True):
    """The poll's result in words; whether it carried."""

    carried: bool
    text: Words
    files: Files = []
    version: Version = 0


class ReasonRequest(Struct, frozen=True, kw_only=True):
    """A reason code and what there is to say."""

    reason: str
    text: Words
    version: Version = 0


class UnmaskRequest(Struct, frozen=True, kw_only=True):
    """Whose phone, by the bell, and why: owner_absent, safety, complaint or court."""

    bell: str
    reason: str
    version: Version = 0


class RateRequest(Struct, frozen=True, kw_only=True):
    """Answered? Solved? Satisfied? With reason codes and words."""

    answered: bool
    solved: bool
    satisfied: bool
    reasons: list[str] = []
    text: str = ""
    version: Version = 0


class ExtendRequest(Struct, frozen=True, kw_only=True):
    """More time for the deadline of that key."""

    key: str
    until: Time
    reason: str
    text: Words
    version: Version = 0


class DecideExtensionRequest(Struct, frozen=True, kw_only=True):
    """Granted or not."""

    granted: bool
    text: str = ""
    version: Version = 0


class MergeRequest(Struct, frozen=True, kw_only=True):
    """The number of the case in which the matter goes on."""

    case: str
    version: Version = 0


class SplitRequest(Struct, frozen=True, kw_only=True):
    """The second matter: its category and subject, and the bells that go with it (none: the first bell is in both)."""

    category: str
    subject: str
    bells: list[str] = []
    version: Version = 0


class UploadRequest(Struct, frozen=True, kw_only=True):
    """A file to be uploaded: its media type and size in bytes."""

    kind: str
    bytes: int
    name: str = ""
