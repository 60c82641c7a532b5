"""Whether open conflicts could turn a topic's outcome. Pure.

An official may rule that any ballot in the boxes of a head counts, or none. Whether all those rulings together leave
the outcome alone is not tried one by one: each condition (participation and consent, by heads and by area) is put at
its best and at its worst by itself. What comes out is never too sure: "cannot be turned" is certain, "could be turned"
may be said of a case in which no single set of rulings reaches both extremes at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chalicelib.poll.drafting import ABSTAIN, AGAINST, FOR, MAJORITY
from chalicelib.poll.outcome import Figure, Outcome, Rule, Standing

_EVERY = frozenset(Outcome)


@dataclass(frozen=True, slots=True)
class Open:
    """A head in doubt: its area and every choice of the topic that could come to count."""

    area: int
    choices: frozenset[str]


def possible(rule: Rule, sure: Standing, doubts: Sequence[Open]) -> frozenset[Outcome]:
    """The outcomes of a yes-or-no topic that rulings could lead to. `sure`: the figures without the heads in doubt
    (but with them in `asked`)."""
    found = set()
    agreed, nobody = sure.by_choice[FOR], sure.took_part
    everybody = plus(nobody, doubts)
    can, cannot = _with(doubts, {FOR}), _without(doubts, {FOR})
    best = rule.consent(plus(agreed, can), sure.asked, plus(nobody, can))
    worst = rule.consent(agreed, sure.asked, plus(nobody, cannot))
    if rule.owners and not rule.participation(sure.asked, nobody).met:
        found.add(Outcome.NO_QUORUM)
    if not rule.owners or rule.participation(sure.asked, everybody).met:
        found |= {Outcome.PASSED} if best.met else set()
        found |= {Outcome.FAILED} if not worst.met else set()
    if Outcome.FAILED in found and not rule.owners and _could_tie(rule, sure, doubts):
        found.add(Outcome.TIE)
    return frozenset(found)


def possible_of_options(
    rule: Rule, sure: Standing, doubts: Sequence[Open], leader: str
) -> frozenset[Outcome]:
    """The same for a topic with options of its own, one of which leads; every outcome if another could lead, too."""
    if not leader:
        return _EVERY
    least = sure.by_choice[leader]
    for option, figure in sure.by_choice.items():
        rival = plus(figure, _with(doubts, {option}))
        if is_candidate(option) and option != leader and rival.heads >= least.heads:
            return _EVERY
    can, cannot = _with(doubts, {leader}), _without(doubts, {leader})
    best = rule.consent(plus(least, can), sure.asked, plus(sure.took_part, can))
    worst = rule.consent(least, sure.asked, plus(sure.took_part, cannot))
    return frozenset(
        outcome for outcome, is_so in ((Outcome.PASSED, best.met), (Outcome.FAILED, not worst.met)) if is_so
    )


def is_candidate(option: str) -> bool:
    """Whether an option can win: abstaining, going with the majority and leaving it blank cannot."""
    return option not in {"", ABSTAIN, MAJORITY}


def plus(figure: Figure, more: Iterable[Open]) -> Figure:
    """The figure with these heads, too."""
    more = tuple(more)
    return Figure(figure.heads + len(more), figure.area + sum(one.area for one in more))


def _with(doubts: Iterable[Open], choices: set[str]) -> list[Open]:
    return [one for one in doubts if one.choices & choices]


def _without(doubts: Iterable[Open], choices: set[str]) -> list[Open]:
    """Those that could take part and not agree."""
    return [one for one in doubts if one.choices - choices]


def _could_tie(rule: Rule, sure: Standing, doubts: Sequence[Open]) -> bool:
    agreed, against = sure.by_choice[FOR], sure.by_choice[AGAINST]
    most_for, most_against = plus(agreed, _with(doubts, {FOR})), plus(against, _with(doubts, {AGAINST}))
    reach = agreed.heads <= most_against.heads and against.heads <= most_for.heads
    return reach and 2 * rule.share[0] == rule.share[1]
