"""What a case is at a moment: the fold of its events. Plain data, as the store keeps it.

No text that a person typed is in here or in an event: a `Ref` names where it lives and commits to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.case.stages import Stage
from chalicelib.core.chain import Tip
from chalicelib.place.ladder import Urgency


@dataclass(frozen=True)
class Ref:
    """Text, a photo or a paper kept elsewhere: its id and the salted commitment to it (64 hex digits)."""

    id: str
    commitment: str


@dataclass(frozen=True)
class Deadline:
    """One thing that is due. `next_at` is when the clock next has to act on it: to remind, to say it is
    overdue, to say so again.

    `working`: what is left is measured in working time. `fixed`: a pause does not stop it (a meeting, a
    statutory term, the pause's own end). `patient`: its messages wait for the next opening.
    """

    key: str
    due_at: datetime
    next_at: datetime
    remind_at: datetime | None = None
    again_at: datetime | None = None
    overdue: int = 0
    working: bool = False
    fixed: bool = False
    patient: bool = False


@dataclass(frozen=True)
class Held:
    """What was left of a deadline when the clock was stopped, in milliseconds (below zero: late by so much)."""

    key: str
    due: int
    remind: int | None = None
    again: int | None = None


@dataclass(frozen=True)
class Pause:
    """Why the clock stands still, whom we wait for, and until when at the latest."""

    reason: str
    waits_for: str
    since: datetime
    until: datetime
    held: tuple[Held, ...]
    question: str = ""


@dataclass(frozen=True)
class Party:
    """An organisation or person in the case; who they are is in the directory of parties."""

    id: str
    kind: str
    active: bool = True


@dataclass(frozen=True)
class Response:
    """What an invited party said: yes, no, or another time."""

    party: str
    answer: str
    at: datetime | None = None


@dataclass(frozen=True)
class Meeting:
    """One meeting: `scheduled`, `held` or `cancelled`. `resolutions` counts the minutes' numbered ones."""

    number: int
    at: datetime
    online: bool
    invited: tuple[str, ...]
    status: str = "scheduled"
    responses: tuple[Response, ...] = ()
    attended: tuple[str, ...] = ()
    resolutions: int = 0


@dataclass(frozen=True)
class Option:
    """Something to choose: its description elsewhere, its price in the smallest coin (None: it has none)."""

    id: str
    what: Ref
    price: int | None = None


@dataclass(frozen=True)
class Offer:
    """Options put to the resident, and the one that was chosen."""

    number: int
    options: tuple[Option, ...]
    chosen: str = ""


@dataclass(frozen=True)
class Obligation:
    """Who does what by when: `drafted`, `open`, `performed`, `accepted` or `void`.

    `due_at` is what was agreed; the deadline of the same number is what the clock makes of it.
    """

    number: int
    who: str
    what: Ref
    due_at: datetime
    remind_before: int = 86_400
    status: str = "open"


@dataclass(frozen=True)
class Signature:
    """Somebody's consent: by a one-time `code`, on `paper`, or `oral` and recorded."""

    signatory: str
    kind: str
    at: datetime


@dataclass(frozen=True)
class Agreement:
    """协商纪要 (`minutes`) or 人民调解协议书 (`mediation`): who must sign, who has, since when it is in effect."""

    version: int
    form: str
    terms: int
    signatories: tuple[str, ...]
    signatures: tuple[Signature, ...] = ()
    effective_at: datetime | None = None
    confirmed: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        """Who has not signed yet."""
        signed = {signature.signatory for signature in self.signatures}
        return tuple(name for name in self.signatories if name not in signed)


@dataclass(frozen=True)
class Extension:
    """More time that was asked for and not yet decided on."""

    key: str
    until: datetime
    by: str
    role: str


@dataclass(frozen=True)
class Rating:
    """What the resident said: answered? solved? satisfied?"""

    answered: bool
    solved: bool
    satisfied: bool


@dataclass(frozen=True)
class Case:
    """What is being settled; one or more bells join it (their ringers are its co-signers).

    `ended_at`: since when it is done or failed. `consulting`: who is asked, `poll` or `parties`. `erased`: bells whose
    ringers nobody knows any more.
    """

    id: str
    neighbourhood: str
    community: str
    category: str
    urgency: Urgency
    owner: str
    opened_at: datetime
    bells: tuple[str, ...]
    stage: Stage = Stage.LOOKING_INTO
    version: int = 1
    tip: Tip = field(default=Tip())
    owner_role: str = "specialist"
    stage_since: datetime | None = None
    ended_at: datetime | None = None
    deadlines: tuple[Deadline, ...] = ()
    pause: Pause | None = None
    parties: tuple[Party, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    offers: tuple[Offer, ...] = ()
    plan: int = 0
    consulting: str = ""
    agreement: Agreement | None = None
    obligations: tuple[Obligation, ...] = ()
    extension: Extension | None = None
    rating: Rating | None = None
    merged_into: str = ""
    visits: int = 0
    reopened: int = 0
    generation: int = 1
    generation_at: datetime | None = None
    hops: int = 0
    erased: tuple[str, ...] = ()

    @property
    def thing(self) -> str:
        """The key of the case's chain and clock."""
        return f"CASE#{self.id}"

    @property
    def paused(self) -> bool:
        """Whether its clock stands still."""
        return self.pause is not None

    @property
    def running(self) -> tuple[Deadline, ...]:
        """The deadlines that run now: in a pause only those that it does not stop."""
        return tuple(d for d in self.deadlines if d.fixed or not self.paused)

    @property
    def due_at(self) -> datetime | None:
        """When the clock has to act next: the earliest of everything that runs."""
        return min((d.next_at for d in self.running), default=None)

    def deadline(self, key: str) -> Deadline | None:
        """The deadline of that key."""
        return next((d for d in self.deadlines if d.key == key), None)
