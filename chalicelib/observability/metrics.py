"""Metrics as lines of the log in CloudWatch's Embedded Metric Format
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html).

What each says, its alarms and what it costs is in docs/metrics.md; a test holds that page to this table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.observability import lines

NAMESPACE = "ConsultationBell"
MOST_SUBDISTRICTS = 10
"""A stage that serves more is measured as a whole only: each subdistrict's metrics cost as much as a stage's."""
# CloudWatch takes so many values of one metric in a line.
_MOST_VALUES = 100
_COUNT, _SECONDS = "Count", "Seconds"


# Structs: every request imports this, and thirty of them cost less than one dataclass (decision 0008).
class Metric(msgspec.Struct, frozen=True):
    """A metric's unit, and whether it is measured for each subdistrict too."""

    unit: str
    each: bool = False


METRICS: Mapping[str, Metric] = {
    "BellsRinging": Metric(_COUNT, each=True),
    "OldestUnansweredSeconds": Metric(_SECONDS, each=True),
    "SweeperRepairs": Metric(_COUNT),
    "SweepFaults": Metric(_COUNT),
    "BellsRung": Metric(_COUNT, each=True),
    "BellsAnswered": Metric(_COUNT, each=True),
    "SecondsToAnswer": Metric(_SECONDS, each=True),
    "BellsExhausted": Metric(_COUNT, each=True),
    "NoticesSent": Metric(_COUNT),
    "NoticesFailed": Metric(_COUNT),
    "NoticesUnreachable": Metric(_COUNT),
    "NoticesSuperseded": Metric(_COUNT),
    "StreamAgeSeconds": Metric(_SECONDS),
    "ReactFaults": Metric(_COUNT),
    "AdvanceFaults": Metric(_COUNT),
    "ReportFaults": Metric(_COUNT),
    "PublishFaults": Metric(_COUNT),
    "HttpFaults": Metric(_COUNT),
    "CanaryOk": Metric(_COUNT),
    "CanaryFailed": Metric(_COUNT),
    "CanarySeconds": Metric(_SECONDS),
    "AnchorAgeSeconds": Metric(_SECONDS),
    "AnchorFaults": Metric(_COUNT),
}


class Measure(msgspec.Struct, frozen=True):
    """A value of a metric. `subdistrict`: whose it is; `alone`: it is part of no other value, so the stage as a whole
    has its own (the oldest of all is no sum of the oldest of each)."""

    name: str
    value: float
    subdistrict: str = ""
    alone: bool = False


class Meter:
    """Writes measures for a stage. The stage `local`, one's own machine, is not measured."""

    def __init__(self, stage: str, subdistricts: int) -> None:
        self._stage, self._each = stage, subdistricts <= MOST_SUBDISTRICTS
        self.on = stage != "local"

    def write(self, at: datetime, measures: Iterable[Measure]) -> None:
        """One line for each set of dimensions among the measures."""
        if not self.on:
            return
        for (subdistrict, dimensions), values in self._grouped(measures).items():
            lines.write(_line(at, self._stage, subdistrict, dimensions, values))

    def _grouped(self, measures: Iterable[Measure]) -> dict[tuple[str, Dimensions], dict[str, list[float]]]:
        groups: dict[tuple[str, Dimensions], dict[str, list[float]]] = {}
        for measure in measures:
            for key in self._key(measure):
                values = groups.setdefault(key, {}).setdefault(measure.name, [])
                if len(values) < _MOST_VALUES:
                    values.append(measure.value)
        return groups

    def _key(self, measure: Measure) -> Iterator[tuple[str, Dimensions]]:
        """Where the measure belongs, if anywhere."""
        each = self._each and METRICS[measure.name].each and measure.subdistrict
        if measure.alone:
            if each:
                yield measure.subdistrict, (_BOTH,)
        else:
            yield (measure.subdistrict, (_STAGE, _BOTH)) if each else ("", (_STAGE,))


Dimensions = tuple[tuple[str, ...], ...]
_STAGE = ("Stage",)
_BOTH = ("Stage", "Subdistrict")


def _line(
    at: datetime, stage: str, subdistrict: str, dimensions: Dimensions, values: Mapping[str, list[float]]
) -> dict[str, Any]:
    described = [{"Name": name, "Unit": METRICS[name].unit} for name in values]
    directive = {"Namespace": NAMESPACE, "Dimensions": [list(d) for d in dimensions], "Metrics": described}
    of = {"Stage": stage} | ({"Subdistrict": subdistrict} if subdistrict else {})
    head = {"Timestamp": round(at.timestamp() * 1000), "CloudWatchMetrics": [directive]}
    return {"_aws": head, **of, **{name: _value(found) for name, found in values.items()}}


def _value(values: list[float]) -> float | list[float]:
    return values[0] if len(values) == 1 else values
