"""The timeline on AWS Step Functions: starts, signals and ends the executions of `machine.definition()`."""

import json
from collections.abc import Callable
from functools import cached_property
from typing import Any, Protocol

from chalicelib.timeline.machine import CLOSED_ERROR

MAX_SECONDS = 99_999_999
"""The longest time-out Step Functions accepts (a little over three years)."""

_ALREADY_THERE = frozenset({"ExecutionAlreadyExists"})
_TOO_LATE = frozenset({"TaskTimedOut", "TaskDoesNotExist", "InvalidToken"})


class Session(Protocol):
    """What is needed of a botocore session."""

    def create_client(self, service_name: str) -> Any:
        """A client of the named service."""


class StepFunctionsTimeline:
    """The port `Timeline`. Every call is idempotent and safe to lose: the version in the row decides.

    `seconds` are seconds of the real clock; they are brought into 1 … MAX_SECONDS. Errors of AWS other than
    "already started" and "nobody waits for this token any more" are raised as botocore's ClientError.
    """

    def __init__(self, session: Session, state_machine_arn: str) -> None:
        self._session = session
        self._arn = state_machine_arn

    @cached_property
    def _client(self) -> Any:
        # Made at the first use: most requests never speak to Step Functions, and a client costs time at a
        # cold start.
        return self._session.create_client("stepfunctions")

    def start(self, thing: str, generation: int, version: int, seconds: int) -> None:
        """Start the execution of this generation; one that exists already is success."""
        _unless(
            _ALREADY_THERE,
            lambda: self._client.start_execution(
                stateMachineArn=self._arn,
                name=execution_name(thing, generation),
                input=payload(thing, version, seconds),
            ),
        )

    def signal(self, token: str, thing: str, version: int, seconds: int) -> None:
        """Tell the waiting execution that the row moved on; a token that nobody waits for changes nothing."""
        if not token:
            return  # the row has none yet: the execution finds the newer version when it writes one
        _unless(
            _TOO_LATE,
            lambda: self._client.send_task_success(taskToken=token, output=payload(thing, version, seconds)),
        )

    def end(self, token: str) -> None:
        """End the waiting execution; a token that nobody waits for changes nothing."""
        if not token:
            return
        _unless(_TOO_LATE, lambda: self._client.send_task_failure(taskToken=token, error=CLOSED_ERROR))


def execution_name(thing: str, generation: int) -> str:
    """`BELL#MX7F3K92QD`, 1 -> `bell-MX7F3K92QD-g1`."""
    kind, _, identity = thing.partition("#")
    return f"{kind.lower()}-{identity}-g{generation}"


def payload(thing: str, version: int, seconds: int) -> str:
    """The JSON that starts an execution and that signals one."""
    bounded = min(max(1, seconds), MAX_SECONDS)
    return json.dumps({"id": thing, "version": version, "seconds": bounded})


def _unless(codes: frozenset[str], call: Callable[[], object]) -> None:
    from botocore.exceptions import ClientError

    try:
        call()
    except ClientError as error:
        if error.response["Error"]["Code"] not in codes:
            raise
