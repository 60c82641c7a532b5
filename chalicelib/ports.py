"""What the services need of the world, as Protocols, and the frozen bundle they are handed.

`chalicelib.wiring` builds the real adapters; tests build fakes that keep the same promises (the same suite
runs on both). Instants are aware UTC to the millisecond.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Generic, TypeVar

from chalicelib.people.staff import Channel

if TYPE_CHECKING:
    from typing import Protocol

    from chalicelib.bell.rules import Bell
    from chalicelib.case.rules import Case
    from chalicelib.case.shapes import (
        CaseChange,
        CaseFile,
        CaseLine,
        CaseOpening,
        PartyContact,
        Upload,
        Worklist,
    )
    from chalicelib.core.chain import Event, Tip
    from chalicelib.core.links import Link
    from chalicelib.notice.shapes import Message
    from chalicelib.notice.types import Bundle, Dispatch, Fate, Notice, Window
    from chalicelib.place.rules import Directory
    from chalicelib.poll.ballots import Ballot, Box, Ruling
    from chalicelib.poll.roll import Roll, RollVersion, Unit
    from chalicelib.poll.shapes import (
        BallotPaper,
        Cast,
        PollChange,
        PollFile,
        PollOpening,
        Refusal,
        RollChange,
    )
    from chalicelib.poll.state import Poll
    from chalicelib.publishing.rules import Announcement
    from chalicelib.session.shapes import Code
    from chalicelib.status.rules import Pulse
    from chalicelib.wechat.rules import Binding, Standing
else:
    # Nothing asks at run time whether something keeps a protocol, and making eight costs a cold start 4 ms.
    Protocol = object

T = TypeVar("T")


@dataclass(frozen=True)
class Contact:
    """The personal data of a bell and the resident's own words; the only place that has them.

    `phone` is E.164. `salt` belongs to the commitment that the event `rung` holds.
    """

    name: str
    phone: str
    text: str
    where: str = ""
    building: str = ""
    unit: str = ""
    language: str = "zh-CN"
    consent_version: str = ""
    salt: str = ""


@dataclass(frozen=True)
class Guard:
    """A key that one bell holds until an instant: a repeated ring meets it. `fingerprint`: of what was asked."""

    key: str
    until: datetime
    fingerprint: str = ""


@dataclass(frozen=True)
class Limit:
    """At most `most` rings under this key until `until` (the key holds the window, so that it starts anew)."""

    key: str
    most: int
    until: datetime


@dataclass(frozen=True)
class Ringing:
    """Everything one ring writes, in one transaction. `person`: HMAC of the phone, for "my bells"."""

    bell: Bell
    events: tuple[Event, ...]
    contact: Contact
    links: tuple[Link, ...]
    person: str
    guards: tuple[Guard, ...]
    limits: tuple[Limit, ...]


@dataclass(frozen=True)
class Repeated:
    """The ring was made before: the bell that holds the guard, and the fingerprint it was made with."""

    bell: str
    guard: str
    fingerprint: str


@dataclass(frozen=True)
class Change:
    """A bell that moved on: written only if its stored version and tip are still those of `before`.

    `release`: give up the bell's guard against repeated rings. `by_timeline`: the state machine did it and
    need not be told. `erase`: remove the contact, and whose bell it is.
    `contact` and `person`: they take the place of what was known of the resident.
    """

    before: Bell
    after: Bell
    events: tuple[Event, ...]
    links: tuple[Link, ...] = ()
    release: bool = False
    by_timeline: bool = False
    erase: bool = False
    contact: Contact | None = None
    person: str = ""


@dataclass(frozen=True)
class BellFile:
    """All there is about one bell. `contact` is None once erased."""

    bell: Bell
    contact: Contact | None
    events: tuple[Event, ...]
    links: tuple[Link, ...]
    dispatches: tuple[Dispatch, ...]


@dataclass(frozen=True)
class Opening:
    """What answering or advancing needs, read at once: the bell, the link if it exists, the directory; when asked for,
    the contact too."""

    bell: Bell
    link: Link | None
    directory: Directory
    contact: Contact | None = None


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list and the opaque cursor of the next, empty when this is the last."""

    items: tuple[T, ...]
    cursor: str = ""


