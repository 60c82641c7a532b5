"""A stage to count on: the real application on the embedded AWS, one thing after the other, so that each play counts
the same every time.

No threads and no waiting: the clock is moved by hand, the stream is delivered after each request, one invocation for
each commit (as AWS does when little happens; when much happens, up to 25 records share one), and executions are walked
here through the two states of `chalicelib.timeline.machine`, each state entered being one transition.
"""

from __future__ import annotations

import importlib
import io
import json
import logging
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from botocore.client import BaseClient
from botocore.exceptions import ClientError
from chalice.config import Config
from chalice.local import LocalGateway
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from chalicelib import wiring
from chalicelib.observability import lines
from infra.cost.client import sent_in_process
from infra.cost.ledger import Ledger, plain
from infra.cost.steady import HandClock, dated, same_each_time
from infra.cost.units import indexes, size
from infra.local.__main__ import _prepare
from infra.local.embedded import EmbeddedAws, embedded_aws
from infra.local.mend import Context, Record
from infra.local.options import Options
from infra.local.outbox import Outbox
from infra.local.passing import deadlines
from infra.local.run import Running
from infra.local.ticker import scheduled
from infra.template import load_template

START = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
"""A Tuesday, half past nine at the sample subdistrict."""
BATCH = 25
_MOMENT = timedelta(milliseconds=200)
_READS = ("GetItem", "BatchGetItem", "Query")
_UCS2_ONE, _UCS2_MORE = 70, 67
_EACH = 100
"""Bytes that DynamoDB adds to what it stores of each item, in the table and in each index."""
_EVERY_CALL = "_make_api_call"


@dataclass
class Execution:
    """An execution that waits. `token`: with what; "" once it has ended."""

    name: str
    given: dict[str, Any]
    token: str = ""
    wakes_at: datetime = START


@dataclass
class Stage:
    """The stage, and what was counted on it."""

    aws: EmbeddedAws
    clock: HandClock
    ledger: Ledger
    app: Any
    records: deque[list[Record]] = field(default_factory=deque)
    executions: dict[str, Execution] = field(default_factory=dict)
    due: deque[Callable[[], None]] = field(default_factory=deque)
    empty: int = 0
    _tokens: int = 0

    # -- functions

    def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
        """One HTTP request and all that follows from it; API Gateway's answer."""
        self.clock.sleep(_MOMENT.total_seconds())
        with self._invoked("http"):
            self.ledger.add("requests")
            gateway = LocalGateway(self.app.app, Config())
            answer: dict[str, Any] = gateway.handle_request(method, path, dict(headers), body)
            self.ledger.add("bytes out", len(str(answer["body"]).encode()))
        self.settle()
        return answer

    def settle(self) -> None:
        """Until what was written has had its consequences."""
        while self.records or self.due:
            if self.records:
                self._react(self.records.popleft())
            else:
                self.due.popleft()()

    def let_pass(self, seconds: float) -> None:
        """Time passes, and what is due on the way happens when it is."""
        target = self.clock.now() + timedelta(seconds=seconds)
        while (at := self._next(target)) is not None:
            self.clock.leap(at)
            self._wake(at)
            self.settle()
        self.clock.leap(target)

    def sweep(self) -> None:
        """A minute's sweep."""
        with self._invoked("sweep"):
            self.app.sweep(scheduled({}), Context("sweep", "sweep"))
        self.settle()

    @contextmanager
    def _invoked(self, function: str) -> Iterator[None]:
        written = io.StringIO()
        with self.ledger.acting(function), redirect_stdout(written):
            lines.to(written.write)
            self.ledger.add("invocations")
            try:
                yield
            finally:
                lines.to(None)
                self.ledger.add("log bytes", len(written.getvalue().encode()))

    def _react(self, records: list[Record]) -> None:
        for first in range(0, len(records), BATCH):
            with self._invoked("react"):
                batch = {"Records": records[first : first + BATCH]}
                self.ledger.add("stream records", len(batch["Records"]))
                answer = self.app.react(batch, Context("react", "react"))
                if answer["batchItemFailures"]:
                    raise RuntimeError("a reaction failed, so nothing that was counted means anything")

    def kept(self) -> int:
        """The bytes in the table and its indexes that were not there at the start."""
        table = dynamodb_backends[DEFAULT_ACCOUNT_ID][self.aws.region].tables[self.aws.table_name]
        items = [plain(row) for shelf in table.items.values() for row in shelf.values()]
        entries = [index.entry(item) for index in self.ledger.indexes for item in items]
        return sum(size(each) + _EACH for each in (*items, *entries) if each) - self.empty

    # -- time

    def _next(self, until: datetime) -> datetime | None:
        timers = [each.wakes_at for each in self.executions.values() if each.token]
        windows = [due.due_at for due in deadlines(self.aws) if due.swept]
        return min((at for at in (*timers, *windows) if at <= until), default=None)

    def _wake(self, at: datetime) -> None:
        timed_out = [each for each in self.executions.values() if each.token and each.wakes_at <= at]
        for execution in timed_out:
            execution.token = ""
            self._advance(execution)
        if not timed_out:
            self.clock.sleep(0.002)
            self.sweep()

    # -- the machine

    def states(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Step Functions' answer to a call of the application."""
        if operation == "StartExecution":
            return self._start(params)
        execution = next((e for e in self.executions.values() if e.token == params["taskToken"]), None)
        if execution is None:
            raise ClientError({"Error": {"Code": "TaskTimedOut", "Message": ""}}, operation)
        execution.token = ""
        if operation == "SendTaskSuccess":
            execution.given = json.loads(params["output"])
            self.due.append(lambda: self._await(execution))
        elif operation == "SendTaskFailure":
            self.due.append(self._closed)
        else:
            raise NotImplementedError(operation)
        return {}

    def _start(self, params: Mapping[str, Any]) -> dict[str, Any]:
        name = params["name"]
        if name in self.executions:
            raise ClientError({"Error": {"Code": "ExecutionAlreadyExists", "Message": ""}}, "StartExecution")
        execution = self.executions[name] = Execution(name, json.loads(params["input"]))
        with self.ledger.acting("states"):
            self.ledger.add("executions")
        self.due.append(lambda: self._await(execution))
        return {"executionArn": name, "startDate": self.clock.now()}

    def _await(self, execution: Execution) -> None:
        """AwaitSignal: the token into the row, on condition of the version."""
        self._tokens += 1
        # As long as AWS's own tokens are.
        token = f"token-{self._tokens:0700}"
        given = execution.given
        with self.ledger.acting("states"):
            self.ledger.add("transitions")
            try:
                self.aws.client("dynamodb").update_item(
                    TableName=self.aws.table_name,
                    Key={"pk": {"S": given["id"]}, "sk": {"S": "HEAD"}},
                    ConditionExpression="#version = :version",
                    UpdateExpression="SET #token = :token ADD #hops :one",
                    ExpressionAttributeNames={"#version": "version", "#token": "task_token", "#hops": "hops"},
                    ExpressionAttributeValues={
                        ":version": {"N": str(given["version"])},
                        ":token": {"S": token},
                        ":one": {"N": "1"},
                    },
                )
            except ClientError as error:
                if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                    raise
                self.due.append(lambda: self._advance(execution))
                return
        execution.token = token
        execution.wakes_at = self.clock.now() + timedelta(seconds=given["seconds"])

    def _advance(self, execution: Execution) -> None:
        from chalicelib.escalation.service import TimelineClosed

        given = {"id": execution.given["id"], "version": execution.given["version"]}
        with self.ledger.acting("states"):
            self.ledger.add("transitions")
        try:
            with self._invoked("advance"):
                asked = {**given, "execution": execution.name}
                execution.given = self.app.advance(asked, Context("advance", "advance"))
        except TimelineClosed:
            self.due.append(self._closed)
        else:
            self.due.append(lambda: self._await(execution))

    def _closed(self) -> None:
        with self.ledger.acting("states"):
            self.ledger.add("transitions")


@contextmanager
def staged() -> Iterator[Stage]:
    """A stage with the sample subdistrict and nothing else, counted from the first request on."""
    clock = HandClock(START)
    table = load_template()["Resources"]["Table"]["Properties"]
    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ))
        records: deque[list[Record]] = deque()
        keep = dated(clock, records)
        aws = stack.enter_context(embedded_aws(outbox=Outbox(None, clock.now), on_commit=keep))
        stack.enter_context(patch.object(wiring.SystemEntropy, "number", same_each_time()))
        stack.callback(wiring.install, None)
        stack.callback(wiring.use_clock, None)
        _configure(aws)
        wiring.install(None)
        stage = Stage(aws, clock, Ledger(aws.region, indexes(table)), None, records)
        stage.app = importlib.import_module("app")
        _prepare(Running(Options(), aws, clock, stage.app))  # type: ignore[arg-type]  # any clock will do
        records.clear()
        stage.empty = stage.kept()
        stack.enter_context(_counting(stage))
        stack.enter_context(patch.object(logging.StreamHandler, "emit", _counting_lines(stage)))
        stack.enter_context(patch("infra.demo.people.send_file", sent_in_process(stage)))
        yield stage


