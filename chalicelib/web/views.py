"""What each page shows: frozen, made of primitives and aware UTC datetimes. Handlers build, templates read.

Everything here is already fit for its reader: masked where it must be masked, absent where it must not be seen.
Ids (category, desk, role, status, urgency, reason code) are translated by the templates, not by the handlers.
Structs rather than dataclasses: pages must be declared in every process, and thirty dataclasses cost a cold ring 8 ms.
"""

from datetime import datetime
from typing import Final, Literal

from msgspec import Struct

from chalicelib.web.labels import DECLINE_REASONS, TRANSFER_REASONS

TEXT_LIMIT: Final = 4000


class Frame(Struct, frozen=True):
    """What every page needs. `path` is the page's own path without `base_path` and query ("/t/3f…").

    `now` is the (possibly scaled) clock's time and `speed` how fast it runs, so that count-downs in the browser agree.
    `base_path` is the stage prefix ("/api") or empty. `csrf` is put into every form when it is not empty. `rest` is
    what else the page's address asks for ("&building=2"), so that another language or print is the same page.
    """

    path: str
    subdistrict: str
    timezone: str
    now: datetime
    base_path: str = ""
    elder: bool = False
    speed: float = 1
    csrf: str = ""
    contact: str = "12345"
    rest: str = ""


class FieldError(Struct, frozen=True):
    """One wrong field of a form: `field` is the input's name, `message` a sentence in the reader's language."""

    field: str
    message: str


class Person(Struct, frozen=True):
    """A member of staff as residents may see them."""

    name: str
    role: str


class Hotline(Struct, frozen=True):
    """An emergency number. `kind`: fire, police, ambulance or gas."""

    kind: str
    number: str


class CategoryTile(Struct, frozen=True):
    """A tile to choose from; `urgency`: emergency, urgent or ordinary. One without an icon of its own gets dots."""

    id: str
    urgency: str


class NeighbourhoodOption(Struct, frozen=True):
    """A neighbourhood in the list."""

    id: str
    name: str


class CommunityGroup(Struct, frozen=True):
    """A community and its neighbourhoods, one group of the list."""

    name: str
    neighbourhoods: tuple[NeighbourhoodOption, ...]


class RingForm(Struct, frozen=True):
    """What was typed, exactly as typed, so that nothing is lost when something is wrong. Field names = input names."""

    desk: str = "community"
    category: str = ""
    neighbourhood: str = ""
    building: str = ""
    unit: str = ""
    where: str = ""
    text: str = ""
    name: str = ""
    phone: str = ""
    consent: bool = False


class RingView(Struct, frozen=True):
    """ring.html. Posts `RingForm`'s fields, `consent` ("yes"), `consent_version` and `idempotency_key` to "/"."""

    desks: tuple[str, ...]
    categories: tuple[CategoryTile, ...]
    communities: tuple[CommunityGroup, ...]
    hotlines: tuple[Hotline, ...]
    consent_version: str
    form: RingForm = RingForm()
    errors: tuple[FieldError, ...] = ()
    idempotency_key: str = ""
    level_minutes: int = 5
    text_limit: int = TEXT_LIMIT


class LevelStep(Struct, frozen=True):
    """One level of the bell's ladder. `state`: past, now, next, skipped or answered."""

    level: int
    roles: tuple[str, ...]
    state: Literal["past", "now", "next", "skipped", "answered"]


class TimelineEvent(Struct, frozen=True):
    """One public event, oldest first; `text` is its sentence in the reader's language (`sentences.sentence`)."""

    seq: int
    kind: str
    at: datetime
    text: str


class Decline(Struct, frozen=True):
    """Why a bell was not taken up and where to go instead."""

    reason_code: str
    reason: str
    go_to: str


class RecordPanel(Struct, frozen=True):
    """The hash chain as the server sees it: how many events, the last hash (hex), and whether it verified."""

    events: int
    head_hash: str
    intact: bool


class TrackView(Struct, frozen=True):
    """track.html. Its forms post `action` = withdraw or appeal to "/t/{token}".

    `due_at` is when the bell moves on to the next level (ringing) or when the decision is due (answered);
    `step_at` when that span began. `flash`: rung, duplicate, withdrawn, appealed or empty.
    """

    token: str
    bell_id: str
    number: str
    status: str
    urgency: str
    desk: str
    category: str
    neighbourhood: str
    text: str
    name_masked: str
    phone_masked: str
    rung_at: datetime
    levels: tuple[LevelStep, ...]
    events: tuple[TimelineEvent, ...]
    record: RecordPanel
    where: str = ""
    building: str = ""
    unit: str = ""
    due_at: datetime | None = None
    step_at: datetime | None = None
    answered_by: Person | None = None
    answered_at: datetime | None = None
    case_number: str = ""
    decline: Decline | None = None
    exhausted: bool = False
    can_withdraw: bool = False
    can_appeal: bool = False
    hotlines: tuple[Hotline, ...] = ()
    flash: str = ""


class AnswerDetail(Struct, frozen=True):
    """What only the person who answered sees: unmasked, because he must call and come."""

    name: str
    phone: str
    text: str
    where: str = ""
    building: str = ""
    unit: str = ""