class Store(Protocol):
    """The one table. Every method is one AWS call unless it says otherwise."""

    def ring(self, ringing: Ringing) -> Repeated | None:
        """Write a new bell. Answers the earlier bell when a guard is held (nothing written); raises
        `core.errors.TooMany` at a limit and `core.errors.Collision` when the id is taken. A repetition of the
        very same ringing (a retry after a lost answer) succeeds."""

    def bell(self, bell_id: str) -> BellFile | None:
        """The whole file of a bell, strongly consistent."""

    def opening(self, bell_id: str, link_hash: str = "", *, contact: bool = False) -> Opening | None:
        """Bell, link and directory (and contact), strongly consistent; None when there is no such bell."""

    def commit(self, *changes: Change | CaseChange | PollChange) -> None:
        """Write the changes, each of another thing, in one transaction; raises `core.errors.Stale` when somebody else
        wrote first."""

    def append(self, head: Bell | Case | Poll, events: Sequence[Event]) -> None:
        """Add events that change no state (fates of notices); raises Stale unless the stored tip is the head's."""

    def case(self, case_id: str) -> CaseFile | None:
        """The whole file of a case, strongly consistent."""

    def case_opening(self, case_id: str, link: tuple[str, str] | None = None) -> CaseOpening | None:
        """Case, link and directory, strongly consistent; None when there is no such case. `link`: the thing that the
        token names (the case, or the resident's bell) and the token's hash."""

    def cases(self, case_ids: Sequence[str]) -> tuple[CaseLine, ...]:
        """These cases as they stand now; unknown ids are left out."""

    def worklist(self, scope: Worklist, cursor: str = "", limit: int = 25) -> Page[CaseLine]:
        """The open cases (`case.stages.OPEN`) of that scope, what is due first first, one Query; raises Invalid for a
        cursor that is none."""

    def contacts(self, bell_ids: Sequence[str]) -> Mapping[str, Contact]:
        """The contacts of these bells by bell; erased ones are left out."""

    def erase_texts(self, case_id: str, text_ids: Sequence[str]) -> None:
        """Remove what was written; the record keeps its commitments."""

    def guests(self, phone: str) -> Iterator[tuple[str, PartyContact]]:
        """The parties of cases that are reached by a number (E.164), each with its case, in no order. Maintenance:
        scans the table, but only such rows are read out of it."""

    def ringing(self, prefix: str, cursor: str = "", limit: int = 25) -> Page[Bell]:
        """Open bells (ringing or answered) of a subdistrict, most pressing first."""

    def bells(self, bell_ids: Sequence[str]) -> tuple[Bell, ...]:
        """These bells as they stand now; unknown ids are left out."""

    def rung_by(self, person: str, cursor: str = "", limit: int = 25) -> Page[Bell]:
        """The bells that a person rang, newest first; raises Invalid for a cursor that is none."""

    def ask_code(self, code: Code, at: datetime, limits: Sequence[Limit]) -> None:
        """Put a phone's code in the place of the one before; raises TooMany (nothing written) before the
        `again_at` of that one and at a limit."""

    def use_limit(self, limit: Limit) -> bool:
        """Use a limit once more; False when it is used up."""

    def try_code(self, person: str, at: datetime, most: int, *, known: bool = False) -> Code | None:
        """Count a try and answer the code; None when there is none that is alive, unused and tried less often. Tries
        from a `known` device are counted by themselves, and then those are the code's `tries`."""

    def use_code(self, code: Code) -> bool:
        """Use the code up; False when somebody else has, or another code took its place."""

    def claim_code(self, code: Code) -> bool:
        """Take the right to send the code; False when somebody has, or another code took its place."""

    def forget_code(self, person: str) -> None:
        """Remove a phone's code, and the phone with it; there need be none."""

    def overdue(self, before: datetime, limit: int = 100) -> tuple[str, ...]:
        """Things (bells, cases and windows, by `thing`) whose deadline is before that instant, oldest first; a
        Query a shard."""

    def clocks(self, cursor: str = "", limit: int = 1_000) -> Page[str]:
        """Everything with a deadline (as `overdue`), oldest first, a page at a time. Maintenance: each page reads the
        whole index."""

    def beat(self, pulse: Pulse) -> None:
        """Keep the latest pulse of that name."""

    def pulses(self) -> Mapping[str, Pulse]:
        """The latest pulses by name."""

    def forget_canary(self, bell_id: str) -> None:
        """Remove every row of a canary's bell; raises ValueError for any other: nothing else is ever removed."""

    def claim(self, notice: Notice, channel: Channel, at: datetime) -> Fate | None:
        """Take the right to send; None when it is ours now, else the fate somebody else gave it."""

    def settle(self, notice: Notice, dispatch: Dispatch) -> None:
        """Write the fate of a claimed notice (also of one that never had a claim, such as held or unreachable). What a
        report said stays. The `detail` of what was sent is its provider's id: for a week `report` finds it by that."""

    def report(self, channel: Channel, message: str, fate: Fate, at: datetime, code: str = "") -> bool:
        """A provider reports what became of its message: the fates of the notices that it was move forward
        (`delivery.rules.onward`); the same again changes nothing. False when no notice was sent with that id. A call
        more for each notice."""

    def wish(self, key: str, at: datetime, *, out: bool) -> None:
        """Keep that an address (`delivery.rules.key_of`) wants no messages any more, or wants them again."""

    def opted_out(self, key: str) -> bool:
        """Whether that address wants no messages."""

    def dispatches(self, thing: str) -> tuple[Dispatch, ...]:
        """The notices of a thing and their fates."""

    def window(self, staff_id: str) -> Window:
        """What waits for that person; an empty window when nothing was ever sent."""

    def save_window(self, window: Window) -> None:
        """Write it, raising Stale unless the stored version is still this one's; the stored version is one more."""

    def save_bundle(self, bundle: Bundle) -> None:
        """Keep a bundle; the same bundle again changes nothing."""

    def bundle(self, bundle_id: str) -> Bundle | None:
        """The bundle of that id."""

    def directory(self, prefix: str) -> Directory | None:
        """The directory of a subdistrict, strongly consistent."""

    def save_directory(self, directory: Directory, events: Sequence[Event]) -> None:
        """Write the directory (its `version` is one more than the stored, else Stale) and the events on its chain."""

    def end_sessions(self, prefix: str, staff: str, at: datetime, forgotten: datetime) -> None:
        """Keep in the directory that a member of staff ended all their sessions then, in the place of when they did so
        before; what others did before `forgotten` is dropped. Two calls. Nothing where there is no such place."""

    def tip(self, thing: str) -> Tip:
        """The end of a thing's chain."""

    def events(self, thing: str) -> tuple[Event, ...]:
        """A thing's chain from the first event."""

    def count(self, event_id: str, counters: Mapping[str, int], scope: str) -> None:
        """Add to a scope's counters, once for an event id."""

    def counters(self, scope: str) -> Mapping[str, int]:
        """A scope's counters."""

    def chains(self) -> Iterator[tuple[str, tuple[Event, ...], Tip]]:
        """Every chain with the tip its head claims. Maintenance: scans the table."""

    def heads(self, after: str = "") -> Iterator[tuple[str, Tip]]:
        """Every chain's tip but the canary's, sorted by thing, of those `after` a thing; each as of the moment when it
        is read, and what was written in the last second may be missing. An index of tips is read, in pages: what it
        costs grows with the number of chains and not with what they hold."""


