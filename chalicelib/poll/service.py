"""What officials do to a poll: load, decide, save. A change is two AWS calls; announcing also copies the roll."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.case import changes as case_changes
from chalicelib.case import commands as case_commands
from chalicelib.case import rules as case_rules
from chalicelib.case.access import sights as sights_case
from chalicelib.case.shapes import CaseChange
from chalicelib.core import ids
from chalicelib.core.chain import Event
from chalicelib.core.errors import (
    Collision,
    Conflict,
    FieldError,
    Forbidden,
    NotFound,
    Stale,
    Unavailable,
)
from chalicelib.people.staff import Staff
from chalicelib.place.casework import calendar_for, policy_for
from chalicelib.place.rules import Directory
from chalicelib.poll import access, changes, commands, heads, rules, tickets
from chalicelib.poll.clock import counts_at
from chalicelib.poll.roll import buildings, digest
from chalicelib.poll.shapes import PollChange
from chalicelib.poll.state import Frozen, Poll
from chalicelib.ports import Page, Ports

_TRIES = 6
_AFTERWARDS = timedelta(days=1)
Make = Callable[[Poll], commands.Command]
"""Writes the command, given the poll as it stands."""


@dataclass(frozen=True)
class Reading:
    """A poll as somebody may see it; `member` is None for the public."""

    poll: Poll
    events: tuple[Event, ...]
    directory: Directory
    member: Staff | None


def listed(ports: Ports, directory: Directory, member: Staff | None, cursor: str = "") -> Page[Poll]:
    """The polls that somebody may know of, newest first; one Query. A page may hold few and still have a next."""
    page = ports.polls.polls(directory.subdistrict.prefix, cursor)
    return Page(tuple(p for p in page.items if _knows(directory, member, p)), page.cursor)


def read(ports: Ports, poll_id: str, member: Staff | None = None) -> Reading:
    """A poll and its record; one AWS call. Raises NotFound for one that the caller may not know of."""
    named = _named(poll_id)
    file = ports.polls.poll(named)
    directory = ports.directories.of(ids.prefix_of(named))
    if file is None or not _knows(directory, member, file.poll):
        raise NotFound("no_such_poll")
    own = member if member and access.sights(directory, member, file.poll.neighbourhood) else None
    return Reading(file.poll, file.events, directory, own)


def draft(
    ports: Ports,
    directory: Directory,
    member: Staff,
    where: str,
    command: commands.Draft,
    *,
    case: str = "",
    known: Sequence[FieldError] = (),
) -> Poll:
    """Draft a poll for a neighbourhood, or for a case (whose neighbourhood it then is); raises Invalid naming every
    wrong field, Forbidden."""
    problems = list(known)
    case_id = _case_of(ports, directory, member, case, problems) if case else None
    place = case_id[1] if case_id else where
    neighbourhood = directory.neighbourhood(place)
    if neighbourhood is None:
        problems.append(FieldError("neighbourhood", "unknown" if place else "required"))
    elif not access.sights(directory, member, place):
        raise Forbidden("not_your_place")
    access.require_manager(member)
    community = directory.lineage(place)[1] if neighbourhood else ""
    about = {"neighbourhood": place, "community": community, "case": case_id[0] if case_id else ""}
    now = ports.clock.now()
    with rules.together(problems):
        happening = rules.drafted(about, command)
    for _ in range(_TRIES):
        poll_id = ids.new_id(directory.subdistrict.prefix, now, ports.entropy.number(32))
        change = changes.beginning(poll_id, (happening,), changes.actor_of(member), now)
        try:
            ports.store.commit(change)
        except (Stale, Collision):
            continue
        return change.after
    raise Unavailable("poll")


def act(
    ports: Ports,
    member: Staff,
    poll_id: str,
    make: Make,
    *,
    seen: int = 0,
    known: Sequence[FieldError] = (),
) -> Poll:
    """Do something to the poll. `seen`: the version that the caller looked at, 0 when it does not matter.

    Raises Invalid naming every wrong field, Conflict naming what is possible now, Forbidden, NotFound.
    """
    for _ in range(_TRIES):
        poll, directory = opened(ports, member, poll_id)
        command = make(poll)
        if not isinstance(command, commands.Remind | commands.Reissue):
            access.require_manager(member)
        if seen and seen != poll.version:
            raise rules.refusal(poll, "changed_meanwhile")
        now = ports.clock.now()
        with rules.together(known):
            happenings = rules.decide(poll, command, now)
        change = changes.following(poll, happenings, changes.actor_of(member), now)
        try:
            ports.store.commit(change, *_with_case(ports, directory, change, member, now))
        except Stale:
            continue
        return change.after
    raise Unavailable("poll")


def announce(
    ports: Ports,
    member: Staff,
    poll_id: str,
    opens_at: datetime,
    closes_at: datetime,
    *,
    seen: int = 0,
    known: Sequence[FieldError] = (),
) -> Poll:
    """Publish the notice: the current roll is copied to the poll first (a call for each page), then the poll moves on;
    its case, if it has one, begins to consult in the same transaction."""
    poll, _ = opened(ports, member, poll_id)
    access.require_manager(member)
    roll = ports.polls.roll(poll.neighbourhood)
    # Another subdistrict may have a place of the same id, whose roll is its own.
    current = roll.current if roll and roll.prefix == ids.prefix_of(poll.id) else 0
    units = tuple(ports.polls.roll_units(poll.neighbourhood, current)) if current else ()
    frozen = Frozen(
        current, digest(units), len(units), buildings(units, lambda unit: heads.is_asked(poll, unit))
    )
    command = commands.Announce(opens_at, closes_at, frozen)
    with rules.together(known):
        rules.decide(poll, command, ports.clock.now())
    ports.polls.freeze(poll.id, units)
    return act(ports, member, poll_id, lambda _: command, seen=seen)


def reissue(
    ports: Ports, member: Staff, poll_id: str, unit: int, known: Sequence[FieldError] = ()
) -> tuple[Poll, int]:
    """A new link for a unit whose sheet was lost; the old one opens nothing any more. Answers the poll and the new
    round."""
    before, _ = opened(ports, member, poll_id)
    box = ports.polls.papers(before.id, [unit]).get(unit) if rules.has_unit(before, unit) else None
    # A round that no ticket can say would shut the unit out of its sheet and its phone alike.
    if box and box[1].round >= tickets.LAST_ROUND:
        raise rules.refusal(before, "too_many_links")
    poll = act(ports, member, poll_id, lambda _: commands.Reissue(unit), known=known)
    round_ = ports.polls.reissue(poll.id, unit)
    if round_ > tickets.LAST_ROUND:
        raise rules.refusal(poll, "too_many_links")
    return poll, round_


def opened(ports: Ports, member: Staff, poll_id: str) -> tuple[Poll, Directory]:
    """The poll for a member of staff whose business it is; one AWS call."""
    opening = ports.polls.poll_opening(_named(poll_id))
    if opening is None:
        raise NotFound("no_such_poll")
    if not access.sights(opening.directory, member, opening.poll.neighbourhood):
        raise Forbidden("not_your_place")
    return opening.poll, opening.directory


def _with_case(
    ports: Ports, directory: Directory, change: PollChange, member: Staff, now: datetime
) -> tuple[CaseChange, ...]:
    """The case begins to consult when its poll is announced."""
    poll = change.after
    if not poll.case or not any(event.kind == "announced" for event in change.events):
        return ()
    opening = ports.store.case_opening(poll.case)
    ends = counts_at(poll)
    if opening is None or ends is None:
        return ()
    command = case_commands.Consult("poll", ends + _AFTERWARDS, poll.id)
    calendar, policy = calendar_for(directory), policy_for(directory)
    by = changes.actor_of(member)
    try:
        happenings = case_rules.decide(opening.case, command, by, calendar, now, policy)
    except Conflict as refusal:
        raise rules.refusal(
            change.before or poll, "case_not_negotiating", case=ids.number(poll.case)
        ) from refusal
    return (case_changes.following(opening.case, happenings, by, now),)


def _case_of(
    ports: Ports, directory: Directory, member: Staff, case: str, problems: list[FieldError]
) -> tuple[str, str] | None:
    named = ids.parse(case)
    opening = ports.store.case_opening(named) if named else None
    if opening is None or not sights_case(directory, member, opening.case):
        problems.append(FieldError("case", "unknown"))
        return None
    return opening.case.id, opening.case.neighbourhood


def _knows(directory: Directory, member: Staff | None, poll: Poll) -> bool:
    if access.is_public(poll):
        return True
    return member is not None and access.sights(directory, member, poll.neighbourhood)


def _named(poll_id: str) -> str:
    named = ids.parse(poll_id)
    if named is None:
        raise NotFound("no_such_poll")
    return named


__all__ = ["Reading", "act", "announce", "draft", "listed", "opened", "read", "reissue"]
