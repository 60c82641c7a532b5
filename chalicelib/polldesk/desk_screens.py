"""What the desk of a poll and the form of a new one show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from chalicelib.ballot import results
from chalicelib.core.text import mask_name
from chalicelib.people.staff import Staff
from chalicelib.place.rules import Directory
from chalicelib.poll import access, present, rules
from chalicelib.poll.ballots import Ballot
from chalicelib.poll.disputes import Dispute
from chalicelib.poll.progress import Turnout
from chalicelib.poll.roll import NOBODY, Roll, Unit
from chalicelib.poll.service import Reading
from chalicelib.poll.state import Poll
from chalicelib.web import poll_desk_views as views
from chalicelib.web import poll_labels as say
from chalicelib.web.edge import name_of
from chalicelib.web.i18n import N_, translate
from chalicelib.web.poll_views import Pair
from chalicelib.web.views import FieldError

Form = Mapping[str, str]


def desk(
    reading: Reading,
    member: Staff,
    turnout: Sequence[Turnout] | None,
    disputes: Sequence[Dispute],
    roll: Roll | None,
    language: str,
    *,
    form: Form,
    told: str,
    reissued: int,
    redraft: bool,
    now: datetime,
    errors: tuple[FieldError, ...],
) -> views.DeskPage:
    """The desk."""
    poll = reading.poll
    page = results.page(reading, turnout, language)
    shown = access.sees_choices(poll, member)
    return views.DeskPage(
        notice=page.notice,
        version=poll.version,
        questions=page.questions,
        can=tuple(present.possible(poll, member)),
        buildings=page.buildings,
        units=page.units,
        voted=page.voted,
        percent=page.percent,
        disputes=tuple(_dispute(poll, found, language, shown=shown) for found in disputes),
        results=page.results,
        extensions=_pairs(say.EXTENSIONS, language),
        cancellations=_pairs(say.CANCELLATIONS, language),
        rulings=_pairs(say.RULINGS, language),
        roll=_current(roll),
        roll_link=f"/rolls/{poll.neighbourhood}",
        form=dict(form),
        told=told,
        errors=errors,
        doors=tuple(building.name for building in (poll.frozen.buildings if poll.frozen else ())),
        reissued=reissued,
        redraft=redraft,
        reminded_at=poll.reminded_at,
        remind_again=again if (again := rules.reminds_again(poll)) and again > now else None,
    )


def draft(
    directory: Directory,
    member: Staff,
    form: Form,
    language: str,
    errors: tuple[FieldError, ...],
    poll: Poll | None = None,
) -> views.DraftPage:
    """The form of a poll, with the neighbourhoods of whoever drafts it; `poll`: the draft that is changed."""
    mine = (place for _, place in directory.neighbourhoods() if access.sights(directory, member, place.id))
    return views.DraftPage(
        neighbourhoods=tuple(Pair(place.id, name_of(place, language)) for place in mine),
        matters=tuple(Pair(str(number), say.matter(number, language)) for number in say.MATTERS),
        form=dict(form),
        errors=errors,
        poll=poll.id if poll else "",
        version=poll.version if poll else 0,
    )


def _dispute(poll: Poll, found: Dispute, language: str, *, shown: bool) -> views.Dispute:
    ballots = tuple(
        views.DisputedBallot(
            ballot.id,
            ballot.cast_at,
            say.way(str(ballot.via), language),
            _who(found.unit, ballot, language),
            _choice(poll, ballot, language) if shown else "",
            ballot.id == found.counts,
        )
        for ballot in found.box.ballots
    )
    door = f"{found.unit.building} {found.unit.room}"
    return views.Dispute(found.unit.number, door, found.settled, ballots)


def _who(unit: Unit, ballot: Ballot, language: str) -> str:
    if ballot.proxy:
        return translate(language, N_("proxy %(name)s"), name=mask_name(ballot.proxy.name))
    if ballot.voter == NOBODY or ballot.voter >= len(unit.owners):
        return translate(language, N_("not said who"))
    return mask_name(unit.owners[ballot.voter].name)


def _choice(poll: Poll, ballot: Ballot, language: str) -> str:
    said = []
    for topic in poll.topics:
        chosen = ballot.choices.get(topic.id, "")
        option = next((o for o in topic.options if o.id == chosen), None)
        said.append(say.option(chosen, language, *((option.label, option.label_en) if option else ())))
    return " / ".join(said)


def _current(roll: Roll | None) -> int:
    versions = roll.versions if roll else ()
    return next((v.units for v in versions if roll and v.number == roll.current), 0)


def _pairs(labels: Mapping[str, str], language: str) -> tuple[Pair, ...]:
    return tuple(Pair(code, translate(language, label)) for code, label in labels.items())
