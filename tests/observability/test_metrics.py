"""What is measured is what docs/metrics.md says, is written as CloudWatch reads it, and costs few calls."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
from aws_lambda_powertools.metrics import Metrics, MetricUnit

import app
from chalicelib import steps, wiring
from chalicelib.bell.changes import answer_token
from chalicelib.config import Settings
from chalicelib.core import ids
from chalicelib.notice.types import Fate
from chalicelib.observability import counting, lines
from chalicelib.observability.metrics import METRICS, MOST_SUBDISTRICTS, Measure, Meter
from chalicelib.store import DynamoStore
from infra.local.embedded import EmbeddedAws, embedded_aws
from tests.canary.settling import OPEN_DOOR, Settling
from tests.contract.client import Web
from tests.fakes.clock import START, FakeClock
from tests.fakes.world import World
from tests.store.samples import ringing

ROOT = Path(__file__).parents[2]
SETTINGS = Settings("prod", "t", "arn:sm", "https://bell.example.org", "https://b.cn", b"k" * 32, ("MX",))
Line = dict[str, Any]


class Counting(Protocol):
    """The fixture that counts calls."""

    def __call__(self) -> AbstractContextManager[dict[str, int]]: ...


@pytest.fixture
def written() -> Iterator[list[Line]]:
    """The lines with metrics, as they are written."""
    found: list[Line] = []
    lines.to(lambda line: found.append(json.loads(line)))
    yield found
    lines.to(None)


@pytest.fixture
def web(written: list[Line]) -> Iterator[Web]:
    """A deployed stage on fakes."""
    found = Web(World())
    wiring.install(found.world.ports, SETTINGS)
    yield found
    wiring.install(None)


def values(written: list[Line], *dimensions: str) -> dict[str, float]:
    """The sum of each metric that was written for these dimensions."""
    found: dict[str, float] = {}
    for line in written:
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", ()):
            if list(dimensions) in directive["Dimensions"]:
                for metric in directive["Metrics"]:
                    value = line[metric["Name"]]
                    found[metric["Name"]] = found.get(metric["Name"], 0) + (
                        sum(value) if isinstance(value, list) else value
                    )
    return found


def react(web: Web, monkeypatch: pytest.MonkeyPatch, *raw: Line) -> dict[str, Any]:
    """Whatever is in the stream is delivered to the function; `raw`: records as Lambda shows them."""
    records = web.world.take_stream()
    monkeypatch.setattr(
        wiring, "stream_records", lambda _: iter([(str(n), r) for n, r in enumerate(records)])
    )
    answer: dict[str, Any] = app.react({"Records": list(raw)}, None)
    return answer


def table(heading: str) -> list[list[str]]:
    """The rows of the page's table under a heading."""
    text = (ROOT / "docs/metrics.md").read_text("utf-8")
    part = text.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split("|") for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def test_the_page_lists_exactly_the_metrics_of_the_code_with_their_units() -> None:
    listed = {name: (unit, each == "each") for name, unit, each, *_ in table("Metrics")}
    assert listed == {name: (metric.unit, metric.each) for name, metric in METRICS.items()}
    assert f"{len(METRICS)} for a stage and" in (ROOT / "docs/metrics.md").read_text("utf-8")
    each = sum(metric.each for metric in METRICS.values())
    assert f"and {each} for each subdistrict" in (ROOT / "docs/metrics.md").read_text("utf-8")


def test_every_alarm_watches_something_that_is_measured_and_has_its_page() -> None:
    for name, namespace, metric, *_, page in table("Alarms"):
        assert namespace.startswith("AWS/") or metric in METRICS
        target = re.fullmatch(r"\[page\]\((runbooks/[a-z-]+\.md)\)", page)
        assert target, name
        assert target[1] == f"runbooks/{name}.md"
        assert (ROOT / "docs" / target[1]).exists(), f"{name} has no runbook"


