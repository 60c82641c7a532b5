"""The notice service on fakes: bells whose records grow, a stream that may be cut anywhere, a sweeper."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from chalicelib.bell.rules import fold
from chalicelib.core.chain import SYSTEM, Event, Happening, extend, verify
from chalicelib.core.links import Purpose, token
from chalicelib.core.times import iso
from chalicelib.notice import service
from chalicelib.people.staff import Channel, Staff
from chalicelib.place.ladder import Urgency
from chalicelib.place.rules import Directory
from chalicelib.ports import BellFile, Change, Contact, Policy, Ports, Ringing
from tests.fakes.clock import FakeClock
from tests.fakes.directories import FakeDirectories
from tests.fakes.entropy import FakeEntropy
from tests.fakes.files import FakeFiles
from tests.fakes.senders import FakeSender, Sent
from tests.fakes.store import FakeStore, When, _Fault
from tests.fakes.vault import FakeVault
from tests.notice.samples import DIRECTORY, KEY, NOON, Record, person

RESIDENT = "+8613800001234"


class Crash(Exception):
    """The process dies at a call of the store."""


class CrashingStore(FakeStore):
    """Dies once, at the n-th call after `arm`, before or after the call did its work."""

    def __init__(self) -> None:
        super().__init__()
        self.countdown, self.died_at = 0, ""
        self.when: When = "before"

    def arm(self, call: int, when: When) -> None:
        self.countdown, self.when, self.died_at = call, when, ""

    def next_fault(self, name: str) -> _Fault | None:
        self.countdown -= 1
        if self.countdown:
            return super().next_fault(name)
        self.died_at = name
        return _Fault(name, 1, self.when, Crash(name))


class NoTimeline:
    """Notices never touch the state machine."""

    def start(self, thing: str, generation: int, version: int, seconds: int) -> None:
        raise AssertionError("not this")

    def signal(self, token: str, thing: str, version: int, seconds: int) -> None:
        raise AssertionError("not this")

    def end(self, token: str) -> None:
        raise AssertionError("not this")


class Sending:
    """The notice service on fakes. `sent`: what arrived."""

    def __init__(self, start: datetime, directory: Directory) -> None:
        self.clock, self.store = FakeClock(start), CrashingStore()
        self.store.places["MX"] = directory
        self.sent: list[Sent] = []
        self.sms = FakeSender(Channel.SMS, self.clock, self.sent)
        self.mail = FakeSender(Channel.MAIL, self.clock, self.sent)
        self.ports = Ports(
            store=self.store,
            polls=self.store,
            senders={Channel.SMS: self.sms, Channel.MAIL: self.mail},
            timeline=NoTimeline(),
            files=FakeFiles(self.clock),
            vault=FakeVault(),
            clock=self.clock,
            entropy=FakeEntropy(),
            directories=FakeDirectories(self.store),
            policy=Policy(KEY, "https://bell.example", "https://bell.example.org", ("MX",)),
        )

    def announce(self, event: Event) -> None:
        service.announce(self.ports, event)

    def announce_until_done(self, event: Event) -> int:
        """Deliver the stream's record until the reaction succeeds; answers how often it raised."""
        for failed in range(10):
            if not self._attempt(partial(self.announce, event)):
                return failed
        raise AssertionError("never done")

    def pass_time(self, **span: float) -> int:
        """Time passes and the sweeper comes each half minute; answers how often it was interrupted."""
        end, interrupted = self.clock.now() + timedelta(**span), 0
        while self.clock.now() < end:
            self.clock.go_to(min(end, self.clock.now() + timedelta(seconds=30)))
            for thing in self.store.overdue(self.clock.now()):
                if thing.startswith("STAFF#"):
                    interrupted += self._attempt(partial(service.flush, self.ports, thing[6:]))
        return interrupted

    def _attempt(self, work: Callable[[], None]) -> int:
        try:
            work()
        except Crash:
            return 1
        return 0


def fates(events: Iterable[Event]) -> list[list[tuple[str, str, str]]]:
    """What each `notified` event says: (to, channel, fate)."""
    return [
        [(n["to"], n["channel"], n["fate"]) for n in event.data["notices"]]
        for event in events
        if event.kind == "notified"
    ]


class Office(Sending):
    """`ring` makes a bell, `happen` lets something happen to it and tells everybody."""

    def __init__(self, start: datetime = NOON, directory: Directory = DIRECTORY) -> None:
        super().__init__(start, directory)
        self._bells = 0

    def ring(self, urgency: Urgency = Urgency.URGENT) -> str:
        """A bell that has rung; nobody has been told anything yet."""
        self._bells += 1
        record = Record(urgency, self.clock.now(), self._bells)
        contact = Contact("张三", RESIDENT, "楼上漏水")
        bell = fold(record.events)
        self.store.ring(Ringing(bell, record.events, contact, (), "p", (), ()))
        self.store.stream.clear()
        return bell.id

    def write(self, bell_id: str, kind: str, data: dict[str, Any] | None = None) -> Event:
        """Something happens to the bell now; nobody has been told yet."""
        bell = self.file(bell_id).bell
        events = extend(bell.thing, bell.tip, self.clock.now(), SYSTEM, [Happening(kind, data or {})])
        self.store.commit(Change(bell, fold(events, bell), events))
        return events[0]

    def alert(self, bell_id: str, *staff: Staff, level: int = 0, repeat: int = 0) -> Event:
        people = [person(member) for member in staff]
        data = {"level": level, "repeat": repeat, "roles": [], "staff": people, "due_at": self._later()}
        return self.write(bell_id, "alerted", data)

    def answer(self, bell_id: str, by: Staff) -> Event:
        data = {"by": person(by), "after_seconds": 1, "due_at": self._later()}
        return self.write(bell_id, "answered", data)

    def remind(self, bell_id: str, *staff: Staff) -> Event:
        people = [person(member) for member in staff]
        return self.write(
            bell_id, "decision_overdue", {"reminder": 1, "staff": people, "due_at": self._later()}
        )

    def at_the_limit(self, member: Staff) -> None:
        """That person has just had as many SMS as they may have in a quarter of an hour."""
        sent = (self.clock.now(),) * 5
        self.store.save_window(replace(self.store.window(member.id), sent=sent))

    def file(self, bell_id: str) -> BellFile:
        file = self.store.bell(bell_id)
        assert file is not None
        assert verify(file.events, file.bell.tip).intact
        return file

    def link(self, bell_id: str, staff_id: str) -> str:
        """The one-tap link of the bell's first ringing."""
        return f"https://bell.example/a/{token(KEY, bell_id, Purpose.ANSWER, staff_id, 1)}"

    def told(self) -> list[tuple[str, str, str]]:
        """(channel, who, template) of everything that arrived, oldest first."""
        staff = {m.phone: m.id for m in DIRECTORY.staff} | {m.mail: m.id for m in DIRECTORY.staff}
        return [(str(s.channel), staff.get(s.to, "resident"), s.template) for s in self.sent]

    def record(self, bell_id: str) -> list[list[tuple[str, str, str]]]:
        """What each `notified` event says: (to, channel, fate)."""
        return fates(self.file(bell_id).events)

    def _later(self) -> str:
        return iso(self.clock.now() + timedelta(minutes=5))
