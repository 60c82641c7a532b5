"""What the pages of polls show. Frozen, like `web/views.py`. Questions and labels are the officials' words in the
reader's language; names of owners are masked except on the pages of those who go from door to door."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from chalicelib.web.views import FieldError


class Choice(Struct, frozen=True):
    """Something that can be chosen."""

    id: str
    label: str


class Question(Struct, frozen=True):
    """One topic on a ballot; `chosen` is the option's id or empty. `matter`: what it is under art. 278."""

    id: str
    text: str
    matter: str
    options: tuple[Choice, ...]
    chosen: str = ""


class Voter(Struct, frozen=True):
    """An owner who may be the one who votes."""

    index: int
    name: str


class Receipt(Struct, frozen=True):
    """What finds a choice in the published file."""

    question: str
    choice: str
    receipt: str


class Notice(Struct, frozen=True):
    """What every page of a poll says: which it is, when, how it is counted, who sees what, and what it is not."""

    id: str
    number: str
    neighbourhood: str
    stage: str
    stage_label: str
    opens_at: datetime | None
    closes_at: datetime | None
    counts_at: datetime | None
    secret: bool
    public: str
    officials: str
    households: bool
    covenant: bool
    disclaimer: str
    official: str
    extended: int = 0
    units: int = 0
    case: str = ""


class BallotPage(Struct, frozen=True):
    """A ballot in somebody's hand. `key`: makes a second press of the button the same ballot. `state`: `open`, or why
    nothing can be voted on now."""

    notice: Notice
    token: str
    building: str
    room: str
    area: str
    questions: tuple[Question, ...]
    voters: tuple[Voter, ...]
    voter: int
    key: str
    state: Literal["open", "early", "over"]
    voted_at: datetime | None = None
    nonce: str = ""
    receipts: tuple[Receipt, ...] = ()
    others: int = 0
    errors: tuple[FieldError, ...] = ()
    kiosk: bool = False


class CodePage(Struct, frozen=True):
    """Voting with the registered phone: which unit, which phone, then the code. `step`: `phone` or `code`."""

    notice: Notice
    step: Literal["phone", "code"]
    buildings: tuple[str, ...]
    building: str = ""
    room: str = ""
    phone: str = ""
    errors: tuple[FieldError, ...] = ()
    kiosk: bool = False


class Row(Struct, frozen=True):
    """A poll in a list."""

    id: str
    number: str
    question: str
    neighbourhood: str
    stage: str
    stage_label: str
    opens_at: datetime | None
    closes_at: datetime | None
    carried: bool | None


class Pair(Struct, frozen=True):
    """An id and its label in a form."""

    id: str
    label: str


class PollsPage(Struct, frozen=True):
    """The polls of a subdistrict; `draft`: the reader may write a new one; `rolls`: the neighbourhoods whose roll is
    the reader's business."""

    rows: tuple[Row, ...]
    next: str = ""
    staff: bool = False
    draft: bool = False
    rolls: tuple[Pair, ...] = ()


class Building(Struct, frozen=True):
    """How a building takes part."""

    name: str
    units: int
    voted: int
    percent: int


class Figure(Struct, frozen=True):
    """One of the four ratios: `part` of `whole`, what was needed, whether it was met, what is missing."""

    label: str
    part: str
    whole: str
    percent: str
    needed: str
    met: bool | None
    missing: str
    width: int
    mark: int


class Bar(Struct, frozen=True):
    """How many chose an option."""

    label: str
    heads: int
    area: str
    percent: str
    width: int


class Result(Struct, frozen=True):
    """A topic as it was counted: strictly, and beside it with the covenant's rule where there is one."""

    question: str
    matter: str
    outcome: str
    outcome_label: str
    figures: tuple[Figure, ...]
    bars: tuple[Bar, ...]
    close: bool
    tie: bool
    winner: str = ""
    covenant: str = ""
    covenant_outcome: str = ""


class Happened(Struct, frozen=True):
    """One event of the poll's record, in a sentence."""

    at: datetime
    text: str


class PollPage(Struct, frozen=True):
    """A poll for everybody: the notice, the turnout where it is shown, the result once there is one."""

    notice: Notice
    questions: tuple[Question, ...]
    buildings: tuple[Building, ...] | None
    units: int
    voted: int
    percent: str
    results: tuple[Result, ...]
    conflicts: int
    published: str
    events: tuple[Happened, ...]
    staff: bool = False
    roll: str = ""


class ResultSheet(Struct, frozen=True):
    """The result on A4. `back`: the page it belongs to."""

    number: str
    back: str
    notice: Notice
    results: tuple[Result, ...]
    conflicts: int
    published: str
    roll: str


