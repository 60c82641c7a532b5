"""The poll: what can be done to it when, and what that makes of it. Pure.

`decide` says what happens when somebody does something, `clock.due` when time passes, `apply` what the poll is
afterwards. Windows and notice follow Civil Code art. 278 and Hangzhou's rules for owners' assemblies (facts in
docs/decisions/0015); a consultation of households is freer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from chalicelib.core.chain import Event, Happening
from chalicelib.core.errors import Conflict, FieldError, Invalid, check, wrong
from chalicelib.core.times import iso
from chalicelib.poll import folding, stages
from chalicelib.poll.commands import (
    CANCELLATIONS,
    EXTENSIONS,
    RULINGS,
    Announce,
    Cancel,
    Command,
    Count,
    Draft,
    Extend,
    Reissue,
    Remind,
    Rule,
    Seal,
)
from chalicelib.poll.drafting import check_draft, content
from chalicelib.poll.state import Poll, Stage

Happenings = tuple[Happening, ...]
LONGEST = timedelta(days=60)
SHORTEST_OWNERS = timedelta(days=5)
SHORTEST = timedelta(minutes=10)
BETWEEN_REMINDERS = timedelta(hours=20)


def decide(poll: Poll, command: Command, now: datetime) -> Happenings:
    """What happens when an official does `command` now.

    Raises Conflict (with the stage, since when and what is possible) when the table does not allow it, Invalid naming
    every wrong field.
    """
    verb = type(command).__name__.lower()
    if (poll.stage, verb) not in stages.TRANSITIONS:
        raise refusal(poll)
    return _DECISIONS[type(command)](poll, command, now)


def refusal(poll: Poll, code: str = "poll_not_possible_now", **params: object) -> Conflict:
    """The refusal, saying where the poll stands, since when, and what is possible now."""
    since = poll.stage_since or poll.created_at
    verbs = list(stages.possible(poll.stage))
    return Conflict(code, poll_stage=poll.stage, since=since, possible=verbs, version=poll.version, **params)


def drafted(about: Mapping[str, str], command: Draft) -> Happening:
    """A poll comes into being. `about`: neighbourhood, community, case and the author, by these names."""
    check_draft(command)
    return Happening("drafted", {**about, "stage": str(Stage.DRAFT), **content(command)})


def apply(poll: Poll | None, event: Event) -> Poll:
    """The poll after the event. Only `drafted` makes a poll out of nothing."""
    return folding.drafted(event) if poll is None else folding.after(poll, event)


def fold(events: Iterable[Event], poll: Poll | None = None) -> Poll:
    """The poll after all these events."""
    for event in events:
        poll = apply(poll, event)
    assert poll is not None, "a record begins with an event"  # noqa: S101 - a broken promise of our own
    return poll


# -- one decision each


def _draft(_: Poll, command: Draft, __: datetime) -> Happenings:
    check_draft(command)
    return (Happening("redrafted", content(command)),)


def _announce(poll: Poll, command: Announce, now: datetime) -> Happenings:
    check(
        wrong(command.frozen.units == 0, "roll", "required"),
        _window(poll, command.opens_at, command.closes_at),
        _notice(poll, command.opens_at, now),
    )
    frozen = command.frozen
    return (
        Happening(
            "announced",
            {
                "stage": str(Stage.ANNOUNCED),
                "opens_at": iso(command.opens_at),
                "closes_at": iso(command.closes_at),
                "roll": {
                    "version": frozen.roll,
                    "digest": frozen.digest,
                    "units": frozen.units,
                    "buildings": [[b.name, b.first, b.units, b.asked] for b in frozen.buildings],
                },
            },
        ),
    )


def _notice(poll: Poll, opens_at: datetime, now: datetime) -> FieldError | None:
    # A minute's grace: "in seven days" is typed before it is sent.
    earliest = now + timedelta(days=poll.notice_days) - timedelta(minutes=1)
    if opens_at >= earliest:
        return None
    if not poll.notice_days:
        return FieldError("opens_at", "past")
    return FieldError("opens_at", "notice_too_short", {"days": poll.notice_days, "earliest": iso(earliest)})


def _window(poll: Poll, opens_at: datetime, closes_at: datetime) -> FieldError | None:
    shortest = SHORTEST if poll.households else SHORTEST_OWNERS
    if closes_at - opens_at < shortest:
        return FieldError("closes_at", "poll_too_short", {"minutes": int(shortest.total_seconds()) // 60})
    if closes_at - opens_at > LONGEST:
        return FieldError("closes_at", "poll_too_long", {"days": LONGEST.days})
    return None


def _extend(poll: Poll, command: Extend, now: datetime) -> Happenings:
    opens_at, closes_at = poll.window
    if now >= closes_at:
        raise refusal(poll, "poll_over")
    check(
        wrong(command.reason not in EXTENSIONS, "reason"),
        wrong(command.closes_at <= closes_at, "closes_at", "not_later"),
        _window(poll, opens_at, command.closes_at),
    )
    return (Happening("extended", {"closes_at": iso(command.closes_at), "reason": command.reason}),)


def _remind(poll: Poll, _: Remind, now: datetime) -> Happenings:
    again_at = reminds_again(poll)
    if again_at and now < again_at:
        raise refusal(poll, "reminded_already", again_at=again_at)
    return (Happening("reminded", {}),)


def reminds_again(poll: Poll) -> datetime | None:
    """From when on those who have not voted may be reminded once more; None when nobody was reminded yet."""
    return poll.reminded_at + BETWEEN_REMINDERS if poll.reminded_at else None


def _reissue(poll: Poll, command: Reissue, __: datetime) -> Happenings:
    check(wrong(not has_unit(poll, command.unit), "unit"))
    return (Happening("reissued", {"unit": command.unit}),)


def _seal(_: Poll, __: Seal, ___: datetime) -> Happenings:
    return (Happening("sealed", {"stage": str(Stage.SEALED), "early": True}),)


def _count(poll: Poll, command: Count, _: datetime) -> Happenings:
    stage = Stage.COUNTED if command.conclusive else Stage.DISPUTED
    data = {
        "stage": str(stage),
        "count": poll.counts + 1,
        # The difference between two counts would show how a household voted that was ruled on in between, and the
        # record is public: figures stand in it once, when nothing hangs on a ruling any more.
        "result": dict(command.result) if command.conclusive else _without_figures(command.result),
        "published": command.published,
        "conclusive": command.conclusive,
        "carried": command.carried,
    }
    return (Happening("counted", data),)


def _without_figures(result: Mapping[str, Any]) -> dict[str, Any]:
    return {name: result[name] for name in ("format", "conflicts") if name in result}


def _rule(poll: Poll, command: Rule, _: datetime) -> Happenings:
    check(
        wrong(not has_unit(poll, command.unit), "unit"),
        wrong(command.reason not in RULINGS, "reason"),
    )
    data = {"unit": command.unit, "ballot": command.ballot, "reason": command.reason}
    return (Happening("ruled", data),)


def _cancel(_: Poll, command: Cancel, __: datetime) -> Happenings:
    check(wrong(command.reason not in CANCELLATIONS, "reason"))
    return (Happening("cancelled", {"stage": str(Stage.CANCELLED), "reason": command.reason}),)


_DECISIONS: Mapping[type, Callable[[Poll, Any, datetime], Happenings]] = {
    Draft: _draft,
    Announce: _announce,
    Extend: _extend,
    Remind: _remind,
    Reissue: _reissue,
    Seal: _seal,
    Count: _count,
    Rule: _rule,
    Cancel: _cancel,
}


def has_unit(poll: Poll, unit: int) -> bool:
    """Whether the frozen roll has a unit of that number."""
    return poll.frozen is not None and 1 <= unit <= poll.frozen.units


@contextmanager
def together(known: Iterable[FieldError]) -> Iterator[None]:
    """What the edge found wrong before is said together with what the rules find; raises Invalid if there is any."""
    before = {error.field: error for error in known}
    try:
        yield
    except Invalid as error:
        raise Invalid(*({e.field: e for e in error.errors} | before).values()) from None
    if before:
        raise Invalid(*before.values())
