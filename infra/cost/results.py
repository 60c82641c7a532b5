"""From what was counted to what a month costs: sums, mixtures and prices; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from infra.cost.plays import Counts
from infra.cost.prices import PRICES

Amounts = Mapping[str, float]
"""Kind to amount, all functions together."""

# Not measured here: how long a function runs on AWS, mostly waiting for answers. At 512 MB, cold starts among them.
SECONDS = {"http": 0.08, "react": 0.08, "advance": 0.08, "sweep": 0.3}
GIGABYTES = 0.5
LINES_OF_LAMBDA = 450
"""Bytes of START, END and REPORT that Lambda writes for each invocation; assumed."""
PHOTO_BYTES = 2_000_000
"""A photo as a phone takes it; assumed. Those of the plays are drawings of a kilobyte."""
VIEWS, VIEW_READ_UNITS, VIEW_BYTES = 20, 3.0, 12_000
"""Pages that staff, residents and the public look at for each bell besides those played; assumed."""
MONTHS_KEPT = 12
SWEEPS, CANARIES = 43_800, 730


def amounts(counts: Counts) -> Amounts:
    """What is charged of one play."""
    found: defaultdict[str, float] = defaultdict(float)
    for function, kinds in counts.items():
        for kind, amount in kinds.items():
            found[kind] += amount
        invoked = kinds.get("invocations", 0)
        found["GB-seconds"] += invoked * SECONDS.get(function, 0) * GIGABYTES
        found["log bytes"] += invoked * LINES_OF_LAMBDA
    # The browser's one request brings it; those that keep it are the function's.
    photos = counts.get("browser", {}).get("S3 writes", 0)
    found["photo bytes"] = photos * PHOTO_BYTES * MONTHS_KEPT
    found["bytes kept"] *= MONTHS_KEPT
    found["bytes restorable"] = found["bytes kept"]
    return {kind: amount for kind, amount in found.items() if kind in PRICES}


def views() -> Amounts:
    """What looking costs, for each bell."""
    log = VIEWS * LINES_OF_LAMBDA
    seconds = VIEWS * SECONDS["http"] * GIGABYTES
    once = {"requests": VIEWS, "invocations": VIEWS, "read units": VIEWS * VIEW_READ_UNITS}
    return {**once, "bytes out": VIEWS * VIEW_BYTES, "GB-seconds": seconds, "log bytes": log}


@dataclass(frozen=True)
class Mix:
    """Of each bell, how much of each play; what is over was answered, and declined or withdrawn."""

    exhausted: float
    service: float
    case: float
    poll: float

    def shares(self) -> dict[str, float]:
        """How much of each play."""
        answered = 1 - self.exhausted - self.service - self.case
        named = {"exhausted": self.exhausted, "service": self.service, "case": self.case, "poll": self.poll}
        return {"answered": answered, **named}

    def of(self, played: Mapping[str, Amounts]) -> Amounts:
        """A bell of the mixture, with the looking."""
        return added(views(), *(times(played[name], share) for name, share in self.shares().items()))


@dataclass(frozen=True)
class Scenario:
    """A place. `bells`: a month."""

    name: str
    bells: float
    why: str
    mix: Mix
    subdistricts: int
    peak: float
    """Bells a second in the busiest minute."""


_ARTICLE = Mix(exhausted=0.05, service=0.32, case=0.32, poll=0.001)
_HOTLINE = Mix(exhausted=0.02, service=0.40, case=0.05, poll=0.0001)
_PER_USER = 1_645 / 10_879 / 12
_SECONDS, BUSY = 30.4 * 86_400, 10

SCENARIOS = (
    Scenario("1,000 bells", 1_000, "with the subdistrict's mixture", _ARTICLE, 1, 1),
    Scenario("A subdistrict", 137, "10,000 users; 1,645 bells a year, as the article", _ARTICLE, 1, 0.05),
    Scenario(
        "A city of 10 million",
        round(10_000_000 * _PER_USER, -3),
        "as many bells for each person as in the article",
        _ARTICLE,
        150,
        10_000_000 * _PER_USER / _SECONDS * BUSY,
    ),
    Scenario(
        "A hotline like Beijing's", 60_000 * 30.4, "60,000 a day", _HOTLINE, 340, 60_000 / 86_400 * BUSY
    ),
)


def times(given: Amounts, factor: float) -> Amounts:
    """So many times as much."""
    return {kind: amount * factor for kind, amount in given.items()}


def added(*given: Amounts) -> Amounts:
    """All together."""
    return {kind: sum(each.get(kind, 0) for each in given) for kind in sorted({k for g in given for k in g})}


def usd(given: Amounts) -> dict[str, float]:
    """What it costs, by service."""
    by: dict[str, float] = {}
    for kind, amount in given.items():
        price = PRICES[kind]
        by[price.service] = by.get(price.service, 0) + amount * price.each
    return by


def always(played: Mapping[str, Amounts]) -> dict[str, float]:
    """What runs whether or not anybody rings: the minute's sweep, and the hour's canary: an answered bell that tells
    nobody and is removed again."""
    silent = {kind: n for kind, n in played["answered"].items() if kind not in ("SMS segments", "bytes kept")}
    minute = {**played["minute"], "bytes kept": 0.0, "bytes restorable": 0.0}
    return {
        "Sweep": sum(usd(times(minute, SWEEPS)).values()),
        "Canary": sum(usd(times(silent | {"bytes restorable": 0.0}, CANARIES)).values()),
    }