class DoorUnit(Struct, frozen=True):
    """A unit at whose door somebody stands; names are whole, whoever goes there must know whom to ask for. `key`: makes
    a ballot that is sent twice one ballot."""

    number: int
    room: str
    kind: str
    owners: tuple[Voter, ...]
    voter: int
    key: str
    voted: bool


class DoorPage(Struct, frozen=True):
    """From door to door in a building."""

    notice: Notice
    questions: tuple[Question, ...]
    buildings: tuple[str, ...]
    building: str
    units: tuple[DoorUnit, ...]
    open: bool
    told: str = ""


class PaperPage(Struct, frozen=True):
    """Entering ballots from sheets, one after another. `photo`, `proof`: ids of uploaded files."""

    notice: Notice
    questions: tuple[Question, ...]
    buildings: tuple[str, ...]
    building: str
    units: tuple[DoorUnit, ...]
    unit: int
    voter: int
    proxy: str
    photo: str
    proof: str
    key: str
    open: bool
    told: str = ""
    errors: tuple[FieldError, ...] = ()


class Sheet(Struct, frozen=True):
    """A ballot on paper. `code`: the QR code of `address` as SVG."""

    number: int
    building: str
    room: str
    area: str
    owners: tuple[str, ...]
    address: str
    code: str


class DoorSheets(Struct, frozen=True):
    """The sheets of a building."""

    number: str
    back: str
    notice: Notice
    building: str
    buildings: tuple[str, ...]
    questions: tuple[Question, ...]
    sheets: tuple[Sheet, ...]


class DisputedBallot(Struct, frozen=True):
    """A ballot in the box of a unit with a conflict; `choice` is empty where the notice keeps choices secret."""

    id: str
    at: datetime
    way: str
    who: str
    choice: str
    counts: bool


class Dispute(Struct, frozen=True):
    """A unit for which different people voted differently, or an owner through different units."""

    unit: int
    door: str
    settled: str
    ballots: tuple[DisputedBallot, ...]


class DeskPage(Struct, frozen=True):
    """The desk of a poll. `can`: what the reader can do now; `form`: what was typed, or is suggested; `disputes` are
    shown with every ballot. `roll`: units of the current roll while the poll is a draft, 0 when there is none. `doors`:
    the buildings asked. `reissued`: the unit that has just got a new link. `redraft`: the form can hold the draft.
    `remind_again`: when it may be reminded next, None when it may be now."""

    notice: Notice
    version: int
    questions: tuple[Question, ...]
    can: tuple[str, ...]
    buildings: tuple[Building, ...] | None
    units: int
    voted: int
    percent: str
    disputes: tuple[Dispute, ...]
    results: tuple[Result, ...]
    extensions: tuple[Pair, ...]
    cancellations: tuple[Pair, ...]
    rulings: tuple[Pair, ...]
    roll: int
    roll_link: str
    form: dict[str, str]
    told: str = ""
    errors: tuple[FieldError, ...] = ()
    doors: tuple[str, ...] = ()
    reissued: int = 0
    redraft: bool = False
    reminded_at: datetime | None = None
    remind_again: datetime | None = None


class DraftPage(Struct, frozen=True):
    """A form for a poll; `form`: what was typed. `poll`: the draft that is changed, empty for a new one, and `version`
    as it was when it was looked at."""

    neighbourhoods: tuple[Pair, ...]
    matters: tuple[Pair, ...]
    form: dict[str, str]
    errors: tuple[FieldError, ...] = ()
    poll: str = ""
    version: int = 0


class RowProblem(Struct, frozen=True):
    """What is wrong with, or odd about, a cell."""

    row: int
    column: str
    value: str
    message: str


class RollPreview(Struct, frozen=True):
    """What a file would make of the roll."""

    units: int
    heads: int
    area: str
    buildings: int
    added: int
    removed: int
    changed: int
    errors: tuple[RowProblem, ...]
    warnings: tuple[RowProblem, ...]
    ignored: tuple[str, ...]
    more: int


class RollVersion(Struct, frozen=True):
    """One import."""

    number: int
    units: int
    area: str
    at: datetime
    by: str
    adopted: bool
    current: bool


class RollPage(Struct, frozen=True):
    """The roll of a neighbourhood. `content`: the file in base64, carried from looking at it to taking it; `pasted`: a
    table that was pasted instead. `fresh`: the version that was just imported."""

    neighbourhood: str
    name: str
    current: int
    versions: tuple[RollVersion, ...]
    manages: bool
    preview: RollPreview | None
    content: str
    pasted: str
    told: str = ""
    fresh: int = 0
    errors: tuple[FieldError, ...] = ()
