"""Reminding those who have not voted, and nobody else, a portion at a time.

One record of the stream sends at most `PORTION` messages, and for no longer than `LONGEST`: a Lambda has a minute. What
is left is handed on by an event (`reminded_on`), which is the next record of the stream; in quiet hours by the
poll's clock (`reminders_held`, then `reminders_resumed`). Every step may be interrupted and begun again: a head is
claimed before it is written to, and a portion that was handed on is never done again. The record says how many were
reminded and never who: that would say who has not voted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from chalicelib.core import ids
from chalicelib.core.chain import SYSTEM, Event, Happening, extend
from chalicelib.core.errors import Stale
from chalicelib.core.times import iso
from chalicelib.notice import courier, polls
from chalicelib.notice.polls import Voter
from chalicelib.notice.rules import Links
from chalicelib.notice.types import Fate
from chalicelib.poll import changes, progress, tickets
from chalicelib.poll.roll import Unit
from chalicelib.poll.shapes import PollFile
from chalicelib.poll.state import Poll, Stage
from chalicelib.poll.tickets import Ticket
from chalicelib.ports import Ports

PORTION = 100
LONGEST = timedelta(seconds=25)
_AT_ONCE = 20
"""So many are looked up again right before they are written to: who voted meanwhile is not reminded."""
_TRIES = 8
_STARTED = frozenset({"reminded", "reminded_on", "reminders_resumed"})
_ARRIVES = frozenset({Fate.SENT, Fate.DELIVERED})


def remind(ports: Ports, event: Event) -> None:
    """Send the portion of reminders that this event of a poll begins, and hand on what is left.

    Called for every event of the stream, as often and as late as it likes. Raises when something broke: then the record
    must be delivered again, which repeats nothing.
    """
    start = _start(event)
    file = ports.polls.poll(event.thing.partition("#")[2]) if start else None
    if file is None or _is_over(ports, file.poll) or _handed_on(file, event):
        return
    if until := _quiet_until(ports, file.poll):
        _hold(ports, file, event, start, until)
        return
    left, told = _portion(ports, file.poll, event.seq, start)
    _hand_on(ports, file, event, {"after": event.seq, "next": left, **told})


def _start(event: Event) -> int:
    """The first unit of the portion that an event begins; 0: it begins none."""
    if event.kind not in _STARTED or not event.thing.startswith("POLL#"):
        return 0
    return 1 if event.kind == "reminded" else int(event.data["next"])


def _is_over(ports: Ports, poll: Poll) -> bool:
    """Whether nobody can vote any more: a timer may be late, the end is not."""
    return poll.stage is not Stage.OPEN or poll.closes_at is None or poll.closes_at <= ports.clock.now()


def _handed_on(file: PollFile, event: Event) -> bool:
    """Whether the portion was done before."""
    return any(
        past.kind in {"reminded_on", "reminders_held"} and past.data["after"] == event.seq
        for past in file.events
    )


def _quiet_until(ports: Ports, poll: Poll) -> datetime | None:
    """When the present quiet hours of the place end; None outside them."""
    place = ports.directories.of(ids.prefix_of(poll.id)).subdistrict
    now = ports.clock.now()
    opening = place.quiet.opening(now, place.zone)
    return opening if opening > now else None


# -- one portion


def _portion(ports: Ports, poll: Poll, version: int, start: int) -> tuple[int, dict[str, int]]:
    """Remind from that unit on; answers where to go on (0: nowhere) and how many were written to, and were not."""
    began, tried, told = ports.clock.now(), 0, Counter[bool]()
    errors: list[Exception] = []
    left = _from(poll, start, progress.missing(ports, poll))
    for group in _groups(left):
        spent = ports.clock.now() - began
        if tried + len(group) > PORTION or spent > LONGEST:
            _raise_first(errors)
            return group[0].unit.number, _figures(told)
        for voter, link in _still_missing(ports, poll, group):
            try:
                told[_told(ports, poll, version, voter, link)] += 1
            except Exception as error:  # noqa: BLE001 - one phone's trouble must not keep the others' reminders back
                errors.append(error)
        tried += len(group)
    _raise_first(errors)
    return 0, _figures(told)


def _from(poll: Poll, start: int, missing: Iterable[Unit]) -> Iterator[Voter]:
    # Heads before units: an owner who was reminded of one unit in an earlier portion is not reminded of the next.
    return (voter for voter in polls.voters(poll, missing) if voter.unit.number >= start)


def _groups(left: Iterator[Voter]) -> Iterator[tuple[Voter, ...]]:
    while group := tuple(islice(left, _AT_ONCE)):
        yield group


def _still_missing(ports: Ports, poll: Poll, group: tuple[Voter, ...]) -> Iterator[tuple[Voter, str]]:
    """Those whose unit has no ballot now, each with the link that is valid now; nobody once the poll has ended."""
    if any(_is_over(ports, now) for now in ports.polls.polls_of([poll.id])):
        return
    papers = ports.polls.papers(poll.id, [voter.unit.number for voter in group])
    for voter in group:
        _, box = papers[voter.unit.number]
        # The last links of a unit that was given too many open nothing; its owner comes to the community.
        if not box.ballots and box.round <= tickets.LAST_ROUND:
            ticket = tickets.encode(ports.policy.key, Ticket(poll.id, voter.unit.number, box.round))
            yield voter, Links(ports.policy.key, ports.policy.link_url).ballot(ticket)


def _told(ports: Ports, poll: Poll, version: int, voter: Voter, link: str) -> bool:
    """Write to one of them, unless an earlier run did; whether the message went out."""
    fates = courier.convey(ports, [polls.reminder(poll, version, voter, link)])
    return any(dispatch.fate in _ARRIVES for _, dispatch in fates)


def _figures(told: Counter[bool]) -> dict[str, int]:
    return {"sent": told[True], "not_sent": told[False]}


def _raise_first(errors: list[Exception]) -> None:
    if errors:
        raise errors[0]


# -- what is left


def _hand_on(ports: Ports, file: PollFile, event: Event, data: dict[str, int]) -> None:
    """Write down how far it went; the stream brings that back, and it goes on from there."""
    for _ in range(_TRIES):
        poll, now = file.poll, ports.clock.now()
        events = extend(poll.thing, poll.tip, now, SYSTEM, [Happening("reminded_on", data)])
        try:
            ports.store.append(poll, events)
        except Stale:
            file = ports.polls.poll(poll.id) or file
            if _handed_on(file, event):
                return
            continue
        return
    raise Stale(file.poll.thing)


def _hold(ports: Ports, file: PollFile, event: Event, start: int, until: datetime) -> None:
    """Let the poll's clock go on in the morning."""
    for _ in range(_TRIES):
        data = {"after": event.seq, "next": start, "until": iso(until)}
        held = Happening("reminders_held", data)
        try:
            ports.store.commit(changes.following(file.poll, (held,), SYSTEM, ports.clock.now()))
        except Stale:
            file = ports.polls.poll(file.poll.id) or file
            if _is_over(ports, file.poll) or _handed_on(file, event):
                return
            continue
        return
    raise Stale(file.poll.thing)
