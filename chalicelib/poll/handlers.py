"""Polls and votes over JSON: parse, one service call, answer. The routes are declared in `poll.api`."""

from __future__ import annotations

import msgspec

from chalicelib.core.chain import verify
from chalicelib.core.errors import NotFound
from chalicelib.core.times import iso
from chalicelib.http import Call, Reply
from chalicelib.poll import (
    access,
    bodies,
    commands,
    disputes,
    orders,
    phones,
    present,
    progress,
    service,
    tickets,
    voting,
    wire,
)
from chalicelib.poll.state import Poll
from chalicelib.poll.tickets import Ticket

_KEY = "Idempotency-Key"


def list_polls(call: Call) -> bodies.PollList:
    """Everybody sees what was announced; staff the drafts of their places, too."""
    directory = call.ports.directories.of(call.prefix)
    page = service.listed(call.ports, directory, call.perhaps_staff, call.query.get("cursor", ""))
    return bodies.PollList([present.line(poll, call.language) for poll in page.items], page.cursor)


def read_poll(call: Call, poll_id: str) -> bodies.PollBody:
    """The notice, and the result once it is counted."""
    reading = service.read(call.ports, poll_id, call.perhaps_staff)
    return present.body(reading.poll, reading.member, call.language, reading.directory.official_vote)


def record_of_poll(call: Call, poll_id: str) -> bodies.PollRecordBody:
    """Every event as it was hashed: officials are named in it, residents never."""
    reading = service.read(call.ports, poll_id, call.perhaps_staff)
    verdict = verify(reading.events, reading.poll.tip, reading.poll.thing)
    events = [vars(event) for event in reading.events]
    return bodies.PollRecordBody(reading.poll.thing, verdict.intact, events)


def result_of_poll(call: Call, poll_id: str) -> Reply:
    """The published file of the last count, as it was hashed."""
    reading = service.read(call.ports, poll_id, call.perhaps_staff)
    shown = access.sees_tally(reading.poll, None)
    document = call.ports.polls.published(reading.poll.id, reading.poll.counts) if shown else None
    if document is None:
        raise NotFound("not_counted_yet")
    return Reply(msgspec.Raw(document.encode()))


def draft_poll(call: Call) -> Reply:
    """For a case, or for a neighbourhood."""
    body, problems = call.read(wire.PollRequest)
    notes = orders.Notes(problems)
    member, directory = call.staff
    poll = service.draft(
        call.ports,
        directory,
        member,
        body.neighbourhood,
        orders.draft(body, notes),
        case=body.case,
        known=notes.problems,
    )
    return Reply(present.body(poll, member, call.language), 201)


def redraft_poll(call: Call, poll_id: str) -> bodies.PollBody:
    """Until it is announced."""
    body, problems = call.read(wire.RedraftRequest)
    notes = orders.Notes(problems)
    return _done(call, poll_id, orders.draft(body, notes), body.version, notes)


def announce_poll(call: Call, poll_id: str) -> bodies.PollBody:
    """From now on no topic is added and the roll is frozen."""
    body, problems = call.read(wire.AnnouncePollRequest)
    notes, now = orders.Notes(problems), call.ports.clock.now()
    member, _ = call.staff
    opens_at = notes.time("opens_at", body.opens_at, now)
    closes_at = notes.time("closes_at", body.closes_at, now)
    poll = service.announce(
        call.ports, member, poll_id, opens_at, closes_at, seen=body.version, known=notes.problems
    )
    return present.body(poll, member, call.language)


def extend_poll(call: Call, poll_id: str) -> bodies.PollBody:
    """Before the end, for a reason that everybody reads."""
    body, problems = call.read(wire.ExtendPollRequest)
    notes = orders.Notes(problems)
    closes_at = notes.time("closes_at", body.closes_at, call.ports.clock.now())
    return _done(call, poll_id, commands.Extend(closes_at, body.reason), body.version, notes)


def cancel_poll(call: Call, poll_id: str) -> bodies.PollBody:
    """Without a result."""
    body, problems = call.read(wire.PollReasonRequest)
    return _done(call, poll_id, commands.Cancel(body.reason), body.version, orders.Notes(problems))


def remind_of_poll(call: Call, poll_id: str) -> bodies.PollBody:
    """Those who have not voted, and nobody else; once in twenty hours."""
    body, problems = call.read(wire.PollPlain, optional=True)
    return _done(call, poll_id, commands.Remind(), body.version, orders.Notes(problems))


def seal_poll(call: Call, poll_id: str) -> bodies.PollBody:
    """All paper is entered: counting begins now."""
    body, problems = call.read(wire.PollPlain, optional=True)
    return _done(call, poll_id, commands.Seal(), body.version, orders.Notes(problems))


def rule_in_poll(call: Call, poll_id: str) -> bodies.PollBody:
    """Which ballot of a unit counts; then it is counted again."""
    body, problems = call.read(wire.RuleRequest)
    member, _ = call.staff
    command = commands.Rule(body.unit, body.ballot, body.reason)
    poll = disputes.rule(call.ports, member, poll_id, command, seen=body.version, known=problems)
    return present.body(poll, member, call.language)


