"""Lists of cases: worklists, what was searched for, what is about the same. Every page is one Query."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from chalicelib.bell.ringing import person_of
from chalicelib.bell.rules import Bell
from chalicelib.case import access
from chalicelib.case.shapes import CaseLine, Worklist
from chalicelib.case.stages import OPEN
from chalicelib.case.state import Case
from chalicelib.core import ids
from chalicelib.core import text as texts
from chalicelib.people.staff import Staff
from chalicelib.place.ladder import Role
from chalicelib.place.rules import Directory
from chalicelib.ports import Page, Ports

View = Literal["mine", "community", "all"]
PAGE = 50
_LOOKED_AT = 100
_ALIKE = 0.18
_MOST_ALIKE = 5


@dataclass(frozen=True)
class Filter:
    """What of a worklist to show; what is empty matches everything."""

    stage: str = ""
    category: str = ""
    urgency: str = ""
    neighbourhood: str = ""
    overdue: bool = False
    paused: bool = False
    words: str = ""


@dataclass(frozen=True)
class Found:
    """What was searched for: cases, and bells that are in no case (yet)."""

    cases: tuple[CaseLine, ...]
    bells: tuple[Bell, ...] = ()
    cursor: str = ""


def worklist(
    ports: Ports,
    directory: Directory,
    member: Staff,
    view: View,
    wanted: Filter | None = None,
    *,
    community: str = "",
    cursor: str = "",
    limit: int = PAGE,
) -> Page[CaseLine]:
    """The open cases within a member's sight, what is due first first; one Query.

    `mine`: those they own; `community`: of one community (their own unless they name another); `all`: of the
    subdistrict. With a filter, or where not all is in sight, a page may hold few, or none, and still have a next.
    """
    page = ports.store.worklist(_scope(directory, member, view, community), cursor, limit)
    shown = tuple(
        line
        for line in page.items
        if access.sights(directory, member, line.case) and _fits(ports, line, wanted or Filter())
    )
    return Page(shown, page.cursor)


def _scope(directory: Directory, member: Staff, view: View, community: str) -> Worklist:
    prefix = directory.subdistrict.prefix
    if view == "mine" or member.role in {Role.LAWYER, Role.POLICE}:
        return Worklist(prefix, owner=member.id)
    if view == "community" and (own := community or community_of(directory, member)):
        return Worklist(prefix, community=own)
    return Worklist(prefix)


def community_of(directory: Directory, member: Staff) -> str:
    """The first community that the member works for, or in; empty for those of the whole subdistrict."""
    for place in member.places:
        if any(c.id == place for c in directory.communities):
            return place
        lineage = directory.lineage(place)
        if len(lineage) == 3:  # a neighbourhood: itself, its community, the subdistrict
            return lineage[1]
    return ""


def _fits(ports: Ports, line: CaseLine, wanted: Filter) -> bool:
    case = line.case
    late = any(d.due_at < ports.clock.now() for d in case.running)
    return (
        wanted.stage in ("", case.stage)
        and wanted.category in ("", case.category)
        and wanted.urgency in ("", case.urgency)
        and wanted.neighbourhood in ("", case.neighbourhood)
        and (late or not wanted.overdue)
        and (case.paused or not wanted.paused)
        and texts.fold(wanted.words) in texts.fold(line.subject)
    )


def search(ports: Ports, directory: Directory, member: Staff, typed: str, cursor: str = "") -> Found:
    """By the number of a case or a bell, by the phone of whoever rang, else by words of the subject in open cases.

    A number or a phone is found whatever its stage; within the member's sight. At most three AWS calls (the number of
    a bell that is in a case), mostly one or two.
    """
    if named := ids.parse(typed):
        return _numbered(ports, directory, member, named)
    if number := texts.phone(typed, directory.subdistrict.country_code):
        rung = ports.store.rung_by(person_of(ports.policy.key, number), cursor)
        found = _of_bells(ports, directory, member, rung.items)
        return Found(found.cases, found.bells, rung.cursor)
    view: View = "community" if member.role in {Role.SPECIALIST, Role.COMMUNITY} else "all"
    page = worklist(ports, directory, member, view, Filter(words=typed), cursor=cursor, limit=_LOOKED_AT)
    return Found(page.items, cursor=page.cursor)


def _numbered(ports: Ports, directory: Directory, member: Staff, named: str) -> Found:
    lines = _seen(directory, member, ports.store.cases([named]))
    return Found(lines) if lines else _of_bells(ports, directory, member, ports.store.bells([named]))


def _of_bells(ports: Ports, directory: Directory, member: Staff, bells: Iterable[Bell]) -> Found:
    """The cases of these bells, and the bells that are in none."""
    from chalicelib.session.rules import in_sight

    seen = [bell for bell in bells if bell.case or in_sight(directory, member, bell)]
    cases = ports.store.cases([bell.case for bell in seen if bell.case]) if any(b.case for b in seen) else ()
    return Found(_seen(directory, member, cases), tuple(bell for bell in seen if not bell.case))


def _seen(directory: Directory, member: Staff, lines: Iterable[CaseLine]) -> tuple[CaseLine, ...]:
    return tuple(line for line in lines if access.sights(directory, member, line.case))


def similar(ports: Ports, bell: Bell, words: str) -> tuple[CaseLine, ...]:
    """Open cases of the bell's neighbourhood that may be about the same, likeliest first; one Query.

    The same category counts for much, and so do pairs of characters that the words share with a subject.
    """
    prefix = ids.prefix_of(bell.id)
    page = ports.store.worklist(Worklist(prefix, community=bell.community), limit=_LOOKED_AT)
    scored = [
        (likeness(line, bell.category, words), line)
        for line in page.items
        if line.case.neighbourhood == bell.neighbourhood and bell.id not in line.case.bells
    ]
    alike = sorted((pair for pair in scored if pair[0] >= _ALIKE), key=lambda pair: -pair[0])
    return tuple(line for _, line in alike[:_MOST_ALIKE])


def likeness(line: CaseLine, category: str, words: str) -> float:
    """From 0 (nothing in common) to 1: half for the category, half for shared pairs of characters (Dice, 1945)."""
    ours, theirs = _pairs(words), _pairs(line.subject)
    shared = 2 * len(ours & theirs) / (len(ours) + len(theirs)) if ours and theirs else 0.0
    return (line.case.category == category) / 2 + shared / 2


def _pairs(words: str) -> frozenset[str]:
    folded = texts.fold(words)
    return frozenset(folded[n : n + 2] for n in range(len(folded) - 1))


def is_open(case: Case) -> bool:
    """Whether something can still be done about it."""
    return case.stage in OPEN
