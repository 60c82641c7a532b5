"""Which notices follow from which event of a case. Pure. When one has lost its point: `casework_moot`.

Three kinds of people hear of a case: staff (the owner, the level above, whoever an office is filled by), its residents
(the ringers of its bells) and its parties. Each is told what they have to do or have waited for, with the link that
opens the case for them; whoever did something is not told of it, and nobody is told anything once the case is
closed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from chalicelib.case.due import above
from chalicelib.case.parties import RESIDENT
from chalicelib.case.rules import fold
from chalicelib.case.state import Meeting
from chalicelib.core import ids
from chalicelib.core.chain import Event
from chalicelib.core.times import iso, parse_iso
from chalicelib.notice import casework_people as people
from chalicelib.notice import rules
from chalicelib.notice.casework_moot import LASTING
from chalicelib.notice.casework_people import CaseScene, party_id, resident_id
from chalicelib.notice.rules import RESIDENT_ID
from chalicelib.notice.types import PARTY, Notice, Recipient
from chalicelib.place.ladder import Urgency

# What staff must act on at once when there is danger.
_PRESSING = frozenset({"assigned", "overdue", "overdue_below", "pressed", "reopened"})
About = Mapping[str, str | int]
_NOTHING: About = MappingProxyType({})


@dataclass(frozen=True)
class Word:
    """What one person is told; `about`: parameters beyond the case and the link."""

    to: Recipient
    template: str
    about: About = field(default_factory=dict)


def tells(event: Event) -> bool:
    """Whether an event of this kind can be followed by notices at all."""
    return event.kind in _TELLERS and event.thing.startswith("CASE#")


def notices_of(event: Event, scene: CaseScene) -> tuple[Notice, ...]:
    """The notices that follow from the event, at most one to each person and none to whoever did it."""
    teller = _TELLERS.get(event.kind)
    told: dict[str, Notice] = {}
    for word in teller(event, scene) if teller else ():
        if word.to.id not in told and not _did_it(event, scene, word.to):
            told[word.to.id] = _notice(event, scene, word)
    return tuple(told.values())


def _notice(event: Event, scene: CaseScene, word: Word) -> Notice:
    case, template = scene.case, word.template
    link = {} if template == "meeting_off" else {"link": _link(scene, word.to)}
    return Notice(
        event.thing,
        event.seq,
        template,
        word.to,
        {"case": ids.number(case.id), **link, **word.about},
        # Residents and parties are never kept waiting: who writes to them chooses the hour.
        urgent=not word.to.is_staff or case.urgency is not Urgency.ORDINARY,
        pressing=word.to.is_staff and case.urgency is Urgency.EMERGENCY and template in _PRESSING,
        alert=template not in LASTING,
        # The SMS says when, the mail brings it into the calendar.
        everywhere="starts" in word.about and template in {"meeting", "meeting_off"},
    )


def _link(scene: CaseScene, to: Recipient) -> str:
    if to.is_staff:
        return scene.links.case(scene.case.id)
    if to.role == PARTY:
        return scene.links.party(scene.case.id, to.id.partition(":")[2])
    bell = next(b for b in scene.case.bells if resident_id(scene.case, b) == to.id)
    return scene.links.track(bell)


def _did_it(event: Event, scene: CaseScene, to: Recipient) -> bool:
    kind, who = event.actor.get("kind"), event.actor.get("id", "")
    if kind == "staff":
        return to.id == who
    if kind == PARTY:
        return to.id == party_id(who)
    return kind == RESIDENT_ID and to.id == resident_id(scene.case, who or scene.case.bells[0])


# -- what follows from what


def _words(people: Iterable[Recipient], template: str, about: About = _NOTHING) -> Iterator[Word]:
    return (Word(to, template, about) for to in people)


def _own(event: Event, scene: CaseScene, template: str, about: About = _NOTHING) -> Iterator[Word]:
    """What is the owner's: pointless for them once the case is somebody else's."""
    return _words(people.owner(event, scene), template, {**about, "owner": scene.case.owner})


def _to_owner(template: str) -> Callable[[Event, CaseScene], Iterator[Word]]:
    return lambda event, scene: _own(event, scene, template)


def _to_residents(template: str) -> Callable[[Event, CaseScene], Iterator[Word]]:
    return lambda event, scene: _words(people.residents(scene), template)


def _assigned(event: Event, scene: CaseScene) -> Iterator[Word]:
    staff = event.data["staff"]
    return _words(people.staff(scene, staff), "assigned", {"owner": staff})


def _messaged(event: Event, scene: CaseScene) -> Iterator[Word]:
    to = event.data["to"]
    if to != "staff":
        yield from _words(people.whoever(event, scene, to), "message")
    if event.actor.get("kind") in {RESIDENT_ID, PARTY}:
        yield from _own(event, scene, "message")


def _joined(event: Event, scene: CaseScene) -> Iterator[Word]:
    """One more resident has the same concern. With which bells a case begins, its owner knows from its opening."""
    if event.at != scene.events[0].at:
        yield from _own(event, scene, "one_more")


def _offered(event: Event, scene: CaseScene) -> Iterator[Word]:
    return _words(people.residents(scene), "offered", {"offer": event.data["offer"]})


def _invited(event: Event, scene: CaseScene) -> Iterator[Word]:
    return _words(people.party(scene, event.data["party"]), "invited")


def _proposed(event: Event, scene: CaseScene) -> Iterator[Word]:
    yield from _words(
        (*people.residents(scene), *people.parties(scene)), "proposed", {"plan": event.data["plan"]}
    )


def _scheduled(event: Event, scene: CaseScene) -> Iterator[Word]:
    return _meeting(event, scene, event.data["meeting"], "meeting")


def _cancelled(event: Event, scene: CaseScene) -> Iterator[Word]:
    return _meeting(event, scene, event.data["meeting"], "meeting_off")


def _called_off(event: Event, scene: CaseScene) -> Iterator[Word]:
    """Whoever would come to a meeting of a case that is over hears that there is none."""
    for meeting in scene.case.meetings:
        if meeting.status == "scheduled" and meeting.at > parse_iso(event.at):
            yield from _meeting(event, scene, meeting.number, "meeting_off")


def _meeting(event: Event, scene: CaseScene, number: int, template: str) -> Iterator[Word]:
    meeting = next(m for m in scene.case.meetings if m.number == number)
    for who in meeting.invited:
        for to in people.whoever(event, scene, who):
            yield Word(to, template, _about_meeting(scene, meeting, to.language))


def _about_meeting(scene: CaseScene, meeting: Meeting, language: str) -> About:
    owner = scene.directory.member(scene.case.owner)
    return {
        "when": when(scene, meeting.at, language),
        "meeting": meeting.number,
        "starts": iso(meeting.at),
        "online": int(meeting.online),
        "organizer": owner.mail if owner else "",
    }


def when(scene: CaseScene, at: datetime, language: str) -> str:
    """An instant as the place's clocks show it, short enough for an SMS."""
    return rules.when(at, scene.directory.subdistrict.zone, language)