def reissue_ticket(call: Call, poll_id: str) -> Reply:
    """The link that was printed before opens nothing any more."""
    body, problems = call.read(wire.ReissueRequest)
    member, _ = call.staff
    poll, round_ = service.reissue(call.ports, member, poll_id, body.unit, problems)
    token = tickets.encode(call.ports.policy.key, Ticket(poll.id, body.unit, round_))
    return Reply(bodies.ReissueAnswer(body.unit, token, present.ticket_url(call.ports, token)), 201)


def turnout_of_poll(call: Call, poll_id: str) -> bodies.TurnoutList:
    """By building; before the end for those to whom the notice shows it."""
    reading = service.read(call.ports, poll_id, call.perhaps_staff)
    return present.turnout(progress.turnout(call.ports, reading.poll, reading.member))


def missing_in_poll(call: Call, poll_id: str) -> bodies.UnitList:
    """Whose owner has not voted yet, for those who go from door to door."""
    member, _ = call.staff
    poll, _ = service.opened(call.ports, member, poll_id)
    found = progress.missing(call.ports, poll, call.query.get("building", ""))
    return bodies.UnitList([present.unit(unit, whole=True) for unit in found])


def conflicts_in_poll(call: Call, poll_id: str) -> bodies.ConflictList:
    """With every ballot; what was chosen only where the notice said that officials see it."""
    member, _ = call.staff
    poll, _ = service.opened(call.ports, member, poll_id)
    shown = access.sees_choices(poll, member)
    items = [
        bodies.ConflictBox(
            present.unit(found.unit, whole=True),
            [present.ballot(ballot, choices=shown) for ballot in found.box.ballots],
            found.counts,
            found.box.ruling.ballot if found.box.ruling else "",
        )
        for found in disputes.listed(call.ports, poll)
    ]
    return bodies.ConflictList(items)


def enter_ballot(call: Call, poll_id: str) -> Reply:
    """From the door or from a sheet; the header Idempotency-Key makes a repeat the same ballot."""
    body, problems = call.read(wire.BallotRequest)
    member, _ = call.staff
    vote = voting.Vote(call.header(_KEY), body.choices, body.voter)
    entry = voting.Entry(body.unit, vote, body.via, body.age, body.photo, body.proxy, body.proof)
    voted = voting.enter(call.ports, member, poll_id, entry, problems)
    return Reply(present.voted(voted), 201)


def upload_sheet(call: Call, poll_id: str) -> Reply:
    """The file goes straight to the file store; name its id in the ballot."""
    body, problems = call.read(wire.BallotFileRequest)
    member, _ = call.staff
    whole, small = voting.upload(call.ports, member, poll_id, body.kind, body.bytes, problems)
    return Reply(present.upload(whole, small), 201)


def ask_voting_code(call: Call, poll_id: str) -> Reply:
    """The same answer whether or not the roll has that phone for that unit."""
    body, problems = call.read(wire.VotingCodeRequest)
    door = phones.Door(body.building, body.room, body.phone)
    code = phones.ask_code(call.ports, poll_id, door, call.address, call.language, problems)
    return Reply(bodies.VotingCodeAnswer(iso(code.until), iso(code.again_at)), 202)


def voting_ticket(call: Call, poll_id: str) -> Reply:
    """What the code opens."""
    body, problems = call.read(wire.TicketRequest)
    door = phones.Door(body.building, body.room, body.phone)
    token = phones.ticket(call.ports, poll_id, door, body.code, kiosk=body.kiosk, known=problems)
    return Reply(bodies.TicketAnswer(token, present.ticket_url(call.ports, token)), 201)


def read_ballot_paper(call: Call) -> bodies.VotePaper:
    """What the holder of a ticket may vote on, and what was voted so far for the unit with this ticket's way."""
    ticket, paper = voting.paper(call.ports, call.bearer)
    mine = voting.own(ticket, paper)
    return bodies.VotePaper(
        present.body(paper.poll, None, call.language, paper.directory.official_vote),
        present.unit(paper.unit),
        ticket.voter,
        dict(mine.choices) if mine else {},
        iso(mine.cast_at) if mine else "",
    )


def vote(call: Call) -> Reply:
    """One AWS call; the header Idempotency-Key makes a repeat the same ballot."""
    body, problems = call.read(wire.VoteRequest)
    token = call.bearer
    voted = voting.vote(call.ports, token, voting.Vote(call.header(_KEY), body.choices, body.voter), problems)
    return Reply(present.voted(voted), 201)


def _done(
    call: Call, poll_id: str, command: commands.Command, seen: int, notes: orders.Notes
) -> bodies.PollBody:
    member, _ = call.staff
    poll: Poll = service.act(call.ports, member, poll_id, lambda _: command, seen=seen, known=notes.problems)
    return present.body(poll, member, call.language)
