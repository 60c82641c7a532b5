"""What the officials see who hold a poll: its draft and its desk. Frozen, like `web/views.py`."""

from datetime import datetime

from msgspec import Struct

from chalicelib.web.poll_views import Building, Notice, Pair, Question, Result
from chalicelib.web.views import FieldError


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
