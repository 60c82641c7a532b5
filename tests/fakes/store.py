"""The Store in memory, with the conditions, limits and races of the real one."""

from __future__ import annotations

import functools
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

from chalicelib.bell.rules import Bell
from chalicelib.case.rules import Case
from chalicelib.case.shapes import CaseChange, CaseFile, CaseLine, CaseOpening, PartyContact, Text, Worklist
from chalicelib.case.stages import OPEN
from chalicelib.core import ids
from chalicelib.core.chain import Event, Tip
from chalicelib.core.errors import Collision, NotFound, Stale, TooMany, Unavailable
from chalicelib.core.links import Link
from chalicelib.core.times import iso
from chalicelib.delivery.rules import onward
from chalicelib.notice.types import Bundle, Dispatch, Fate, Notice, Window
from chalicelib.people.staff import Channel
from chalicelib.place.rules import Directory
from chalicelib.poll.ballots import Ballot, Box, Ruling
from chalicelib.poll.roll import Roll, RollVersion, Unit
from chalicelib.poll.shapes import BallotPaper, Cast, PollChange, PollFile, PollOpening, Refusal, RollChange
from chalicelib.poll.state import Poll
from chalicelib.ports import BellFile, Change, Contact, Guard, Limit, Opening, Page, Repeated, Ringing
from chalicelib.record.shapes import CodeAsked, EventAppended, HeadMoved, StreamRecord, Undelivered
from chalicelib.session.shapes import Code
from chalicelib.status.rules import Pulse
from chalicelib.store import cursors
from tests.fakes import polls as fake_polls
from tests.fakes.frozen import frozen, frozen_event

_END_OF_TIME = datetime.max.replace(tzinfo=UTC)
P = ParamSpec("P")
R = TypeVar("R")
When = Literal["before", "after"]


@dataclass(slots=True)
class _Head:
    bell: Bell
    person: str
    guards: tuple[Guard, ...]
    token: str = ""


@dataclass(slots=True)
class _CaseHead:
    case: Case
    subject: str = ""
    token: str = ""
    texts: dict[str, Text] = field(default_factory=dict)
    parties: dict[str, PartyContact] = field(default_factory=dict)


@dataclass(slots=True)
class _Held:
    bell: str
    until: datetime
    fingerprint: str


@dataclass(slots=True)
class _Fault:
    operation: str
    times: int
    when: When
    error: Exception


@dataclass(slots=True)
class _Thing:
    events: list[Event] = field(default_factory=list)
    links: dict[str, Link] = field(default_factory=dict)
    dispatches: dict[str, Dispatch] = field(default_factory=dict)
    contact: Contact | None = None


