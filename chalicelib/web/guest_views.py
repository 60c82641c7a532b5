"""What residents and parties of a case see. Frozen, like `web/views.py`; printed papers are in `web/paper_views.py`.

`side` is whose page it is. Words that people typed are in `words`; everything else is an id for the template's labels
or a sentence in the reader's language. Prices are shown as they are to be read.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from chalicelib.web.views import FieldError, Person, RecordPanel

Side = Literal["resident", "party"]
Whose = Literal["you", "community", "party", "nobody"]


class Photo(Struct, frozen=True):
    """A file somebody added: signed links to it and, for a picture, to its thumbnail."""

    url: str
    small: str = ""
    name: str = ""
    image: bool = True


class Entry(Struct, frozen=True):
    """One event as its reader may see it, oldest first; `words` and `files` were added by `who`."""

    seq: int
    kind: str
    at: datetime
    text: str
    words: str = ""
    files: tuple[Photo, ...] = ()


class Stop(Struct, frozen=True):
    """One stage of the road; `state`: past, now or next."""

    stage: str
    state: Literal["past", "now", "next"]


class Ask(Struct, frozen=True):
    """Something the reader is asked for: an id, the number of the meeting, offer or obligation, until when."""

    what: str
    number: int = 0
    until: datetime | None = None


class Turn(Struct, frozen=True):
    """Whose turn it is. `what`: what is awaited, an id; `who`: names of those awaited; `until`: when it is due.

    `asks`: everything that is awaited of the reader, most pressing first; then it is theirs.
    """

    whose: Whose
    what: str
    who: tuple[str, ...] = ()
    until: datetime | None = None
    late: bool = False
    asks: tuple[Ask, ...] = ()


class Question(Struct, frozen=True):
    """What the staff asked: the clock stands still until the answer."""

    words: str
    until: datetime
    files: tuple[Photo, ...] = ()


class Choice(Struct, frozen=True):
    """An option of an offer."""

    id: str
    words: str
    price: str = ""
    files: tuple[Photo, ...] = ()
    chosen: bool = False


class OfferCard(Struct, frozen=True):
    """Options to choose from; `open` while one can still be chosen."""

    number: int
    choices: tuple[Choice, ...]
    open: bool


class Reply(Struct, frozen=True):
    """What somebody said to an invitation: yes, no, other (with a time) or nothing yet."""

    who: str
    answer: str = ""
    at: datetime | None = None
    mine: bool = False


class MeetingCard(Struct, frozen=True):
    """A meeting: `scheduled`, `held` or `cancelled`. `paper`: where its minutes are printed, when there are any."""

    number: int
    at: datetime
    online: bool
    status: str
    agenda: str = ""
    replies: tuple[Reply, ...] = ()
    mine: str = ""
    invited: bool = False
    can_reply: bool = False
    minutes: str = ""
    resolutions: tuple[str, ...] = ()
    attended: tuple[str, ...] = ()
    calendar: str = ""
    paper: str = ""


class Remark(Struct, frozen=True):
    """A word on a plan."""

    who: str
    at: datetime
    words: str


class PlanCard(Struct, frozen=True):
    """A version of the plan and what was said about it."""

    number: int
    at: datetime
    words: str
    files: tuple[Photo, ...] = ()
    remarks: tuple[Remark, ...] = ()
    can_comment: bool = False


class DutyCard(Struct, frozen=True):
    """Who does what by when. `status`: drafted, open, performed, accepted or void. `can_perform`: the reader may say
    it is done; `can_judge`: accept it or send it back."""

    number: int
    who: str
    words: str
    due_at: datetime
    status: str
    mine: bool = False
    late: bool = False
    proof: str = ""
    files: tuple[Photo, ...] = ()
    sent_back: str = ""
    can_perform: bool = False
    can_judge: bool = False


class SignatureLine(Struct, frozen=True):
    """One who must sign; `kind` and `at` once they have: by code, on paper or orally."""

    who: str
    role: str = ""
    kind: str = ""
    at: datetime | None = None
    mine: bool = False


class AgreementCard(Struct, frozen=True):
    """`minutes` (协商纪要) or `mediation` (人民调解协议书). `can_sign`: the reader is asked to now; `asked`: a code
    is on its way to `phone` (masked)."""

    version: int
    form: str
    terms: tuple[str, ...]
    duties: tuple[DutyCard, ...]
    signatures: tuple[SignatureLine, ...]
    effective_at: datetime | None = None
    can_sign: bool = False
    asked: bool = False
    phone: str = ""
    court_until: datetime | None = None
    can_confirm: bool = False
    confirmed: bool = False


class RatingCard(Struct, frozen=True):
    """What the resident said; `content` when both solved and satisfied."""

    answered: bool
    solved: bool
    satisfied: bool
    content: bool


class UploadForm(Struct, frozen=True):
    """A form that puts one file into the file store and comes back; `fields` are hidden ones, `kind` what it takes."""

    url: str
    fields: tuple[tuple[str, str], ...]
    kind: str
    megabytes: int


class Added(Struct, frozen=True):
    """Files that were uploaded for a form and go with it when it is sent."""

    slot: str = ""
    ids: tuple[str, ...] = ()


class GuestForm(Struct, frozen=True):
    """What was typed into the form of that action (and number), exactly as typed."""

    action: str = ""
    number: str = ""
    text: str = ""
    answer: str = ""
    at: str = ""
    option: str = ""
    code: str = ""
    answered: str = ""
    solved: str = ""
    satisfied: str = ""
    reasons: tuple[str, ...] = ()


class PaperLink(Struct, frozen=True):
    """A paper that can be printed: `kind` is minutes, agreement, mediation or case; `number` of the meeting."""

    path: str
    kind: str
    number: int = 0


class Wrote(Struct, frozen=True):
    """What the resident rang about, for himself; a party reads only `text`, `place` and the masked name."""

    text: str
    name: str
    place: str
    rung_at: datetime
    phone: str = ""
    where: str = ""
    desk: str = ""


class GuestView(Struct, frozen=True):
    """guest.html (a resident) and party.html (a party). Forms post `action`, `version` and their fields to `path`.

    `changed`: what happened since the reader opened the form that could not be sent. `routes`: where to go when the
    settlement failed.
    """

    side: Side
    path: str
    case_id: str
    number: str
    stage: str
    category: str
    urgency: str
    version: int
    road: tuple[Stop, ...]
    turn: Turn
    entries: tuple[Entry, ...]
    wrote: Wrote
    record: RecordPanel
    token: str
    owner: Person | None = None
    me: str = ""
    bell_number: str = ""
    cosigners: int = 0
    cosigning: bool = False
    paused: bool = False
    pause_reason: str = ""
    parties: tuple[str, ...] = ()
    question: Question | None = None
    offers: tuple[OfferCard, ...] = ()
    meetings: tuple[MeetingCard, ...] = ()
    plans: tuple[PlanCard, ...] = ()
    agreement: AgreementCard | None = None
    duties: tuple[DutyCard, ...] = ()
    can_rate: bool = False
    rate_until: datetime | None = None
    rate_reasons: tuple[str, ...] = ()
    rating: RatingCard | None = None
    can_reopen: bool = False
    reopen_until: datetime | None = None
    routes: tuple[str, ...] = ()
    failed_words: str = ""
    can_message: bool = False
    uploads: tuple[tuple[str, UploadForm], ...] = ()
    added: Added = Added()
    papers: tuple[PaperLink, ...] = ()
    changed: tuple[Entry, ...] = ()
    form: GuestForm = GuestForm()
    errors: tuple[FieldError, ...] = ()
    flash: str = ""


class GoneView(Struct, frozen=True):
    """party_gone.html: the party is no longer in the case. `data`: the path at which they see what is held of them."""

    number: str
    data: str = ""
