"""The definition run for real: the emulator's Step Functions, the Lambda seam, time-outs of a second."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.core import DEFAULT_ACCOUNT_ID
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from chalicelib.case import commands as do
from chalicelib.case import deadlines
from chalicelib.case.changes import beginning, following
from chalicelib.case.rules import decide, opened
from chalicelib.case.shapes import CaseFile
from chalicelib.case.state import Ref
from chalicelib.core.chain import Actor
from chalicelib.escalation import service as escalation
from chalicelib.place.casework import calendar_for
from chalicelib.place.ladder import Urgency
from chalicelib.ports import Ports
from chalicelib.record.shapes import HeadMoved
from chalicelib.store import DynamoStore
from chalicelib.store.stream import parse
from chalicelib.timeline.runner import StepFunctionsTimeline
from infra.local.clock import ScaledClock
from infra.local.embedded import EmbeddedAws, embedded_aws
from tests.fakes import places
from tests.fakes.directories import FakeDirectories
from tests.fakes.entropy import FakeEntropy
from tests.fakes.files import FakeFiles
from tests.fakes.vault import FakeVault
from tests.fakes.world import usual_policy

THING = "BELL#MX7F3K92QD"
KEY = {"pk": {"S": THING}, "sk": {"S": "HEAD"}}
PATIENCE_SECONDS = 30.0
"""On a machine that has much else to do."""


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
        given_up = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < given_up:
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
    assert len(aws.executions()) == 1, "it has ended nothing"


CASE = "MX7F3K92QD"
ZHAO = Actor("staff", "zhao", "赵虹", "specialist")
# The 3.2 hours until an urgent visit's reminder pass in four seconds. The 48 minutes from there until it is overdue are
# one: an engine that is later than that reminds nobody.
SPEED = 2_880


@dataclass
class Platform:
    """The engine, the store and the timeline on the emulator, with hours that pass in a second."""

    aws: EmbeddedAws
    ports: Ports = field(init=False)

    def __post_init__(self) -> None:
        clock, directory = ScaledClock(SPEED), places.directory()
        store = DynamoStore(self.aws.table_name, self.aws.region, clock.sleep)
        store.save_directory(directory, ())
        self.ports = Ports(
            store=store,
            polls=store,
            senders={},
            timeline=StepFunctionsTimeline(self.aws.session, self.aws.state_machine_arn),
            files=FakeFiles(clock),
            vault=FakeVault(),
            clock=clock,
            entropy=FakeEntropy(),
            directories=FakeDirectories(store),
            policy=usual_policy(),
        )
        self.calendar = calendar_for(directory)
        self.aws.functions["app.advance"] = lambda event, context: escalation.advance(self.ports, event)
        self.aws.gate.on_commit = self.aws.records.extend

    def opens(self) -> None:
        """A case with the deadlines of an urgent one, of which the visit comes first."""
        now = self.ports.clock.now()
        clock = deadlines.opening(Urgency.URGENT, "elevator", deadlines.Moment(ZHAO, now, self.calendar))
        first = opened(CASE, "yiqing", "mishi", "elevator", Urgency.URGENT, ZHAO.json(), clock)
        self.ports.store.commit(beginning(CASE, (first,), ZHAO, now))

    def does(self, command: object) -> None:
        """Somebody does something to the case."""
        case, now = self.file().case, self.ports.clock.now()
        self.ports.store.commit(following(case, decide(case, command, ZHAO, self.calendar, now), ZHAO, now))

    def file(self) -> CaseFile:
        """The case as it stands."""
        file = self.ports.store.case(CASE)
        assert file is not None
        return file

    def visits(self) -> list[str]:
        """What happened to the deadline of the visit."""
        self.react()
        return [e.kind for e in self.file().events if e.data.get("key", "stage") == "stage"]

    def react(self) -> None:
        """The stream drives the timer."""
        while self.aws.records:
            for _, record in parse([self.aws.records.pop(0)]):
                if isinstance(record, HeadMoved):
                    escalation.drive(self.ports, record)

    def executions(self, status: str) -> list[str]:
        """The names of the executions in that status."""
        self.react()
        return [execution["name"] for execution in self.aws.executions(status)]


def test_a_case_is_reminded_is_overdue_is_visited_and_ends(
    aws: EmbeddedAws, changed: Callable[[Callable[[], bool]], None]
) -> None:
    platform = Platform(aws)
    platform.opens()
    changed(lambda: platform.visits() == ["opened", "reminded", "overdue"])
    assert platform.executions("RUNNING") == [f"case-{CASE}-g1"]
    platform.does(do.Visit(Ref("seen", "ab" * 32)))
    changed(lambda: platform.visits()[-1] == "visited" and platform.file().case.hops == 4)
    platform.does(do.MergeInto("MX00000000"))
    changed(lambda: platform.executions("SUCCEEDED") == [f"case-{CASE}-g1"])
    assert platform.executions("RUNNING") == []
    assert platform.visits() == ["opened", "reminded", "overdue", "visited", "merged"]
