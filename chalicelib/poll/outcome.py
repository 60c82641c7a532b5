"""What the figures of a topic mean: thresholds of Civil Code art. 278, what is missing, how close it was. Pure.

All figures are integers (heads; area in 0.01 m²) and are compared by multiplying across: no division, no float.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


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
