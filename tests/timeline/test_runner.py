"""The client of Step Functions: names, payloads, and which answers of AWS mean that all is well."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.timeline.runner import MAX_SECONDS, StepFunctionsTimeline, execution_name

THING = "BELL#MX7F3K92QD"


class FakeStepFunctions:
    """A client and the session that makes it; every call fails with `error`, if set."""

    def __init__(self, error: str = "") -> None:
        self.error = error
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.made = 0

    def create_client(self, service_name: str) -> "FakeStepFunctions":
        assert service_name == "stepfunctions"
        self.made += 1
        return self

    def _call(self, name: str, arguments: dict[str, Any]) -> None:
        self.calls.append((name, arguments))
        if self.error:
            raise ClientError({"Error": {"Code": self.error, "Message": ""}}, name)

    def start_execution(self, **arguments: Any) -> None:
        self._call("start", arguments)

    def send_task_success(self, **arguments: Any) -> None:
        self._call("success", arguments)

    def send_task_failure(self, **arguments: Any) -> None:
        self._call("failure", arguments)


def test_no_client_is_made_before_it_is_needed_and_only_one_then() -> None:
    aws = FakeStepFunctions()
    timeline = StepFunctionsTimeline(aws, "arn")
    assert aws.made == 0
    timeline.end("token")
    timeline.end("token")
    assert aws.made == 1


def test_the_name_of_an_execution_comes_from_the_thing_and_its_generation() -> None:
    assert execution_name(THING, 1) == "bell-MX7F3K92QD-g1"
    assert execution_name("CASE#MX0000000A", 12) == "case-MX0000000A-g12"


def test_start_and_signal_carry_the_same_shape() -> None:
    aws = FakeStepFunctions()
    timeline = StepFunctionsTimeline(aws, "arn")
    timeline.start(THING, 1, 3, 300)
    timeline.signal("token", THING, 3, 300)
    expected = {"id": THING, "version": 3, "seconds": 300}
    (_, started), (_, signalled) = aws.calls
    assert started["stateMachineArn"] == "arn"
    assert json.loads(started["input"]) == json.loads(signalled["output"]) == expected


@pytest.mark.parametrize(("asked", "sent"), [(-5, 1), (0, 1), (1, 1), (10**12, MAX_SECONDS)])
def test_seconds_stay_within_what_the_machine_accepts(asked: int, sent: int) -> None:
    aws = FakeStepFunctions()
    StepFunctionsTimeline(aws, "arn").start(THING, 1, 1, asked)
    assert json.loads(aws.calls[0][1]["input"])["seconds"] == sent


def test_starting_what_is_started_is_success() -> None:
    aws = FakeStepFunctions("ExecutionAlreadyExists")
    StepFunctionsTimeline(aws, "arn").start(THING, 1, 1, 300)
    assert [name for name, _ in aws.calls] == ["start"]


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_a_token_nobody_waits_for_is_no_error(code: str) -> None:
    aws = FakeStepFunctions(code)
    timeline = StepFunctionsTimeline(aws, "arn")
    timeline.signal("token", THING, 1, 300)
    timeline.end("token")
    assert [name for name, _ in aws.calls] == ["success", "failure"]


@pytest.mark.parametrize("code", ["ThrottlingException", "StateMachineDoesNotExist", "AccessDeniedException"])
def test_everything_else_is_raised(code: str) -> None:
    timeline = StepFunctionsTimeline(FakeStepFunctions(code), "arn")
    for call in (
        lambda: timeline.start(THING, 1, 1, 300),
        lambda: timeline.signal("token", THING, 1, 300),
        lambda: timeline.end("token"),
    ):
        with pytest.raises(ClientError):
            call()


def test_without_a_token_nobody_is_called() -> None:
    aws = FakeStepFunctions()
    timeline = StepFunctionsTimeline(aws, "arn")
    timeline.signal("", THING, 1, 300)
    timeline.end("")
    assert aws.calls == []
