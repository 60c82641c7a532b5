"""A small subdistrict and the record of a bell, built event by event."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.bell.rules import Person, fold, ladder_json
from chalicelib.core.chain import SYSTEM, Event, Happening, Tip, extend
from chalicelib.core.ids import new_id
from chalicelib.core.times import iso
from chalicelib.notice import rules
from chalicelib.notice.rules import Links, Scene
from chalicelib.notice.types import Dispatch, Fate, Notice, Recipient
from chalicelib.people.staff import Channel, Staff
from chalicelib.place.ladder import Desk, Role, Urgency, default_ladder
from chalicelib.place.rules import Community, Directory, Neighbourhood, Subdistrict

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # in Hangzhou
NIGHT = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
MORNING = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
KEY = b"k" * 32
LINKS = Links(KEY, "https://bell.example")

LI = Staff("li", "李敏", Role.SPECIALIST, ("yuyuan",), phone="+8613900000001", mail="li@example.org")
WANG = Staff("wang", "王强", Role.COMMUNITY, ("mishi",), phone="+8613900000002", mail="wang@example.org")
ANN = Staff("ann", "Ann", Role.SUBDISTRICT, ("street",), phone="+8613900000003", language="en")
BOSS = Staff("boss", "赵督", Role.SUPERVISOR, ("street",), mail="boss@example.org")
DIRECTORY = Directory(
    Subdistrict("street", "MX", "米市巷街道", "Mishi Lane"),
    (
        Community(
            "mishi",
            "米市巷社区",
            neighbourhoods=(Neighbourhood("yuyuan", "沁雅花园小区二期", short="沁雅", short_en="Qinya"),),
        ),
    ),
    staff=(LI, WANG, ANN, BOSS),
    version=1,
)


def person(member: Staff) -> dict[str, str]:
    """A member of staff as an event names them."""
    return Person(member.id, member.name, member.role).json()


class Record:
    """The record of one bell as it grows."""

    def __init__(self, urgency: Urgency = Urgency.URGENT, at: datetime = NOON, chance: int = 1) -> None:
        self.id = new_id("MX", at, chance)
        self.at = at
        self.urgency = urgency
        self.events: tuple[Event, ...] = ()
        category = {"emergency": "gas", "urgent": "elevator", "ordinary": "noise"}[urgency]
        ladder = ladder_json(default_ladder(urgency, Desk.COMMUNITY))
        place = {"neighbourhood": "yuyuan", "community": "mishi"}
        self.add(
            "rung", {**place, "desk": "community", "category": category, "urgency": urgency, "ladder": ladder}
        )

    @property
    def thing(self) -> str:
        return f"BELL#{self.id}"

    def add(self, kind: str, data: dict[str, Any] | None = None, after: int = 0) -> Event:
        """Append an event, so many seconds after the ring."""
        tip = Tip(self.events[-1].seq, self.events[-1].hash) if self.events else Tip()
        at = self.at + timedelta(seconds=after)
        self.events += extend(self.thing, tip, at, SYSTEM, [Happening(kind, data or {})])
        return self.events[-1]

    def alerted(self, *staff: Staff, level: int = 0, repeat: int = 0, after: int = 0) -> Event:
        due_at = iso(self.at + timedelta(seconds=after + 300))
        people = [person(member) for member in staff]
        data = {"level": level, "repeat": repeat, "roles": [], "staff": people, "due_at": due_at}
        return self.add("alerted", data, after)

    def exhausted(self, *staff: Staff, after: int = 900) -> Event:
        due_at = iso(self.at + timedelta(seconds=after + 900))
        return self.add(
            "exhausted", {"round": 1, "staff": [person(s) for s in staff], "due_at": due_at}, after
        )

    def answered(self, by: Staff, after: int = 60) -> Event:
        due_at = iso(self.at + timedelta(days=1))
        return self.add("answered", {"by": person(by), "after_seconds": after, "due_at": due_at}, after)

    def transferred(self, by: Staff, *relieved: Staff, after: int = 100) -> Event:
        """Handed on to the lawyers by somebody, who relieves these others."""
        place = {"neighbourhood": "yuyuan", "community": "mishi"}
        data = {
            "by": person(by),
            "from": {**place, "desk": "community"},
            "to": {**place, "desk": "lawyer"},
            "reason_code": "wrong_desk",
            "ladder": ladder_json(default_ladder(self.urgency, Desk.LAWYER)),
            "relieved": [person(member) for member in relieved],
        }
        return self.add("transferred", data, after)

    def overdue(self, *staff: Staff, after: int = 90_000) -> Event:
        due_at = iso(self.at + timedelta(days=2))
        return self.add(
            "decision_overdue", {"reminder": 1, "staff": [person(s) for s in staff], "due_at": due_at}, after
        )

    def scene(self, event: Event, *dispatches: Dispatch, directory: Directory = DIRECTORY) -> Scene:
        until = [past for past in self.events if past.seq <= event.seq]
        resident = rules.resident("+8613800001234", "zh-CN")
        return Scene(fold(until), rules.since(until), directory, resident, dispatches, LINKS)

    def notices(
        self, event: Event, *dispatches: Dispatch, directory: Directory = DIRECTORY
    ) -> tuple[Notice, ...]:
        return rules.notices_of(event, self.scene(event, *dispatches, directory=directory))


def dispatch(event: Event, member: Staff, template: str = "alert", fate: Fate = Fate.SENT) -> Dispatch:
    """What a notice about the event to that person came to."""
    return Dispatch(event.seq, template, member.id, member.name, member.role, "sms", fate, NOON)


def notice(
    bell: int = 1,
    template: str = "alert",
    to: Staff = LI,
    *,
    urgent: bool = True,
    pressing: bool = False,
    version: int = 2,
) -> Notice:
    """A notice about the bell of that number."""
    addresses = tuple((channel, to.address(channel)) for channel in to.reachable)
    asks = template in rules.RINGING
    whom = Recipient(to.id, to.name, str(to.role), to.language, addresses)
    thing = f"BELL#{new_id('MX', NOON, bell)}"
    return Notice(thing, version, template, whom, {}, urgent=urgent, pressing=pressing, alert=asks)


def sms_only(member: Staff) -> Staff:
    """The same person without a mailbox."""
    return Staff(member.id, member.name, member.role, member.places, member.phone, channels=(Channel.SMS,))
