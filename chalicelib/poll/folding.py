"""What an event makes of a poll. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.core.chain import Event, Tip
from chalicelib.core.times import parse_iso
from chalicelib.poll.drafting import of_content
from chalicelib.poll.roll import Building
from chalicelib.poll.state import Frozen, Poll, Stage

Data = Mapping[str, Any]
_SILENT = frozenset({"notified", "reminded_on"})


def drafted(event: Event) -> Poll:
    """The poll that its first event makes."""
    data, at = event.data, parse_iso(event.at)
    return Poll(
        id=event.thing.partition("#")[2],
        neighbourhood=data["neighbourhood"],
        community=data["community"],
        case=data.get("case", ""),
        by=event.actor.get("id", ""),
        created_at=at,
        stage_since=at,
        tip=Tip(event.seq, event.hash),
        **of_content(data),
    )


def after(poll: Poll, event: Event) -> Poll:
    """The poll after a later event; raises KeyError on a kind that no rule writes."""
    tip = Tip(event.seq, event.hash)
    if event.kind in _SILENT:
        return replace(poll, tip=tip)
    at = parse_iso(event.at)
    changed = _CHANGES[event.kind](poll, event.data, at)
    if "stage" in event.data:
        changed = replace(changed, stage=Stage(event.data["stage"]), stage_since=at)
    return replace(changed, tip=tip, version=poll.version + 1)


def _announced(poll: Poll, data: Data, at: datetime) -> Poll:
    roll = data["roll"]
    buildings = tuple(Building(*building) for building in roll["buildings"])
    return replace(
        poll,
        announced_at=at,
        # With the notice time begins to matter: the first timer is started.
        generation=1,
        generation_at=at,
        opens_at=parse_iso(data["opens_at"]),
        closes_at=parse_iso(data["closes_at"]),
        frozen=Frozen(roll["version"], roll["digest"], roll["units"], buildings),
    )


def _extended(poll: Poll, data: Data, _: datetime) -> Poll:
    # Told once that participation is missing, the officials extended: they will want to know again.
    return replace(poll, closes_at=parse_iso(data["closes_at"]), extended=poll.extended + 1, warned=False)


def _reminders_held(poll: Poll, data: Data, _: datetime) -> Poll:
    return replace(poll, remind_at=parse_iso(data["until"]), remind_from=data["next"])


def _same(poll: Poll, _: Data, __: datetime) -> Poll:
    return poll


_CHANGES: Mapping[str, Callable[[Poll, Data, datetime], Poll]] = {
    "redrafted": lambda poll, data, _: replace(poll, **of_content(data)),
    "announced": _announced,
    "opened": _same,
    "warned": lambda poll, _, __: replace(poll, warned=True),
    "extended": _extended,
    "reminded": lambda poll, _, at: replace(poll, reminded_at=at),
    "reminders_held": _reminders_held,
    "reminders_resumed": lambda poll, _, __: replace(poll, remind_at=None, remind_from=0),
    "reissued": _same,
    "closed": _same,
    "sealed": _same,
    "counted": lambda poll, data, _: replace(poll, result=data["result"], counts=data["count"]),
    "ruled": _same,
    "cancelled": _same,
    "rearmed": lambda poll, _, at: replace(poll, generation=poll.generation + 1, generation_at=at, hops=0),
}
