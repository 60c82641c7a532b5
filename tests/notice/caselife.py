"""A small subdistrict, and one case of it as it lives: who is told what of each thing that happens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

from chalicelib.case import commands as do
from chalicelib.case.rules import Case, apply, fold
from chalicelib.core.chain import Actor, Event
from chalicelib.notice import casework
from chalicelib.notice.casework_people import CaseScene, party_id, resident_id
from chalicelib.notice.rules import Links
from chalicelib.notice.types import PARTY, RESIDENT, Notice, Recipient
from chalicelib.people.staff import Channel, Staff
from chalicelib.place.ladder import Role
from chalicelib.place.rules import Community, Directory, Neighbourhood, Subdistrict
from tests.case.lives import ZHAO, Life, text

KEY = b"k" * 32
LINKS = Links(KEY, "https://bell.example")
FIRM, CREW = "yunhe", "shigong"


def staff(who: str, name: str, role: Role, place: str, number: int) -> Staff:
    """Somebody with a phone and a mailbox."""
    return Staff(who, name, role, (place,), f"+861390000{number:04}", f"{who}@example.org")


DIRECTORY = Directory(
    Subdistrict("street", "MX", "米市巷街道", "Mishi Lane"),
    (Community("bandaohong", "半道红社区", neighbourhoods=(Neighbourhood("midu", "米渡桥路"),)),),
    staff=(
        staff("zhao", "赵虹", Role.SPECIALIST, "midu", 1),
        staff("wang", "王芳", Role.COMMUNITY, "bandaohong", 2),
        staff("li", "李强", Role.SUBDISTRICT, "street", 3),
        staff("sun", "孙督", Role.SUPERVISOR, "street", 4),
    ),
    version=1,
)


def phone(number: int) -> str:
    """The phone of the resident of that number."""
    return f"+861380000{number:04}"


@dataclass
class Told:
    """One case; `parties` and `phones` say how its people can be reached."""

    life: Life = field(default_factory=Life)
    directory: Directory = DIRECTORY
    parties: dict[str, Recipient] = field(default_factory=dict)
    phones: dict[str, str] = field(default_factory=dict)
    language: str = "zh-CN"

    def of(self, command: object, by: Actor = ZHAO) -> list[tuple[str, str]]:
        """Somebody does something: who is told what of it."""
        before = len(self.life.events)
        self.life.does(command, by)
        return self.since(before)

    def by_itself(self, **span: float) -> list[tuple[str, str]]:
        """Time passes and the engine runs: who is told what."""
        before = len(self.life.events)
        self.life.pass_time(**span)
        return self.since(before)

    def late(self, key: str, **span: float) -> list[tuple[str, str]]:
        """Time passes: who is told that the deadline of that key is overdue."""
        before = len(self.life.events)
        self.life.pass_time(**span)
        late = [e for e in self.life.events[before:] if e.kind == "overdue" and e.data["key"] == key]
        return [(n.recipient.id, n.template) for event in late for n in self.notices(event)]

    def since(self, before: int) -> list[tuple[str, str]]:
        """What was told of the events after so many."""
        return [
            (n.recipient.id, n.template) for event in self.life.events[before:] for n in self.notices(event)
        ]

    def last(self, kind: str) -> Event:
        """The latest event of that kind."""
        return next(event for event in reversed(self.life.events) if event.kind == kind)

    def notices(self, event: Event) -> tuple[Notice, ...]:
        """The notices of an event."""
        return casework.notices_of(event, self.scene(event))

    def walk(self) -> Iterator[tuple[Event, Case, tuple[Notice, ...]]]:
        """Every event, the case after it, and its notices."""
        case: Case | None = None
        for event in self.life.events:
            case = apply(case, event)
            yield event, case, casework.notices_of(event, self.scene(event, case))

    def scene(self, event: Event, case: Case | None = None) -> CaseScene:
        """What the event is told from."""
        events = self.life.events[: event.seq]
        case = case or fold(events)
        phones = {bell: self.phones.get(bell, phone(n)) for n, bell in enumerate(case.bells)}
        residents = {
            bell: Recipient(resident_id(case, bell), "", RESIDENT, self.language, ((Channel.SMS, number),))
            for bell, number in phones.items()
            if number
        }
        return CaseScene(case, events, self.directory, residents, self.parties, LINKS)

    def party(self, party: str, kind: str = "property_company", mail: str = "") -> list[tuple[str, str]]:
        """A party is invited: who is told."""
        addresses = [(Channel.SMS, f"+861370000{len(self.parties):04}")]
        addresses += [(Channel.MAIL, mail)] if mail else []
        self.parties[party] = Recipient(party_id(party), "", PARTY, self.language, tuple(addresses))
        return self.of(do.Invite(party, kind))

    def leaves(self, staff_id: str) -> None:
        """A member of staff is no longer there."""
        kept: Iterable[Staff] = (member for member in self.directory.staff if member.id != staff_id)
        self.directory = replace(self.directory, staff=tuple(kept))

    def negotiating(self) -> Told:
        """The case with two parties that sit down together."""
        self.life.does(do.Visit(text("notes")))
        self.party(FIRM, mail="office@property.example")
        self.party(CREW, "contractor")
        self.life.does(do.Negotiate())
        return self

    def drafted(self, *signatories: str, form: str = "minutes") -> Told:
        """An agreement is written: the crew repairs within ten days."""
        self.negotiating()
        self.life.does(do.Propose(text("plan")))
        duty = do.Duty(CREW, text("repair"), self.life.now + timedelta(days=10))
        self.life.does(do.Draft(form, (text("term"),), (duty,), signatories or ("resident", CREW)))
        return self

    def carrying_out(self) -> Told:
        """Both have signed, and it is being done."""
        self.drafted()
        self.life.does(do.Consult("parties", self.life.now + timedelta(days=5)))
        for signatory in ("resident", CREW):
            self.life.does(do.Sign(signatory, "code", text("proof")))
        self.life.does(do.CarryOut())
        return self

    def done(self) -> Told:
        """Everything is done and accepted."""
        self.carrying_out()
        self.life.does(do.Perform(1, text("photo")), party(CREW))
        self.life.resident(do.AcceptWork(1))
        self.life.does(do.Finish(text("summary")))
        return self


def party(party_: str) -> Actor:
    """A party that does something itself."""
    return Actor(PARTY, party_)
