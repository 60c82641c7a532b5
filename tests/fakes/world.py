"""The whole platform on fakes, with a clock that is moved by hand: what scenario tests play in.

world = World()
rung = world.ring()
world.settle()
alert = world.expect("alert", to="zhao")
world.pass_time(minutes=5)
world.expect("escalated", to="wang", at=world.start + timedelta(minutes=5))
world.no_other_message()
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib import steps
from chalicelib.bell import service as bells
from chalicelib.bell.changes import answer_token
from chalicelib.bell.ringing import Draft, person_of
from chalicelib.bell.rules import Bell
from chalicelib.bell.service import Caller, Rung
from chalicelib.case.changes import following
from chalicelib.case.rules import Case, decide
from chalicelib.case.shapes import CaseFile
from chalicelib.core.chain import Actor
from chalicelib.core.ids import prefix_of
from chalicelib.core.links import LENGTH
from chalicelib.escalation import service as escalation
from chalicelib.people.staff import Channel, Staff
from chalicelib.place.casework import calendar_for, policy_for
from chalicelib.place.rules import Directory
from chalicelib.ports import BellFile, Policy, Ports
from chalicelib.record.shapes import CodeAsked, EventAppended, StreamRecord
from chalicelib.timeline import machine
from chalicelib.wechat import rules as wechat
from tests.fakes import places
from tests.fakes.bus import FakeBus
from tests.fakes.clock import START, FakeClock
from tests.fakes.directories import FakeDirectories
from tests.fakes.entropy import FakeEntropy
from tests.fakes.files import FakeFiles
from tests.fakes.senders import FakeSender, Sent
from tests.fakes.store import FakeStore
from tests.fakes.vault import FakeVault
from tests.fakes.wechat import FakeWechat
from tests.timeline.interpreter import AslEngine

CONSENT = "2026-11-30"
_LINK = re.compile(rf"/[ast]/([0-9A-Za-z]{{{LENGTH}}})(?![0-9A-Za-z])")
_STREAM_TRIES = 8
_MINUTE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)


def draft(**changes: str) -> Draft:
    """What a resident of Yiqing writes about a noisy neighbour."""
    usual = Draft(
        desk="community",
        category="noise",
        neighbourhood="yiqing",
        text="楼上半夜装修",
        name="张三",
        phone="13900000001",
        consent_version=CONSENT,
    )
    return replace(usual, **changes)


class World:
    """Fakes, wired. `sent`: every message that reached somebody, oldest first; `failures`: what reactions and
    sweeps raised (their work comes again, as on AWS). `templates`: those of a mini program, by notice."""

    def __init__(
        self,
        place: Directory | None = None,
        *,
        start: datetime = START,
        policy: Policy | None = None,
        templates: Mapping[str, str] | None = None,
    ) -> None:
        self.start = start
        self.clock = FakeClock(start)
        self.store = FakeStore()
        self.sent: list[Sent] = []
        self.failures: list[Exception] = []
        self.senders = {channel: FakeSender(channel, self.clock, self.sent) for channel in Channel}
        self.entropy = FakeEntropy()
        self.files = FakeFiles(self.clock)
        self.wechat = FakeWechat(self.store, templates) if templates else None
        self.engine = AslEngine(machine.definition(), self._advance, self.store.write_token, self.clock)
        self.ports = Ports(
            store=self.store,
            polls=self.store,
            senders=self.senders,
            timeline=self.engine,
            files=self.files,
            vault=FakeVault(),
            bus=FakeBus(),
            clock=self.clock,
            entropy=self.entropy,
            directories=FakeDirectories(self.store),
            policy=policy or usual_policy(),
            wechat=self.wechat,
        )
        self._expected: list[Sent] = []
        self._swept_at = start
        self.place(place or places.directory())

    # -- what people do

    def ring(self, address: str = "203.0.113.7", key: str = "", **changes: str) -> Rung:
        """A resident rings; `changes` are fields of the draft. Nothing reacts to it before `settle`."""
        return bells.ring(self.ports, draft(**changes), Caller(address, key))

    def tap(self, message: Sent | str) -> Bell:
        """Somebody presses the button behind the link of a message (or a token)."""
        return bells.answer(self.ports, token_of(message))

    def accept(self, rung: Rung, by: str = "zhao") -> str:
        """Somebody who was alerted answers the bell and accepts it, and everybody reacts; the case's id."""
        token = answer_token(self.ports.policy.key, self.file(rung).bell, by)
        bells.answer(self.ports, token)
        case_id = bells.accept(self.ports, token).case
        self.settle()
        return case_id

    def does(self, case_id: str, command: object, by: Actor) -> Case:
        """Somebody does one of `case.commands`; nothing reacts to it before `settle`. Raises as the rules do."""
        case, now = self.case(case_id), self.clock.now()
        directory = self.store.places[prefix_of(case_id)]
        happenings = decide(case, command, by, calendar_for(directory), now, policy_for(directory))
        change = following(case, happenings, by, now)
        self.ports.store.commit(change)
        return change.after

    def subscribes(self, phone: str, *accepted: str) -> str:
        """The owner of a phone binds their WeChat, if they have not, and accepts a message of each of these
        templates; their openid."""
        assert self.wechat is not None, "this world has no mini program"
        person, openid = person_of(self.ports.policy.key, phone), f"openid of {phone}"
        self.wechat.bindings.bind(person, openid, wechat.CONSENT, self.clock.now())
        names = [self.wechat.program.template(name) for name in accepted]
        for name in names:
            self.wechat.bindings.grant(person, [name], self.clock.now())
        return openid

    def accepted(self, phone: str, template: str) -> int:
        """How many messages of a template the owner of a phone accepted and was not sent."""
        assert self.wechat is not None, "this world has no mini program"
        found = self.wechat.bindings.rows[person_of(self.ports.policy.key, phone)]
        return found.left(self.wechat.program.template(template))

    def place(self, directory: Directory) -> None:
        """The operator puts a directory into effect, whatever its `version` says."""
        prefix = directory.subdistrict.prefix
        stored = self.store.places.get(prefix)
        self.store.places[prefix] = replace(directory, version=(stored.version if stored else 0) + 1)

    def without(self, *staff_ids: str) -> None:
        """These members of staff leave."""
        for prefix, directory in list(self.store.places.items()):
            left = tuple(member for member in directory.staff if member.id not in staff_ids)
            self.store.places[prefix] = replace(directory, staff=left)

    def file(self, bell: Bell | Rung | str) -> BellFile:
        """Everything stored about a bell, without counting as a call."""
        bell_id = bell if isinstance(bell, str) else (bell.bell.id if isinstance(bell, Rung) else bell.id)
        file = self.store.peek(bell_id)
        assert file is not None, f"there is no bell {bell_id}"
        return file

    def kinds(self, bell: Bell | Rung | str) -> list[str]:
        """The kinds of a bell's events, leaving out what became of notices."""
        return [event.kind for event in self.file(bell).events if event.kind != "notified"]

    def case(self, case_id: str) -> Case:
        """The case as it is stored, without counting as a call."""
        return self.case_file(case_id).case

    def case_file(self, case_id: str) -> CaseFile:
        """Everything stored about a case, without counting as a call."""
        file = self.store.peek_case(case_id)
        assert file is not None, f"there is no case {case_id}"
        return file

    def case_kinds(self, case_id: str) -> list[str]:
        """The kinds of a case's events, leaving out what became of notices."""
        return [event.kind for event in self.case_file(case_id).events if event.kind != "notified"]

    # -- time

    def settle(self) -> None:
        """Let everything happen that can happen now: reactions to what was written, timers that are due."""
        while self.store.stream or self._due():
            while self.store.stream:
                self._react(self.store.stream.popleft())
            self.engine.run_due()

    def pass_time(
        self,
        *,
        seconds: float = 0,
        minutes: float = 0,
        hours: float = 0,
        days: float = 0,
        until: datetime | None = None,
    ) -> None:
        """Time passes: timers fire at their very instants, the sweeper comes every minute. Where `days` pass the
        sweeper stays away while there is nothing that it could find."""
        span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        end = until or self.clock.now() + span
        self.settle()
        while (instant := self._next_instant(end, idle=bool(days))) is not None:
            self.clock.go_to(instant)
            self.settle()
            if instant >= self._swept_at + _MINUTE:
                self._swept_at = instant
                self._guarded(lambda: steps.sweep_once(self.ports))
                self.settle()
        self.clock.go_to(end)

    def outage(self, *, minutes: float) -> None:
        """Time passes and nothing of ours runs: no timer, no sweeper, no reaction. Afterwards all is late."""
        self._swept_at = self.clock.advance(minutes=minutes)

    def deliver(self, records: Iterable[StreamRecord]) -> None:
        """Hand records of the stream to the reactions, in this order, as often as they are listed."""
        for record in records:
            self._react(record)

    def take_stream(self) -> list[StreamRecord]:
        """Take away what the stream would have delivered next."""
        records = list(self.store.stream)
        self.store.stream.clear()
        return records

    # -- messages

    def expect(
        self,
        template: str,
        *,
        to: str = "",
        channel: Channel | str = "",
        at: datetime | None = None,
        times: int = 1,
    ) -> Sent:
        """The oldest message like that which was not expected yet; `to`: a staff id, `resident` or an address.

        Fails, listing what is there, when there are not `times` of them.
        """
        found = [s for s in self.unexpected() if self._fits(s, template, to, str(channel), at)][:times]
        wanted = " ".join(filter(None, (template, to, str(channel), at.isoformat() if at else "")))
        assert len(found) == times, f"no message like {wanted!r} ({times}); left:\n{self._listing()}"
        self._expected += found
        return found[0]

    def no_other_message(self) -> None:
        """Fails if a message was sent that no `expect` named."""
        assert not self.unexpected(), f"somebody was sent more than that:\n{self._listing()}"

    def unexpected(self) -> list[Sent]:
        """The messages that no `expect` named so far."""
        return [sent for sent in self.sent if not any(sent is known for known in self._expected)]

    def who(self, sent: Sent) -> str:
        """The staff id behind the address of a message, or `resident`."""
        directories = self.store.places.values()
        return next((m.id for d in directories for m in d.staff if _reaches(m, sent)), "resident")

    # -- inside

    def _fits(self, sent: Sent, template: str, to: str, channel: str, at: datetime | None) -> bool:
        return (
            sent.template == template
            and to in ("", sent.to, self.who(sent))
            and channel in ("", sent.channel)
            and at in (None, sent.at)
        )

    def _listing(self) -> str:
        lines = (
            f"  +{(s.at - self.start).total_seconds():g}s {s.template} {s.channel} {self.who(s)}: {s.text}"
            for s in self.unexpected()
        )
        return "\n".join(lines) or "  nothing"

    def _advance(self, payload: dict[str, Any]) -> dict[str, Any]:
        return escalation.advance(self.ports, payload)

    def _react(self, record: StreamRecord) -> None:
        for _ in range(_STREAM_TRIES):
            if self._guarded(lambda: steps.react_to(self.ports, record)):
                return
        raise AssertionError(f"never handled: {_name(record)}") from self.failures[-1]

    def _guarded(self, work: Callable[[], object]) -> bool:
        try:
            work()
        except Exception as failure:  # noqa: BLE001 - Lambda survives whatever its function raises
            self.failures.append(failure)
            return False
        return True

    def _due(self) -> bool:
        due = self.engine.next_due()
        return due is not None and due <= self.clock.now()

    def _next_instant(self, end: datetime, *, idle: bool) -> datetime | None:
        due = self.engine.next_due()
        until = min(due, end) if due is not None else end
        # A timer wakes at the next whole second, the sweeper leaves it longer than that.
        if idle and not self._peek(FakeStore.overdue, until - _SECOND):
            self._swept_at += max(0, (until - self._swept_at) // _MINUTE) * _MINUTE
        sweep = self._swept_at + _MINUTE
        instant = max(sweep if due is None else min(sweep, due), self.clock.now())
        return instant if instant <= end else None

    def _peek(self, operation: Any, *args: Any) -> Any:
        """What an operation of the store answers, without counting or failing."""
        return operation.__wrapped__(self.store, *args)


def usual_policy() -> Policy:
    """The limits of production, links as short as they are there."""
    return Policy(
        key=b"a key that only tests know",
        link_url="https://ling.cn",
        public_url="https://bell.example.org",
        prefixes=("MX",),
        consent_version=CONSENT,
    )


def token_of(message: Sent | str) -> str:
    """The token in the link of a message; a token is itself."""
    text = message if isinstance(message, str) else message.text
    found = _LINK.search(text)
    return found[1] if found else text


def _reaches(member: Staff, sent: Sent) -> bool:
    return sent.to in (member.phone, member.mail, f"openid of {member.phone}")


def _name(record: StreamRecord) -> str:
    if isinstance(record, EventAppended):
        return f"{record.event.kind} of {record.event.thing}"
    if isinstance(record, CodeAsked):
        return f"code for {record.code.person}"
    return f"version {record.version} of {record.thing}"