class DeclineForm(Struct, frozen=True):
    """What was typed into the decline form, exactly as typed."""

    reason_code: str = ""
    reason: str = ""
    go_to: str = ""


class TransferForm(Struct, frozen=True):
    """To whom the bell can be handed on, and what was chosen; `open` when something of it is wrong. Its inputs are
    named like its fields with `transfer_` before them; an empty place or desk leaves that as it is."""

    communities: tuple[CommunityGroup, ...]
    desks: tuple[str, ...]
    reasons: tuple[str, ...] = tuple(TRANSFER_REASONS)
    reason: str = ""
    neighbourhood: str = ""
    desk: str = ""
    open: bool = False


AnswerState = Literal[
    "waiting", "mine", "taken", "accepted", "declined", "withdrawn", "expired", "superseded", "transferred"
]


class AnswerView(Struct, frozen=True):
    """answer.html. Posts `action` = answer, accept, decline (with `DeclineForm`'s fields) or transfer (with
    `TransferForm`'s) to "/a/{token}".

    waiting: not answered yet, nothing personal on the page. mine: this reader answered, `detail` is given.
    taken: `answered_by` did. accepted / declined: decided by this reader. transferred: handed on by this reader.
    The rest are dead ends with a sentence.
    `similar`: open cases (`console_views.SimilarCase`) that the bell may `join`; `case_path`: to the case it led to.
    """

    state: AnswerState
    token: str
    number: str
    neighbourhood: str = ""
    category: str = ""
    urgency: str = "ordinary"
    desk: str = "community"
    level: int = 1
    rung_at: datetime | None = None
    due_at: datetime | None = None
    step_at: datetime | None = None
    answered_by: Person | None = None
    answered_at: datetime | None = None
    detail: AnswerDetail | None = None
    case_number: str = ""
    case_path: str = ""
    similar: tuple[object, ...] = ()
    join: str = ""
    decline: Decline | None = None
    reason_codes: tuple[str, ...] = tuple(DECLINE_REASONS)
    form: DeclineForm = DeclineForm()
    errors: tuple[FieldError, ...] = ()
    hotlines: tuple[Hotline, ...] = ()
    transfer: TransferForm | None = None


class BellCard(Struct, frozen=True):
    """One waiting bell of a staff member; `token` opens its one-tap page."""

    token: str
    number: str
    neighbourhood: str
    category: str
    urgency: str
    rung_at: datetime
    due_at: datetime | None = None


class BellsView(Struct, frozen=True):
    """bells.html: the bells that wait for one person, most urgent first."""

    staff_name: str
    cards: tuple[BellCard, ...]


class BoardRow(Struct, frozen=True):
    """A ringing bell for everybody to see: nothing personal."""

    number: str
    neighbourhood: str
    category: str
    urgency: str
    roles: tuple[str, ...]
    level: int
    rung_at: datetime
    due_at: datetime | None = None
    step_at: datetime | None = None


class BoardView(Struct, frozen=True):
    """board.html: ringing bells, longest-waiting first, and three figures of today (place's day)."""

    rows: tuple[BoardRow, ...]
    answered_today: int = 0
    mean_seconds: int | None = None


class SignInView(Struct, frozen=True):
    """sign_in.html: first the phone, then the code that was texted to it. Posts `action` = code or enter."""

    step: Literal["phone", "code"] = "phone"
    phone: str = ""
    errors: tuple[FieldError, ...] = ()
    minutes: int = 5


class MyRow(Struct, frozen=True):
    """A bell of one's own list; `path` leads to its page."""

    path: str
    number: str
    neighbourhood: str
    category: str
    urgency: str
    status: str
    rung_at: datetime
    due_at: datetime | None = None


class MeView(Struct, frozen=True):
    """me.html: the bells that somebody rang, or for staff those of their places. `more`: the next page, or empty."""

    shows: Literal["rung", "places"]
    rows: tuple[MyRow, ...]
    more: str = ""
    name: str = ""
    role: str = ""


class NoticeBlock(Struct, frozen=True):
    """A piece of the privacy notice. `kind`: heading, paragraph or list (whose `items` are its entries)."""

    kind: Literal["heading", "paragraph", "list"]
    items: tuple[str, ...]


class PrivacyView(Struct, frozen=True):
    """privacy.html."""

    version: str
    title: str
    blocks: tuple[NoticeBlock, ...]


class StatusView(Struct, frozen=True):
    """status.html. `state` as `status.rules.State`; `swept_at`, `tried_at`: when the minute and the trial bell last
    came round, None when they never did; `tried_well`: whether the bell got through."""

    state: str
    since: datetime | None = None
    swept_at: datetime | None = None
    tried_at: datetime | None = None
    tried_well: bool | None = None


class AnchorLine(Struct, frozen=True):
    """The anchor of a day (UTC): how many records it is over, when they were read, their root."""

    date: str
    at: datetime
    size: int
    root: str


class AnchorsView(Struct, frozen=True):
    """anchors.html. The newest first; `next`: the cursor of older ones, empty when there are none."""

    anchors: tuple[AnchorLine, ...]
    next: str = ""


class ErrorView(Struct, frozen=True):
    """error.html. `message` is a sentence in the reader's language; `details` more of them; `again_at` for 429."""

    status: int
    message: str
    details: tuple[str, ...] = ()
    again_at: datetime | None = None
