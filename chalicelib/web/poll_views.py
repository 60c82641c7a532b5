"""What everybody's pages of polls show: ballots, lists, notices and results. Frozen, like `web/views.py`.

Questions and labels are the officials' words in the reader's language; names of owners are masked.
"""

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
