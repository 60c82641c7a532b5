"""What clients get about polls. Times are UTC; areas are integers in 0.01 m²; ratios are pairs of integers."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class PollOptionBody(Struct, frozen=True):
    """Something that can be chosen, in the caller's language."""

    id: str
    label: str


class TopicBody(Struct, frozen=True):
    """One question. `matter`: 0 asks households, else the number in Civil Code art. 278."""

    id: str
    question: str
    matter: int
    options: list[PollOptionBody]


class TermsBody(Struct, frozen=True):
    """How it is counted and who sees what."""

    parking: bool
    covenant: bool
    silent_with_majority: bool
    share: list[int]
    of: str
    secret: bool
    public: str
    officials: str


class PollLine(Struct, frozen=True):
    """A poll in a list."""

    id: str
    number: str
    question: str
    neighbourhood: str
    stage: str
    opens_at: str
    closes_at: str
    carried: bool | None


class PollList(Struct, frozen=True):
    """One page and the cursor of the next."""

    items: list[PollLine]
    cursor: str


class PollBody(Struct, frozen=True):
    """A poll. `disclaimer` belongs beside whatever is shown of it. `result` is empty until it is counted; `possible`:
    what the caller can do now."""

    id: str
    number: str
    neighbourhood: str
    case: str
    stage: str
    version: int
    topics: list[TopicBody]
    terms: TermsBody
    notice_days: int
    opens_at: str
    closes_at: str
    counts_at: str
    extended: int
    units: int
    roll: str
    disclaimer: str
    official: str
    result: dict[str, Any]
    possible: list[str]


class TurnoutBody(Struct, frozen=True):
    """How many units of a building have a ballot."""

    building: str
    units: int
    voted: int


class TurnoutList(Struct, frozen=True):
    """By building, and of all."""

    units: int
    voted: int
    buildings: list[TurnoutBody]


class UnitOwnerBody(Struct, frozen=True):
    """An owner of a unit; masked except for those who go from door to door."""

    index: int
    name: str


class UnitBody(Struct, frozen=True):
    """A unit of the roll."""

    number: int
    building: str
    room: str
    area: int
    kind: str
    owners: list[UnitOwnerBody]
    voter: int


class UnitList(Struct, frozen=True):
    """Units."""

    items: list[UnitBody]


class BallotBody(Struct, frozen=True):
    """A ballot in a box. `choices` is empty where the notice keeps them secret."""

    id: str
    at: str
    received_at: str
    via: str
    voter: int
    proxy: str
    by: str
    photo: str
    choices: dict[str, str]


class ConflictBox(Struct, frozen=True):
    """A unit for which different people voted differently, or an owner through different units."""

    unit: UnitBody
    ballots: list[BallotBody]
    counts: str
    ruling: str


class ConflictList(Struct, frozen=True):
    """All of them, with every ballot."""

    items: list[ConflictBox]


class VotePaper(Struct, frozen=True):
    """What the holder of a ticket may vote on: the poll, the unit, and what was voted so far for it."""

    poll: PollBody
    unit: UnitBody
    voter: int
    choices: dict[str, str]
    voted_at: str


class VotedBody(Struct, frozen=True):
    """The ballot that is in the box. `receipts` by topic: with the nonce everybody finds their own in the published
    file, and nobody else's."""

    ballot: str
    unit: int
    choices: dict[str, str]
    at: str
    nonce: str
    receipts: dict[str, str]


class VotingCodeAnswer(Struct, frozen=True):
    """If the roll has that phone for that unit, a code is on its way; whether it has is not said."""

    until: str
    again_at: str


class TicketAnswer(Struct, frozen=True):
    """What opens the ballot of the unit."""

    ticket: str
    url: str


class ReissueAnswer(Struct, frozen=True):
    """The new link of the unit."""

    unit: int
    ticket: str
    url: str


class BallotFileForm(Struct, frozen=True):
    """A form that puts a file where it belongs, straight into the file store."""

    id: str
    url: str
    fields: dict[str, str]
    most_bytes: int
    until: str


class BallotFileAnswer(Struct, frozen=True):
    """Forms for the file and for its thumbnail; name the file's id in the ballot."""

    id: str
    url: str
    fields: dict[str, str]
    most_bytes: int
    until: str
    thumbnail: BallotFileForm


class RollVersionBody(Struct, frozen=True):
    """One import of the roll."""

    number: int
    units: int
    area: int
    digest: str
    at: str
    by: str
    adopted: bool


class RollBody(Struct, frozen=True):
    """The roll of a neighbourhood: its versions, and which is the current one (0: none)."""

    neighbourhood: str
    current: int
    versions: list[RollVersionBody]


class RowProblem(Struct, frozen=True):
    """What is wrong with, or odd about, a cell of the file."""

    row: int
    column: str
    code: str
    value: str
    message: str


class PreviewBody(Struct, frozen=True):
    """What a file would make of the roll. With `errors` it cannot be imported; `more`: how many are not told."""

    ready: bool
    rows: int
    units: int
    heads: int
    area: int
    buildings: int
    errors: list[RowProblem]
    warnings: list[RowProblem]
    ignored: list[str]
    added: int
    removed: int
    changed: int
    more: int


class PollRecordBody(Struct, frozen=True):
    """Every event as it was hashed, and whether the chain is intact."""

    thing: str
    intact: bool
    events: list[dict[str, Any]]
