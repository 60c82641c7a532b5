"""Which notices follow from which event of a poll, and when one has lost its point. Pure.

Officials: whoever drafted the poll hears what they have to do next, and nobody else does. Voters: those who have not
voted are reminded when an official asks for it (`polls_reminding`), each head once and by one phone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass

from chalicelib.core import ids
from chalicelib.core.chain import Event
from chalicelib.core.times import parse_iso
from chalicelib.notice import rules
from chalicelib.notice.rules import Links
from chalicelib.notice.types import RESIDENT, Notice, Recipient
from chalicelib.people.rules import duty
from chalicelib.people.staff import Channel
from chalicelib.place.ladder import Role
from chalicelib.place.rules import Directory
from chalicelib.poll import heads
from chalicelib.poll.clock import counts_at
from chalicelib.poll.outcome import Figure, Rule
from chalicelib.poll.roll import NOBODY, Owner, Unit
from chalicelib.poll.state import Poll, Sight, Stage

REMINDER = "poll_reminder"
# The roll does not say which language somebody reads.
_LANGUAGE = "zh-CN"
_QUORUM = Rule(owners=True, share=(1, 2))
Params = Mapping[str, str | int]


@dataclass(frozen=True)
class Standing:
    """How many of the units that are asked have a ballot; `short`: owners, and fewer than two thirds of them or of
    their area take part."""

    voted: int
    units: int
    short: bool = False


@dataclass(frozen=True)
class PollScene:
    """What a poll's event is told from. `poll`: as it was right after the event; `standing`: None where nobody may
    know before the end, or nothing has to be said of it."""

    poll: Poll
    directory: Directory
    links: Links
    standing: Standing | None = None


def tells(event: Event) -> bool:
    """Whether an event of this kind can be followed by notices at all."""
    return event.kind in _TELLERS and event.thing.startswith("POLL#")


def counts_turnout(event: Event, poll: Poll) -> bool:
    """Whether what the event tells needs the turnout; officials do not hear it where the notice keeps it secret."""
    return event.kind == "warned" and poll.terms.officials is not Sight.NOTHING


def notices_of(event: Event, scene: PollScene) -> tuple[Notice, ...]:
    """The notices that follow from the event: to whoever drafted the poll, who can sleep over all of them."""
    teller = _TELLERS.get(event.kind)
    if teller is None:
        return ()
    link = scene.links.poll(scene.poll.id)
    found: list[Notice] = []
    for to in _drafters(event, scene):
        template, about = teller(event, scene, to)
        params = {"number": ids.number(scene.poll.id), "link": link, **about}
        alert = template in _WHILE
        found.append(Notice(event.thing, event.seq, template, to, params, urgent=False, alert=alert))
    return tuple(found)


def moot(notice: Notice, poll: Poll | None) -> bool:
    """Whether there is nothing left to say: the poll has gone on, so that nothing can be done about it any more."""
    return notice.template in _WHILE and (poll is None or poll.stage is not _WHILE[notice.template])


def standing(poll: Poll, units: Iterable[Unit], voted: Set[int]) -> Standing:
    """How a poll stands. An owner who voted through one unit took part with the area of all."""
    known, asked, cast = heads.Heads(poll), 0, 0
    heard: set[int] = set()
    for unit in units:
        if heads.is_asked(poll, unit):
            head, asked = known.add(unit), asked + 1
            if unit.number in voted:
                heard.add(head)
                cast += 1
    if poll.households:
        return Standing(cast, asked)
    everybody = Figure(len(known.areas), sum(known.areas))
    took_part = Figure(len(heard), sum(known.areas[head] for head in heard))
    return Standing(cast, asked, short=not _QUORUM.participation(everybody, took_part).met)


@dataclass(frozen=True)
class Voter:
    """Who is reminded on behalf of a head, and of which unit."""

    unit: Unit
    phone: str


def voters(poll: Poll, missing: Iterable[Unit]) -> Iterator[Voter]:
    """Each head of these units once, at its first unit with a phone, in the order of the roll; who has none on the
    roll is left out."""
    told: set[object] = set()
    for unit in missing:
        head = unit.number if poll.households else heads.identity(unit)
        if head not in told and (phone := _phone(unit)):
            told.add(head)
            yield Voter(unit, phone)


def reminder(poll: Poll, version: int, voter: Voter, link: str) -> Notice:
    """The reminder for a head, as part `version` of the poll's record sends it.

    It is kept apart from the poll's own notices: there may be a hundred thousand, and whoever reads the poll would read
    who has not voted.
    """
    to = Recipient(f"unit:{voter.unit.number}", "", RESIDENT, _LANGUAGE, ((Channel.SMS, voter.phone),))
    return Notice(f"REMINDER#{poll.id}", version, REMINDER, to, {"link": link}, urgent=False)


def _phone(unit: Unit) -> str:
    """The phone of the voter that co-owners named, else of the first owner who has one."""
    named: tuple[Owner, ...] = () if unit.voter == NOBODY else (unit.owners[unit.voter],)
    return next((owner.phone for owner in (*named, *unit.owners) if owner.phone), "")


def _drafters(event: Event, scene: PollScene) -> Iterator[Recipient]:
    """Whoever drafted it; when they have left, those on duty in their place, or nobody would go on with it."""
    member = scene.directory.member(scene.poll.by)
    if member:
        yield rules.as_recipient(member)
        return
    for role in (Role.COMMUNITY, Role.SUBDISTRICT):
        found = duty(scene.directory, scene.poll.neighbourhood, [role], parse_iso(event.at)).staff
        if found:
            yield from map(rules.as_recipient, found)
            return


# -- what follows from what


def _warned(_: Event, scene: PollScene, __: Recipient) -> tuple[str, Params]:
    found = scene.standing
    if found is None:
        return "poll_ending", {}
    return "poll_short" if found.short else "poll_warned", {"voted": found.voted, "units": found.units}


def _closed(_: Event, scene: PollScene, to: Recipient) -> tuple[str, Params]:
    ends = counts_at(scene.poll)
    assert ends is not None, "a poll that was closed has an end"  # noqa: S101 - our own promise
    return "poll_closed", {"when": rules.when(ends, scene.directory.subdistrict.zone, to.language)}


def _counted(event: Event, _: PollScene, __: Recipient) -> tuple[str, Params]:
    if not event.data["conclusive"]:
        return "poll_disputed", {}
    return "poll_carried" if event.data["carried"] else "poll_lost", {}


_TELLERS: Mapping[str, Callable[[Event, PollScene, Recipient], tuple[str, Params]]] = {
    "warned": _warned,
    "closed": _closed,
    "counted": _counted,
}

# What asks for something that can be done only then.
_WHILE: Mapping[str, Stage] = {
    "poll_ending": Stage.OPEN,
    "poll_warned": Stage.OPEN,
    "poll_short": Stage.OPEN,
    "poll_closed": Stage.CLOSED,
    "poll_disputed": Stage.DISPUTED,
}
