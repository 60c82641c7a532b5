"""What the pages of the staff console show. Frozen, like `web/views.py`.

Other than there, labels arrive in the reader's language: the forms of forty commands are drawn by one macro, which
could not know their words. Times are aware UTC, `path`s below the stage; what people typed is as they typed it.
"""

from datetime import datetime

from msgspec import Struct

from chalicelib.web.guest_views import (
    AgreementCard,
    DutyCard,
    MeetingCard,
    OfferCard,
    PaperLink,
    Photo,
    PlanCard,
    RatingCard,
    Stop,
)
from chalicelib.web.views import FieldError, Person, RecordPanel


class Choice(Struct, frozen=True):
    """Something to choose in a form, or a tab or filter of a list."""

    value: str
    label: str
    chosen: bool = False
    path: str = ""


class Field(Struct, frozen=True):
    """One field of a form. `id` is its id on the page and the anchor of its error, `name` what is posted.

    `kind`: text, textarea, lines, select, checkboxes, datetime, number, money, yes, files, hidden or rows. The value of
    a date-time is local ("2026-11-24T10:00"). Of rows `rows` holds the fields of each; every choice of checkboxes is
    posted as `<name>.<value>`.
    """

    id: str
    name: str
    kind: str
    label: str = ""
    hint: str = ""
    value: str = ""
    required: bool = False
    choices: tuple[Choice, ...] = ()
    rows: tuple[tuple["Field", ...], ...] = ()
    least: str = ""
    most: str = ""
    files: tuple[Photo, ...] = ()


class Form(Struct, frozen=True):
    """What can be done now, as a form that posts `action`=`verb`. `confirm`: what to be sure of, when it was sent once
    and a slip would hurt; the form then posts `sure`. `open`: it is being filled in."""

    verb: str
    title: str
    button: str
    fields: tuple[Field, ...] = ()
    hint: str = ""
    confirm: str = ""
    danger: bool = False
    open: bool = False
    errors: tuple[FieldError, ...] = ()


class Uploader(Struct, frozen=True):
    """For browsers without a script: a form that puts one photo for the form of `verb` into the file store."""

    verb: str
    url: str
    fields: tuple[tuple[str, str], ...]
    kind: str


class Due(Struct, frozen=True):
    """A deadline. `stopped`: a pause holds it, and `left` seconds are left of it; otherwise it runs to `at`."""

    label: str
    at: datetime
    late: bool = False
    stopped: bool = False
    left: int = 0


class CaseRow(Struct, frozen=True):
    """A case in the worklist."""

    id: str
    path: str
    number: str
    subject: str
    neighbourhood: str
    category: str
    urgency: str
    stage: str
    owner: str
    mine: bool = False
    due: Due | None = None
    paused: bool = False
    bells: int = 1
    chosen: bool = False


class BellLine(Struct, frozen=True):
    """A bell that was found and is in no case."""

    path: str
    number: str
    category: str
    neighbourhood: str
    status: str
    rung_at: datetime


class Outcome(Struct, frozen=True):
    """What became of one case of several."""

    number: str
    path: str
    done: bool
    message: str


class WorklistView(Struct, frozen=True):
    """console.html: open cases, what is due first first. Posts `action` = assign with `case.<id>` and `staff`.

    `tabs`: the views. `query` is what was searched (`cursor`: there is more), `narrowed` whether filters hide
    something; `more`: the next page. Posts `action` = search with `q`, too.
    """

    title: str
    tabs: tuple[Choice, ...]
    stages: tuple[Choice, ...]
    categories: tuple[Choice, ...]
    urgencies: tuple[Choice, ...]
    rows: tuple[CaseRow, ...]
    bells: tuple[BellLine, ...] = ()
    view: str = "mine"
    overdue: bool = False
    paused: bool = False
    query: str = ""
    narrowed: bool = False
    staff: tuple[Choice, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    errors: tuple[FieldError, ...] = ()
    more: str = ""
    cursor: str = ""
    name: str = ""
    role: str = ""


class ResidentBell(Struct, frozen=True):
    """A bell of the case and who rang it. `phone` is what is shown, `dial` the number when it may be called; `erased`:
    the personal data is no more."""

    id: str
    number: str
    path: str
    name: str = ""
    phone: str = ""
    dial: str = ""
    address: str = ""
    text: str = ""
    first: bool = False
    erased: bool = False


class Entry(Struct, frozen=True):
    """One event of the timeline. `tone`: step (the case moved), note (said within the house), word, clock (the engine),
    or notice (what became of messages)."""

    seq: int
    kind: str
    tone: str
    at: datetime
    text: str
    who: str = ""
    words: tuple[str, ...] = ()
    files: tuple[Photo, ...] = ()


class PartyCard(Struct, frozen=True):
    """Somebody who takes part."""

    id: str
    kind: str
    name: str
    person: str = ""
    phone: str = ""
    dial: str = ""
    mail: str = ""
    active: bool = True


class SimilarCase(Struct, frozen=True):
    """An open case that may be about the same matter."""

    id: str
    path: str
    number: str
    subject: str
    stage: str
    neighbourhood: str
    opened_at: datetime
    bells: int = 1


class PauseBanner(Struct, frozen=True):
    """Why the clock stands still, whom everybody waits for, until when at the latest."""

    reason: str
    waits_for: str
    since: datetime
    until: datetime
    question: str = ""


class CasePage(Struct, frozen=True):
    """case.html. Its forms post `action`, `version` and their fields to `path`.

    `likely` are the forms that come next, `others` what else is possible. `since`: what others did meanwhile, when a
    form came back because of it. `flash`: a sentence about what was just done; `problem`: why it was not.
    `poll`: where the neighbours' answer stands; `ask`: where they can be asked. `similar`: None when nobody asked.
    `kept`: what was typed into a form that is no longer there.
    """

    id: str
    path: str
    number: str
    subject: str
    version: int
    category: str
    urgency: str
    neighbourhood: str
    stage: str
    road: tuple[Stop, ...]
    opened_at: datetime
    dues: tuple[Due, ...]
    entries: tuple[Entry, ...]
    likely: tuple[Form, ...]
    others: tuple[Form, ...]
    bells: tuple[ResidentBell, ...]
    record: RecordPanel
    owner: Person | None = None
    pause: PauseBanner | None = None
    extension: str = ""
    parties: tuple[PartyCard, ...] = ()
    meetings: tuple[MeetingCard, ...] = ()
    plans: tuple[PlanCard, ...] = ()
    offers: tuple[OfferCard, ...] = ()
    agreement: AgreementCard | None = None
    duties: tuple[DutyCard, ...] = ()
    similar: tuple[SimilarCase, ...] | None = None
    rating: RatingCard | None = None
    papers: tuple[PaperLink, ...] = ()
    verbs: tuple[str, ...] = ()
    poll: str = ""
    ask: str = ""
    merged_into: str = ""
    merged_path: str = ""
    since: tuple[Entry, ...] = ()
    uploader: Uploader | None = None
    kept: tuple[str, ...] = ()
    flash: str = ""
    problem: str = ""