def _held(event: Event, scene: CaseScene) -> Iterator[Word]:
    """The minutes can be read by everybody who was invited."""
    meeting = next(m for m in scene.case.meetings if m.number == event.data["meeting"])
    yield from _words(people.residents(scene), "minutes")
    for who in meeting.invited:
        if who != RESIDENT:
            yield from _words(people.whoever(event, scene, who), "minutes")


def _consulted(event: Event, scene: CaseScene) -> Iterator[Word]:
    if event.data["how"] == "parties":
        yield from _to_sign(event, scene)


def _rejected(event: Event, scene: CaseScene) -> Iterator[Word]:
    return _words((*people.residents(scene), *people.parties(scene)), "voted_down")


def _agreed(event: Event, scene: CaseScene) -> Iterator[Word]:
    """Carried by the neighbours, it is still to be signed by those who signed nothing yet."""
    yield from _to_sign(event, scene)
    yield from _words((*people.residents(scene), *people.parties(scene)), "agreed")


def _to_sign(event: Event, scene: CaseScene) -> Iterator[Word]:
    for signatory in scene.case.agreement.missing if scene.case.agreement else ():
        # One signature is the residents': whose bell the case began with is asked for it.
        who = scene.case.bells[0] if signatory == RESIDENT else signatory
        yield from _words(people.whoever(event, scene, who), "to_sign", {"signatory": signatory})


def _broken_off(event: Event, scene: CaseScene) -> Iterator[Word]:
    """What they had promised binds them no more: those it bound hear so, and the residents."""
    yield from _words(people.residents(scene), "broken_off")
    for who in _were_bound(event, scene):
        if who != RESIDENT and who not in scene.case.bells:
            yield from _words(people.whoever(event, scene, who), "broken_off")


def _were_bound(event: Event, scene: CaseScene) -> Iterator[str]:
    """Who had signed, and who still had something to do, right before the event."""
    before = fold([past for past in scene.events if past.seq < event.seq])
    if before.agreement:
        yield from (signature.signatory for signature in before.agreement.signatures)
    yield from (o.who for o in before.obligations if o.status in {"open", "performed"})


def _promised(event: Event, scene: CaseScene) -> Iterator[Word]:
    return _to_bound(event, scene, event.data["obligation"]["number"], "promised")


