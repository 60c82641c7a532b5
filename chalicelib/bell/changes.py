"""What a decision writes: the events in their chain, the bell after them, links for whoever is asked. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.bell.rules import Bell, Person, Status, fold, people, possible
from chalicelib.core import links
from chalicelib.core.chain import RESIDENT, SYSTEM, Actor, Event, Happening, Tip, extend
from chalicelib.core.errors import Conflict, FieldError, Invalid
from chalicelib.core.links import Link, Purpose
from chalicelib.core.times import parse_iso
from chalicelib.ports import Change, Contact, Opening

if TYPE_CHECKING:
    from chalicelib.case.shapes import CaseChange, CaseOpening

ANSWER_FOR = timedelta(days=7)
SUBJECT = 60
"""So many characters has the subject of a case at most."""


def answer_token(key: bytes, bell: Bell, staff_id: str) -> str:
    """The one-tap token of a member of staff for this ringing of the bell."""
    return links.token(key, bell.id, Purpose.ANSWER, staff_id, bell.epoch)


def answer_links(key: bytes, bell: Bell, people: Iterable[Person], now: datetime) -> tuple[Link, ...]:
    """What the one-tap links of these people allow."""
    return tuple(
        Link(
            links.hash_of(answer_token(key, bell, person.id)),
            Purpose.ANSWER,
            now + ANSWER_FOR,
            person.id,
            bell.epoch,
        )
        for person in people
    )


def plan_change(
    key: bytes, before: Bell, happenings: tuple[Happening, ...], now: datetime, *, by_timeline: bool = False
) -> Change:
    """Everything that the happenings write: events, the bell after them, links of whoever is asked."""
    events = _events(before, happenings, now)
    after = fold(events, before)
    return Change(
        before=before,
        after=after,
        events=events,
        links=answer_links(key, after, _asked(events), now),
        release=after.status in {Status.WITHDRAWN, Status.DECLINED},
        by_timeline=by_timeline,
    )


def plan_case(change: Change, opening: Opening) -> tuple[CaseChange, ...]:
    """The case that an accepted bell opens with its first deadlines, to be committed together with the change; none
    when the bell was not accepted. The opening has the contact, whose words are the case's subject.
    """
    accepted = next((event for event in change.events if event.kind == "accepted"), None)
    if accepted is None:
        return ()
    # Ringing and answering must not pay for the case that may come of it.
    from chalicelib.case import deadlines
    from chalicelib.case import rules as case_rules
    from chalicelib.case.changes import beginning
    from chalicelib.place.casework import calendar_for, policy_for

    bell, by, at = change.after, Actor(**accepted.actor), parse_iso(accepted.at)
    moment = deadlines.Moment(by, at, calendar_for(opening.directory), policy_for(opening.directory))
    clock = deadlines.opening(bell.urgency, bell.category, moment)
    owner = accepted.data["by"]
    opened = case_rules.opened(
        bell.id, bell.neighbourhood, bell.community, bell.category, bell.urgency, owner, clock
    )
    return (beginning(bell.case, (opened,), by, at, subject_of(opening.contact)),)


def plan_join(change: Change, opening: Opening, target: CaseOpening | None) -> tuple[CaseChange, ...]:
    """The open case that an accepted bell joins, to be committed together with the change: whoever rang becomes a
    co-signer. Raises Invalid unless the case is in the sight of who accepts, Conflict when it takes no bell any more.
    """
    # Ringing and answering must not pay for the case that may come of it.
    from chalicelib.case import rules as case_rules
    from chalicelib.case.access import sights
    from chalicelib.case.changes import following
    from chalicelib.case.commands import Join
    from chalicelib.place.casework import calendar_for, policy_for

    accepted = change.events[-1]
    by, at = Actor(**accepted.actor), parse_iso(accepted.at)
    member = opening.directory.member(by.id)
    if target is None or member is None or not sights(opening.directory, member, target.case):
        raise Invalid(FieldError("case", "unknown"))
    case = target.case
    try:
        calendar, policy = calendar_for(target.directory), policy_for(target.directory)
        happenings = case_rules.decide(case, Join(change.after.id), by, calendar, at, policy)
    except Conflict as refused:
        code = "merged_into" if case.merged_into else "case_not_open"
        still = {"into": case.merged_into, "possible": list(possible(change.before))}
        raise Conflict(code, **{**refused.params, **still}) from None
    return (following(case, happenings, by, at),) if happenings else ()


def subject_of(contact: Contact | None) -> str:
    """The resident's words as staff find them in lists: one line, cut short; empty once they are erased."""
    line = " ".join(contact.text.split()) if contact else ""
    return line if len(line) <= SUBJECT else f"{line[: SUBJECT - 1].rstrip()}…"


def _events(bell: Bell, happenings: tuple[Happening, ...], now: datetime) -> tuple[Event, ...]:
    events: tuple[Event, ...] = ()
    tip = bell.tip
    for happening in happenings:
        events += extend(bell.thing, tip, now, _actor(happening), (happening,))
        tip = Tip(events[-1].seq, events[-1].hash)
    return events


def _actor(happening: Happening) -> Actor:
    if by := happening.data.get("by"):
        return Actor("staff", by["id"], by["name"], by["role"])
    return RESIDENT if happening.kind in {"withdrawn", "appealed"} else SYSTEM


def _asked(events: Iterable[Event]) -> tuple[Person, ...]:
    """Everybody these events ask: they need a link that is good from now on."""
    asked = (person for event in events for person in people(event.data.get("staff", ())))
    return tuple(dict.fromkeys(asked))
