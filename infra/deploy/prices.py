"""What a stage costs before anybody rings: the template's own resources at list prices.

USD a month in us-east-1; other regions differ by some tens of per cent, and those in China are paid in CNY. What use
costs is in docs/cost.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from chalicelib.observability.metrics import METRICS, MOST_SUBDISTRICTS

MONTHLY = {
    "AWS::KMS::Key": 1.00,
    "AWS::SecretsManager::Secret": 0.40,
    "AWS::CloudWatch::Alarm": 0.10,
    "AWS::CloudWatch::Dashboard": 3.00,
}
"""Each, whatever happens. Everything else in the template costs nothing until it is used."""
METRIC = 0.30
"""A custom metric: each of the stage, and those that are told for each subdistrict."""
# One minute's sweep: an invocation, five reads, two writes of a kilobyte, and a line of the log.
SWEEPS, EACH_SWEEP = 43_800, 0.2e-6 + 0.5 * 0.4 * 0.0000166667 + 5 * 0.125e-6 + 2 * 0.625e-6


def standing(template: Mapping[str, Any], subdistricts: int) -> dict[str, float]:
    """What the stage costs a month at rest, by what it is for; USD."""
    kinds = Counter(resource["Type"] for resource in template["Resources"].values())
    costs = {kind.rpartition("::")[2]: price * kinds[kind] for kind, price in MONTHLY.items() if kinds[kind]}
    each = sum(metric.each for metric in METRICS.values())
    measured = len(METRICS) + each * (subdistricts if subdistricts <= MOST_SUBDISTRICTS else 0)
    return costs | {
        "Metrics": METRIC * measured,
        "Sweeps": SWEEPS * EACH_SWEEP,
    }
