"""Which notices follow from which event of a bell, and when one has lost its point. Pure. Of cases: `casework`.

Residents hear of their own bell's fate; staff are alerted, told when somebody else took it, and reminded. Who may
be sent something now is decided in `notice.window`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib.bell.rules import Bell, Person, Status, people
from chalicelib.core import ids, links
from chalicelib.core.chain import Event
from chalicelib.core.links import Purpose
from chalicelib.core.times import parse_iso
from chalicelib.notice.types import RESIDENT, Dispatch, Fate, Notice, Recipient
from chalicelib.people.staff import Channel, Staff
from chalicelib.place.ladder import Urgency
from chalicelib.place.rules import Directory

RESIDENT_ID = RESIDENT
# Ask the recipient to answer; all others inform.
RINGING = frozenset({"alert", "escalated", "alert_again", "emergency", "exhausted"})
# An alert that is being sent or whose outcome nobody knows may have arrived: its reader must hear the end of the story.
_MAY_HAVE_ARRIVED = frozenset({Fate.SENT, Fate.DELIVERED, Fate.UNKNOWN, Fate.CLAIMED})
_BEGINNINGS = frozenset({"rung", "appealed", "transferred"})
_SHORT = 8


@dataclass(frozen=True)
class Links:
    """Makes the links in messages: the secret they derive from and the (short!) address they begin with."""

    key: bytes
    base: str

    def answer(self, bell: Bell, staff_id: str) -> str:
        """The one-tap link of a member of staff for this ringing of the bell."""
        return f"{self.base}/a/{links.token(self.key, bell.id, Purpose.ANSWER, staff_id, bell.epoch)}"

    def track(self, bell_id: str) -> str:
        """The resident's link to follow the bell."""
        return f"{self.base}/t/{links.token(self.key, bell_id, Purpose.TRACK)}"

    def case(self, case_id: str) -> str:
        """Where staff work on the case, once they have signed in."""
        return f"{self.base}/c/{case_id}"

    def cases(self) -> str:
        """Where staff see all their cases, once they have signed in."""
        return f"{self.base}/cases"

    def party(self, case_id: str, party: str) -> str:
        """A party's link to the case it takes part in."""
        return f"{self.base}/p/{links.token(self.key, case_id, Purpose.PARTY, party)}"

    def poll(self, poll_id: str) -> str:
        """Where officials run a poll, once they have signed in."""
        return f"{self.base}/polls/{poll_id}/desk"

    def ballot(self, ticket: str) -> str:
        """Where the holder of a ticket votes."""
        return f"{self.base}/v/{ticket}"

    def bundle(self, bundle_id: str, staff_id: str) -> tuple[str, str]:
        """The link to several waiting bells, and the hash the store knows it by."""
        token = links.token(self.key, bundle_id, Purpose.BUNDLE, staff_id)
        return f"{self.base}/s/{token}", links.hash_of(token)


@dataclass(frozen=True)
class Scene:
    """What a bell's event is told from. `bell`: as it was right after the event; `since`: number of the event that
    began the ringing it came upon; `resident`: None once their contact is erased."""

    bell: Bell
    since: int
    directory: Directory
    resident: Recipient | None
    dispatches: tuple[Dispatch, ...]
    links: Links


def notices_of(event: Event, scene: Scene) -> tuple[Notice, ...]:
    """The notices that follow from the event, at most one to each person."""
    teller = _TELLERS.get(event.kind)
    return tuple(teller(event, scene)) if teller else ()


def tells(event: Event) -> bool:
    """Whether an event of this kind can be followed by notices at all."""
    return event.kind in _TELLERS and event.thing.startswith("BELL#")


def since(events: Sequence[Event]) -> int:
    """The number of the event that began the ringing upon which the last of these events came."""
    return max((event.seq for event in events[:-1] if event.kind in _BEGINNINGS), default=1)


def moot(notice: Notice, bell: Bell | None) -> bool:
    """Whether there is nothing left to say: the bell rings no more, or this is its next ringing (a reminder to
    decide: it is decided)."""
    if not notice.alert:
        return False
    wanted = Status.RINGING if notice.template in RINGING else Status.ANSWERED
    return bell is None or bell.status is not wanted or bell.epoch != notice.params.get("epoch", bell.epoch)


