"""The count (计票) under Civil Code art. 278, or of households by plain shares. Pure; integers only.

The strict count comes first and decides: whoever returned a ballot took part, and only `for` agrees; abstaining, a
blank and "with the majority" do not. Beside it stands what the covenant's majority rule would give.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from chalicelib.poll import doubt
from chalicelib.poll.ballots import Box
from chalicelib.poll.doubt import Open
from chalicelib.poll.drafting import AGAINST, FOR, MAJORITY
from chalicelib.poll.effective import NONE, SUPERSEDED, Conflict, LeftOut
from chalicelib.poll.gathering import Effective, Turnout, Voice, gather
from chalicelib.poll.outcome import (
    Covenant,
    Figure,
    Outcome,
    Pair,
    Ratio,
    Rule,
    Standing,
    TopicResult,
    decide,
    is_close,
    is_narrow,
    margin,
    rule_of,
)
from chalicelib.poll.receipts import BLANK
from chalicelib.poll.roll import Unit
from chalicelib.poll.state import Poll, Terms, Topic


@dataclass(frozen=True)
class Count:
    """The count of a poll. `conflicts`: settled or open, all of them; `effective`: what counted, head by head, for the
    published file and for nobody's eyes."""

    topics: tuple[TopicResult, ...]
    effective: Effective

    @property
    def buildings(self) -> tuple[Turnout, ...]:
        """The turnout, building by building in the order of the roll."""
        return self.effective.buildings

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """Every conflict, by the number of its first unit."""
        return self.effective.conflicts

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """The ballots that do not count for another reason than that a later one does."""
        return tuple(one for one in self.effective.left_out if one.reason != SUPERSEDED)

    @property
    def superseded(self) -> int:
        """How many ballots were superseded by later ones."""
        return len(self.effective.left_out) - len(self.left_out)

    @property
    def conclusive(self) -> bool:
        """Whether no ruling on an open conflict can turn any topic's outcome; never says so wrongly (see `doubt`)."""
        return all(topic.conclusive for topic in self.topics)

    @property
    def carried(self) -> bool:
        """Whether every topic passed in the strict count."""
        return all(topic.outcome is Outcome.PASSED for topic in self.topics)


def count(poll: Poll, units: Iterable[Unit], boxes: Iterable[Box]) -> Count:
    """Count. `units`: the frozen roll in order; `boxes`: in order of their units; both are read once, side by side.
    Raises ValueError when either is out of order."""
    effective = gather(poll, units, boxes)
    sums = _sums(effective)
    results = (_result(poll, place, effective, sums) for place in range(len(poll.topics)))
    return Count(tuple(results), effective)


def _sums(effective: Effective) -> list[Figure]:
    """Heads and area by wording; those of whom nothing counts come last."""
    heads, areas = ([0] * (len(effective.said) + 1) for _ in range(2))
    for wording, area in zip(effective.wordings, effective.areas, strict=True):
        heads[wording] += 1
        areas[wording] += area
    return [Figure(*figure) for figure in zip(heads, areas, strict=True)]


def _result(poll: Poll, place: int, effective: Effective, sums: Sequence[Figure]) -> TopicResult:
    topic, rule = poll.topics[place], rule_of(poll.topics[place], poll.terms)
    standing = _standing(topic, place, effective, sums)
    doubts = [_open(voice, place, effective) for voice in effective.open]
    sure = _without(standing, effective, place)
    if is_yes_no(topic):
        return _yes_no(topic, rule, standing, poll.terms, doubts, sure)
    return _own_options(topic, rule, standing, doubts, sure)


def is_yes_no(topic: Topic) -> bool:
    """Whether the topic is for or against something; otherwise it has options of its own."""
    return {FOR, AGAINST} <= {option.id for option in topic.options}


def _standing(topic: Topic, place: int, effective: Effective, sums: Sequence[Figure]) -> Standing:
    by_choice = {option.id: Figure() for option in topic.options} | {BLANK: Figure()}
    for said, figure in zip(effective.said, sums, strict=False):
        by_choice[said[place]] = _add(by_choice[said[place]], figure)
    took_part = reduce(_add, by_choice.values())
    return Standing(_add(took_part, sums[NONE]), took_part, by_choice)


