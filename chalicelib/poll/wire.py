"""What clients send about polls, votes and rolls. Times are ISO 8601 with a zone; areas are integers in 0.01 m²;
`version` is that of the poll the caller saw (0: does not matter)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct, field

Version = Annotated[int, Meta(description="of the poll as the caller saw it; 0: does not matter")]
Time = Annotated[str, Meta(description="ISO 8601 with a zone, such as 2026-11-24T14:00:00+08:00")]
Choices = Annotated[
    dict[str, str], Meta(description="the option's id by the topic's id; a topic left out is left blank")
]


class OptionRequest(Struct, frozen=True, kw_only=True):
    """Something that can be chosen."""

    id: str
    label: str = ""
    label_en: str = ""


class TopicRequest(Struct, frozen=True, kw_only=True):
    """One question. `matter`: 0 asks households, 1 to 9 are the matters of Civil Code art. 278. Without `options`:
    for, against, abstain (and `majority` where the covenant has that rule)."""

    question: str
    question_en: str = ""
    matter: int = 0
    options: list[OptionRequest] = []


class TermsRequest(Struct, frozen=True, kw_only=True):
    """How it is counted and who sees what; announced with the notice. `share`: households agree when more than this
    share (numerator, denominator) of those `of` (asked or answered) do. `public`, `officials`: nothing, turnout or
    (officials only) tally before the end. `secret`: officials never see who chose what."""

    parking: bool = False
    covenant: bool = False
    silent_with_majority: bool = False
    share: list[int] = field(default_factory=lambda: [1, 2])
    of: str = "asked"
    secret: bool = True
    public: str = "turnout"
    officials: str = "turnout"


class PollRequest(Struct, frozen=True, kw_only=True):
    """A draft. `case`: the case that it is asked for, whose neighbourhood it then is; else `neighbourhood`."""

    topics: list[TopicRequest]
    neighbourhood: str = ""
    case: str = ""
    terms: TermsRequest = TermsRequest()
    notice_days: int = 7
    entry_seconds: int = 86_400


class RedraftRequest(Struct, frozen=True, kw_only=True):
    """The draft anew, before it is announced."""

    topics: list[TopicRequest]
    terms: TermsRequest = TermsRequest()
    notice_days: int = 7
    entry_seconds: int = 86_400
    version: Version = 0


class AnnouncePollRequest(Struct, frozen=True, kw_only=True):
    """The notice: when voting begins and ends."""

    opens_at: Time
    closes_at: Time
    version: Version = 0


class ExtendPollRequest(Struct, frozen=True, kw_only=True):
    """`reason`: participation, bad_weather, sheets_late or owners_asked."""

    closes_at: Time
    reason: str
    version: Version = 0


class PollReasonRequest(Struct, frozen=True, kw_only=True):
    """`reason`: question_changed, roll_wrong, settled_otherwise or notice_faulty."""

    reason: str
    version: Version = 0


class PollPlain(Struct, frozen=True, kw_only=True):
    """A command that needs nothing more."""

    version: Version = 0


class RuleRequest(Struct, frozen=True, kw_only=True):
    """Which ballot of a unit with a conflict counts (empty: none). `reason`: named_voter, proxy_valid, proxy_invalid,
    not_the_owner or owners_agreed."""

    unit: int
    reason: str
    ballot: str = ""
    version: Version = 0


class ReissueRequest(Struct, frozen=True, kw_only=True):
    """The unit whose sheet was lost."""

    unit: int


class VoteRequest(Struct, frozen=True, kw_only=True):
    """A vote. `voter`: which owner of the unit votes, -1 when it is not said."""

    choices: Choices
    voter: int = -1


class BallotRequest(Struct, frozen=True, kw_only=True):
    """A vote that staff enter. `via`: door or paper. `age`: seconds since the person voted, as the device measured
    them. `photo`: the uploaded sheet (paper needs one). `proxy`, `proof`: who voted for the owner, and the uploaded
    authority."""

    unit: int
    choices: Choices
    via: str = "door"
    voter: int = -1
    age: int = 0
    photo: str = ""
    proxy: str = ""
    proof: str = ""


class BallotFileRequest(Struct, frozen=True, kw_only=True):
    """A photo of a sheet or an authority: its media type and size."""

    kind: str
    bytes: int


class VotingCodeRequest(Struct, frozen=True, kw_only=True):
    """Have a code sent to the phone that the roll has for this unit."""

    building: str
    room: str
    phone: str


class TicketRequest(Struct, frozen=True, kw_only=True):
    """The code that came. `kiosk`: it is typed at the tablet in the community's hall."""

    building: str
    room: str
    phone: str
    code: str
    kiosk: bool = False


class RollFileRequest(Struct, frozen=True, kw_only=True):
    """A CSV or XLSX file with the roll: its name and its content in base64."""

    name: str
    content: str


class AdoptRequest(Struct, frozen=True, kw_only=True):
    """Which version is the roll from now on."""

    number: int
