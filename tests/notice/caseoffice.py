"""The notice service on fakes with one case: what is done to it is committed, and the stream tells everybody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from chalicelib.bell.rules import fold
from chalicelib.case import commands as do
from chalicelib.case.rules import Case
from chalicelib.case.shapes import CaseChange, CaseFile, PartyContact
from chalicelib.core.chain import Actor, Event, verify
from chalicelib.place.rules import Directory
from chalicelib.ports import Contact, Ringing
from tests.case.lives import START, ZHAO, Life
from tests.notice.caselife import DIRECTORY
from tests.notice.office import Sending, fates
from tests.notice.samples import Record

RESIDENT = "+8613800001234"
FIRM = PartyContact(
    "yunhe", "property_company", "运河物业", "陈经理", "+8613700000001", "office@property.example"
)
CREW = PartyContact("shigong", "contractor", "施工队", phone="+8613700000002")
PAPER = PartyContact("zhuzhang", "representative", "楼组长", mail="rep@example.org")
BELL = "MX00000000"


class CaseOffice(Sending):
    """`does`: something happens to the case and everybody is told."""

    def __init__(
        self, start: datetime = START, directory: Directory = DIRECTORY, life: Life | None = None
    ) -> None:
        super().__init__(start, directory)
        self.life = life or Life(now=start)
        self._ring()
        self.store.commit(CaseChange(None, self.life.case, self.life.events, parties=(FIRM, CREW, PAPER)))

    def _ring(self) -> None:
        record = Record(at=self.clock.now())
        bell = replace(fold(record.events), id=BELL)
        contact = Contact("张三", RESIDENT, "楼上漏水")
        self.store.ring(Ringing(bell, record.events, contact, (), "p", (), ()))

    def write(self, command: object, by: Actor = ZHAO) -> tuple[Event, ...]:
        """Something happens to the case now; nobody has been told yet."""
        return self._write(lambda: self.life.does(command, by))

    def falls_due(self) -> tuple[Event, ...]:
        """The clock acts on the case now; nobody has been told yet."""
        return self._write(self.life.falls_due)

    def _write(self, happen: Callable[[], object]) -> tuple[Event, ...]:
        file = self.file()
        self.life.case, self.life.events, self.life.now = file.case, file.events, self.clock.now()
        happen()
        new = self.life.events[len(file.events) :]
        self.store.commit(CaseChange(file.case, self.life.case, new))
        return new

    def does(self, command: object, by: Actor = ZHAO) -> tuple[Event, ...]:
        """Something happens to the case, and everybody is told."""
        events = self.write(command, by)
        for event in events:
            self.announce(event)
        return events

    def parties(self, *parties: PartyContact) -> None:
        """These parties are in; nobody was told."""
        for party in parties:
            self.write(do.Invite(party.id, party.kind))

    def file(self) -> CaseFile:
        file = self.store.case(self.life.case.id)
        assert file is not None
        assert verify(file.events, file.case.tip).intact
        return file

    def case(self) -> Case:
        return self.file().case

    def told(self) -> list[tuple[str, str, str]]:
        """(channel, who, template) of everything that arrived, oldest first."""
        known = {a: m.id for m in DIRECTORY.staff for a in (m.phone, m.mail)}
        known |= {a: p.id for p in (FIRM, CREW, PAPER) for a in (p.phone, p.mail) if a}
        return [(str(s.channel), known.get(s.to, "resident"), s.template) for s in self.sent]

    def record(self) -> list[list[tuple[str, str, str]]]:
        """What each `notified` event says: (to, channel, fate)."""
        return fates(self.file().events)