class Polls(Protocol):
    """Polls, rolls and ballots in the one table (the same adapter as `Store`). Every method is one AWS call unless it
    says otherwise; a poll is changed by `Store.commit` with a `PollChange`."""

    def poll(self, poll_id: str) -> PollFile | None:
        """A poll, its record and notices, strongly consistent; never its ballots."""

    def poll_opening(self, poll_id: str) -> PollOpening | None:
        """Poll and directory, strongly consistent; None when there is no such poll."""

    def polls(self, prefix: str, cursor: str = "", limit: int = 25) -> Page[Poll]:
        """The polls of a subdistrict, newest first (drafts, too); raises Invalid for a cursor that is none."""

    def polls_of(self, poll_ids: Sequence[str]) -> tuple[Poll, ...]:
        """These polls as they stand now; unknown ids are left out."""

    def freeze(self, poll_id: str, units: Sequence[Unit]) -> None:
        """Copy a roll to a poll, in pages; the same again changes nothing. Before the poll is announced."""

    def paper(self, poll_id: str, unit: int) -> BallotPaper | None:
        """What is needed to vote for a unit, strongly consistent; None when there is no such poll or unit."""

    def papers(self, poll_id: str, units: Sequence[int]) -> Mapping[int, tuple[Unit, Box]]:
        """Units of the frozen roll and their boxes; a call for each hundred rows."""

    def cast(self, cast: Cast) -> Ballot | Refusal:
        """Put a ballot into its unit's box if the gate lets it pass; answers the ballot that is in the box: the same
        id again is the one that is there already, whatever it says. Always one call; votes of one unit at one moment
        all get in, one after another. At most `ballots.ROOM` ballots a unit."""

    def rule(self, poll_id: str, unit: int, ruling: Ruling) -> Box:
        """Write the ruling about a unit's conflict."""

    def reissue(self, poll_id: str, unit: int) -> int:
        """Make the links of a unit that were printed so far open nothing; answers the new round."""

    def frozen(self, poll_id: str) -> Iterator[Unit]:
        """The frozen roll in order, read in pages of a megabyte."""

    def boxes(self, poll_id: str) -> Iterator[Box]:
        """All boxes with a ballot, in order of their units, read in pages of a megabyte."""

    def voted(self, poll_id: str) -> frozenset[int]:
        """The units that have a ballot; without the ballots, in pages of a megabyte."""

    def publish(self, poll_id: str, count: int, document: str) -> None:
        """Keep the published file of a count, in pieces; the same again changes nothing."""

    def published(self, poll_id: str, count: int) -> str | None:
        """The published file of a count."""

    def roll(self, neighbourhood: str) -> Roll | None:
        """The roll of a neighbourhood without its units, strongly consistent."""

    def write_roll(self, neighbourhood: str, version: RollVersion, units: Sequence[Unit]) -> None:
        """Write the units of a version, in pages, to vanish after a week unless `save_roll` adopts it."""

    def save_roll(self, change: RollChange) -> None:
        """Change a roll's history and its current version, with the record; raises Stale when somebody was first.
        Units of a version that is adopted now stay for good: their rows are written again, in pages."""

    def roll_units(self, neighbourhood: str, version: int) -> Iterator[Unit]:
        """The units of a version, in order, in pages of a megabyte."""


