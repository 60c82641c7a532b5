"""Voting: with a ticket one AWS call, entered by staff one more for the poll. Every ballot is kept; the last of each
person counts, which `effective` decides when it is counted."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.case.shapes import Upload
from chalicelib.core import text, uploads
from chalicelib.core.errors import (
    Conflict,
    FieldError,
    Gone,
    Invalid,
    NotFound,
    TooMany,
    Unauthorized,
    check,
    wrong,
)
from chalicelib.people.staff import Staff
from chalicelib.poll import receipts, rules, service, tickets
from chalicelib.poll.ballots import Ballot, Proxy, Via
from chalicelib.poll.drafting import ID_LIMIT, MOST_TOPICS
from chalicelib.poll.roll import NOBODY
from chalicelib.poll.shapes import BallotPaper, Cast, Refusal
from chalicelib.poll.state import Poll
from chalicelib.poll.tickets import Ticket
from chalicelib.ports import Ports

ENTERED = frozenset({Via.DOOR, Via.PAPER})
"""How a member of staff enters what somebody else voted."""
OLDEST = timedelta(days=14)
KEY_LIMIT = 64
NAME_LIMIT = 50
MOST_OWNERS = 100
"""No unit has so many owners; what names one beyond is no vote of anybody."""
_AGAIN = timedelta(days=1)


@dataclass(frozen=True)
class Vote:
    """What somebody votes. `key`: the sender's, the same for every repeat. `choices`: option by topic, a topic left
    out was left blank. `voter`: which owner of the unit, `NOBODY` when it is not said."""

    key: str
    choices: Mapping[str, str]
    voter: int = NOBODY


@dataclass(frozen=True)
class Entry:
    """A vote that staff enter for a unit: from the door, or from a sheet. `age`: seconds since the person voted, as
    the device that it was entered on measured them. `photo`: the uploaded sheet. `proxy`, `proof`: who voted for the
    owner, and the uploaded authority."""

    unit: int
    vote: Vote
    via: str
    age: int = 0
    photo: str = ""
    proxy: str = ""
    proof: str = ""


@dataclass(frozen=True)
class Voted:
    """A ballot that is in the box of a unit, and the receipt of each topic that was voted on."""

    unit: int
    ballot: Ballot
    receipts: Mapping[str, str] = field(default_factory=dict)


def paper(ports: Ports, token: str) -> tuple[Ticket, BallotPaper]:
    """What the holder of a ticket may vote on; one AWS call. Raises Unauthorized for a ticket that is none and Gone
    for one that was replaced."""
    ticket = _ticket(ports, token)
    found = ports.polls.paper(ticket.poll, ticket.unit)
    if found is None:
        raise Unauthorized("link_unknown")
    if found.box.round != ticket.round:
        raise Gone("link_replaced")
    return ticket, found


def own(ticket: Ticket, paper: BallotPaper) -> Ballot | None:
    """The last ballot that came in on the way of this ticket, by the same owner where the ticket names one: what its
    holder may be shown again. What others sent for the unit stays theirs."""
    ways = {Via.LINK} if ticket.via is Via.LINK else {Via.SMS, Via.KIOSK}
    mine = (b for b in paper.box.ballots if b.via in ways and ticket.voter in {NOBODY, b.voter})
    return max(mine, key=lambda ballot: ballot.cast_at, default=None)


def vote(ports: Ports, token: str, vote: Vote, known: Sequence[FieldError] = ()) -> Voted:
    """Vote with a ticket; always one AWS call, and a repeat with the same key is the same ballot.

    Raises Invalid, Unauthorized, Gone (`link_replaced`) and Conflict (`poll_not_open`, `poll_over`).
    """
    ticket = _ticket(ports, token)
    _check(vote, known)
    now = ports.clock.now()
    voter = vote.voter if ticket.voter == NOBODY else ticket.voter
    ballot = _ballot(ports, ticket.poll, ticket.unit, vote, now, now, ticket.via, voter=voter)
    cast = Cast(ticket.poll, ticket.unit, ballot, ticket.round)
    return _voted(cast, _let_in(ports, cast))


def enter(ports: Ports, member: Staff, poll_id: str, entry: Entry, known: Sequence[FieldError] = ()) -> Voted:
    """Enter a vote for somebody; two AWS calls, and one for each file that is kept.

    Raises as `vote` does, and Forbidden for staff of other places.
    """
    poll, _ = service.opened(ports, member, poll_id)
    return enter_into(ports, member, poll, entry, known)


def enter_into(
    ports: Ports, member: Staff, poll: Poll, entry: Entry, known: Sequence[FieldError] = ()
) -> Voted:
    """The same for a poll that was read before: one AWS call."""
    _check(entry.vote, (*known, *_wrong_entry(poll, entry)))
    received = ports.clock.now()
    cast_at = received - timedelta(seconds=entry.age)
    proxy = Proxy(entry.proxy.strip(), entry.proof) if entry.proxy.strip() else None
    for file in filter(None, (entry.photo, entry.proof)):
        if not ports.files.keep(poll.id, file):
            raise Invalid(FieldError("photo" if file == entry.photo else "proof", "upload_missing"))
    via = Via(entry.via)
    ballot = _ballot(
        ports,
        poll.id,
        entry.unit,
        entry.vote,
        cast_at,
        received,
        via,
        voter=entry.vote.voter,
        proxy=proxy,
        by=member.id,
        photo=entry.photo,
    )
    cast = Cast(poll.id, entry.unit, ballot)
    return _voted(cast, _let_in(ports, cast))


def upload(
    ports: Ports, member: Staff, poll_id: str, kind: str, size: int, known: Sequence[FieldError] = ()
) -> tuple[Upload, Upload]:
    """Forms to upload the photo of a sheet or an authority, and its thumbnail; one AWS call. Raises Invalid for what is
    not taken."""
    poll, _ = service.opened(ports, member, poll_id)
    check(
        *known,
        wrong(kind not in uploads.ENDINGS, "kind"),
        None
        if 0 < size <= uploads.MOST_BYTES
        else FieldError("bytes", "out_of_range", {"limit": uploads.MOST_BYTES}),
    )
    file_id = uploads.file_id(kind, ports.entropy.number(uploads.CHANCE_BITS))
    seconds = uploads.UPLOAD_SECONDS
    whole = ports.files.upload(poll.id, file_id, kind, uploads.MOST_BYTES, seconds)
    small = ports.files.upload(poll.id, uploads.small(file_id), "image/jpeg", uploads.SMALL_BYTES, seconds)
    return whole, small


def _ticket(ports: Ports, token: str) -> Ticket:
    ticket = tickets.read(ports.policy.key, token)
    if ticket is None:
        raise Unauthorized("link_unknown")
    return ticket


def _check(vote: Vote, known: Sequence[FieldError]) -> None:
    check(
        *known,
        wrong(not vote.key.strip(), "Idempotency-Key", "required"),
        FieldError("Idempotency-Key", "too_long", {"limit": KEY_LIMIT})
        if len(vote.key) > KEY_LIMIT
        else None,
        wrong(not NOBODY <= vote.voter < MOST_OWNERS, "voter"),
        # Each choice is a condition of the write, and a write has so many.
        wrong(len(vote.choices) > MOST_TOPICS or _lengthy(vote.choices), "choices"),
    )


def _lengthy(choices: Mapping[str, str]) -> bool:
    return any(len(word) > ID_LIMIT for pair in choices.items() for word in pair)


def _wrong_entry(poll: Poll, entry: Entry) -> list[FieldError]:
    problems = [
        wrong(not rules.has_unit(poll, entry.unit), "unit"),
        wrong(entry.via not in ENTERED, "via"),
        wrong(not 0 <= entry.age <= OLDEST.total_seconds(), "age", "out_of_range"),
        wrong(text.has_control(entry.proxy), "proxy", "control_characters"),
        wrong(bool(entry.proxy.strip()) and not entry.proof, "proof", "authority_missing"),
        wrong(bool(entry.photo) and uploads.kind_of(entry.photo) is None, "photo"),
        wrong(bool(entry.proof) and uploads.kind_of(entry.proof) is None, "proof"),
        FieldError("proxy", "too_long", {"limit": NAME_LIMIT}) if len(entry.proxy) > NAME_LIMIT else None,
        # A sheet is what an entry can be checked against.
        wrong(entry.via == Via.PAPER and not entry.photo, "photo", "required"),
    ]
    return [problem for problem in problems if problem]


def _ballot(
    ports: Ports,
    poll: str,
    unit: int,
    vote: Vote,
    cast_at: datetime,
    received_at: datetime,
    via: Via,
    *,
    voter: int,
    proxy: Proxy | None = None,
    by: str = "",
    photo: str = "",
) -> Ballot:
    ballot_id = _ballot_id(unit, by, vote.key)
    nonce = receipts.nonce(ports.policy.key, poll, unit, ballot_id)
    chosen = {topic: choice for topic, choice in vote.choices.items() if choice}
    return Ballot(ballot_id, chosen, cast_at, received_at, via, nonce, voter, proxy, by, photo)


def _ballot_id(unit: int, by: str, key: str) -> str:
    """22 hexadecimal digits that follow from who sent it and the sender's key."""
    return hashlib.sha256("\x1f".join((str(unit), by, key)).encode()).hexdigest()[:22]


def _let_in(ports: Ports, cast: Cast) -> Ballot:
    answer = ports.polls.cast(cast)
    if isinstance(answer, Refusal):
        raise _refused(ports, answer)
    asked = cast.ballot
    if (answer.choices, answer.voter, answer.proxy) != (asked.choices, asked.voter, asked.proxy):
        # The same key with another vote: the sender has lost count, and must not believe that this one was taken.
        raise Conflict("ballot_key_reused")
    return answer


def _refused(ports: Ports, refusal: Refusal) -> Exception:
    match refusal.code:
        case "no_such_choice":
            return Invalid(FieldError("choices", "unknown"))
        case "link_replaced":
            return Gone("link_replaced")
        case "no_such_poll":
            return NotFound("no_such_poll")
        case "too_many":
            return TooMany("too_many_ballots", ports.clock.now() + _AGAIN)
        case "not_open":
            return Conflict("poll_not_open", at=refusal.at)
    return Conflict("poll_over", at=refusal.at)


def _voted(cast: Cast, ballot: Ballot) -> Voted:
    given = receipts.receipts(cast.poll, ballot.choices, ballot.choices, ballot.nonce)
    return Voted(cast.unit, ballot, given)
