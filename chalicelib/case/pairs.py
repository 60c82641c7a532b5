"""What concerns two cases at once: one merged into another, one matter split off another. One transaction each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.case import access, changes, deadlines, rules
from chalicelib.case import commands as do
from chalicelib.case.access import Side, Viewer
from chalicelib.case.deadlines import Moment
from chalicelib.case.service import member_of, naming_what_is_open, require_current
from chalicelib.case.shapes import CaseChange, CaseOpening
from chalicelib.case.state import Case
from chalicelib.case.work import still_erased
from chalicelib.core import ids, text
from chalicelib.core.chain import Happening
from chalicelib.core.errors import FieldError, Forbidden, Invalid, NotFound, Stale, Unavailable
from chalicelib.place.casework import calendar_for, policy_for
from chalicelib.place.categories import BY_ID
from chalicelib.ports import Ports
from chalicelib.session.rules import Session

SUBJECT_LIMIT = 60
_TRIES = 6


@dataclass(frozen=True)
class Second:
    """A matter that is split off: its category and subject, and the bells that go with it; without any, the first bell
    holds two matters and is in both cases."""

    category: str
    subject: str
    bells: tuple[str, ...] = ()


def merge(
    ports: Ports, by: Session, case_id: str, into: str, *, seen: int = 0, known: Sequence[FieldError] = ()
) -> Case:
    """The matter of the first case goes on in the other, which takes its bells and follows it; three AWS calls.

    Answers the case it goes on in. Raises Forbidden unless both are in the caller's sight.
    """

    def plan(now: datetime) -> tuple[Case, tuple[CaseChange, ...]]:
        source, viewer = _open(ports, by, case_id, seen)
        target = ids.parse(into)
        if known or target in {None, source.case.id}:
            raise Invalid(*(known or [FieldError("case", "unknown")]))
        other, _ = _open(ports, by, into, field="case")
        going = _decide(source, viewer, do.MergeInto(other.case.id), now)
        brought = do.Absorb(source.case.id, source.case.bells, source.case.erased)
        coming = _decide(other, viewer, brought, now)
        gone = changes.following(source.case, going, viewer.actor, now)
        kept = changes.following(other.case, coming, viewer.actor, now)
        return kept.after, (gone, kept)

    return _together(ports, plan)


def split(
    ports: Ports,
    by: Session,
    case_id: str,
    second: Second,
    *,
    seen: int = 0,
    known: Sequence[FieldError] = (),
) -> Case:
    """A second matter becomes a case of its own, with its own clock; two AWS calls. Answers it."""

    def plan(now: datetime) -> tuple[Case, tuple[CaseChange, ...]]:
        opening, viewer = _open(ports, by, case_id, seen)
        _check(second, known)
        new_id = ids.new_id(ids.prefix_of(opening.case.id), now, ports.entropy.number(16))
        left = _decide(opening, viewer, do.Split(new_id, second.bells), now)
        begun = changes.beginning(
            new_id,
            _beginning(opening, viewer, second, now),
            viewer.actor,
            now,
            second.subject.strip()[:SUBJECT_LIMIT],
        )
        return begun.after, (changes.following(opening.case, left, viewer.actor, now), begun)

    return _together(ports, plan)


def _check(second: Second, known: Sequence[FieldError]) -> None:
    problems = [] if second.category in BY_ID else [FieldError("category", "unknown")]
    problems += [] if text.visible(second.subject) else [FieldError("subject", "required")]
    if problems or known:
        raise Invalid(*{error.field: error for error in (*problems, *known)}.values())


def _beginning(opening: CaseOpening, viewer: Viewer, second: Second, now: datetime) -> tuple[Happening, ...]:
    case, category = opening.case, second.category
    urgency = BY_ID[category].urgency
    first, *others = second.bells or case.bells[:1]
    moment = Moment(viewer.actor, now, calendar_for(opening.directory), policy_for(opening.directory))
    owner = {"id": viewer.id, "name": viewer.name, "role": viewer.role}
    clock = deadlines.opening(urgency, category, moment)
    opened = rules.opened(first, case.neighbourhood, case.community, category, urgency, owner, clock)
    begun = replace(opened, data={**opened.data, **still_erased([first], case.erased)})
    joined = ({"bells": [bell], **still_erased([bell], case.erased)} for bell in others)
    return (begun, *(Happening("joined", data) for data in joined))


def _open(
    ports: Ports, by: Session, case_id: str, seen: int = 0, field: str = ""
) -> tuple[CaseOpening, Viewer]:
    named = ids.parse(case_id)
    opening = ports.store.case_opening(named) if named else None
    if opening is None:
        raise Invalid(FieldError(field, "unknown")) if field else NotFound("no_such_case")
    member = member_of(opening.directory, by)
    if member is None or not access.sights(opening.directory, member, opening.case):
        raise Forbidden("not_your_case")
    viewer = Viewer(Side.STAFF, member.id, member.name, str(member.role))
    if seen and opening.case.version != seen:
        file = ports.store.case(opening.case.id)
        require_current(opening.case, file.events if file else (), viewer, seen)
    return opening, viewer


def _decide(opening: CaseOpening, viewer: Viewer, command: object, now: datetime) -> tuple[Happening, ...]:
    calendar, policy = calendar_for(opening.directory), policy_for(opening.directory)
    with naming_what_is_open(opening.case, viewer):
        return rules.decide(opening.case, command, viewer.actor, calendar, now, policy)


def _together(ports: Ports, plan: Callable[[datetime], tuple[Case, tuple[CaseChange, ...]]]) -> Case:
    for _ in range(_TRIES):
        case, written = plan(ports.clock.now())
        try:
            ports.store.commit(*written)
        except Stale:
            continue
        return case
    raise Unavailable("case")