class TemporaryFailure(Exception):
    """The provider did not take the message and may take it in a moment."""


class PermanentFailure(Exception):
    """The provider will never take this message for this address."""


class OptedOut(PermanentFailure):
    """The provider takes nothing for this address because its owner wants no more messages."""


class NotAccepted(PermanentFailure):
    """The provider takes no (further) message of that template for this address: its owner accepted none."""


class UnknownOutcome(Exception):
    """The message may or may not have gone: never repeat it on this channel."""


class Sender(Protocol):
    """One channel."""

    def send(self, message: Message) -> str:
        """Hand the message over once and answer the provider's id; raises TemporaryFailure, PermanentFailure
        or UnknownOutcome."""


class NotRead(Exception):
    """The mailbox could not be read to its end. `mark`: how far it was read; `code`: what failed, no more."""

    def __init__(self, code: str, mark: str) -> None:
        super().__init__(code)
        self.code = code
        self.mark = mark


class Mailbox(Protocol):
    """The mailbox to which mail comes back. Nothing in it is changed but what is taken: that is marked as read."""

    def read(self, mark: str, since: datetime, take: Callable[[bytes], bool]) -> str:
        """Show what came after that mark (empty: whatever there is), on the day of `since` or later, the oldest first,
        to `take`, which says whether it takes it; of a mail the first `delivery.bounces.MOST_BYTES` at most. Answers
        the mark to go on from, which may be before the end: a call has its time. Raises NotRead."""


