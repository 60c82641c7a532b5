"""What a decision writes: the events in their chain, the bell after them, links for whoever is asked. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.bell.rules import Bell, Person, Status, fold, people
from chalicelib.core import links
from chalicelib.core.chain import RESIDENT, SYSTEM, Actor, Event, Happening, Tip, extend
from chalicelib.core.links import Link, Purpose
from chalicelib.ports import Change

if TYPE_CHECKING:
    from chalicelib.case.rules import Case

ANSWER_FOR = timedelta(days=7)


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
    """Everything that the happenings write: events, the bell after them, links of whoever is asked, a case."""
    events = _events(before, happenings, now)
    after = fold(events, before)
    case, case_events = _case(after, happenings, now)
    return Change(
        before=before,
        after=after,
        events=events,
        links=answer_links(key, after, _asked(events), now),
        case=case,
        case_events=case_events,
        release=after.status in {Status.WITHDRAWN, Status.DECLINED},
        by_timeline=by_timeline,
    )


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


def _case(
    bell: Bell, happenings: tuple[Happening, ...], now: datetime
) -> tuple[Case | None, tuple[Event, ...]]:
    accepted = next((h for h in happenings if h.kind == "accepted"), None)
    if accepted is None:
        return None, ()
    # A ring must not pay for the case that may come of it.
    from chalicelib.case import rules as case_rules

    opened = case_rules.opened(
        bell.id, bell.neighbourhood, bell.community, bell.category, bell.urgency, accepted.data["by"]
    )
    events = extend(f"CASE#{bell.case}", Tip(), now, _actor(accepted), (opened,))
    return case_rules.apply(None, events[0]), events
