"""Conflicts: units for which different people voted differently, or an owner through different units. They are listed
with every ballot, never hidden; an official rules on them, and it is counted again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.core.errors import FieldError, Invalid
from chalicelib.people.staff import Staff
from chalicelib.poll import access, commands, effective, rules, service, tally
from chalicelib.poll.ballots import Box, Ruling
from chalicelib.poll.roll import Unit
from chalicelib.poll.state import Poll
from chalicelib.ports import Ports


@dataclass(frozen=True)
class Dispute:
    """A unit of a conflict, everything in its box, and the id of the ballot that counts of it by itself (empty:
    none)."""

    unit: Unit
    box: Box
    counts: str
    settled: str


def listed(ports: Ports, poll: Poll) -> tuple[Dispute, ...]:
    """Every unit of every conflict, those that are not settled first; reads roll and boxes in pages."""
    if poll.frozen is None:
        return ()
    counted = tally.count(poll, ports.polls.frozen(poll.id), ports.polls.boxes(poll.id))
    conflicts = sorted(counted.conflicts, key=lambda conflict: bool(conflict.settled))
    settled = {unit: conflict.settled for conflict in conflicts for unit in conflict.units}
    papers = ports.polls.papers(poll.id, list(settled))
    wordings = effective.Wordings(poll.topics)
    found = []
    for number, how in settled.items():
        unit, box = papers[number]
        counts = effective.judge(unit, box, wordings).counts
        found.append(Dispute(unit, box, counts.id if counts else "", how))
    return tuple(found)


def rule(
    ports: Ports,
    member: Staff,
    poll_id: str,
    command: commands.Rule,
    *,
    seen: int = 0,
    known: Sequence[FieldError] = (),
) -> Poll:
    """Decide which ballot of a unit counts; the box keeps the ruling, the record says that there was one, and the
    stream counts again. Raises Invalid for a unit without a conflict and for a ballot that is not in the box, Conflict
    while nothing is in dispute."""
    poll, _ = service.opened(ports, member, poll_id)
    access.require_manager(member)
    now = ports.clock.now()
    # Before the box is touched: a ruling that is refused must leave none that the record does not know.
    if seen and seen != poll.version:
        raise rules.refusal(poll, "changed_meanwhile")
    with rules.together(known):
        rules.decide(poll, command, now)
    # Nobody may silence a household about whose vote there is no question, or learn it from the count that follows.
    if command.unit not in _disputed(ports, poll):
        raise Invalid(FieldError("unit", "not_disputed"))
    box = ports.polls.papers(poll.id, [command.unit])[command.unit][1]
    if command.ballot and command.ballot not in {ballot.id for ballot in box.ballots}:
        raise Invalid(FieldError("ballot", "unknown"))
    ports.polls.rule(poll.id, command.unit, Ruling(command.ballot, member.id, now, command.reason))
    return service.act(ports, member, poll_id, lambda _: command)


def _disputed(ports: Ports, poll: Poll) -> frozenset[int]:
    counted = tally.count(poll, ports.polls.frozen(poll.id), ports.polls.boxes(poll.id))
    return frozenset(unit for conflict in counted.conflicts for unit in conflict.units)
