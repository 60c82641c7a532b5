"""What a day's anchor asks of AWS as the records grow: from their number, and a few sizes that were measured."""

from __future__ import annotations

import math
from collections.abc import Mapping

from chalicelib.anchor.rules import TILE
from chalicelib.steps import ANCHOR_WITHIN
from infra.cost.plays import Counts
from infra.cost.prices import PRICES
from infra.cost.results import GIGABYTES, SCENARIOS, Scenario

_ENTRY = 120
"""Bytes of an entry of the index `tips`."""
_LEAF = 91
"""Bytes of a leaf in its tile."""
_SECONDS = 36e-6
"""What reading, hashing and writing a record takes of a whole processor: `python -m bench.anchors` on a machine with
two cores."""
_PROCESSOR = 512 / 1769
"""What a function of 512 MB has of one (AWS: a whole one at 1,769 MB)."""
_MEGABYTE = 1 << 20
_DAYS, _DAYS_A_YEAR = 30.4, 365
_PLACES = ((SCENARIOS[1], 10), (SCENARIOS[2], 1), (SCENARIOS[2], 10), (SCENARIOS[3], 1))


def section(counted: Mapping[str, Counts]) -> str:
    """The part of the page."""
    columns = [_column(counted, scenario, years) for scenario, years in _PLACES]
    heads = [f"{scenario.name}, {years} year{'s' * (years > 1)}" for scenario, years in _PLACES]
    lines = [f"|  | {' | '.join(heads)} |", f"| --- |{' ---: |' * len(heads)}"]
    lines += [f"| {name} | {' | '.join(column[name] for column in columns)} |" for name in columns[0]]
    within = ANCHOR_WITHIN.total_seconds()
    table = "\n".join(lines)
    return f"""### The day's anchor

It reads the index `tips` from end to end and puts the ends of all records into the locked bucket, {TILE:,} in an object
([why](decisions/0032-anchors-of-a-city.md)). Nothing of the table itself is read: a Scan passes over all that is kept.

{table}

Sizes and the processor's time were measured without AWS (`make bench`), waiting is not in them; a run ends after
{within:.0f} s and the next hour's goes on, so there is room for 24. More memory makes it faster in
proportion, up to 1,769 MB."""


def _column(counted: Mapping[str, Counts], scenario: Scenario, years: int) -> dict[str, str]:
    shares = scenario.mix.shares()
    bells = scenario.bells * 12 * years
    records = bells * (1 + shares["service"] + shares["case"] + shares["poll"])
    kept = bells * sum(_sum(counted[name], "bytes kept") * share for name, share in shares.items())
    read, tiles = records * _ENTRY, math.ceil(records / TILE)
    seconds = records * _SECONDS / _PROCESSOR
    daily = (
        _units(read) * PRICES["read units"].each
        + (tiles + 2) * PRICES["S3 writes"].each
        + seconds * GIGABYTES * PRICES["GB-seconds"].each
    )
    locked = records * _LEAF * _DAYS_A_YEAR * years / 2
    return {
        "records": f"{records:,.0f}",
        "a Scan of the table, USD a month": f"{_units(kept) * PRICES['read units'].each * _DAYS:,.2f}",
        "a Scan, GB a day": f"{kept / 1e9:,.1f}",
        "the index, GB a day": f"{read / 1e9:,.2f}",
        "calls to DynamoDB a day": f"{math.ceil(read / _MEGABYTE) + 3:,}",
        "objects a day": f"{tiles + 1:,}",
        "seconds of the function a day": f"{seconds:,.0f}",
        "runs a day": f"{math.ceil(seconds / ANCHOR_WITHIN.total_seconds())}",
        "all that, USD a month": f"{daily * _DAYS:,.2f}",
        "locked leaves, GB": f"{locked / 1e9:,.1f}",
        "their place, USD a month": f"{locked * PRICES['photo bytes'].each:,.2f}",
    }


def _units(read: float) -> float:
    """Read units of an eventually consistent read."""
    return read / 4096 / 2


def _sum(counts: Counts, kind: str) -> float:
    return sum(kinds.get(kind, 0) for kinds in counts.values())
