"""What people ask for, as values of the rules: shapes of the wire in, drafts, commands and votes out. One for programs
and for forms. Every field that is wrong in its shape is noted, and the rules look at the others all the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from chalicelib.core.errors import FieldError
from chalicelib.core.times import parse_iso
from chalicelib.poll import commands, wire
from chalicelib.poll.drafting import yes_no
from chalicelib.poll.state import Option, Sight, Terms, Topic

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_FARTHEST = timedelta(days=3653)
_SIGHTS = {str(sight) for sight in Sight}


class Notes:
    """The fields found wrong so far."""

    def __init__(self, known: Sequence[FieldError] = ()) -> None:
        self.problems = list(known)

    def wrong(self, field: str, code: str = "unknown", **params: object) -> None:
        """Note a wrong field."""
        self.problems.append(FieldError(field, code, params))

    def time(self, field: str, value: str, now: datetime) -> datetime:
        """The instant that was written; a wrong one is noted and is long past."""
        try:
            at = parse_iso(value)
        except (ValueError, OverflowError):
            self.wrong(field, "not_a_time" if value else "required")
            return _NEVER
        if at - now > _FARTHEST:
            self.wrong(field, "too_far")
            return _NEVER
        return at


def draft(body: wire.PollRequest | wire.RedraftRequest, notes: Notes) -> commands.Draft:
    """What a poll asks and how it is counted."""
    terms = _terms(body.terms, notes)
    topics = tuple(_topic(str(number), topic, terms) for number, topic in enumerate(body.topics, 1))
    return commands.Draft(topics, terms, body.notice_days, body.entry_seconds)


def _topic(topic_id: str, body: wire.TopicRequest, terms: Terms) -> Topic:
    own = tuple(Option(o.id.strip(), o.label.strip(), o.label_en.strip()) for o in body.options)
    options = own or yes_no(terms)
    return Topic(topic_id, body.question.strip(), options, body.matter, body.question_en.strip())


def _terms(body: wire.TermsRequest, notes: Notes) -> Terms:
    for name in ("public", "officials"):
        if getattr(body, name) not in _SIGHTS:
            notes.wrong(f"terms.{name}")
    if len(body.share) != 2:
        notes.wrong("terms.share")
    return Terms(
        parking=body.parking,
        covenant=body.covenant,
        silent_with_majority=body.silent_with_majority,
        share=(body.share[0], body.share[1]) if len(body.share) == 2 else (1, 2),
        of=body.of,
        secret=body.secret,
        public=Sight(body.public) if body.public in _SIGHTS else Sight.TURNOUT,
        officials=Sight(body.officials) if body.officials in _SIGHTS else Sight.TURNOUT,
    )
