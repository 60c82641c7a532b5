"""What the figures of a topic mean: thresholds of Civil Code art. 278, what is missing, how close it was. Pure.

All figures are integers (heads; area in 0.01 m²) and are compared by multiplying across: no division, no float.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.poll.state import HOUSEHOLDS, Terms, Topic


class Outcome(StrEnum):
    """How a topic ended. `no_quorum`: too few owners or too little area took part (owners only). `tie`: as many for as
    against, or two options lead alike (households only: for owners, half is not more than half and has failed)."""

    PASSED = "passed"
    FAILED = "failed"
    NO_QUORUM = "no_quorum"
    TIE = "tie"


@dataclass(frozen=True, slots=True)
class Figure:
    """So many heads (households: units) and their area in 0.01 m² (households: 0, area does not count)."""

    heads: int = 0
    area: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """The bare figures of a topic. `by_choice`: every option of the topic, and `""` for blank."""

    asked: Figure
    took_part: Figure
    by_choice: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Ratio:
    """`part` of `whole`, and the smallest part that would be enough for the present whole."""

    part: int
    whole: int
    needed: int

    @property
    def met(self) -> bool:
        """Whether it is enough; of nothing nothing is enough."""
        return self.whole > 0 and self.part >= self.needed

    @property
    def lacking(self) -> int:
        """What is missing, or 0."""
        return max(0, self.needed - self.part)


@dataclass(frozen=True, slots=True)
class Pair:
    """The same question by heads and by area; households have no area (None)."""

    heads: Ratio
    area: Ratio | None = None

    @property
    def met(self) -> bool:
        """Whether both are enough."""
        return self.heads.met and (self.area is None or self.area.met)


@dataclass(frozen=True, slots=True)
class Covenant:
    """The count with the covenant's majority rule (随多数). `side`: where marks went: `for`, `against`, or empty when
    heads and area lean differently or not at all, and the marks stay abstentions. `moved`: how many went there."""

    side: str
    moved: Figure
    consent: Pair
    outcome: Outcome


@dataclass(frozen=True)
class TopicResult:
    """The strict count of a topic, and what follows.

    `by_choice`: every option of the topic, and `""` for blank. `silent`: asked, and no ballot counts.
    `participation`: took part of asked (households: shown, nothing is needed). `consent`: for, of those who took part,
    or of those asked where the terms of a consultation of households say so; of a topic with its own options, what
    the leading one has. `threshold`: numerator and denominator; `inclusive`: exactly that is enough. `margin`:
    consents beyond (negative: short of) what was needed. `winner`: the one leading option of a topic with its own.
    `close`: a hundredth of the voters, or one, could have turned it. `conclusive`: no ruling on an open conflict can.
    """

    topic: str
    matter: int
    asked: Figure
    took_part: Figure
    silent: Figure
    by_choice: Mapping[str, Figure]
    participation: Pair
    consent: Pair
    threshold: tuple[int, int]
    inclusive: bool
    outcome: Outcome
    margin: Figure
    tie: bool = False
    close: bool = False
    winner: str = ""
    conclusive: bool = True
    covenant: Covenant | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """What a topic needs: more than `share` (`inclusive`: or exactly it). `owners`: by heads and by area, after two
    thirds of both took part. `of_asked`: households, of all that were asked instead of those that answered."""

    owners: bool
    share: tuple[int, int]
    inclusive: bool = False
    of_asked: bool = False

    def participation(self, asked: Figure, took_part: Figure) -> Pair:
        """Art. 278: owners with at least two thirds of the area and at least two thirds of the owners take part."""
        heads = Ratio(took_part.heads, asked.heads, least(asked.heads, QUORUM, True) if self.owners else 0)
        if not self.owners:
            return Pair(heads)
        return Pair(heads, Ratio(took_part.area, asked.area, least(asked.area, QUORUM, True)))

    def consent(self, agreed: Figure, asked: Figure, took_part: Figure) -> Pair:
        """How many agreed, and how many would be enough at this participation."""
        whole = asked if self.of_asked else took_part
        heads = Ratio(agreed.heads, whole.heads, least(whole.heads, self.share, self.inclusive))
        if not self.owners:
            return Pair(heads)
        return Pair(heads, Ratio(agreed.area, whole.area, least(whole.area, self.share, self.inclusive)))

    def is_tie(self, agreed: Figure, against: Figure) -> bool:
        """As many heads for as against, where half would have decided."""
        return agreed.heads == against.heads > 0 and 2 * self.share[0] == self.share[1]


QUORUM = (2, 3)
SPECIAL = frozenset({6, 7, 8})
"""Raising the maintenance fund, rebuilding, and changing the use of common parts: three quarters."""


def rule_of(topic: Topic, terms: Terms) -> Rule:
    """What the topic needs: Civil Code art. 278 by its matter; of households what the terms say."""
    if topic.matter == HOUSEHOLDS:
        return Rule(False, terms.share, False, terms.of == "asked")
    # 以上 includes the number itself (art. 1259); 过半数 does not.
    return Rule(True, (3, 4), True) if topic.matter in SPECIAL else Rule(True, (1, 2))


def least(whole: int, share: tuple[int, int], inclusive: bool) -> int:
    """The smallest integer that is at least (inclusive) or more than that share of the whole."""
    above, below = share
    return -(-whole * above // below) if inclusive else whole * above // below + 1


def decide(rule: Rule, participation: Pair, consent: Pair, tie: bool) -> Outcome:
    """The outcome of a yes-or-no topic, or of an option that leads alone."""
    if rule.owners and not participation.met:
        return Outcome.NO_QUORUM
    if consent.met:
        return Outcome.PASSED
    return Outcome.TIE if tie and not rule.owners else Outcome.FAILED


def is_close(outcome: Outcome, participation: Pair, consent: Pair) -> bool:
    """Whether a hundredth of those asked or voting, or one, could have turned it: of what passed the tightest
    condition counts, of what did not all that failed."""
    if outcome is Outcome.TIE:
        return True
    ratios = [r for pair in (participation, consent) for r in (pair.heads, pair.area) if r is not None]
    if outcome is Outcome.PASSED:
        return any(r.part - r.needed < _hundredth(r.whole) for r in ratios if r.needed)
    # Without a quorum a missing consent is no matter of a few votes: both have to be near.
    return all(r.lacking <= _hundredth(r.whole) for r in ratios if r.whole)


def is_narrow(lead: int, at: Standing) -> bool:
    """Whether so small a lead over the next option is a close call."""
    return lead <= _hundredth(at.took_part.heads)


def margin(consent: Pair) -> Figure:
    """Consents beyond what was needed, or, negative, short of it."""
    area = consent.area
    return Figure(consent.heads.part - consent.heads.needed, area.part - area.needed if area else 0)


def _hundredth(whole: int) -> int:
    return max(1, whole // 100)