def resident(phone: str, language: str) -> Recipient:
    """The resident who rang, reached by SMS and never named."""
    return Recipient(RESIDENT_ID, "", RESIDENT_ID, language, ((Channel.SMS, phone),))


def recipient(person: Person, member: Staff | None) -> Recipient:
    """A person of the record as they can be reached now; whoever left has no address."""
    if member is None:
        return Recipient(person.id, person.name, str(person.role), "zh-CN", ())
    return as_recipient(member)


def short_place(directory: Directory, place_id: str, language: str) -> str:
    """A neighbourhood's name in at most 8 characters; that of the subdistrict when it is gone."""
    place = directory.neighbourhood(place_id)
    if place is None:
        root = directory.subdistrict
        return (root.name_en if english(language) and root.name_en else root.name)[:_SHORT]
    native = place.short or place.name
    return ((place.short_en or place.name_en or native) if english(language) else native)[:_SHORT]


def english(language: str) -> bool:
    """Whether a reader gets the English text; everybody else gets the Chinese one."""
    return language.lower().startswith("en")


def when(at: datetime, zone: ZoneInfo, language: str) -> str:
    """An instant as the place's clocks show it, short enough for an SMS."""
    local = at.astimezone(zone)
    if english(language):
        return f"{local.day} {_MONTHS[local.month - 1]} {local:%H:%M}"
    return f"{local.month}月{local.day}日{local:%H:%M}"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def as_recipient(staff: Staff) -> Recipient:
    """A member of staff as they can be reached."""
    addresses = tuple((channel, staff.address(channel)) for channel in staff.reachable)
    return Recipient(staff.id, staff.name, str(staff.role), staff.language, addresses)


def _to_resident(event: Event, scene: Scene, template: str, **params: str) -> Iterable[Notice]:
    if scene.resident:
        link = scene.links.track(scene.bell.id)
        yield Notice(event.thing, event.seq, template, scene.resident, {**params, "link": link})


def _rung(event: Event, scene: Scene) -> Iterable[Notice]:
    return _to_resident(event, scene, "rung", number=ids.number(scene.bell.id))


def _accepted(event: Event, scene: Scene) -> Iterable[Notice]:
    number, case = ids.number(scene.bell.id), ids.number(event.data["case"])
    template = "joined" if event.data.get("joined") else "accepted"
    return _to_resident(event, scene, template, number=number, case=case)


def _declined(event: Event, scene: Scene) -> Iterable[Notice]:
    return _to_resident(event, scene, "declined", number=ids.number(scene.bell.id))


def _answered(event: Event, scene: Scene) -> Iterable[Notice]:
    (by,) = people([event.data["by"]])
    number = ids.number(scene.bell.id)
    yield from _to_resident(event, scene, "answered", by=by.name, number=number)
    for person in _alerted_before(event, scene):
        if person.id != by.id:
            yield _word(event, scene, person, "taken", {"number": number, "by": by.name})


def _transferred(event: Event, scene: Scene) -> Iterable[Notice]:
    (by,) = people([event.data["by"]])
    number = ids.number(scene.bell.id)
    yield from _to_resident(event, scene, "transferred", number=number)
    for person in _reached(people(event.data["relieved"]), event, scene):
        yield _word(event, scene, person, "transferred_away", {"number": number, "by": by.name})


def _withdrawn(event: Event, scene: Scene) -> Iterable[Notice]:
    told = {d.recipient for d in scene.dispatches if d.template == "taken" and d.version >= scene.since}
    answerer = scene.bell.answered_by
    everybody = {person.id: person for person in _alerted_before(event, scene)}
    if answerer:
        everybody.setdefault(answerer.id, answerer)
    for person in everybody.values():
        if person.id not in told:
            yield _word(event, scene, person, "withdrawn", {"number": ids.number(scene.bell.id)})


def _alerted_before(event: Event, scene: Scene) -> Iterable[Person]:
    """Those whom an alert of this ringing reached; nobody who has left since."""
    return _reached(scene.bell.alerted, event, scene)


def _reached(asked: Iterable[Person], event: Event, scene: Scene) -> Iterable[Person]:
    named = {person.id: person for person in asked}
    reached = {
        d.recipient
        for d in scene.dispatches
        if d.template in RINGING and scene.since <= d.version < event.seq and d.fate in _MAY_HAVE_ARRIVED
    }
    return (named[i] for i in named if i in reached and scene.directory.member(i))