def _open(voice: Voice, place: int, effective: Effective) -> Open:
    return Open(voice.area, frozenset(effective.said[wording][place] for wording in voice.wordings))


def _without(standing: Standing, effective: Effective, place: int) -> Standing:
    """The figures without the heads whose conflict is open."""
    by_choice, took_part = dict(standing.by_choice), standing.took_part
    for voice in effective.open:
        if voice.wording != NONE:
            gone, said = Figure(-1, -voice.area), effective.said[voice.wording][place]
            by_choice[said], took_part = _add(by_choice[said], gone), _add(took_part, gone)
    return Standing(standing.asked, took_part, by_choice)


def _yes_no(
    topic: Topic, rule: Rule, at: Standing, terms: Terms, doubts: Sequence[Open], sure: Standing
) -> TopicResult:
    agreed, against = at.by_choice[FOR], at.by_choice[AGAINST]
    participation = rule.participation(at.asked, at.took_part)
    consent, tie = rule.consent(agreed, at.asked, at.took_part), rule.is_tie(agreed, against)
    outcome = decide(rule, participation, consent, tie)
    return replace(
        _told(topic, rule, at, participation, consent, outcome),
        tie=tie,
        conclusive=not doubts or len(doubt.possible(rule, sure, doubts)) == 1,
        covenant=_covenant(rule, at, participation, terms.silent_with_majority) if terms.covenant else None,
    )


def _own_options(
    topic: Topic, rule: Rule, at: Standing, doubts: Sequence[Open], sure: Standing
) -> TopicResult:
    votes = {o: figure for o, figure in at.by_choice.items() if doubt.is_candidate(o)}
    most, next_most = sorted((*votes.values(), Figure(), Figure()), key=_heads, reverse=True)[:2]
    tie = most.heads == next_most.heads > 0
    winner = max(votes, key=lambda option: votes[option].heads) if most.heads > next_most.heads else ""
    consent = rule.consent(most, at.asked, at.took_part)
    outcome = Outcome.TIE if tie else decide(rule, Pair(Ratio(0, 0, 0)), consent, False)
    told = _told(topic, rule, at, rule.participation(at.asked, at.took_part), consent, outcome)
    return replace(
        told,
        tie=tie,
        winner=winner,
        close=told.close or (outcome is Outcome.PASSED and is_narrow(most.heads - next_most.heads, at)),
        conclusive=not doubts or len(doubt.possible_of_options(rule, sure, doubts, winner)) == 1,
    )


def _told(
    topic: Topic, rule: Rule, at: Standing, participation: Pair, consent: Pair, outcome: Outcome
) -> TopicResult:
    silent = Figure(at.asked.heads - at.took_part.heads, at.asked.area - at.took_part.area)
    return TopicResult(
        topic.id,
        topic.matter,
        at.asked,
        at.took_part,
        silent,
        at.by_choice,
        participation,
        consent,
        rule.share,
        rule.inclusive,
        outcome,
        margin(consent),
        close=at.took_part.heads > 0 and is_close(outcome, participation, consent),
    )


def _covenant(rule: Rule, at: Standing, participation: Pair, blanks: bool) -> Covenant:
    """The majority rule: marks (and blanks, where the terms say so) go where heads and area both lean."""
    agreed, against = at.by_choice[FOR], at.by_choice[AGAINST]
    marks = _add(at.by_choice.get(MAJORITY, Figure()), at.by_choice[BLANK] if blanks else Figure())
    side = _leaning(rule, agreed, against)
    moved = marks if side else Figure()
    agreed = _add(agreed, moved) if side == FOR else agreed
    against = _add(against, moved) if side == AGAINST else against
    consent = rule.consent(agreed, at.asked, at.took_part)
    outcome = decide(rule, participation, consent, rule.is_tie(agreed, against))
    return Covenant(side, moved, consent, outcome)


def _leaning(rule: Rule, agreed: Figure, against: Figure) -> str:
    if agreed.heads > against.heads and (not rule.owners or agreed.area > against.area):
        return FOR
    if agreed.heads < against.heads and (not rule.owners or agreed.area < against.area):
        return AGAINST
    return ""


def _heads(figure: Figure) -> int:
    return figure.heads


def _add(one: Figure, other: Figure) -> Figure:
    return Figure(one.heads + other.heads, one.area + other.area)