def _configure(aws: EmbeddedAws) -> None:
    addresses = {"PUBLIC_URL": "https://bell.example.org", "LINK_URL": "https://b.example.org"}
    os.environ.update(aws.environment | addresses, SPEED="1", SECRET_KEY="counted " * 8)


@contextmanager
def _counting(stage: Stage) -> Iterator[None]:
    # The one place that every call of every client passes.
    original: Callable[..., Any] = getattr(BaseClient, _EVERY_CALL)

    def call(client: BaseClient, operation: str, params: dict[str, Any]) -> Any:
        service = client.meta.service_model.service_name
        stage.ledger.called(service, operation)
        if service == "stepfunctions":
            return stage.states(operation, params)
        if service == "dynamodb":
            return _dynamodb(stage, operation, params, lambda: original(client, operation, params))
        _other(stage.ledger, service, operation, params)
        return original(client, operation, params)

    with patch.object(BaseClient, _EVERY_CALL, call):
        yield


def _counting_lines(stage: Stage) -> Callable[..., None]:
    def emit(handler: logging.Handler, record: logging.LogRecord) -> None:
        if type(handler) is logging.StreamHandler:
            stage.ledger.add("log bytes", len(handler.format(record).encode()) + 1)

    return emit


def _dynamodb(stage: Stage, operation: str, params: dict[str, Any], make: Callable[[], Any]) -> Any:
    ledger = stage.ledger
    if operation in _READS:
        answer = make()
        ledger.read(operation, params, answer)
        return answer
    old = ledger.images(params)
    try:
        return make()
    finally:
        ledger.wrote(operation, params, old, ledger.images(params))


def _other(ledger: Ledger, service: str, operation: str, params: Mapping[str, Any]) -> None:
    if service == "sns" and "PhoneNumber" in params:
        length = len(params["Message"])
        ledger.add("SMS segments", 1 if length <= _UCS2_ONE else -(-length // _UCS2_MORE))
    elif service in ("ses", "sesv2"):
        ledger.add("mails")
    elif service == "s3":
        ledger.add("S3 reads" if operation.startswith(("Get", "Head")) else "S3 writes")
