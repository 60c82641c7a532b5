"""What can be done to a case: one frozen dataclass a command. Text is named by `Ref`, never carried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.case.state import Option, Ref


@dataclass(frozen=True)
class Assign:
    """Somebody else works on it from now on."""

    staff: str
    role: str


@dataclass(frozen=True)
class Visit:
    """Somebody was there; the first visit meets the deadline of looking into it."""

    notes: Ref
    photos: int = 0


@dataclass(frozen=True)
class Message:
    """Something said: `to` is resident, staff (an internal note) or a party's id."""

    text: Ref
    to: str


@dataclass(frozen=True)
class Ask:
    """A question to the resident: the clock stands still until the answer, `days` at the most."""

    question: Ref
    days: int = 7


@dataclass(frozen=True)
class Reply:
    """The resident's answer to the question that is open."""

    text: Ref


@dataclass(frozen=True)
class Hold:
    """The clock stands still (暂停): why, whom we wait for, until when at the latest."""

    reason: str
    waits_for: str
    until: datetime


@dataclass(frozen=True)
class Resume:
    """The clock goes on with exactly what was left."""


@dataclass(frozen=True)
class OfferOptions:
    """Things to choose from, with price and description."""

    options: tuple[Option, ...]


@dataclass(frozen=True)
class Choose:
    """The resident's choice among the options of an offer."""

    offer: int
    option: str


@dataclass(frozen=True)
class Invite:
    """A party comes into the case, or comes back."""

    party: str
    kind: str


@dataclass(frozen=True)
class Remove:
    """A party leaves the case."""

    party: str


@dataclass(frozen=True)
class Schedule:
    """A meeting is called. `agenda` lives elsewhere; `invited` are ids of parties, or `resident`."""

    at: datetime
    invited: tuple[str, ...]
    agenda: Ref
    online: bool = False


@dataclass(frozen=True)
class Respond:
    """An invited party says yes, no, or `other` with another time."""

    meeting: int
    party: str
    answer: str
    at: datetime | None = None


@dataclass(frozen=True)
class RecordMeeting:
    """It took place: who was there, the minutes, its resolutions in order, photos of the signed sheet."""

    meeting: int
    attended: tuple[str, ...]
    minutes: Ref
    resolutions: tuple[Ref, ...] = ()


@dataclass(frozen=True)
class CancelMeeting:
    """It does not take place."""

    meeting: int


@dataclass(frozen=True)
class Propose:
    """The next version of the plan; it meets the deadline of negotiating."""

    plan: Ref


@dataclass(frozen=True)
class Comment:
    """A party's or a resident's word on a version of the plan."""

    plan: int
    text: Ref


@dataclass(frozen=True)
class Duty:
    """Who does what by when; `remind_before` in seconds."""

    who: str
    what: Ref
    due_at: datetime
    remind_before: int = 86_400


@dataclass(frozen=True)
class Draft:
    """What is to be agreed: the terms in order, the obligations, and who must sign (ids of parties, `resident`).

    `facts`: what happened and how each side is to blame, as the paper says before its terms.
    """

    form: str
    terms: tuple[Ref, ...]
    duties: tuple[Duty, ...]
    signatories: tuple[str, ...]
    facts: Ref | None = None


@dataclass(frozen=True)
class Sign:
    """Somebody signs: by code, on paper (the photo) or orally (the recording)."""

    signatory: str
    kind: str
    proof: Ref


@dataclass(frozen=True)
class Promise:
    """One more obligation, after the agreement or in a plain service."""

    duty: Duty


@dataclass(frozen=True)
class Perform:
    """An obligation was met, with its proof (a photo, a receipt)."""

    obligation: int
    proof: Ref


@dataclass(frozen=True)
class AcceptWork:
    """The resident or the community accepts that an obligation is met."""

    obligation: int


@dataclass(frozen=True)
class SendBack:
    """It is not met after all: why, and the new date."""

    obligation: int
    reason: Ref
    due_at: datetime


@dataclass(frozen=True)
class ConfirmInCourt:
    """The parties have asked the court to confirm the mediation agreement."""

    paper: Ref


@dataclass(frozen=True)
class Negotiate:
    """The parties are to sit down together."""


@dataclass(frozen=True)
class Consult:
    """Consent is asked for: `how` is poll (the neighbours) or parties (their signatures), until then."""

    how: str
    until: datetime
    poll: str = ""


@dataclass(frozen=True)
class Conclude:
    """The consultation is over: carried or voted down."""

    carried: bool
    result: Ref


@dataclass(frozen=True)
class CarryOut:
    """It is being done; from looking into it straight away for a plain service."""


@dataclass(frozen=True)
class BreakOff:
    """Carrying out stops and negotiating begins again."""

    reason: str
    text: Ref


@dataclass(frozen=True)
class Finish:
    """Everything agreed is done and accepted; the resident is asked to rate it."""

    summary: Ref


@dataclass(frozen=True)
class Fail:
    """No settlement; the resident is told of the routes that remain."""

    reason: str
    text: Ref


@dataclass(frozen=True)
class Close:
    """Filed away; nobody is alerted any more."""


@dataclass(frozen=True)
class Rate:
    """The resident's rating with reason codes."""

    answered: bool
    solved: bool
    satisfied: bool
    reasons: tuple[str, ...] = ()
    text: Ref | None = None


@dataclass(frozen=True)
class Reopen:
    """It is not settled after all."""

    text: Ref


@dataclass(frozen=True)
class Extend:
    """More time is asked for; somebody one level up decides."""

    key: str
    until: datetime
    reason: str
    text: Ref


@dataclass(frozen=True)
class DecideExtension:
    """The superior's word on it."""

    granted: bool
    text: Ref | None = None


@dataclass(frozen=True)
class Press:
    """督办: a superior wants to hear how it stands."""

    text: Ref


@dataclass(frozen=True)
class Report:
    """The owner's report to the superior who pressed."""

    text: Ref


@dataclass(frozen=True)
class Unmask:
    """A colleague of the owner wants to see the name and phone of whoever rang that bell, and says why."""

    bell: str
    reason: str


@dataclass(frozen=True)
class Join:
    """One more bell about the same matter: its ringer becomes a co-signer."""

    bell: str


@dataclass(frozen=True)
class Absorb:
    """Another case is merged into this one and brings its bells; `erased`: those whose resident is."""

    case: str
    bells: tuple[str, ...]
    erased: tuple[str, ...] = ()


@dataclass(frozen=True)
class MergeInto:
    """The matter goes on in another case."""

    case: str


@dataclass(frozen=True)
class Split:
    """A second matter becomes a case of its own and takes these bells along (none: a bell that holds two matters)."""

    case: str
    bells: tuple[str, ...] = ()
