"""Somebody sees what is held of them, and has it erased: load, decide, save. The record stays, and stays whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from chalicelib.bell.changes import subject_of
from chalicelib.bell.ringing import person_of
from chalicelib.bell.rules import Bell, Status, Withdraw, decide, fold
from chalicelib.case.access import Side
from chalicelib.case.changes import following
from chalicelib.case.shapes import MOST_ERASED, CaseChange, CaseFile
from chalicelib.core import ids, links
from chalicelib.core.chain import RESIDENT, Actor, Event, extend
from chalicelib.core.errors import (
    Conflict,
    Forbidden,
    Gone,
    NotFound,
    Stale,
    Unauthorized,
    Unavailable,
)
from chalicelib.core.links import Link, Purpose
from chalicelib.mydata import rules
from chalicelib.ports import BellFile, Change, Ports

if TYPE_CHECKING:
    from chalicelib.place.rules import Directory
    from chalicelib.wechat.rules import Binding

TRIES = 6
"""So often somebody else may have been first."""
_MOST_CASES = 20
"""Further than that no matter is followed through mergers and partings: a transaction has to hold them all."""
_ROOM = 90
"""Of the hundred rows of a transaction, those that the bell leaves; each case takes two, its head and its event."""


@dataclass(frozen=True)
class Holding:
    """All that is held of somebody because of one bell. `cases`: those that it was or is in, from the first on."""

    file: BellFile
    cases: tuple[CaseFile, ...]
    directory: Directory

    @property
    def bell(self) -> Bell:
        """The bell."""
        return self.file.bell

    @property
    def obstacle(self) -> tuple[str, str]:
        """As `rules.obstacle`."""
        return rules.obstacle(self.bell, (file.case for file in self.cases))

    @property
    def left_over(self) -> tuple[tuple[str, list[str]], ...]:
        """By case the texts that the record says are erased and that are still there: erasing broke off."""
        found = ((file.case.id, _still_there(file, self.bell.id)) for file in self.cases)
        return tuple((case_id, texts) for case_id, texts in found if texts)


@dataclass(frozen=True)
class Erased:
    """What became of it: the bell afterwards, and how many texts and files went with the contact. All zero when it had
    been erased before."""

    bell: Bell
    texts: int = 0
    files: int = 0
    wechat: bool = False


def look(ports: Ports, token: str, bell_id: str = "") -> Holding:
    """What is held, for the holder of the bell's tracking link; one AWS call and one more for each case. Nothing
    changes. Nothing of their WeChat: whoever rang need not own the number.

    Raises Unauthorized for a token that opens nothing (or not `bell_id`), Forbidden for another kind of link, Gone for
    one that has expired.
    """
    return _held(ports, _opened(ports, token, bell_id))


def find(ports: Ports, bell_id: str) -> Holding:
    """The same for the operator, who was asked by letter or telephone; raises NotFound."""
    return _held(ports, by_id(ports, bell_id))


def erase(ports: Ports, token: str, bell_id: str = "", *, withdraw: bool = False) -> Erased:
    """The resident has erased what is held of them because of this bell; two AWS calls, one more for each case and two
    for their WeChat where there is a mini program. Again: nothing more happens.

    `withdraw`: a bell that is not decided yet is taken back with it. Raises Conflict (`bell_still_open`,
    `case_still_open` with the case's number) when it cannot be yet; as `look` otherwise.
    """
    return _erased(ports, lambda: _opened(ports, token, bell_id), None, withdraw=withdraw)


def erase_for(ports: Ports, bell_id: str, by: Actor, why: str = rules.REQUEST) -> Erased:
    """The operator does it, who was asked by letter or telephone, or because its time is over (`rules.TIME`); a bell
    that is not decided yet is taken back when somebody asked. Raises NotFound, and Conflict as `erase`."""
    return _erased(ports, lambda: by_id(ports, bell_id), by, withdraw=why == rules.REQUEST, why=why)


def over(ports: Ports, before: datetime) -> Iterator[Holding]:
    """The bells of which nothing can come any more since before that instant. Maintenance: scans the table, and reads
    each bell that is not erased with its cases."""
    for bell in heads(ports, "BELL#"):
        held = _held(ports, by_id(ports, bell))
        cases = [file.case for file in held.cases]
        since = rules.over_since(held.bell, held.file.events, cases)
        if since is not None and since < before:
            yield held


def heads(ports: Ports, kind: str) -> Iterator[str]:
    """The ids of everything of a kind (`BELL#`), without canaries. Scans the table: what is oldest, and not migrated
    yet, may not be in the index of `ports.Store.heads`."""
    things = sorted(thing for thing, *_ in ports.store.chains() if thing.startswith(kind))
    return (thing.partition("#")[2] for thing in things if not ids.is_canary(thing))


@dataclass(frozen=True)
class Everything:
    """All that is held of somebody because of any of their bells, newest first, and their WeChat."""

    bells: tuple[Holding, ...]
    binding: Binding | None = None


@dataclass(frozen=True)
class Cleared:
    """What became of all that was held of somebody: what is erased, and what cannot be yet."""

    erased: tuple[Erased, ...]
    left: tuple[Holding, ...]


def look_at_mine(ports: Ports, person: str) -> Everything:
    """What is held of whoever has signed in (`person`: HMAC of their number); one AWS call for each page of their
    bells, each bell and each case, and one for their WeChat where there is a mini program. Nothing changes."""
    return Everything(
        tuple(mine(ports, person)), ports.wechat.bindings.binding(person) if ports.wechat else None
    )


def erase_mine(ports: Ports, person: str, *, withdraw: bool = False) -> Cleared:
    """Erase all of it that can be erased now, as `erase` does; their WeChat goes with the last bell, and when there is
    none. May be repeated: what was erased is not found any more."""
    done: list[Erased] = []
    left: list[Holding] = []
    for held in tuple(mine(ports, person)):
        load = partial(of_person, ports, person, held.bell.id)
        try:
            _require(held, withdraw=withdraw)
            done.append(_erased(ports, load, None, withdraw=withdraw))
        except Conflict:
            # As it stands now: its case may have been opened again this moment.
            left.append(_held(ports, load()))
        except NotFound:
            continue  # It is another number's by now.
    if not left:
        # Whoever signed in left their number with the code.
        ports.store.forget_code(person)
        if ports.wechat:
            ports.wechat.bindings.unbind(person)
    return Cleared(tuple(done), tuple(left))


def mine(ports: Ports, person: str) -> Iterator[Holding]:
    """What is held because of each bell of a person that is not erased; calls as `look_at_mine`."""
    # The list may still name, for a second, what was erased or went to another number a moment ago.
    files = (by_id(ports, bell.id) for bell in _rung_by(ports, person))
    return (_held(ports, file) for file in files if _is_of(ports, person, file))


def of_person(ports: Ports, person: str, bell_id: str) -> BellFile:
    """The file of a bell that a person has, or had when it was erased; raises NotFound when it is another number's by
    now."""
    file = by_id(ports, bell_id)
    if file.contact and not _is_of(ports, person, file):
        raise NotFound("no_such_bell")
    return file


def _is_of(ports: Ports, person: str, file: BellFile) -> bool:
    return file.contact is not None and person_of(ports.policy.key, file.contact.phone) == person


def rung_with(ports: Ports, phone: str) -> Iterator[Bell]:
    """The bells that were rung with a number (E.164), newest first; one AWS call for each page. Erased ones are not
    found any more."""
    return _rung_by(ports, person_of(ports.policy.key, phone))


def _rung_by(ports: Ports, person: str) -> Iterator[Bell]:
    cursor = ""
    while True:
        page = ports.store.rung_by(person, cursor)
        yield from page.items
        if not (cursor := page.cursor):
            return


def on_rolls(ports: Ports, phone: str) -> tuple[str, ...]:
    """The neighbourhoods whose roll of today has that number (E.164): it belongs to the count of polls and is corrected
    by importing a roll. An AWS call for each neighbourhood, and one for each megabyte of its roll."""
    places = [n.id for d in ports.directories.all() for c in d.communities for n in c.neighbourhoods]
    return tuple(place for place in places if _is_on_roll(ports, place, phone))


def _is_on_roll(ports: Ports, neighbourhood: str, phone: str) -> bool:
    roll = ports.polls.roll(neighbourhood)
    if roll is None or not roll.current:
        return False
    units = ports.polls.roll_units(neighbourhood, roll.current)
    return any(owner.phone == phone for unit in units for owner in unit.owners)


def forget_number(ports: Ports, phone: str) -> bool:
    """When no bell of a number (E.164) is left: forget the code with which somebody signed in last, and whose WeChat it
    is; whether there was one. One AWS call, and two more where there is a mini program."""
    person = person_of(ports.policy.key, phone)
    ports.store.forget_code(person)
    if ports.wechat is None or ports.wechat.bindings.binding(person) is None:
        return False
    ports.wechat.bindings.unbind(person)
    return True


def follow(ports: Ports, event: Event) -> None:
    """The stream tells that a resident's words were erased: their photos are, too; one AWS call for each file, and
    again without harm."""
    if event.kind == "erased" and event.thing.startswith("CASE#"):
        owner = event.thing.partition("#")[2]
        for file_id in event.data["files"]:
            ports.files.remove(owner, file_id)


def _opened(ports: Ports, token: str, bell_id: str) -> BellFile:
    named = links.thing_id_of(token)
    if named is None or (bell_id and ids.parse(bell_id) != named):
        raise Unauthorized("link_unknown")
    file = ports.store.bell(named)
    link_of(file.links if file else (), token, Purpose.TRACK, ports.clock.now())
    if file is None:
        raise Unauthorized("link_unknown")
    return file


def link_of(known: Iterable[Link], token: str, purpose: Purpose, now: datetime) -> Link:
    """The token's link; raises unless it is there, of that purpose, and good."""
    hashed = links.hash_of(token)
    link = next((link for link in known if link.hash == hashed), None)
    if link is None:
        raise Unauthorized("link_unknown")
    if link.purpose is not purpose:
        raise Forbidden("link_not_for_this")
    if link.expires_at <= now:
        raise Gone("link_expired")
    return link


def by_id(ports: Ports, bell_id: str) -> BellFile:
    """The file of a bell by its number as people type it; raises NotFound."""
    named = ids.parse(bell_id)
    file = ports.store.bell(named) if named else None
    if file is None:
        raise NotFound("no_such_bell")
    return file


def _held(ports: Ports, file: BellFile) -> Holding:
    directory = ports.directories.of(ids.prefix_of(file.bell.id))
    return Holding(file, _cases(ports, file.bell), directory)


def _cases(ports: Ports, bell: Bell) -> tuple[CaseFile, ...]:
    """Every case in which the bell was, however often its matter was merged and parted."""
    found: dict[str, CaseFile] = {}
    waiting = [bell.case] if bell.case else []
    while waiting and len(found) < _MOST_CASES:
        case_id = waiting.pop(0)
        file = None if case_id in found else ports.store.case(case_id)
        if file is not None:
            found[case_id] = file
            waiting += rules.leads_to(file, bell.id)
    return tuple(found.values())


def _erased(
    ports: Ports,
    load: Callable[[], BellFile],
    operator: Actor | None,
    *,
    withdraw: bool,
    why: str = rules.PAGE,
) -> Erased:
    for _ in range(TRIES):
        held = _held(ports, load())
        if held.bell.erased_at:
            _finish(ports, held)
            return Erased(held.bell)
        _require(held, withdraw=withdraw)
        # Before the contact goes: afterwards nobody knows whose WeChat it would be.
        unbound = _unbind(ports, held)
        change, moved = _plan(held, operator, why, ports.clock.now())
        try:
            ports.store.commit(change, *moved)
        except Stale:
            continue
        for case in moved:
            remove(ports, case.after.id, [text for text in _named(case.events) if text not in case.erase])
        gone = [event.data for case in moved for event in case.events]
        texts, files = (sum(len(data[name]) for data in gone) for name in ("texts", "files"))
        return Erased(change.after, texts, files, unbound)
    raise Unavailable("erase")


def _require(held: Holding, *, withdraw: bool) -> None:
    code, case_id = held.obstacle
    if code == "bell_still_open" and not withdraw:
        raise Conflict(code, status=held.bell.status)
    if case_id:
        raise Conflict(code, case=ids.number(case_id))


def _unbind(ports: Ports, held: Holding) -> bool:
    """Forget whose WeChat it is, unless other bells of the same number are left."""
    contact = held.file.contact
    if ports.wechat is None or contact is None:
        return False
    person = person_of(ports.policy.key, contact.phone)
    others = ports.store.rung_by(person, limit=2).items
    if any(bell.id != held.bell.id for bell in others):
        return False
    ports.wechat.bindings.unbind(person)
    return True


def _plan(
    held: Holding, operator: Actor | None, why: str, now: datetime
) -> tuple[Change, tuple[CaseChange, ...]]:
    """The bell and its cases after it, each with its event."""
    bell = held.bell
    taken_back = decide(bell, Withdraw(), now) if bell.status in _UNDECIDED else ()
    events = extend(bell.thing, bell.tip, now, operator or RESIDENT, (*taken_back, rules.bell_erased(why)))
    change = Change(bell, fold(events, bell), events, release=True, erase=True)
    by = operator or Actor(Side.RESIDENT, bell.id)
    moved, room = [], min(MOST_ERASED, _ROOM - 2 * len(held.cases))
    for file in held.cases:
        texts = rules.erasable(file, bell.id)
        subject = _is_theirs(file, held)
        if bell.id not in file.case.bells and not texts and not subject:
            continue
        planned = following(
            file.case,
            (rules.case_erased({"bell": bell.id}, texts, why),),
            by,
            now,
            subject="" if subject else None,
        )
        at_once = tuple(text.id for text in texts[:room])
        room -= len(at_once)
        moved.append(replace(planned, erase=at_once))
    return change, tuple(moved)


_UNDECIDED = frozenset({Status.RINGING, Status.ANSWERED})


def _is_theirs(file: CaseFile, held: Holding) -> bool:
    """Whether what the case is called in lists are the resident's own words."""
    return bool(file.subject) and file.subject == subject_of(held.file.contact)


def _finish(ports: Ports, held: Holding) -> None:
    """Of what the record says is erased, remove whatever is left: the process may have died in between."""
    for case_id, texts in held.left_over:
        remove(ports, case_id, texts)


def _still_there(file: CaseFile, bell_id: str) -> list[str]:
    mine = (e for e in file.events if e.kind == "erased" and e.data.get("bell") == bell_id)
    return [text for text in _named(mine) if text in file.texts]


def _named(erased: Iterable[Event]) -> list[str]:
    return [text for event in erased for text in event.data["texts"]]


def remove(ports: Ports, case_id: str, texts: Sequence[str]) -> None:
    """What one transaction could not hold."""
    if texts:
        ports.store.erase_texts(case_id, texts)