class MiniProgram(Protocol):
    """The platform's WeChat mini program, as its operator configured it. Asking WeChat raises `core.errors.Gone` for a
    code that is over or was used, Forbidden for somebody whom WeChat holds for a danger, TooMany for whoever asked too
    often, Unavailable when it cannot be known now."""

    def openid(self, code: str) -> str:
        """Who ran `wx.login` to get that code, for this mini program; one request to WeChat, and an AWS call for its
        secret once a process. The session key that comes with it is dropped."""

    def phone(self, code: str) -> str:
        """The number (E.164) of whoever let a button of the kind `getPhoneNumber` (or its real-time sister) give that
        code; as `openid`, and sometimes a request for a token."""

    def template(self, name: str) -> str:
        """The id of the template by which the notice of that name goes, empty when it goes by none."""

    def templates(self) -> Mapping[str, tuple[str, ...]]:
        """The ids of all templates that a reader can be asked to accept, and the names of the notices that go by
        each."""


class Bindings(Protocol):
    """Whose WeChat is whose, and how many messages they accepted: rows of the one table. `person`: HMAC of the phone.
    Every method is one AWS call (`grant`: another when a template is at its most). Grants never fall below zero."""

    def bind(self, person: str, openid: str, consent_version: str, at: datetime) -> Binding:
        """Keep a person's openid, and that they agreed to it; answers what there is now. The same openid again keeps
        their grants, another begins without any."""

    def binding(self, person: str) -> Binding | None:
        """The person's WeChat, strongly consistent."""

    def unbind(self, person: str) -> None:
        """Forget a person's openid and their grants."""

    def grant(self, person: str, templates: Sequence[str], at: datetime) -> Binding | None:
        """Count one acceptance of each of these templates (`wechat.rules.MOST` at most are kept) and answer what there
        is now; None when the person is not bound."""

    def spend(self, person: str, openid: str, template: str) -> bool:
        """Use one grant up; False when there is none (left), or that openid is theirs no more."""

    def give_back(self, person: str, openid: str, template: str) -> None:
        """Add the grant that was not used after all."""

    def void(self, person: str, openid: str, template: str) -> None:
        """WeChat knows of no grant of that template: count none."""

    def standing(self, wish_key: str, person: str, notices: Sequence[Notice]) -> Standing:
        """What decides whether somebody is written to by WeChat first, instead of `Store.opted_out`. One AWS call for
        up to 32 notices."""


class Wechat(Protocol):
    """Everything about WeChat; both parts are made when they are first used."""

    @property
    def program(self) -> MiniProgram:
        """The mini program."""

    @property
    def bindings(self) -> Bindings:
        """Who has bound their WeChat."""


class Timeline(Protocol):
    """The state machine that remembers when to look again. It may lose anything: the rows decide."""

    def start(self, thing: str, generation: int, version: int, seconds: int) -> None:
        """Begin waiting for a thing; the same generation again changes nothing."""

    def signal(self, token: str, thing: str, version: int, seconds: int) -> None:
        """Tell the waiting execution that the clock changed; a dead token is no error."""

    def end(self, token: str) -> None:
        """Tell the waiting execution that there is nothing left to wait for; a dead token is no error."""


