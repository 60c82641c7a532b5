"""What a poll asks and how it is counted: what may be written, and how the record holds it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from chalicelib.core import text
from chalicelib.core.errors import FieldError, Invalid
from chalicelib.poll.commands import Draft
from chalicelib.poll.state import HOUSEHOLDS, Option, Sight, Terms, Topic

MATTERS = range(1, 10)
MOST_TOPICS = 10
MOST_OPTIONS = 10
QUESTION_LIMIT = 500
LABEL_LIMIT = 80
ID_LIMIT = 20
"""So long is an option's id: it stands in every ballot and in every gate."""
MOST_NOTICE_DAYS = 60
MOST_ENTRY_SECONDS = 7 * 86_400
# Hangzhou: 15 days before a regular assembly of owners, 7 before an extraordinary one.
LEAST_NOTICE_DAYS = 7

FOR, AGAINST, ABSTAIN, MAJORITY = "for", "against", "abstain", "majority"
YES_NO = (Option(FOR), Option(AGAINST), Option(ABSTAIN))


def yes_no(terms: Terms) -> tuple[Option, ...]:
    """The options of a topic of art. 278, and of a plain question to households."""
    return (*YES_NO, Option(MAJORITY)) if terms.covenant else YES_NO


def check_draft(draft: Draft) -> None:
    """Raise Invalid with every wrong field."""
    if found := list(_wrong(draft)):
        raise Invalid(*found)


def content(draft: Draft) -> dict[str, Any]:
    """The draft as an event holds it."""
    terms = asdict(draft.terms)
    return {
        "topics": [asdict(topic) | {"options": [asdict(o) for o in topic.options]} for topic in draft.topics],
        "terms": terms | {"share": list(draft.terms.share)},
        "notice_days": draft.notice_days,
        "entry_seconds": draft.entry_seconds,
    }


def of_content(data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a poll that `content` holds."""
    terms = data["terms"]
    shown = {"public": Sight(terms["public"]), "officials": Sight(terms["officials"])}
    return {
        "topics": tuple(_topic(topic) for topic in data["topics"]),
        "terms": Terms(**{**terms, **shown, "share": tuple(terms["share"])}),
        "notice_days": data["notice_days"],
        "entry_seconds": data["entry_seconds"],
    }


def _topic(data: Mapping[str, Any]) -> Topic:
    return Topic(**{**data, "options": tuple(Option(**option) for option in data["options"])})


def _wrong(draft: Draft) -> Iterator[FieldError]:
    topics, owners = draft.topics, any(topic.matter != HOUSEHOLDS for topic in draft.topics)
    if not topics:
        yield FieldError("topics", "required")
    if len(topics) > MOST_TOPICS:
        yield FieldError("topics", "too_many", {"limit": MOST_TOPICS})
    if owners and any(topic.matter == HOUSEHOLDS for topic in topics):
        yield FieldError("topics", "mixed_matters")
    if len({topic.id for topic in topics}) < len(topics):
        yield FieldError("topics", "twice")
    for number, topic in enumerate(topics):
        yield from _wrong_topic(f"topics[{number}]", topic, draft.terms)
    yield from _wrong_terms(draft.terms)
    least = LEAST_NOTICE_DAYS if owners else 0
    if not least <= draft.notice_days <= MOST_NOTICE_DAYS:
        yield FieldError("notice_days", "out_of_range", {"least": least, "most": MOST_NOTICE_DAYS})
    if not 0 <= draft.entry_seconds <= MOST_ENTRY_SECONDS:
        yield FieldError("entry_seconds", "out_of_range", {"least": 0, "most": MOST_ENTRY_SECONDS})


def _wrong_topic(field: str, topic: Topic, terms: Terms) -> Iterator[FieldError]:
    yield from _wrong_words(f"{field}.question", topic.question, QUESTION_LIMIT)
    yield from _too_much(f"{field}.question_en", topic.question_en, QUESTION_LIMIT)
    if topic.matter != HOUSEHOLDS and topic.matter not in MATTERS:
        yield FieldError(f"{field}.matter", "unknown")
    plain = {option.id for option in topic.options} == {option.id for option in yes_no(terms)}
    if plain:
        return
    if topic.matter != HOUSEHOLDS:
        yield FieldError(f"{field}.options", "options_fixed")
    elif not 2 <= len(topic.options) <= MOST_OPTIONS:
        yield FieldError(f"{field}.options", "out_of_range", {"least": 2, "most": MOST_OPTIONS})
    if any(len(set(names)) < len(names) for names in _names(topic)):
        yield FieldError(f"{field}.options", "twice")
    for number, option in enumerate(topic.options):
        yield from _wrong_words(f"{field}.options[{number}].id", option.id, ID_LIMIT)
        yield from _wrong_words(f"{field}.options[{number}].label", option.label, LABEL_LIMIT)
        yield from _too_much(f"{field}.options[{number}].label_en", option.label_en, LABEL_LIMIT)


def _names(topic: Topic) -> tuple[list[str], list[str]]:
    """What tells options apart for programs and for people; those of the law are called by their ids."""
    return [o.id for o in topic.options], [o.label.strip() for o in topic.options if o.label.strip()]


def _wrong_terms(terms: Terms) -> Iterator[FieldError]:
    above, below = terms.share
    if not 0 <= above < below <= 1_000:
        yield FieldError("terms.share", "out_of_range", {"least": "0", "most": "1"})
    if terms.of not in {"asked", "answered"}:
        yield FieldError("terms.of", "unknown")
    if terms.public is Sight.TALLY:
        # How the neighbours lean so far is nobody's business before the end: it would steer those who come later.
        yield FieldError("terms.public", "never_before_the_end")
    if terms.silent_with_majority and not terms.covenant:
        yield FieldError("terms.silent_with_majority", "needs_covenant")


def _wrong_words(field: str, words: str, limit: int) -> Iterator[FieldError]:
    if not text.visible(words):
        yield FieldError(field, "required")
    yield from _too_much(field, words, limit)


def _too_much(field: str, words: str, limit: int) -> Iterator[FieldError]:
    if text.has_control(words):
        yield FieldError(field, "control_characters")
    if len(words) > limit:
        yield FieldError(field, "too_long", {"limit": limit})
