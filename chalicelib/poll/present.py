"""Polls as clients see them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from chalicelib.case.shapes import Upload
from chalicelib.core import ids
from chalicelib.core.text import mask_name
from chalicelib.core.times import iso
from chalicelib.people.staff import Staff
from chalicelib.poll import access, bodies, stages
from chalicelib.poll.ballots import Ballot, Box
from chalicelib.poll.clock import counts_at
from chalicelib.poll.progress import Turnout
from chalicelib.poll.roll import Roll, Unit
from chalicelib.poll.state import Poll, Stage, Topic
from chalicelib.poll.voting import Voted
from chalicelib.ports import Ports
from chalicelib.web import poll_labels as say

_FIELD_WORK = frozenset({"remind", "reissue"})


def line(poll: Poll, language: str) -> bodies.PollLine:
    """A poll in a list."""
    carried = carried_of(poll)
    question = question_of(poll.topics[0], language)
    window = (_iso(poll.opens_at), _iso(poll.closes_at))
    stage = str(poll.stage)
    return bodies.PollLine(
        poll.id, ids.number(poll.id), question, poll.neighbourhood, stage, *window, carried
    )


def body(poll: Poll, member: Staff | None, language: str, official: str = "") -> bodies.PollBody:
    """A poll as the caller may see it. `official`: where the place says that the statutory vote is."""
    terms = poll.terms
    return bodies.PollBody(
        id=poll.id,
        number=ids.number(poll.id),
        neighbourhood=poll.neighbourhood,
        case=poll.case if member else "",
        stage=str(poll.stage),
        version=poll.version,
        topics=[_topic(topic, language) for topic in poll.topics],
        terms=bodies.TermsBody(
            terms.parking,
            terms.covenant,
            terms.silent_with_majority,
            list(terms.share),
            terms.of,
            terms.secret,
            str(terms.public),
            str(terms.officials),
        ),
        notice_days=poll.notice_days,
        opens_at=_iso(poll.opens_at),
        closes_at=_iso(poll.closes_at),
        counts_at=_iso(counts_at(poll)),
        extended=poll.extended,
        units=poll.frozen.units if poll.frozen else 0,
        roll=poll.frozen.digest if poll.frozen else "",
        disclaimer=say.disclaimer(language),
        official=say.official(language, official),
        result=dict(poll.result) if access.sees_tally(poll, None) else {},
        possible=possible(poll, member),
    )


def possible(poll: Poll, member: Staff | None) -> list[str]:
    """What the caller can do to the poll now."""
    if member is None:
        return []
    return [v for v in stages.possible(poll.stage) if access.manages(member) or v in _FIELD_WORK]


def carried_of(poll: Poll) -> bool | None:
    """Whether it carried, None before it is counted."""
    if poll.stage is not Stage.COUNTED:
        return None
    return all(topic["outcome"] == "passed" for topic in poll.result.get("topics", ()))


def question_of(topic: Topic, language: str) -> str:
    """The question in the caller's language, if the official wrote it in that."""
    english = topic.question_en and not language.startswith("zh")
    return topic.question_en if english else topic.question


def turnout(found: Iterable[Turnout]) -> bodies.TurnoutList:
    """By building, and of all."""
    rows = [bodies.TurnoutBody(row.building, row.units, row.voted) for row in found]
    return bodies.TurnoutList(sum(row.units for row in rows), sum(row.voted for row in rows), rows)


def unit(found: Unit, *, whole: bool = False) -> bodies.UnitBody:
    """A unit; the owners' names whole only for those who go from door to door."""
    owners = [
        bodies.UnitOwnerBody(index, owner.name if whole else mask_name(owner.name))
        for index, owner in enumerate(found.owners)
    ]
    return bodies.UnitBody(
        found.number, found.building, found.room, found.area, str(found.kind), owners, found.voter
    )


def ballot(found: Ballot, *, choices: bool) -> bodies.BallotBody:
    """A ballot in a box; `choices`: what was chosen is shown."""
    return bodies.BallotBody(
        id=found.id,
        at=iso(found.cast_at),
        received_at=iso(found.received_at),
        via=str(found.via),
        voter=found.voter,
        proxy=found.proxy.name if found.proxy else "",
        by=found.by,
        # A photo of the sheet shows the choice.
        photo=found.photo if choices else "",
        choices=dict(found.choices) if choices else {},
    )


def voted(found: Voted) -> bodies.VotedBody:
    """The ballot that is in the box."""
    b = found.ballot
    return bodies.VotedBody(b.id, found.unit, dict(b.choices), iso(b.cast_at), b.nonce, dict(found.receipts))


def last(box: Box) -> Ballot | None:
    """The ballot of a box that was cast last."""
    return max(box.ballots, key=lambda b: b.cast_at, default=None)


def ticket_url(ports: Ports, token: str) -> str:
    """Where a ticket leads."""
    return f"{ports.policy.link_url}/v/{token}"


def upload(whole: Upload, small: Upload) -> bodies.BallotFileAnswer:
    """The forms as clients get them."""
    drawn = bodies.BallotFileForm(small.id, small.url, dict(small.fields), small.most_bytes, iso(small.until))
    return bodies.BallotFileAnswer(
        whole.id, whole.url, dict(whole.fields), whole.most_bytes, iso(whole.until), drawn
    )


def roll(found: Roll) -> bodies.RollBody:
    """The history of a roll."""
    versions = [
        bodies.RollVersionBody(v.number, v.units, v.area, v.digest, iso(v.at), v.by, v.adopted)
        for v in found.versions
    ]
    return bodies.RollBody(found.neighbourhood, found.current, versions)


def _topic(topic: Topic, language: str) -> bodies.TopicBody:
    options = [
        bodies.PollOptionBody(o.id, say.option(o.id, language, o.label, o.label_en)) for o in topic.options
    ]
    return bodies.TopicBody(topic.id, question_of(topic, language), topic.matter, options)


def _iso(at: datetime | None) -> str:
    return iso(at) if at else ""