def _performed(event: Event, scene: CaseScene) -> Iterator[Word]:
    about = {"obligation": event.data["obligation"]}
    yield from _words(people.residents(scene), "performed", about)
    yield from _own(event, scene, "performed", about)


def _accepted(event: Event, scene: CaseScene) -> Iterator[Word]:
    return _to_bound(event, scene, event.data["obligation"], "work_accepted")


def _sent_back(event: Event, scene: CaseScene) -> Iterator[Word]:
    return _to_bound(event, scene, event.data["obligation"], "work_sent_back")


def _to_bound(event: Event, scene: CaseScene, number: int, template: str) -> Iterator[Word]:
    who = next(o.who for o in scene.case.obligations if o.number == number)
    return _words(people.whoever(event, scene, who), template, {"obligation": number})


def _failed(event: Event, scene: CaseScene) -> Iterator[Word]:
    yield from _words(people.residents(scene), "failed")
    yield from _called_off(event, scene)


def _finished(event: Event, scene: CaseScene) -> Iterator[Word]:
    yield from _words(people.residents(scene), "rate")
    yield from _called_off(event, scene)


def _rated(event: Event, scene: CaseScene) -> Iterator[Word]:
    """Whoever was in charge and the level above them hear that it did not help."""
    if not (event.data["solved"] and event.data["satisfied"]):
        yield from _words(people.owner(event, scene), "rated_low")
        yield from _words(people.office(event, scene, above(scene.case.owner_role)), "rated_low")


def _resumed(event: Event, scene: CaseScene) -> Iterator[Word]:
    if event.data["reason"] == "latest_end":
        yield from _own(event, scene, "resumed")


def _reported(event: Event, scene: CaseScene) -> Iterator[Word]:
    pressed = [past for past in scene.events if past.kind == "pressed" and past.seq < event.seq]
    for past in pressed[-1:]:
        yield from _words(people.staff(scene, past.actor.get("id", "")), "reported")


def _extension_asked(event: Event, scene: CaseScene) -> Iterator[Word]:
    return _words(people.office(event, scene, above(event.data["role"])), "extension_asked")


def _extended(event: Event, scene: CaseScene) -> Iterator[Word]:
    return _words(people.staff(scene, event.data["for"]), event.kind)


def _reminded(event: Event, scene: CaseScene) -> Iterator[Word]:
    """Those it concerns first: whoever is bound and owns the case, too, hears what is theirs."""
    kind, _, number = event.data["key"].partition(":")
    about: dict[str, str | int] = {"deadline": event.data["key"]}
    to: Mapping[str, Any] = event.data["to"]
    if kind == "meeting":
        words = _meeting(event, scene, int(number), "meeting_soon")
        yield from (Word(word.to, word.template, {**word.about, **about}) for word in words)
        meeting = next(m for m in scene.case.meetings if m.number == int(number))
        for owner in people.owner(event, scene):
            yield Word(owner, "meeting_soon", {**_about_meeting(scene, meeting, owner.language), **about})
        return
    for who in to.get("parties", ()):
        yield from _words(
            people.whoever(event, scene, who), "court" if kind == "court" else "duty_due", about
        )
    if to.get("resident"):
        yield from _words(people.residents(scene), "rate", about)
    if to.get("owner"):
        yield from _own(event, scene, "due_soon", about)


def _overdue(event: Event, scene: CaseScene) -> Iterator[Word]:
    about = {"deadline": event.data["key"]}
    yield from _own(event, scene, "overdue", about)
    yield from _words(people.office(event, scene, event.data["to"]["role"]), "overdue_below", about)


_TELLERS: Mapping[str, Callable[[Event, CaseScene], Iterator[Word]]] = {
    "assigned": _assigned,
    "joined": _joined,
    "messaged": _messaged,
    "asked": _to_residents("asked"),
    "replied": _to_owner("replied"),
    "resumed": _resumed,
    "offered": _offered,
    "chosen": _to_owner("chosen"),
    "invited": _invited,
    "scheduled": _scheduled,
    "responded": _to_owner("responded"),
    "cancelled": _cancelled,
    "held": _held,
    "proposed": _proposed,
    "commented": _to_owner("commented"),
    "consulted": _consulted,
    "rejected": _rejected,
    "agreed": _agreed,
    "broken_off": _broken_off,
    "promised": _promised,
    "performed": _performed,
    "accepted": _accepted,
    "sent_back": _sent_back,
    "finished": _finished,
    "failed": _failed,
    "rated": _rated,
    "merged": _called_off,
    "reopened": _to_owner("reopened"),
    "extension_asked": _extension_asked,
    "extended": _extended,
    "extension_refused": _extended,
    "pressed": _to_owner("pressed"),
    "reported": _reported,
    "reminded": _reminded,
    "overdue": _overdue,
}
