"""A small interpreter of the generated state machine, with a clock that is moved by hand.

It understands what `machine.definition()` uses and refuses anything else, so a definition that passes here is one that
was walked as written: parameters, retries, catchers and next states are taken from the JSON, not from knowledge of it.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

Payload = dict[str, Any]
_FORMAT = re.compile(r"States\.Format\('\{\}', (\$\.\w+)\)")
_UPDATE_ITEM = "aws-sdk:dynamodb:updateItem.waitForTaskToken"


class Now(Protocol):
    """What is needed of a clock."""

    def now(self) -> datetime:
        """Aware UTC."""


class TaskFailed(Exception):
    """A task ended with the error of this name."""


@dataclass
class Execution:
    """One execution. `status` is RUNNING, SUCCEEDED, FAILED or KILLED; `states` lists the states entered, in order."""

    name: str
    thing: str
    state: str
    input: Payload
    status: str = "RUNNING"
    token: str = ""
    wakes_at: datetime | None = None
    wakes_with: str = ""
    tries: Counter[int] = field(default_factory=Counter)
    states: list[str] = field(default_factory=list)
    retries: int = 0

    @property
    def transitions(self) -> int:
        """What AWS would bill: every state entered and every retry."""
        return len(self.states) + self.retries


class AslEngine:
    """The Timeline port, walked by hand.

    `advance(event)` is the Lambda function. `row(thing, version, token)` writes the token into the thing's
    row if the row has that version, and says whether it did. `run_due()` fires what is due at `clock.now()`.
    """

    def __init__(
        self,
        definition: dict[str, Any],
        advance: Callable[[Payload], Payload],
        row: Callable[[str, int, str], bool],
        clock: Now,
    ) -> None:
        self._states: dict[str, dict[str, Any]] = definition["States"]
        self._start_at: str = definition["StartAt"]
        self._advance = advance
        self._row = row
        self._clock = clock
        self._tokens = 0
        self.executions: dict[str, Execution] = {}

    def start(self, thing: str, generation: int, version: int, seconds: int) -> None:
        """Start an execution unless there ever was one of that name."""
        kind, _, identity = thing.partition("#")
        name = f"{kind.lower()}-{identity}-g{generation}"
        if name not in self.executions:
            given = {"id": thing, "version": version, "seconds": seconds}
            execution = self.executions[name] = Execution(name, thing, self._start_at, given)
            self._enter(execution, self._start_at)

    def signal(self, token: str, thing: str, version: int, seconds: int) -> None:
        """Let the execution that waits with this token go on; nothing when none does."""
        execution = self._waiting_with(token)
        if execution is not None:
            self._succeed(execution, {"id": thing, "version": version, "seconds": seconds})

    def end(self, token: str) -> None:
        """Let the execution that waits with this token end; nothing when none does."""
        execution = self._waiting_with(token)
        if execution is not None:
            self._fail(execution, "Bell.Closed")

    def kill(self, thing: str) -> int:
        """Lose the running executions of a thing without a trace; how many."""
        lost = [execution for execution in self.running() if execution.thing == thing]
        for execution in lost:
            execution.status, execution.wakes_at, execution.token = "KILLED", None, ""
        return len(lost)

    def running(self) -> list[Execution]:
        """The executions that have not ended."""
        return [execution for execution in self.executions.values() if execution.status == "RUNNING"]

    def of(self, thing: str) -> Execution:
        """The latest execution of a thing."""
        return [execution for execution in self.executions.values() if execution.thing == thing][-1]

    def next_due(self) -> datetime | None:
        """When the next time-out or retry is due."""
        return min((e.wakes_at for e in self.running() if e.wakes_at is not None), default=None)

    def run_due(self) -> int:
        """Fire everything that is due now, the oldest first, and whatever becomes due by it; how many."""
        fired = 0
        while (due := self.next_due()) is not None and due <= self._clock.now():
            self._wake(next(e for e in self.running() if e.wakes_at == due))
            fired += 1
        return fired

    def _wake(self, execution: Execution) -> None:
        reason, execution.wakes_at = execution.wakes_with, None
        if reason == "retry":
            self._perform(execution)
        else:
            self._fail(execution, reason)

    def _waiting_with(self, token: str) -> Execution | None:
        return next((e for e in self.running() if token and e.token == token), None)

    def _enter(self, execution: Execution, name: str) -> None:
        execution.state = name
        execution.states.append(name)
        execution.tries = Counter()
        if self._states[name]["Type"] == "Succeed":
            execution.status = "SUCCEEDED"
            return
        self._perform(execution)

    def _perform(self, execution: Execution) -> None:
        """Do the task of the state, or begin to wait in it."""
        try:
            result = self._task(execution, self._states[execution.state])
        except TaskFailed as failure:
            self._fail(execution, str(failure))
        else:
            if result is not None:
                self._succeed(execution, result)

    def _task(self, execution: Execution, state: dict[str, Any]) -> Payload | None:
        _, _, resource = state["Resource"].partition(":states:::")
        self._tokens += 1
        context = {"$$.Task.Token": f"token-{self._tokens}", "$$.Execution.Name": execution.name}
        parameters = evaluated(state["Parameters"], execution.input, context)
        if resource == _UPDATE_ITEM:
            self._write_token(execution, state, parameters)
            return None
        if resource == "lambda:invoke":
            return self._invoke(state, parameters)
        raise NotImplementedError(resource)

    def _write_token(self, execution: Execution, state: dict[str, Any], parameters: Payload) -> None:
        values = parameters["ExpressionAttributeValues"]
        token = values[":token"]["S"]
        if not self._row(parameters["Key"]["pk"]["S"], int(values[":version"]["N"]), token):
            raise TaskFailed("DynamoDb.ConditionalCheckFailedException")
        seconds = looked_up(state["TimeoutSecondsPath"], execution.input, {})
        if not isinstance(seconds, int) or seconds < 1:
            raise TaskFailed("States.Runtime")
        execution.token = token
        execution.wakes_at = self._clock.now() + timedelta(seconds=seconds)
        execution.wakes_with = "States.Timeout"

    def _invoke(self, state: dict[str, Any], parameters: Payload) -> Payload:
        try:
            answer = self._advance(parameters["Payload"])
        except Exception as error:
            raise TaskFailed(type(error).__name__) from error
        assert state["OutputPath"] == "$.Payload"
        return answer

    def _succeed(self, execution: Execution, result: Payload) -> None:
        execution.token, execution.wakes_at, execution.input = "", None, result
        self._enter(execution, self._states[execution.state]["Next"])

    def _fail(self, execution: Execution, error: str) -> None:
        execution.token, execution.wakes_at = "", None
        state = self._states[execution.state]
        if self._retried(execution, state, error):
            return
        catcher = next((c for c in state.get("Catch", []) if _matches(c, error)), None)
        if catcher is None:
            execution.status = "FAILED"
            return
        assert catcher["ResultPath"] is None
        self._enter(execution, catcher["Next"])

    def _retried(self, execution: Execution, state: dict[str, Any], error: str) -> bool:
        for index, retrier in enumerate(state.get("Retry", [])):
            if _matches(retrier, error):
                tried = execution.tries[index]
                if tried >= retrier["MaxAttempts"]:
                    return False
                execution.tries[index] += 1
                execution.retries += 1
                pause = retrier["IntervalSeconds"] * retrier["BackoffRate"] ** tried
                execution.wakes_at = self._clock.now() + timedelta(seconds=pause)
                execution.wakes_with = "retry"
                return True
        return False


def _matches(rule: dict[str, Any], error: str) -> bool:
    return error in rule["ErrorEquals"] or rule["ErrorEquals"] == ["States.ALL"]


def evaluated(template: Any, given: Payload, context: Payload) -> Any:
    """Parameters with every `key.$` replaced by what its path finds."""
    if isinstance(template, dict):
        return dict(_field(name, value, given, context) for name, value in template.items())
    return template


def _field(name: str, value: Any, given: Payload, context: Payload) -> tuple[str, Any]:
    if name.endswith(".$"):
        return name[:-2], looked_up(value, given, context)
    return name, evaluated(value, given, context)


def looked_up(path: str, given: Payload, context: Payload) -> Any:
    """What `$.name`, `$$.…` or `States.Format('{}', $.name)` stands for; NotImplementedError for anything else."""
    formatted = _FORMAT.fullmatch(path)
    if formatted:
        return str(looked_up(formatted[1], given, context))
    if path in context:
        return context[path]
    if re.fullmatch(r"\$\.\w+", path):
        return given[path[2:]]
    raise NotImplementedError(path)
