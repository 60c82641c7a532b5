"""Counting: when a poll is sealed, and again when an official has ruled. The roll and the boxes are read in pages of a
megabyte; the result is published first and then written to the record, together with what it means for the case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from chalicelib.case import changes as case_changes
from chalicelib.case import commands as case_commands
from chalicelib.case import rules as case_rules
from chalicelib.case.access import Side, Viewer
from chalicelib.case.shapes import CaseChange
from chalicelib.case.writing import Desk, Pen
from chalicelib.core.chain import SYSTEM, Event
from chalicelib.core.errors import Conflict, Stale, Unavailable
from chalicelib.place.casework import calendar_for, policy_for
from chalicelib.poll import changes, commands, publication, rules, sentences, tally
from chalicelib.poll.roll import Seal, Unit
from chalicelib.poll.state import Poll, Stage
from chalicelib.poll.tally import Count
from chalicelib.ports import Ports

_TRIES = 6
_COUNTED_AFTER = frozenset({"sealed", "ruled"})


class Tampered(Exception):
    """The roll of a poll is not the one that was announced: nothing is counted until somebody has looked."""


def react(ports: Ports, event: Event) -> None:
    """The stream tells that a poll was sealed, or a conflict ruled on: count it. Again changes nothing."""
    if event.thing.startswith("POLL#") and event.kind in _COUNTED_AFTER:
        count(ports, event.thing.partition("#")[2])


def count(ports: Ports, poll_id: str) -> Poll | None:
    """Count a poll that waits for it; None for one that does not. Raises Tampered."""
    for _ in range(_TRIES):
        opening = ports.polls.poll_opening(poll_id)
        if opening is None or opening.poll.stage not in {Stage.SEALED, Stage.DISPUTED}:
            return None
        poll = opening.poll
        counted, document = tallied(ports, poll)
        ports.polls.publish(poll.id, poll.counts + 1, document)
        now = ports.clock.now()
        command = commands.Count(
            publication.summary(counted),
            publication.sha256(document),
            counted.conclusive,
            counted.carried,
        )
        change = changes.following(poll, rules.decide(poll, command, now), SYSTEM, now)
        try:
            ports.store.commit(change, *_concluding(ports, change.after, counted, now))
        except Stale:
            continue
        return change.after
    raise Unavailable("poll")


def tallied(ports: Ports, poll: Poll) -> tuple[Count, str]:
    """The count as it would be now, and what would be published of it."""
    expected = poll.frozen.digest if poll.frozen else ""
    units = _unchanged(ports.polls.frozen(poll.id), expected, poll.id)
    counted = tally.count(poll, units, ports.polls.boxes(poll.id))
    return counted, publication.document(poll, counted)


def _unchanged(units: Iterable[Unit], expected: str, poll_id: str) -> Iterator[Unit]:
    """The units one after another, so that a large roll is never in memory as a whole; raises Tampered at their end."""
    seal = Seal()
    for unit in units:
        seal.add(unit)
        yield unit
    if seal.digest != expected:
        raise Tampered(poll_id)


def _concluding(ports: Ports, poll: Poll, counted: Count, now: datetime) -> tuple[CaseChange, ...]:
    """What the result means for the case: agreed, or back to negotiating. A case that does not wait for it any more
    (somebody recorded a result, or it failed meanwhile) is left alone."""
    if not poll.case or poll.stage is not Stage.COUNTED:
        return ()
    opening = ports.store.case_opening(poll.case)
    if opening is None:
        return ()
    directory = opening.directory
    pen = Pen(ports.entropy.number)
    desk = Desk(opening.case, Viewer(Side.STAFF, ""), directory, pen, [], now)
    result = desk.pen.write("result", sentences.result(poll, counted))
    command = case_commands.Conclude(counted.carried, result)
    calendar, policy = calendar_for(directory), policy_for(directory)
    try:
        happenings = case_rules.decide(opening.case, command, SYSTEM, calendar, now, policy)
    except Conflict:
        return ()
    return (case_changes.following(opening.case, happenings, SYSTEM, now, texts=pen.texts),)
