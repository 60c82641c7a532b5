"""What notices are about: reads a bell, a case or a poll, says what follows from its event and whether that holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from chalicelib.bell.rules import Bell, fold
from chalicelib.case.shapes import CaseFile, PartyContact
from chalicelib.core import ids
from chalicelib.core.chain import Event
from chalicelib.notice import rules
from chalicelib.notice.rules import Links, Scene
from chalicelib.notice.types import PARTY, RESIDENT, Notice, Recipient
from chalicelib.people.staff import Channel
from chalicelib.place.rules import Directory
from chalicelib.ports import BellFile, Ports

if TYPE_CHECKING:
    from chalicelib.case.rules import Case
    from chalicelib.notice.casework_people import CaseScene
    from chalicelib.notice.polls import PollScene
    from chalicelib.poll.shapes import PollFile
    from chalicelib.poll.state import Poll

    File = BellFile | CaseFile | PollFile
_CASE, _POLL = "CASE#", "POLL#"


def tells(event: Event) -> bool:
    """Whether anybody can have to be told of an event of this kind."""
    if event.thing.startswith(_POLL):
        from chalicelib.notice import polls

        return polls.tells(event)
    if not event.thing.startswith(_CASE):
        return rules.tells(event)
    from chalicelib.notice import casework

    return casework.tells(event)


def of_case(notice: Notice) -> bool:
    """Whether a notice is about a case."""
    return notice.thing.startswith(_CASE)


def file_of(ports: Ports, thing: str) -> File | None:
    """The whole file of a bell or a case; of a poll, without its ballots."""
    thing_id = thing.partition("#")[2]
    if thing.startswith(_POLL):
        return ports.polls.poll(thing_id)
    return ports.store.case(thing_id) if thing.startswith(_CASE) else ports.store.bell(thing_id)


def head(file: File) -> Bell | Case | Poll:
    """Whose file it is."""
    if isinstance(file, BellFile):
        return file.bell
    return file.case if isinstance(file, CaseFile) else file.poll


def directory_of(ports: Ports, thing: str) -> Directory:
    """The directory of the subdistrict whose bell, case or poll it is, as it is now."""
    return ports.directories.of(ids.prefix_of(thing.partition("#")[2]))


def notices(ports: Ports, file: File, event: Event) -> tuple[Notice, ...]:
    """What an event has to tell whom, with the directory as it is now."""
    if isinstance(file, BellFile):
        return rules.notices_of(event, _scene(ports, file, event))
    if isinstance(file, CaseFile):
        from chalicelib.notice import casework

        return casework.notices_of(event, _case_scene(ports, file, event))
    from chalicelib.notice import polls

    return polls.notices_of(event, _poll_scene(ports, file, event))


def moot(ports: Ports, wanted: Iterable[Notice]) -> frozenset[str]:
    """The keys of those with nothing left to say as bells, cases and polls stand now; at most one read of each kind."""
    asking = [notice for notice in wanted if notice.alert]
    of_cases = [notice for notice in asking if of_case(notice)]
    of_polls = [notice for notice in asking if notice.thing.startswith(_POLL)]
    of_bells = [notice for notice in asking if notice not in of_cases and notice not in of_polls]
    gone = frozenset[str]()
    if of_bells:
        bells = {bell.thing: bell for bell in ports.store.bells(_ids(of_bells))}
        gone |= {n.key for n in of_bells if rules.moot(n, bells.get(n.thing))}
    if of_polls:
        gone |= _moot_polls(ports, of_polls)
    return gone | _moot_cases(ports, of_cases) if of_cases else gone


def _moot_cases(ports: Ports, wanted: list[Notice]) -> frozenset[str]:
    from chalicelib.notice import casework_moot

    cases = {line.case.thing: line.case for line in ports.store.cases(_ids(wanted))}
    return frozenset(n.key for n in wanted if casework_moot.moot(n, cases.get(n.thing)))


def _moot_polls(ports: Ports, wanted: list[Notice]) -> frozenset[str]:
    from chalicelib.notice import polls

    known = {poll.thing: poll for poll in ports.polls.polls_of(_ids(wanted))}
    return frozenset(n.key for n in wanted if polls.moot(n, known.get(n.thing)))


def _ids(wanted: Iterable[Notice]) -> list[str]:
    return list(dict.fromkeys(notice.thing.partition("#")[2] for notice in wanted))


def _scene(ports: Ports, file: BellFile, event: Event) -> Scene:
    until = [past for past in file.events if past.seq <= event.seq]
    contact = file.contact
    return Scene(
        bell=fold(until) if until else file.bell,
        since=rules.since(until),
        directory=directory_of(ports, file.bell.thing),
        resident=rules.resident(contact.phone, contact.language) if contact else None,
        dispatches=file.dispatches,
        links=Links(ports.policy.key, ports.policy.link_url),
    )


def _case_scene(ports: Ports, file: CaseFile, event: Event) -> CaseScene:
    from chalicelib.case.rules import fold as fold_case
    from chalicelib.notice.casework_people import CaseScene

    until = tuple(past for past in file.events if past.seq <= event.seq)
    case = fold_case(until) if until else file.case
    directory = directory_of(ports, case.thing)
    return CaseScene(
        case=case,
        events=until,
        directory=directory,
        residents=_residents(ports, case),
        parties=_parties(directory, file.parties),
        links=Links(ports.policy.key, ports.policy.link_url),
    )


def _poll_scene(ports: Ports, file: PollFile, event: Event) -> PollScene:
    from chalicelib.notice import polls
    from chalicelib.poll.rules import fold as fold_poll

    poll = fold_poll(past for past in file.events if past.seq <= event.seq)
    standing = None
    if polls.counts_turnout(event, poll):
        standing = polls.standing(poll, ports.polls.frozen(poll.id), ports.polls.voted(poll.id))
    links = Links(ports.policy.key, ports.policy.link_url)
    return polls.PollScene(poll, directory_of(ports, poll.thing), links, standing)


def _residents(ports: Ports, case: Case) -> dict[str, Recipient]:
    from chalicelib.notice.casework_people import resident_id

    found = ports.store.contacts(case.bells)
    return {
        bell: Recipient(
            resident_id(case, bell), "", RESIDENT, contact.language, ((Channel.SMS, contact.phone),)
        )
        for bell, contact in found.items()
    }


def _parties(directory: Directory, known: Mapping[str, PartyContact]) -> dict[str, Recipient]:
    from chalicelib.notice.casework_people import party_id

    def recipient(party: PartyContact) -> Recipient:
        addresses = ((Channel.SMS, party.phone), (Channel.MAIL, party.mail))
        there = tuple((channel, address) for channel, address in addresses if address)
        return Recipient(party_id(party.id), "", PARTY, party.language, there)

    return {party: recipient(_current(directory, contact)) for party, contact in known.items()}


def _current(directory: Directory, party: PartyContact) -> PartyContact:
    """An organisation is reached where the directory says, as long as it is in there."""
    from dataclasses import replace

    found = next((o for o in directory.organisations if o.id == party.organisation), None)
    if found is None:
        return party
    return replace(party, phone=found.phone, mail=found.mail, language=found.language)