def _word(event: Event, scene: Scene, person: Person, template: str, params: Mapping[str, str]) -> Notice:
    to = recipient(person, scene.directory.member(person.id))
    # Whoever runs to an emergency must hear at once that it is over, after however many alerts.
    emergency = scene.bell.urgency is Urgency.EMERGENCY
    return Notice(event.thing, event.seq, template, to, params, urgent=emergency, pressing=emergency)


def _alerted(event: Event, scene: Scene) -> Iterable[Notice]:
    waited = _minutes(event, scene.bell)
    if scene.bell.urgency is Urgency.EMERGENCY:
        template = "emergency"
    elif event.data["repeat"]:
        template = "alert_again"
    else:
        # A level reached because those below were empty has not kept anybody waiting.
        template = "escalated" if event.data["level"] and waited else "alert"
    return _asking(event, scene, template)


def _exhausted(event: Event, scene: Scene) -> Iterable[Notice]:
    # Who runs must know to what; that nobody answered for two minutes matters less than "gas".
    emergency = scene.bell.urgency is Urgency.EMERGENCY
    return _asking(event, scene, "emergency" if emergency else "exhausted")


_ASKS: Mapping[str, tuple[str, ...]] = {
    "alert": ("place", "link"),
    "escalated": ("place", "minutes", "link"),
    "alert_again": ("place", "link"),
    "emergency": ("place", "category", "link"),
    "exhausted": ("place", "minutes", "link"),
}


def _asking(event: Event, scene: Scene, template: str) -> Iterable[Notice]:
    """Alerts: they ask each person the event names to answer."""
    bell = scene.bell
    for person in people(event.data["staff"]):
        to = recipient(person, scene.directory.member(person.id))
        known: dict[str, str | int] = {
            "place": short_place(scene.directory, bell.neighbourhood, to.language),
            "minutes": _minutes(event, bell),
            "category": bell.category,
            "link": scene.links.answer(bell, person.id),
        }
        params = {name: known[name] for name in _ASKS[template]} | {"epoch": bell.epoch}
        pressing = bell.urgency is Urgency.EMERGENCY
        yield Notice(event.thing, event.seq, template, to, params, pressing=pressing, alert=True)


def _overdue(event: Event, scene: Scene) -> Iterable[Notice]:
    bell = scene.bell
    for person in people(event.data["staff"]):
        to = recipient(person, scene.directory.member(person.id))
        link = scene.links.answer(bell, person.id)
        params: dict[str, str | int] = {"number": ids.number(bell.id), "link": link, "epoch": bell.epoch}
        urgent = bell.urgency is not Urgency.ORDINARY
        yield Notice(event.thing, event.seq, "decide", to, params, urgent=urgent, alert=True)


def _minutes(event: Event, bell: Bell) -> int:
    return max(0, (parse_iso(event.at) - (bell.ringing_since or bell.rung_at)) // timedelta(minutes=1))


_TELLERS: Mapping[str, Callable[[Event, Scene], Iterable[Notice]]] = {
    "rung": _rung,
    "alerted": _alerted,
    "exhausted": _exhausted,
    "answered": _answered,
    "withdrawn": _withdrawn,
    "transferred": _transferred,
    "accepted": _accepted,
    "declined": _declined,
    "decision_overdue": _overdue,
}


def told_of(seq: int, dispatches: Iterable[Dispatch], record: Iterable[Event]) -> dict[str, Any] | None:
    """What a `notified` event about event `seq` has to say that the record does not say yet; None: nothing new."""
    said = [
        dict(notice)
        for event in record
        if event.kind == "notified" and event.data.get("of") == seq
        for notice in event.data["notices"]
    ]
    entries: list[dict[str, str]] = []
    for dispatch in dispatches:
        entry = _entry(dispatch)
        if entry not in said and entry not in entries:
            entries.append(entry)
    return {"of": seq, "notices": entries} if entries else None


def _entry(dispatch: Dispatch) -> dict[str, str]:
    """A dispatch as the record keeps it; a resident is never named."""
    entry = {
        "to": dispatch.recipient,
        "name": dispatch.name,
        "role": dispatch.role,
        "channel": dispatch.channel,
        "template": dispatch.template,
        # That it arrived is with the notice: the record says what was done.
        "fate": str(Fate.SENT if dispatch.fate is Fate.DELIVERED else dispatch.fate),
    }
    return {name: value for name, value in entry.items() if value or name == "channel"}
