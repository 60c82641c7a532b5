"""The case (协商事项): what can be done to it when, and what that makes of it. Pure.

`decide` says what happens when somebody does something, `due.due` what happens when time passes, `apply` what
the case is afterwards; a case is the fold of its events. The table of stages is in `stages`.

Ringing and answering a bell import this module too, and a cold start pays for every class: what only a case
needs is imported when a case is worked on.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.case.stages import Stage
from chalicelib.case.state import Case, Deadline
from chalicelib.core.chain import Actor, Event, Happening
from chalicelib.place.ladder import Urgency

if TYPE_CHECKING:
    from chalicelib.case.deadlines import Policy
    from chalicelib.core.calendar import Calendar

__all__ = ["Case", "Stage", "apply", "decide", "fold", "opened", "possible", "verb_of"]


def verb_of(command: object) -> str:
    """What the table calls the command."""
    from chalicelib.case import decisions

    return decisions.verb_of(command)


def decide(
    case: Case, command: object, by: Actor, calendar: Calendar, now: datetime, policy: Policy | None = None
) -> tuple[Happening, ...]:
    """What happens when `by` does `command`, one of `case.commands`; nothing when it was done already.

    Whether `by` may do it is the edge's question, except for what needs a superior (Forbidden). Raises Conflict
    (with the stage, since when, and `possible`: what can be done now) when the table does not allow it,
    Invalid naming every wrong field.
    """
    from chalicelib.case import decisions

    return decisions.decide(case, command, by, calendar, now, policy)


def possible(case: Case) -> tuple[str, ...]:
    """What can be done to the case now (reopening also has its time, which this does not look at)."""
    from chalicelib.case import guard

    return guard.possible(case)


def opened(
    bell: str,
    neighbourhood: str,
    community: str,
    category: str,
    urgency: Urgency,
    owner: dict[str, str],
    deadlines: Iterable[Deadline] = (),
) -> Happening:
    """A case is opened out of a bell by the person who accepted it, with `deadlines.opening(…)` for its clock."""
    data = {
        "bell": bell,
        "neighbourhood": neighbourhood,
        "community": community,
        "category": category,
        "urgency": str(urgency),
        "owner": owner,
        "stage": str(Stage.LOOKING_INTO),
    }
    from chalicelib.case.deadlines import to_json

    clock = [to_json(deadline) for deadline in deadlines]
    return Happening("opened", data | ({"set": clock} if clock else {}))


def apply(case: Case | None, event: Event) -> Case:
    """The case after the event. Only `opened` makes a case out of nothing."""
    from chalicelib.case import folding

    return folding.opened(event) if case is None else folding.after(case, event)


def fold(events: Iterable[Event], case: Case | None = None) -> Case:
    """The case after all these events."""
    for event in events:
        case = apply(case, event)
    assert case is not None, "a record begins with an event"  # noqa: S101 - a broken promise of our own
    return case
