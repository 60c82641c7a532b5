"""What a printed paper of a case says. Frozen, like `web/views.py`.

Days and times are written out, as everywhere on paper; whatever is empty is a line to be filled in by hand.
"""

from msgspec import Struct

from chalicelib.web.guest_views import RatingCard
from chalicelib.web.views import Person


class PartyRow(Struct, frozen=True):
    """A row of the table of parties; what is empty is a line to be filled in by hand."""

    name: str
    role: str
    person: str = ""
    phone: str = ""
    organisation: bool = False


class Resolution(Struct, frozen=True):
    """A numbered resolution."""

    number: int
    words: str


class PaperDuty(Struct, frozen=True):
    """An obligation on paper; days are written out, as everywhere on paper."""

    number: int
    who: str
    words: str
    due: str
    status: str = ""
    met: str = ""


class PaperSignature(Struct, frozen=True):
    """One who signs. `kind` and `at` once they have; `role`: mediator or committee (which seals), else a party."""

    who: str
    role: str = ""
    kind: str = ""
    at: str = ""


class PaperEntry(Struct, frozen=True):
    """A line of the story: when, what, and what was written then."""

    at: str
    text: str
    words: str = ""


class MinutesPaper(Struct, frozen=True):
    """paper_minutes.html: 协商会会议纪要."""

    number: str
    meeting: int
    at: str
    online: bool
    place: str
    host: Person | None
    attended: tuple[str, ...]
    absent: tuple[str, ...]
    agenda: str
    words: str
    resolutions: tuple[Resolution, ...]
    recorded_by: str
    recorded: str
    back: str = ""


class AgreementPaper(Struct, frozen=True):
    """paper_agreement.html: 协商纪要 or, with `committee`, 人民调解协议书. `year`: of the number's blank.

    `masked`: the reader is a party, for whom residents are 张*.
    """

    form: str
    number: str
    year: int
    place: str
    category: str
    committee: str
    parties: tuple[PartyRow, ...]
    facts: str
    responsibility: tuple[str, ...]
    terms: tuple[str, ...]
    duties: tuple[PaperDuty, ...]
    copies: int
    signatures: tuple[PaperSignature, ...]
    recorder: str
    effective: str = ""
    court_until: str = ""
    confirmed: bool = False
    masked: bool = False
    back: str = ""


class CasePaper(Struct, frozen=True):
    """paper_case.html: 办结单, the story of a case and how to verify it."""

    number: str
    bells: tuple[str, ...]
    category: str
    place: str
    resident: str
    wrote: str
    opened: str
    ended: str
    stage: str
    owner: Person | None
    parties: tuple[str, ...]
    story: tuple[PaperEntry, ...]
    duties: tuple[PaperDuty, ...]
    rating: RatingCard | None
    summary: str
    events: int
    head_hash: str
    intact: bool
    verify: str
    back: str = ""