def test_a_day_moves_every_metric_there_is(
    web: Web, written: list[Line], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (web.ring(text=text).json["id"] for text in ("one", "two"))
    react(web, monkeypatch, {"dynamodb": {"ApproximateCreationDateTime": START.timestamp() - 7.5}})
    web.world.clock.advance(minutes=3)
    steps.sweep({})
    bell = web.world.file(first).bell
    web.form(f"/a/{answer_token(web.world.ports.policy.key, bell, 'zhao')}")
    _exhaust(web, second)
    react(web, monkeypatch)
    _break_everything(web, monkeypatch)
    _anchor_twice(web)
    _fly_twice(web, monkeypatch)
    stage = values(written, "Stage")
    assert set(stage) == set(METRICS)
    assert (stage["BellsRung"], stage["BellsAnswered"], stage["SecondsToAnswer"]) == (2, 1, 180)
    assert (stage["BellsRinging"], stage["OldestUnansweredSeconds"]) == (2, 180)
    assert (stage["BellsExhausted"], stage["StreamAgeSeconds"]) == (1, 7.5)
    assert (stage["CanaryOk"], stage["CanaryFailed"]) == (1, 1)
    assert (stage["AnchorAgeSeconds"], stage["AnchorFaults"]) == (3600, 1)
    assert stage["NoticesSent"] >= 3
    each = values(written, "Stage", "Subdistrict")
    assert set(each) == {name for name, metric in METRICS.items() if metric.each}
    assert {line["Stage"] for line in written if "_aws" in line} == {"prod"}
    assert {line["Subdistrict"] for line in written if "Subdistrict" in line} == {"MX"}


def _exhaust(web: Web, bell_id: str) -> None:
    """Nobody answers, and the first round of calls has no message that gets through."""
    web.world.sent.clear()
    for _ in range(3):
        bell = web.world.file(bell_id).bell
        web.world.clock.go_to(bell.due_at or START)
        app.advance({"id": bell.thing, "version": bell.version, "seconds": 1}, None)
    assert web.world.file(bell_id).bell.round == 1


def _break_everything(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each entry point fails once, notices have every fate, a timer is lost."""
    fates = ("failed", "unreachable", "superseded", "unknown", "sent")
    measures = counting._of_notices([{"fate": fate} for fate in fates])
    wiring.meter().write(START, measures)
    web.world.store.fail("ring")
    web.ring(text="three")
    web.world.store.fail("opening")
    with pytest.raises(Exception, match="Unavailable"):
        app.advance({"id": "BELL#MX00000000", "version": 1, "seconds": 1}, None)
    web.ring(text="four")
    web.world.store.fail("bell")
    assert react(web, monkeypatch)["batchItemFailures"]
    web.world.store.fail("overdue")
    with pytest.raises(Exception, match="Unavailable"):
        steps.sweep({})
    monkeypatch.setattr("chalicelib.publishing.service.announcement", lambda _: 1 // 0)
    web.ring(text="five")
    records = [("1", record) for record in web.world.take_stream()]
    monkeypatch.setattr(wiring, "stream_records", lambda _: iter(records))
    with pytest.raises(Exception, match="ZeroDivisionError"):
        steps.publish({"Records": []})
    monkeypatch.setattr("chalicelib.delivery.service.told", lambda *_: 1 // 0)
    with pytest.raises(Exception, match="ZeroDivisionError"):
        steps.report({})


def _anchor_twice(web: Web) -> None:
    """Made, and an hour later still there; then the table cannot be read."""
    assert steps.anchor()["made"]
    web.world.clock.advance(minutes=60)
    assert not steps.anchor()["made"]
    web.world.clock.advance(minutes=24 * 60)
    web.world.store.fail("heads")
    with pytest.raises(Exception, match="Unavailable"):
        steps.anchor()


def _fly_twice(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    wiring.install(replace(web.world.ports, clock=Settling(web.world)), SETTINGS)
    monkeypatch.setattr(wiring, "front_door", lambda: OPEN_DOOR)
    assert steps.canary()["ok"]
    monkeypatch.setattr(wiring, "front_door", lambda: "")
    assert steps.canary() == {"ok": False, "failed": "door", "seconds": 0.0}


def test_a_canary_counts_as_nothing_but_a_canary(web: Web, written: list[Line]) -> None:
    events = web.world.file(web.world.ring()).events
    canarys = [replace(event, thing=f"BELL#{ids.CANARY}0000000") for event in events]
    assert sum(len(counting.of_event(event)) for event in events) == 1
    assert sum(len(counting.of_event(event)) for event in canarys) == 0


def test_every_fate_of_a_notice_is_counted_or_known_not_to_be() -> None:
    silent = {Fate.CLAIMED, Fate.HELD, Fate.MOOT, Fate.DELIVERED, Fate.OPTED_OUT}
    assert set(counting._FATES) == set(Fate) - silent
    assert set(counting._FATES.values()) <= set(METRICS)


def test_lines_are_what_powertools_writes(written: list[Line]) -> None:
    theirs = Metrics(namespace="ConsultationBell")
    theirs.add_dimension(name="Stage", value="prod")
    theirs.add_metric(name="NoticesSent", unit=MetricUnit.Count, value=3)
    wanted = json.loads(json.dumps(theirs.serialize_metric_set()))
    theirs.clear_metrics()
    Meter("prod", 1).write(START, [Measure("NoticesSent", 3)])
    (ours,) = written
    assert ours["_aws"].keys() == wanted["_aws"].keys()
    assert ours["_aws"]["CloudWatchMetrics"] == wanted["_aws"]["CloudWatchMetrics"]
    assert ours["_aws"]["Timestamp"] == START.timestamp() * 1000
    assert (ours["Stage"], [ours["NoticesSent"]]) == (wanted["Stage"], wanted["NoticesSent"])


def test_the_oldest_of_all_is_no_sum_and_each_subdistrict_has_its_own(written: list[Line]) -> None:
    def bell(prefix: str, minutes: int) -> Any:
        return replace(ringing(1, at=START - timedelta(minutes=minutes)).bell, id=f"{prefix}00000000")

    open_bells = {"MX": [bell("MX", 4), bell("MX", 9)], "GS": [bell("GS", 2)], "HS": []}
    Meter("prod", 3).write(START, counting.of_bells(open_bells, START))
    assert values(written, "Stage") == {"BellsRinging": 3, "OldestUnansweredSeconds": 540}
    of = {line["Subdistrict"]: line["OldestUnansweredSeconds"] for line in written if "Subdistrict" in line}
    assert of == {"MX": 540, "GS": 120, "HS": 0}


def test_a_city_pays_for_no_subdistrict_and_ones_own_machine_writes_nothing(written: list[Line]) -> None:
    Meter("prod", MOST_SUBDISTRICTS + 1).write(START, [Measure("BellsRung", 1, "MX")])
    assert values(written, "Stage") == {"BellsRung": 1}
    assert values(written, "Stage", "Subdistrict") == {}
    written.clear()
    Meter("local", 1).write(START, [Measure("BellsRung", 1, "MX")])
    assert written == []


def test_a_line_holds_a_hundred_values_of_a_metric_at_most(written: list[Line]) -> None:
    Meter("prod", 1).write(START, [Measure("SecondsToAnswer", n, "MX") for n in range(130)])
    (line,) = written
    assert len(line["SecondsToAnswer"]) == 100


@pytest.fixture
def aws() -> Iterator[EmbeddedAws]:
    with embedded_aws() as running:
        yield running


@pytest.mark.parametrize("prefixes", [("MX",), ("MX", "GS", "HS")])
def test_a_minute_costs_a_query_a_subdistrict_and_five_more(
    aws: EmbeddedAws, count_aws_calls: Counting, written: list[Line], prefixes: tuple[str, ...]
) -> None:
    clock = FakeClock(START)
    store = DynamoStore(aws.table_name, aws.region, clock.sleep)
    world = World()
    ports = replace(
        world.ports, store=store, clock=clock, policy=replace(world.ports.policy, prefixes=prefixes)
    )
    for number in range(30):
        store.ring(ringing(number + 1, at=START - timedelta(minutes=number), prefix=prefixes[0]))
    wiring.install(ports, replace(SETTINGS, prefixes=prefixes))
    try:
        steps.sweep({})  # the timers of what is overdue
        with count_aws_calls() as calls:
            steps.sweep({})
    finally:
        wiring.install(None)
    assert calls["Query"] == 4 + len(prefixes) + 1
    assert calls["PutItem"] == 1
    assert not calls["Scan"]
    assert values(written, "Stage")["BellsRinging"] == 2 * 30


def alarms() -> dict[str, Line]:
    """The alarms of the template by their names in the page."""
    from infra.local.embedded import load_template

    found = {}
    for resource in load_template()["Resources"].values():
        if resource["Type"] == "AWS::CloudWatch::Alarm":
            name = resource["Properties"]["AlarmName"]
            text = name["Fn::Sub"] if isinstance(name, dict) else name
            found[text.removeprefix("${AppName}-${Stage}-")] = resource["Properties"]
    return found


needs_alarms = pytest.mark.skipif(not alarms(), reason="the template has no alarms yet")


@needs_alarms
def test_the_template_has_exactly_the_alarms_of_the_page() -> None:
    assert set(alarms()) == {row[0] for row in table("Alarms")}


OPERATORS = {
    ">": "GreaterThanThreshold",
    ">=": "GreaterThanOrEqualToThreshold",
    "<": "LessThanThreshold",
    "<=": "LessThanOrEqualToThreshold",
}


def _dimension(one: Line) -> str:
    """A dimension of the template as the page writes it."""
    value = one["Value"]
    if value == {"Ref": "Stage"}:
        return "Stage"
    text = f"${{{value['Ref']}}}" if "Ref" in value else value["Fn::Sub"]
    return f"{one['Name']}={text}"


@needs_alarms
@pytest.mark.parametrize("row", table("Alarms"), ids=lambda row: row[0])
def test_an_alarm_is_what_its_row_says(row: list[str]) -> None:
    name, namespace, metric, dimensions, statistic, when, periods, missing, page = row
    alarm = alarms()[name]
    assert [_dimension(one) for one in alarm.get("Dimensions", [])] == dimensions.split()
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == (namespace, metric, statistic)
    sign, _, threshold = when.partition(" ")
    assert alarm["ComparisonOperator"] == OPERATORS[sign]
    if threshold.isdecimal():
        assert float(alarm["Threshold"]) == float(threshold)
    hits, of, seconds = re.fullmatch(r"(\d+) of (\d+) × (\d+) s", periods).groups()  # type: ignore[union-attr]  # the page's form
    assert int(alarm["Period"]) == int(seconds)
    assert int(alarm["EvaluationPeriods"]) == int(of)
    assert int(alarm.get("DatapointsToAlarm", of)) == int(hits)
    assert alarm["TreatMissingData"] == missing
    assert page[len("[page](") : -1] in json.dumps(alarm["AlarmDescription"])
    assert alarm["AlarmActions"]
    assert alarm["OKActions"]