def operation(
    method: Callable[Concatenate[FakeStore, P], R],
) -> Callable[Concatenate[FakeStore, P], R]:
    """One call: counted, alone, and failing when it was told to."""

    @functools.wraps(method)
    def call(store: FakeStore, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with store.lock:
            name = method.__name__
            store.calls[name] += 1
            fault = store.next_fault(name)
            if fault is not None and fault.when == "before":
                raise fault.error
            answer = method(store, *args, **kwargs)
            if fault is not None:
                raise fault.error
            return answer

    return call


class FakeStore:
    """The Store port. `stream` receives what `react` would be told, in commit order; `calls` counts operations.

    Everything given out is immutable.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.calls: Counter[str] = Counter()
        self.stream: deque[StreamRecord] = deque()
        self.places: dict[str, Directory] = {}
        self.persons: dict[str, list[str]] = {}
        self._faults: list[_Fault] = []
        self._heads: dict[str, _Head] = {}
        self._cases: dict[str, _CaseHead] = {}
        self._polls: dict[str, fake_polls.PollHead] = {}
        self._rolls: dict[str, fake_polls.Rolls] = {}
        self._things: dict[str, _Thing] = {}
        self._tips: dict[str, Tip] = {}
        self._guards: dict[str, _Held] = {}
        self._limits: Counter[str] = Counter()
        self._tries: Counter[tuple[str, bool]] = Counter()
        self._windows: dict[str, Window] = {}
        self._messages: defaultdict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        self._opted_out: set[str] = set()
        self._bundles: dict[str, Bundle] = {}
        self._codes: dict[str, Code] = {}
        self._marks: set[tuple[str, str]] = set()
        self._counted: set[tuple[str, str]] = set()
        self._counters: dict[str, Counter[str]] = {}
        self._pulses: dict[str, Pulse] = {}

    # -- what tests do to it

    def fail(
        self, operation: str, times: int = 1, when: When = "before", error: Exception | None = None
    ) -> None:
        """Let the next calls of an operation (`"*"`: of any) fail, before doing anything or after having done it."""
        self._faults.append(_Fault(operation, times, when, error or Unavailable("scripted")))

    def next_fault(self, name: str) -> _Fault | None:
        """The fault that this call must suffer."""
        fault = next((f for f in self._faults if f.times > 0 and f.operation in ("*", name)), None)
        if fault is not None:
            fault.times -= 1
        return fault

    def write_token(self, thing: str, version: int, token: str) -> bool:
        """What the state machine does to a row: False when the row has another version."""
        with self.lock:
            if (case := self._cases.get(thing)) is not None and case.case.version == version:
                case.case, case.token = replace(case.case, hops=case.case.hops + 1), token
                return True
            if (poll := self._polls.get(thing)) is not None and poll.poll.version == version:
                poll.poll, poll.token = replace(poll.poll, hops=poll.poll.hops + 1), token
                return True
            head = self._heads.get(thing)
            if head is None or head.bell.version != version:
                return False
            head.token = token
            head.bell = replace(head.bell, hops=head.bell.hops + 1)
            return True

    def erase_contact(self, bell_id: str) -> None:
        """What erasing a resident's data leaves: everything but the contact."""
        with self.lock:
            self._things[f"BELL#{bell_id}"].contact = None

    def tamper(self, thing: str, seq: int, data: Mapping[str, Any]) -> None:
        """What somebody with access to the table could do to an event."""
        with self.lock:
            events = self._things[thing].events
            events[seq - 1] = replace(events[seq - 1], data=frozen(data))

    def peek(self, bell_id: str) -> BellFile | None:
        """A bell's file without a call: neither counted nor failing."""
        with self.lock:
            return self._file(bell_id)

    def peek_case(self, case_id: str) -> CaseFile | None:
        """A case's file without a call: neither counted nor failing."""
        with self.lock:
            return self._case_file(case_id)

    def was_claimed(self, notice: Notice, channel: Channel) -> bool:
        """Whether somebody began to send the notice that way; no call of its own."""
        place = _place(notice.version, notice.recipient.id, channel)
        return place in self._thing(notice.thing).dispatches

    def wants_none(self, key: str) -> bool:
        """Whether that address wants no messages; no call of its own."""
        return key in self._opted_out

    def all_cases(self) -> tuple[Case, ...]:
        """Every case, as stored."""
        with self.lock:
            return tuple(head.case for head in self._cases.values())

    # -- bells

    @operation
    def ring(self, ringing: Ringing) -> Repeated | None:
        """As the port says."""
        bell = ringing.bell
        there = self._heads.get(bell.thing)
        if there is not None and there.bell.tip == bell.tip:
            return None
        for guard in ringing.guards:
            held = self._guards.get(guard.key)
            if held is not None and held.until > bell.rung_at:
                return Repeated(held.bell, guard.key, held.fingerprint)
        if there is not None:
            raise Collision(bell.id)
        self._spend(ringing.limits)
        for guard in ringing.guards:
            self._guards[guard.key] = _Held(bell.id, guard.until, guard.fingerprint)
        self._heads[bell.thing] = _Head(bell, ringing.person, ringing.guards)
        self.persons.setdefault(ringing.person, []).append(bell.id)
        self._thing(bell.thing).contact = ringing.contact
        self._keep_links(bell.thing, ringing.links)
        self._moved(None, bell, "", by_timeline=False)
        self._extend(bell.thing, ringing.events)
        return None

    @operation
    def bell(self, bell_id: str) -> BellFile | None:
        """As the port says."""
        return self._file(bell_id)

    @operation
    def opening(self, bell_id: str, link_hash: str = "", *, contact: bool = False) -> Opening | None:
        """As the port says."""
        head = self._heads.get(f"BELL#{bell_id}")
        if head is None:
            return None
        thing = self._thing(head.bell.thing)
        known = thing.contact if contact else None
        return Opening(head.bell, thing.links.get(link_hash), self._directory_of(bell_id), known)

    @operation
    def commit(self, *changes: Change | CaseChange | PollChange) -> None:
        """As the port says."""
        if all(self._tip(change.after.thing) == change.after.tip for change in changes):
            return
        for change in changes:
            self._refuse_stale(change)
        for change in changes:
            if isinstance(change, CaseChange):
                self._move_case(change)
            elif isinstance(change, PollChange):
                self._move_poll(change)
            else:
                self._move_bell(change)

    @operation
    def append(self, head: Bell | Case | Poll, events: Sequence[Event]) -> None:
        """As the port says."""
        end, tip = _end(events), self._tip(head.thing)
        if tip == end:
            return
        if tip != head.tip:
            raise Stale(head.thing)
        if (case := self._cases.get(head.thing)) is not None:
            case.case = replace(case.case, tip=end)
        elif (poll := self._polls.get(head.thing)) is not None:
            poll.poll = replace(poll.poll, tip=end)
        else:
            bell = self._heads[head.thing]
            bell.bell = replace(bell.bell, tip=end)
        self._extend(head.thing, events)

    # -- cases

    @operation
    def case(self, case_id: str) -> CaseFile | None:
        """As the port says."""
        return self._case_file(case_id)

    @operation
    def case_opening(self, case_id: str, link: tuple[str, str] | None = None) -> CaseOpening | None:
        """As the port says."""
        head = self._cases.get(f"CASE#{case_id}")
        if head is None:
            return None
        found = self._thing(link[0]).links.get(link[1]) if link else None
        return CaseOpening(head.case, head.subject, found, self._directory_of(case_id))

    @operation
    def cases(self, case_ids: Sequence[str]) -> tuple[CaseLine, ...]:
        """As the port says."""
        found = (self._cases.get(f"CASE#{case_id}") for case_id in dict.fromkeys(case_ids))
        return tuple(CaseLine(head.case, head.subject) for head in found if head is not None)

    @operation
    def worklist(self, scope: Worklist, cursor: str = "", limit: int = 25) -> Page[CaseLine]:
        """As the port says."""
        after = cursors.unpack(cursor) if cursor else ""
        heads = (head for head in self._cases.values() if _within(scope, head.case))
        keyed = sorted(((_worklist_at(head.case), head) for head in heads), key=lambda pair: pair[0])
        rest = [(key, head) for key, head in keyed if key > after]
        lines = tuple(CaseLine(head.case, head.subject) for _, head in rest[:limit])
        return Page(lines, cursors.pack(rest[limit - 1][0]) if len(rest) > limit else "")

    @operation
    def contacts(self, bell_ids: Sequence[str]) -> Mapping[str, Contact]:
        """As the port says."""
        found = ((bell_id, self._things.get(f"BELL#{bell_id}")) for bell_id in bell_ids)
        return {bell_id: thing.contact for bell_id, thing in found if thing and thing.contact}

    @operation
    def erase_texts(self, case_id: str, text_ids: Sequence[str]) -> None:
        """As the port says."""
        head = self._cases.get(f"CASE#{case_id}")
        if head is not None:
            head.texts = {key: text for key, text in head.texts.items() if key not in text_ids}

    @operation
    def guests(self, phone: str) -> Iterator[tuple[str, PartyContact]]:
        """As the port says."""
        found = [
            (head.case.id, party)
            for head in self._cases.values()
            for party in head.parties.values()
            if party.phone == phone
        ]
        return iter(found)

    # -- polls

    @operation
    def poll(self, poll_id: str) -> PollFile | None:
        """As the port says."""
        head = self._polls.get(f"POLL#{poll_id}")
        if head is None:
            return None
        thing = self._thing(head.poll.thing)
        return PollFile(head.poll, tuple(thing.events), self._dispatches(head.poll.thing))

    @operation
    def poll_opening(self, poll_id: str) -> PollOpening | None:
        """As the port says."""
        head = self._polls.get(f"POLL#{poll_id}")
        return PollOpening(head.poll, self._directory_of(poll_id)) if head else None

    @operation
    def polls(self, prefix: str, cursor: str = "", limit: int = 25) -> Page[Poll]:
        """As the port says."""
        before = cursors.unpack(cursor) if cursor else "~"
        rest = [(key, poll) for key, poll in fake_polls.listed(self._polls, prefix) if key < before]
        page = rest[:limit]
        return Page(tuple(p for _, p in page), cursors.pack(page[-1][0]) if len(rest) > limit else "")

    @operation
    def polls_of(self, poll_ids: Sequence[str]) -> tuple[Poll, ...]:
        """As the port says."""
        found = (self._polls.get(f"POLL#{poll_id}") for poll_id in dict.fromkeys(poll_ids))
        return tuple(head.poll for head in found if head is not None)

    @operation
    def freeze(self, poll_id: str, units: Sequence[Unit]) -> None:
        """As the port says."""
        if (head := self._polls.get(f"POLL#{poll_id}")) is not None:
            head.units = tuple(units)

    @operation
    def paper(self, poll_id: str, unit: int) -> BallotPaper | None:
        """As the port says."""
        head = self._polls.get(f"POLL#{poll_id}")
        found = fake_polls.papers_of(head, [unit]).get(unit)
        return BallotPaper(head.poll, *found, self._directory_of(poll_id)) if head and found else None

    @operation
    def papers(self, poll_id: str, units: Sequence[int]) -> Mapping[int, tuple[Unit, Box]]:
        """As the port says."""
        return fake_polls.papers_of(self._polls.get(f"POLL#{poll_id}"), units)

    @operation
    def cast(self, cast: Cast) -> Ballot | Refusal:
        """As the port says."""
        return fake_polls.let_in(self._polls.get(f"POLL#{cast.poll}"), cast)

    @operation
    def rule(self, poll_id: str, unit: int, ruling: Ruling) -> Box:
        """As the port says."""
        boxes = self._polls[f"POLL#{poll_id}"].boxes
        boxes[unit] = replace(boxes.get(unit, Box(unit)), ruling=ruling)
        return boxes[unit]

    @operation
    def reissue(self, poll_id: str, unit: int) -> int:
        """As the port says."""
        boxes = self._polls[f"POLL#{poll_id}"].boxes
        box = boxes.get(unit, Box(unit))
        boxes[unit] = replace(box, round=box.round + 1)
        return box.round + 1

    @operation
    def frozen(self, poll_id: str) -> Iterator[Unit]:
        """As the port says."""
        head = self._polls.get(f"POLL#{poll_id}")
        return iter(head.units if head else ())

    @operation
    def boxes(self, poll_id: str) -> Iterator[Box]:
        """As the port says."""
        return fake_polls.full(self._polls.get(f"POLL#{poll_id}"))

    @operation
    def voted(self, poll_id: str) -> frozenset[int]:
        """As the port says."""
        return frozenset(box.unit for box in fake_polls.full(self._polls.get(f"POLL#{poll_id}")))

    @operation
    def publish(self, poll_id: str, count: int, document: str) -> None:
        """As the port says."""
        self._polls[f"POLL#{poll_id}"].published[count] = document

    @operation
    def published(self, poll_id: str, count: int) -> str | None:
        """As the port says."""
        head = self._polls.get(f"POLL#{poll_id}")
        return head.published.get(count) if head else None

    @operation
    def roll(self, neighbourhood: str) -> Roll | None:
        """As the port says."""
        found = self._rolls.get(neighbourhood)
        return found.head if found else None

    @operation
    def write_roll(self, neighbourhood: str, version: RollVersion, units: Sequence[Unit]) -> None:
        """As the port says."""
        self._rolls.setdefault(neighbourhood, fake_polls.Rolls()).units[version.number] = tuple(units)

    @operation
    def save_roll(self, change: RollChange) -> None:
        """As the port says."""
        thing, found = (
            change.after.thing,
            self._rolls.setdefault(change.after.neighbourhood, fake_polls.Rolls()),
        )
        if self._tip(thing) == change.after.tip:
            return
        if self._tip(thing) != (change.before.tip if change.before else Tip()):
            raise Stale(thing)
        found.head = change.after
        self._extend(thing, change.events)

    @operation
    def roll_units(self, neighbourhood: str, version: int) -> Iterator[Unit]:
        """As the port says."""
        found = self._rolls.get(neighbourhood)
        return iter(found.units.get(version, ()) if found else ())

    # -- lists of bells

    @operation
    def ringing(self, prefix: str, cursor: str = "", limit: int = 25) -> Page[Bell]:
        """As the port says."""
        after = cursors.unpack(cursor) if cursor else ""
        heads = (head.bell for head in self._heads.values())
        keyed = sorted(
            (
                (f"{iso(bell.due_at) if bell.due_at else '9999'}#{bell.id}", bell)
                for bell in heads
                if bell.open and ids.prefix_of(bell.id) == prefix
            ),
            key=lambda pair: pair[0],
        )
        rest = [(key, bell) for key, bell in keyed if key > after]
        page = rest[:limit]
        more = len(rest) > limit
        return Page(tuple(bell for _, bell in page), cursors.pack(page[-1][0]) if more else "")

    @operation
    def bells(self, bell_ids: Sequence[str]) -> tuple[Bell, ...]:
        """As the port says."""
        found = (self._heads.get(f"BELL#{bell_id}") for bell_id in dict.fromkeys(bell_ids))
        return tuple(head.bell for head in found if head is not None)

    @operation
    def overdue(self, before: datetime, limit: int = 100) -> tuple[str, ...]:
        """As the port says."""
        clocks = [(head.bell.due_at, thing) for thing, head in self._heads.items() if head.bell.due_at]
        clocks += [(head.case.due_at, thing) for thing, head in self._cases.items() if head.case.due_at]
        clocks += [(head.poll.due_at, thing) for thing, head in self._polls.items() if head.poll.due_at]
        clocks += [(w.due_at, f"STAFF#{w.staff}") for w in self._windows.values() if w.due_at]
        return tuple(thing for due_at, thing in sorted(clocks) if due_at < before)[:limit]

    @operation
    def rung_by(self, person: str, cursor: str = "", limit: int = 25) -> Page[Bell]:
        """As the port says."""
        before = cursors.unpack(cursor) if cursor else "~"
        heads = (head.bell for head in self._heads.values() if head.person == person)
        keyed = sorted(((f"{iso(b.rung_at)}#{b.id}", b) for b in heads), key=lambda p: p[0], reverse=True)
        rest = [(key, bell) for key, bell in keyed if key < before]
        page = rest[:limit]
        return Page(tuple(b for _, b in page), cursors.pack(page[-1][0]) if len(rest) > limit else "")

    # -- codes

    @operation
    def ask_code(self, code: Code, at: datetime, limits: Sequence[Limit]) -> None:
        """As the port says."""
        there = self._codes.get(code.person)
        if there is not None and there.salt == code.salt:
            return
        waits = [there.again_at] if there is not None and there.again_at > at else []
        waits += [limit.until for limit in limits if self._limits[limit.key] >= limit.most]
        if waits:
            raise TooMany("too_many_codes", max(waits))
        self._spend(limits)
        self._codes[code.person] = code
        self.stream.append(CodeAsked(code))

    @operation
    def use_limit(self, limit: Limit) -> bool:
        """As the port says."""
        if self._limits[limit.key] >= limit.most:
            return False
        self._spend((limit,))
        return True

    @operation
    def try_code(self, person: str, at: datetime, most: int, *, known: bool = False) -> Code | None:
        """As the port says."""
        code = self._codes.get(person)
        if code is None or code.until <= at or ("used", code.salt) in self._marks:
            return None
        counted = (code.salt, known)
        if self._tries[counted] >= most:
            return None
        self._tries[counted] += 1
        return replace(code, tries=self._tries[counted])

    @operation
    def use_code(self, code: Code) -> bool:
        """As the port says."""
        return self._mark("used", code)

    @operation
    def claim_code(self, code: Code) -> bool:
        """As the port says."""
        return self._mark("sent", code)

    @operation
    def forget_code(self, person: str) -> None:
        """As the port says."""
        self._codes.pop(person, None)

    # -- notices

    @operation
    def claim(self, notice: Notice, channel: Channel, at: datetime) -> Fate | None:
        """As the port says."""
        dispatches = self._thing(notice.thing).dispatches
        if there := dispatches.get(_place(notice.version, notice.recipient.id, channel)):
            return there.fate
        to = notice.recipient
        claimed = Dispatch(
            notice.version, notice.template, to.id, to.name, to.role, channel, Fate.CLAIMED, at
        )
        dispatches[_place(notice.version, to.id, channel)] = claimed
        return None

    @operation
    def settle(self, notice: Notice, dispatch: Dispatch) -> None:
        """As the port says."""
        place = _place(dispatch.version, dispatch.recipient, dispatch.channel)
        dispatches = self._thing(notice.thing).dispatches
        if place in dispatches and dispatches[place].fate in (Fate.DELIVERED, Fate.UNDELIVERED):
            return
        dispatches[place] = dispatch
        if dispatch.fate is Fate.SENT and dispatch.detail and dispatch.channel:
            self._messages[dispatch.channel, dispatch.detail].append((notice.thing, place))

    @operation
    def report(self, channel: Channel, message: str, fate: Fate, at: datetime, code: str = "") -> bool:
        """As the port says."""
        notices = self._messages.get((channel, message), [])
        for thing, place in notices:
            dispatches = self._thing(thing).dispatches
            was = dispatches[place]
            after = onward(was.fate, fate)
            if after is not was.fate:
                dispatches[place] = replace(was, fate=after, at=at, detail=code or was.detail)
                if after is Fate.UNDELIVERED:
                    self.stream.append(Undelivered(thing, was.version))
        return bool(notices)

    @operation
    def wish(self, key: str, at: datetime, *, out: bool) -> None:
        """As the port says."""
        (self._opted_out.add if out else self._opted_out.discard)(key)

    @operation
    def opted_out(self, key: str) -> bool:
        """As the port says."""
        return key in self._opted_out

    @operation
    def dispatches(self, thing: str) -> tuple[Dispatch, ...]:
        """As the port says."""
        return self._dispatches(thing)

    @operation
    def window(self, staff_id: str) -> Window:
        """As the port says."""
        return self._windows.get(staff_id, Window(staff_id))

    @operation
    def save_window(self, window: Window) -> None:
        """As the port says."""
        if self._windows.get(window.staff, Window(window.staff)).version != window.version:
            raise Stale(window.staff)
        self._windows[window.staff] = replace(
            window,
            version=window.version + 1,
            held=tuple(replace(notice, params=frozen(notice.params)) for notice in window.held),
        )

    @operation
    def save_bundle(self, bundle: Bundle) -> None:
        """As the port says."""
        self._bundles[bundle.id] = bundle

    @operation
    def bundle(self, bundle_id: str) -> Bundle | None:
        """As the port says."""
        return self._bundles.get(bundle_id)

    # -- upkeep

    @operation
    def clocks(self, cursor: str = "", limit: int = 1_000) -> Page[str]:
        """As the port says."""
        everything = FakeStore.overdue.__wrapped__(self, _END_OF_TIME, 10**9)  # type: ignore[attr-defined]
        start = int(cursor or 0)
        more = str(start + limit) if len(everything) > start + limit else ""
        return Page(everything[start : start + limit], more)

    @operation
    def beat(self, pulse: Pulse) -> None:
        """As the port says."""
        self._pulses[pulse.name] = pulse

    @operation
    def pulses(self) -> Mapping[str, Pulse]:
        """As the port says."""
        return dict(self._pulses)

    @operation
    def forget_canary(self, bell_id: str) -> None:
        """As the port says."""
        thing = f"BELL#{bell_id}"
        if not ids.is_canary(thing):
            raise ValueError("only a canary's bell may be removed")
        self._heads.pop(thing, None)
        self._things.pop(thing, None)
        self._tips.pop(thing, None)
        for rung in self.persons.values():
            rung[:] = [known for known in rung if known != bell_id]

    # -- places, records, counters

    @operation
    def directory(self, prefix: str) -> Directory | None:
        """As the port says."""
        return self.places.get(prefix)

    @operation
    def save_directory(self, directory: Directory, events: Sequence[Event]) -> None:
        """As the port says."""
        prefix = directory.subdistrict.prefix
        thing, end = f"PLACE#{prefix}", _end(events)
        if events and self._tips.get(thing) == end:
            return
        stored = self.places.get(prefix)
        if directory.version != (stored.version if stored else 0) + 1:
            raise Stale(thing)
        if events and events[0].prev != self._tips.get(thing, Tip()).hash:
            raise Stale(thing)
        self.places[prefix] = replace(directory, ended=stored.ended if stored else {})
        self._extend(thing, events)

    @operation
    def end_sessions(self, prefix: str, staff: str, at: datetime, forgotten: datetime) -> None:
        """As the port says."""
        if stored := self.places.get(prefix):
            left = {who: when for who, when in stored.ended.items() if when > forgotten}
            self.places[prefix] = replace(stored, ended={**left, staff: at})

    @operation
    def tip(self, thing: str) -> Tip:
        """As the port says."""
        return self._tip(thing)

    @operation
    def events(self, thing: str) -> tuple[Event, ...]:
        """As the port says."""
        return tuple(self._things[thing].events) if thing in self._things else ()

    @operation
    def count(self, event_id: str, counters: Mapping[str, int], scope: str) -> None:
        """As the port says."""
        if (scope, event_id) not in self._counted:
            self._counted.add((scope, event_id))
            self._counters.setdefault(scope, Counter()).update(counters)

    @operation
    def counters(self, scope: str) -> Mapping[str, int]:
        """As the port says."""
        return dict(self._counters.get(scope, {}))

    @operation
    def chains(self) -> Iterator[tuple[str, tuple[Event, ...], Tip]]:
        """As the port says."""
        found = [(name, tuple(t.events), self._tip(name)) for name, t in self._things.items() if t.events]
        return iter(found)

    @operation
    def heads(self, after: str = "") -> Iterator[tuple[str, Tip]]:
        """As the port says."""
        begun = sorted(name for name in self._things if name > after and self._tip(name).seq)
        return iter([(name, self._tip(name)) for name in begun if not ids.is_canary(name)])

    # -- inside

    def _file(self, bell_id: str) -> BellFile | None:
        head = self._heads.get(f"BELL#{bell_id}")
        if head is None:
            return None
        thing = self._thing(head.bell.thing)
        links = tuple(thing.links[key] for key in sorted(thing.links))
        return BellFile(
            head.bell, thing.contact, tuple(thing.events), links, self._dispatches(head.bell.thing)
        )

    def _case_file(self, case_id: str) -> CaseFile | None:
        head = self._cases.get(f"CASE#{case_id}")
        if head is None:
            return None
        thing = self._thing(head.case.thing)
        return CaseFile(
            case=head.case,
            subject=head.subject,
            events=tuple(thing.events),
            texts={key: head.texts[key] for key in sorted(head.texts)},
            parties={key: head.parties[key] for key in sorted(head.parties)},
            links=tuple(thing.links[key] for key in sorted(thing.links)),
            dispatches=self._dispatches(head.case.thing),
        )

    def _directory_of(self, thing_id: str) -> Directory:
        directory = self.places.get(ids.prefix_of(thing_id))
        if directory is None:
            raise NotFound("no_such_place")
        return directory

    def _refuse_stale(self, change: Change | CaseChange | PollChange) -> None:
        thing, before = change.after.thing, change.before
        head, case, poll = self._heads.get(thing), self._cases.get(thing), self._polls.get(thing)
        there: Bell | Case | Poll | None = head.bell if head else case.case if case else None
        there = poll.poll if poll else there
        stored = (there.version, there.tip) if there else None
        if stored != ((before.version, before.tip) if before else None):
            raise Stale(thing)

    def _move_bell(self, change: Change) -> None:
        before, after = change.before, change.after
        head = self._heads[before.thing]
        if change.release:
            self._release(head)
        self._thing(before.thing).contact = change.contact or self._thing(before.thing).contact
        head.person = change.person or head.person
        if change.erase:
            head.person, self._thing(before.thing).contact = "", None
        stored, token, head.bell, head.token = head.bell, head.token, after, ""
        self._keep_links(before.thing, change.links)
        self._moved(stored, after, token, by_timeline=change.by_timeline)
        self._extend(before.thing, change.events)

    def _move_case(self, change: CaseChange) -> None:
        after, fresh = change.after, change.before is None
        head = self._cases.setdefault(after.thing, _CaseHead(after))
        stored, token, head.case, head.token = head.case, head.token, after, ""
        head.subject = head.subject if change.subject is None else change.subject
        head.texts |= {text.id: text for text in change.texts}
        head.texts = {key: text for key, text in head.texts.items() if key not in change.erase}
        head.parties |= {party.id: party for party in change.parties}
        head.parties = {key: party for key, party in head.parties.items() if key not in change.forget}
        self._keep_links(after.thing, change.links)
        self._moved(None if fresh else stored, after, token, by_timeline=change.by_timeline and not fresh)
        self._extend(after.thing, change.events)

    def _move_poll(self, change: PollChange) -> None:
        after = change.after
        fresh = after.thing not in self._polls
        head = self._polls.setdefault(after.thing, fake_polls.PollHead(after))
        stored, token, head.poll, head.token = head.poll, head.token, after, ""
        head.gate = change.gate or head.gate
        self._moved(None if fresh else stored, after, token, by_timeline=change.by_timeline and not fresh)
        self._extend(after.thing, change.events)

    def _thing(self, thing: str) -> _Thing:
        return self._things.setdefault(thing, _Thing())

    def _tip(self, thing: str) -> Tip:
        if (case := self._cases.get(thing)) is not None:
            return case.case.tip
        if (poll := self._polls.get(thing)) is not None:
            return poll.poll.tip
        head = self._heads.get(thing)
        return head.bell.tip if head else self._tips.get(thing, Tip())

    def _dispatches(self, thing: str) -> tuple[Dispatch, ...]:
        found = self._things[thing].dispatches if thing in self._things else {}
        return tuple(found[place] for place in sorted(found))

    def _keep_links(self, thing: str, links: Sequence[Link]) -> None:
        self._thing(thing).links.update({link.hash: link for link in links})

    def _extend(self, thing: str, events: Sequence[Event]) -> None:
        kept = [frozen_event(event) for event in events]
        self._thing(thing).events += kept
        if kept:
            self._tips[thing] = _end(kept)
        self.stream.extend(map(EventAppended, kept))

    def _mark(self, what: str, code: Code) -> bool:
        there = self._codes.get(code.person)
        if there is None or there.salt != code.salt or (what, code.salt) in self._marks:
            return False
        self._marks.add((what, code.salt))
        return True

    def _spend(self, limits: Sequence[Limit]) -> None:
        for limit in limits:
            if self._limits[limit.key] >= limit.most:
                raise TooMany("too_many_rings", limit.until)
        self._limits.update(limit.key for limit in limits)

    def _release(self, head: _Head) -> None:
        """Whoever says the same rings anew; a client that repeats its very request still meets the first bell."""
        for guard in head.guards:
            held = self._guards.get(guard.key)
            if not guard.fingerprint and held is not None and held.bell == head.bell.id:
                del self._guards[guard.key]

    def _moved(
        self, before: Bell | Case | Poll | None, after: Bell | Case | Poll, token: str, *, by_timeline: bool
    ) -> None:
        if before is not None and before.version == after.version:
            return
        self.stream.append(
            HeadMoved(
                thing=after.thing,
                version=after.version,
                generation=after.generation,
                due_at=after.due_at,
                was_version=before.version if before else None,
                was_generation=before.generation if before else None,
                token=token,
                by_timeline=by_timeline,
            )
        )


def _end(events: Sequence[Event]) -> Tip:
    return Tip(events[-1].seq, events[-1].hash) if events else Tip()


def _place(version: int, recipient: str, channel: str) -> str:
    return f"{version:06d}#{recipient}#{channel or '-'}"


def _within(scope: Worklist, case: Case) -> bool:
    if case.stage not in OPEN:
        return False
    if scope.owner:
        return case.owner == scope.owner
    return ids.prefix_of(case.id) == scope.prefix and scope.community in ("", case.community)


def _worklist_at(case: Case) -> str:
    return f"{iso(case.due_at) if case.due_at else '9999'}#{case.id}"
