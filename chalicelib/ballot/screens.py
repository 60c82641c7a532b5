"""What the pages of polls show of a poll, a ballot and a count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from chalicelib.core import ids
from chalicelib.core.errors import FieldError
from chalicelib.core.text import mask_name
from chalicelib.place.rules import Directory
from chalicelib.poll import present, receipts
from chalicelib.poll.ballots import Ballot
from chalicelib.poll.clock import counts_at
from chalicelib.poll.roll import NOBODY, Unit
from chalicelib.poll.shapes import BallotPaper
from chalicelib.poll.state import HOUSEHOLDS, Poll, Stage
from chalicelib.poll.tickets import Ticket
from chalicelib.web import poll_labels as say
from chalicelib.web import poll_views as views
from chalicelib.web.edge import name_of
from chalicelib.web.problems import field_message
from chalicelib.web.views import FieldError as Shown

_EARLY = frozenset({Stage.DRAFT, Stage.ANNOUNCED})


def notice(poll: Poll, directory: Directory, language: str) -> views.Notice:
    """What every page of a poll says."""
    terms = poll.terms
    return views.Notice(
        id=poll.id,
        number=ids.number(poll.id),
        neighbourhood=place_of(poll, directory, language),
        stage=str(poll.stage),
        stage_label=say.stage(str(poll.stage), language),
        opens_at=poll.opens_at,
        closes_at=poll.closes_at,
        counts_at=counts_at(poll),
        secret=terms.secret,
        public=say.sight(str(terms.public), language),
        officials=say.sight(str(terms.officials), language),
        households=poll.households,
        covenant=terms.covenant,
        disclaimer=say.disclaimer(language),
        official=say.official(language, directory.official_vote),
        extended=poll.extended,
        units=poll.frozen.units if poll.frozen else 0,
        case=poll.case,
    )


def place_of(poll: Poll, directory: Directory, language: str) -> str:
    """The neighbourhood's name."""
    found = directory.neighbourhood(poll.neighbourhood)
    return name_of(found, language) if found else poll.neighbourhood


def questions(poll: Poll, language: str, chosen: Mapping[str, str]) -> tuple[views.Question, ...]:
    """The topics as a ballot has them."""
    return tuple(
        views.Question(
            topic.id,
            present.question_of(topic, language),
            "" if topic.matter == HOUSEHOLDS else say.matter(topic.matter, language),
            tuple(views.Choice(o.id, say.option(o.id, language, o.label, o.label_en)) for o in topic.options),
            chosen.get(topic.id, ""),
        )
        for topic in poll.topics
    )


def area(hundredths: int) -> str:
    """An area in m²: `89.50`."""
    return f"{hundredths // 100:,}.{hundredths % 100:02d}"


def voters(unit: Unit) -> tuple[views.Voter, ...]:
    """The owners, masked; nobody is asked who votes where there is one."""
    if len(unit.owners) < 2:
        return ()
    return tuple(views.Voter(index, mask_name(owner.name)) for index, owner in enumerate(unit.owners))


def ballot(
    paper: BallotPaper,
    ticket: Ticket,
    token: str,
    language: str,
    key: str,
    mine: Ballot | None,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Sequence[FieldError] = (),
) -> views.BallotPage:
    """The ballot of a unit, with what its holder voted before."""
    poll, unit = paper.poll, paper.unit
    chosen = typed if typed is not None else (mine.choices if mine else {})
    state: Literal["open", "early", "over"] = "early" if poll.stage in _EARLY else "over"
    if poll.stage is Stage.OPEN:
        state = "open"
    return views.BallotPage(
        notice=notice(poll, paper.directory, language),
        token=token,
        building=unit.building,
        room=unit.room,
        area=area(unit.area),
        questions=questions(poll, language, chosen),
        voters=voters(unit) if ticket.voter == NOBODY else (),
        voter=mine.voter if mine and ticket.voter == NOBODY else unit.voter,
        key=key,
        state=state,
        voted_at=mine.cast_at if mine else None,
        nonce=mine.nonce if mine else "",
        receipts=_receipts(poll, mine, language) if mine else (),
        others=len(paper.box.ballots),
        errors=messages(errors, language),
        kiosk=str(ticket.via) == "kiosk",
    )


def messages(errors: Sequence[FieldError], language: str) -> tuple[Shown, ...]:
    """The wrong fields as a form shows them."""
    return tuple(Shown(e.field, field_message(language, e.field, e.code, e.params)) for e in errors)


def _receipts(poll: Poll, mine: Ballot, language: str) -> tuple[views.Receipt, ...]:
    given = receipts.receipts(poll.id, [topic.id for topic in poll.topics], mine.choices, mine.nonce)
    found = []
    for topic in poll.topics:
        choice = mine.choices.get(topic.id, "")
        option = next((o for o in topic.options if o.id == choice), None)
        label = say.option(choice, language, *((option.label, option.label_en) if option else ()))
        found.append(views.Receipt(present.question_of(topic, language), label, given[topic.id]))
    return tuple(found)


def row(poll: Poll, directory: Directory, language: str) -> views.Row:
    """A poll in a list."""
    return views.Row(
        id=poll.id,
        number=ids.number(poll.id),
        question=present.question_of(poll.topics[0], language),
        neighbourhood=place_of(poll, directory, language),
        stage=str(poll.stage),
        stage_label=say.stage(str(poll.stage), language),
        opens_at=poll.opens_at,
        closes_at=poll.closes_at,
        carried=present.carried_of(poll),
    )
