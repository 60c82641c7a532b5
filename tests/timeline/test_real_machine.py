"""The definition run for real: the emulator's Step Functions, the Lambda seam, time-outs of a second."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.core import DEFAULT_ACCOUNT_ID
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from chalicelib.timeline.runner import StepFunctionsTimeline
from infra.local.embedded import EmbeddedAws, embedded_aws

THING = "BELL#MX7F3K92QD"
KEY = {"pk": {"S": THING}, "sk": {"S": "HEAD"}}


class TimelineClosed(Exception):
    """Nothing is left to wait for."""


@dataclass
class Level:
    """The simplest `advance`: one level a time-out, each with a new deadline a minute away."""

    aws: EmbeddedAws
    events: list[dict[str, Any]] = field(default_factory=list)
    closed: bool = False

    def advance(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        assert context.function_name == "consultation-bell-local-advance"
        self.events.append(event)
        if self.closed:
            raise TimelineClosed(THING)
        version = event["version"] + 1
        try:
            self.aws.client("dynamodb").update_item(
                TableName=self.aws.table_name,
                Key=KEY,
                UpdateExpression="SET version = :new",
                ConditionExpression="version = :old",
                ExpressionAttributeValues={":new": {"N": str(version)}, ":old": {"N": str(event["version"])}},
            )
        except ClientError:
            version = int(row(self.aws)["version"]["N"])
        return {"id": THING, "version": version, "seconds": 60}


def row(aws: EmbeddedAws) -> dict[str, Any]:
    """The row as it stands."""
    item: dict[str, Any] = aws.client("dynamodb").get_item(TableName=aws.table_name, Key=KEY)["Item"]
    return item


@pytest.fixture
def aws() -> Iterator[EmbeddedAws]:
    with embedded_aws() as running:
        yield running


@pytest.fixture
def changed(aws: EmbeddedAws) -> Callable[[Callable[[], bool]], None]:
    """Waits, by the table's own commits, until something is so."""
    committed = threading.Event()
    aws.gate.on_commit = lambda records: committed.set()

    def until(true: Callable[[], bool]) -> None:
        for _ in range(100):
            committed.clear()
            if true():
                return
            # The short interval is for what no commit announces: the end of an execution.
            committed.wait(0.05)
        raise AssertionError("it never came about")

    return until


@pytest.fixture
def timeline(aws: EmbeddedAws) -> StepFunctionsTimeline:
    aws.client("dynamodb").put_item(TableName=aws.table_name, Item={**KEY, "version": {"N": "1"}})
    return StepFunctionsTimeline(aws.session, aws.state_machine_arn)


def hops(aws: EmbeddedAws) -> int:
    """How often a token was written."""
    return int(row(aws).get("hops", {"N": "0"})["N"])


def test_a_bell_is_timed_out_advanced_answered_and_closed(
    aws: EmbeddedAws, timeline: StepFunctionsTimeline, changed: Callable[[Callable[[], bool]], None]
) -> None:
    level = Level(aws)
    aws.functions["app.advance"] = level.advance
    timeline.start(THING, 1, 1, 1)
    timeline.start(THING, 1, 1, 1)
    changed(lambda: hops(aws) == 2)
    assert level.events == [{"id": THING, "version": 1, "execution": "bell-MX7F3K92QD-g1"}]
    assert row(aws)["version"]["N"] == "2"
    first = row(aws)["task_token"]["S"]

    timeline.signal(first, THING, 2, 60)
    changed(lambda: hops(aws) == 3)
    assert row(aws)["task_token"]["S"] != first

    timeline.end(row(aws)["task_token"]["S"])
    changed(lambda: len(aws.executions("SUCCEEDED")) == 1)
    assert aws.executions("RUNNING") == []
    assert len(level.events) == 1
    timeline.signal(first, THING, 2, 60)
    timeline.start(THING, 1, 1, 1)
    assert aws.executions("RUNNING") == [], "a closed execution does not start again"


def test_a_row_that_moved_on_is_obeyed_at_once(
    aws: EmbeddedAws, timeline: StepFunctionsTimeline, changed: Callable[[Callable[[], bool]], None]
) -> None:
    level = Level(aws)
    aws.functions["app.advance"] = level.advance
    timeline.start(THING, 1, 99, 60)
    changed(lambda: hops(aws) == 1)
    assert row(aws)["version"]["N"] == "1"
    assert len(level.events) == 1


def test_a_closed_bell_ends_its_execution_at_the_next_look(
    aws: EmbeddedAws, timeline: StepFunctionsTimeline, changed: Callable[[Callable[[], bool]], None]
) -> None:
    level = Level(aws, closed=True)
    aws.functions["app.advance"] = level.advance
    timeline.start(THING, 1, 99, 60)
    changed(lambda: len(aws.executions("SUCCEEDED")) == 1)
    assert len(level.events) == 1, "being closed is not retried"


def test_the_end_of_the_embedded_aws_leaves_no_execution_waiting() -> None:
    advanced: list[Any] = []
    with embedded_aws({"app.advance": lambda event, context: advanced.append(event)}) as aws:
        aws.client("dynamodb").put_item(TableName=aws.table_name, Item={**KEY, "version": {"N": "1"}})
        StepFunctionsTimeline(aws.session, aws.state_machine_arn).start(THING, 1, 1, 3600)
        running = aws.executions()
    assert len(running) == 1
    assert [thread for thread in threading.enumerate() if "exec" in thread.name] == []
    assert advanced == [], "stopping is no time-out"


def test_a_signal_is_no_error_while_another_execution_is_only_starting(
    aws: EmbeddedAws, timeline: StepFunctionsTimeline
) -> None:
    timeline.start(THING, 1, 1, 60)
    (machine,) = stepfunctions_parser_backends[DEFAULT_ACCOUNT_ID][aws.region].state_machines
    machine.executions[0].exec_worker, worker = None, machine.executions[0].exec_worker
    timeline.signal("unknown", THING, 1, 60)
    timeline.end("unknown")
    machine.executions[0].exec_worker = worker