class Files(Protocol):
    """Photos and papers. A file is first `incoming` and vanishes after a day or two unless it is kept."""

    def upload(
        self, owner: str, file_id: str, kind: str, most_bytes: int, seconds: int, back_to: str = ""
    ) -> Upload:
        """A form for one file of that type (image/jpeg …) of that case; no AWS call. `back_to`: where a browser goes
        afterwards. Ids end in `-s` for a thumbnail."""

    def keep(self, owner: str, file_id: str) -> bool:
        """Keep an uploaded file for good; False when it never arrived. Again: True."""

    def remove(self, owner: str, file_id: str) -> None:
        """Remove a kept file; one that is not there is no error."""

    def url(self, owner: str, file_id: str, seconds: int) -> str:
        """A signed link that shows a kept file for so long, or up to twice as long: for a while it is the same link,
        so that a page drawn anew has not changed; no AWS call."""


class Vault(Protocol):
    """Small files that are written once and that nobody, the operator neither, can change or remove for years."""

    def put(self, name: str, text: str) -> str:
        """Keep a file for good; answers what lies there now: this, or what was there first. Raises
        `core.errors.Unavailable` when that is not known."""

    def get(self, name: str) -> str | None:
        """A file as it was written, None when there is none."""

    def names(self, folder: str) -> tuple[str, ...]:
        """The names that begin so, in their order; a call for each thousand."""


class Unpublished(Exception):
    """The bus did not take everything: `done` were taken, the next was not. `code`: what it said, no more."""

    def __init__(self, done: int, code: str) -> None:
        super().__init__(code)
        self.done = done
        self.code = code


class Bus(Protocol):
    """Where whoever runs the stage may listen. It tells at least once, in the order in which it was told."""

    def publish(self, announcements: Sequence[Announcement]) -> None:
        """Tell these, in their order; raises Unpublished at the first that was not taken. What came after it may have
        been, and is told once more when it comes again."""


class Clock(Protocol):
    """The time. Locally it may run faster than the wall clock."""

    def now(self) -> datetime:
        """Aware UTC, to the millisecond."""

    def sleep(self, seconds: float) -> None:
        """Wait."""

    def real(self, seconds: int) -> int:
        """What a timer outside must wait for so many seconds of this clock to pass; at least 1."""


class Entropy(Protocol):
    """Chance."""

    def number(self, bits: int) -> int:
        """A random integer of that many bits, fit for secrets."""


@dataclass(frozen=True)
class Policy:
    """What the operator configured and services need.

    `key`: secret of links and HMACs. `link_url`: base of links in messages (short!), `public_url`: base of pages.
    `prefixes`: the subdistricts served here. `files_origin`: where browsers find the file store, which pages must
    allow. `anchor_mail`: who is sent each day's anchor. Limits are rings per window.
    """

    key: bytes
    link_url: str
    public_url: str
    prefixes: tuple[str, ...]
    rings_per_phone: int = 5
    rings_per_address: int = 60
    limit_window_seconds: int = 600
    repeat_window_seconds: int = 600
    consent_version: str = "2026-11-30"
    files_origin: str = ""
    anchor_mail: tuple[str, ...] = ()


class Directories(Protocol):
    """The directories, remembered for a few seconds; a change takes effect within that time."""

    def all(self) -> tuple[Directory, ...]:
        """Every subdistrict served here."""

    def of(self, prefix: str) -> Directory:
        """The directory of a prefix; raises NotFound."""

    def having(self, neighbourhood: str) -> Directory | None:
        """The directory that has that neighbourhood."""


@dataclass(frozen=True)
class Ports:
    """Everything outside, handed to every use case. `wechat`: None where there is no mini program; `bus`: None where
    nothing is published; `mailbox`: None where nobody reads what comes back of mail, or its provider reports it."""

    store: Store
    polls: Polls
    senders: Mapping[Channel, Sender]
    timeline: Timeline
    files: Files
    vault: Vault
    clock: Clock
    entropy: Entropy
    directories: Directories
    policy: Policy
    wechat: Wechat | None = None
    bus: Bus | None = None
    mailbox: Mailbox | None = None
