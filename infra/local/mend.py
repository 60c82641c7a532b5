"""What the emulator does differently from DynamoDB, Lambda and Step Functions, mended here.

Pinned to moto 5.2.5: these are private seams of it. `mended(gate)` installs all of them and takes them out
again.

* Every request to DynamoDB runs under one lock, answer included: no reader sees half a write.
* A write that fails, alone or in a transaction, leaves the items it touched as they were, and no record
  behind. The original copies the whole table for every transaction and puts the old copy back when one is
  cancelled, which loses whatever other threads wrote meanwhile.
* A `ClientRequestToken` is honoured for ten minutes, as DynamoDB does.
* The records of one request reach `gate.commit` before the caller gets its answer: one record for an item,
  none when nothing changed, with the right region and with sequence numbers that go on after a restart.
* A query does not look at the whole table (`narrow`).
* A value of an item is put into an answer as it is (the original looks for ten kinds of value under several names each,
  which took more than half of a query).
* A copy in S3 on condition that there is nothing yet (`If-None-Match: *`) is one (`photos`).
* Lambda functions are called in this process by the name of their handler.
* A signal looks only at executions that have begun: one that starts at the same moment made the original fail.
* Executions share their clients (the original makes one for every state, about 30 ms each), and what they go
  through by design, such as a time-out, is not logged as an error.
"""

import copy
import json
import logging
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from moto.awslambda.models import LambdaFunction
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.exceptions import DynamodbException, MockValidationException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import StreamShard, Table
from moto.dynamodb.models.utilities import dynamo_json_dump
from moto.dynamodb.responses import DynamoHandler
from moto.s3.responses import S3Response
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service_aws_sdk
from moto.stepfunctions.parser.asl.utils.boto_client import boto_client_for
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from infra.local.narrow import narrowed
from infra.local.photos import honouring_conditions

Record = dict[str, Any]
"""One record of a DynamoDB stream, in the shape in which Lambda receives it."""

Handler = Callable[[Any, Any], Any]
"""A Lambda entry point: `(event, context) -> answer`."""

FIRST_SEQUENCE = 100_000_000_000_000_000_001
TOKEN_SECONDS = 600
_MISMATCH = "com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException"


_STRUCTURE = "_serialize_type_structure"
_PLAIN = frozenset(("S", "N", "BOOL", "NULL"))
_ALL_EXECUTIONS = StepFunctionsParserBackend._get_executions  # noqa: SLF001  # what is to be mended


@dataclass
class _Change:
    """What one request did to one item so far."""

    table: Table
    keys: dict[str, Any]
    old: dict[str, Any] | None
    new: dict[str, Any] | None


@dataclass
class Gate:
    """The lock of the tables and the place where committed records come out.

    `on_commit` is called with the records of each request that changed something, in the order of their
    sequence numbers, inside the lock and before the request is answered: it must be quick and must not
    call AWS.
    """

    on_commit: Callable[[list[Record]], None] = lambda _: None
    lock: threading.RLock = field(default_factory=threading.RLock)
    sequence: int = FIRST_SEQUENCE
    changes: list[_Change] = field(default_factory=list)
    tokens: dict[str, tuple[float, str]] = field(default_factory=dict)

    def commit(self) -> None:
        """Hand over the changes of the request that ends now."""
        changes, self.changes = self.changes, []
        records = [self._record(change) for change in _merged(changes)]
        if records:
            self.on_commit(records)

    def _record(self, change: _Change) -> Record:
        body: dict[str, Any] = {
            "ApproximateCreationDateTime": int(time.time()),
            "Keys": change.keys,
            "SequenceNumber": str(self.sequence),
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        }
        self.sequence += 1
        if change.new is not None:
            body["NewImage"] = change.new
        if change.old is not None:
            body["OldImage"] = change.old
        body["SizeBytes"] = len(json.dumps(body))
        return {
            "eventID": uuid4().hex,
            "eventName": _event_name(change),
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": change.table.region_name,
            "eventSourceARN": f"{change.table.table_arn}/stream/{change.table.latest_stream_label}",
            "dynamodb": body,
        }


def _event_name(change: _Change) -> str:
    if change.old is None:
        return "INSERT"
    return "REMOVE" if change.new is None else "MODIFY"


def _merged(changes: list[_Change]) -> list[_Change]:
    """One change for each item, from its first old to its last new image; none where these are the same."""
    merged: dict[tuple[str, str], _Change] = {}
    for change in changes:
        key = (change.table.name, json.dumps(change.keys, sort_keys=True))
        if key in merged:
            merged[key].new = change.new
        else:
            merged[key] = change
    return [change for change in merged.values() if change.old != change.new]


def _plain(item: Any) -> dict[str, Any] | None:
    """A copy of an item as plain JSON: moto goes on changing its own."""
    if item is None:
        return None
    attributes: dict[str, Any] = json.loads(dynamo_json_dump(item.to_json()["Attributes"]))
    return attributes


@contextmanager
def mended(gate: Gate, functions: dict[str, Handler]) -> Iterator[None]:
    """Mend the emulator while the context lasts.

    `functions` names the Lambda handlers (`"app.advance"`); it is looked at when a function is invoked.
    """
    with ExitStack() as patches:
        for owner, name, replacement in (
            (Table, "__deepcopy__", lambda table, _: table),
            (StreamShard, "add", _collecting(gate)),
            (DynamoHandler, "_dispatch", _locked(gate, DynamoHandler._dispatch)),  # noqa: SLF001
            (DynamoHandler, "transact_write_items", _once(gate, DynamoHandler.transact_write_items)),
            (DynamoDBBackend, "transact_write_items", _atomic(gate, DynamoDBBackend.transact_write_items)),
            (DynamoDBBackend, "update_item", _atomic_update(gate, DynamoDBBackend.update_item)),
            (Table, "query", narrowed(Table.query)),
            (BaseJSONSerializer, _STRUCTURE, _as_it_is(getattr(BaseJSONSerializer, _STRUCTURE))),
            (S3Response, "copy_object", honouring_conditions(S3Response.copy_object)),
            (LambdaFunction, "_invoke_lambda", _in_process(functions)),
            (StepFunctionsParserBackend, "_get_executions", _begun(_ALL_EXECUTIONS)),
        ):
            patches.enter_context(patch.object(owner, name, replacement, create=True))
        shared = cache(lambda region, service: boto_client_for(region=region, service=service))
        for module in (state_task_service_aws_sdk, lambda_eval_utils):
            patches.enter_context(patch.object(module, "boto_client_for", _sharing(shared)))
        patches.enter_context(_quiet("moto.stepfunctions"))
        yield


def _begun(original: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
    def executions(backend: StepFunctionsParserBackend, *status: Any, **named: Any) -> list[Any]:
        found = original(backend, *status, **named)
        return [execution for execution in found if execution.exec_worker and execution.exec_worker.env]

    return executions


def _sharing(shared: Callable[[str, str], Any]) -> Callable[..., Any]:
    def boto_client_for(region: str, service: str, **_: Any) -> Any:
        return shared(region, service)

    return boto_client_for


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


def _collecting(gate: Gate) -> Callable[..., None]:
    def add(shard: StreamShard, old: Any, new: Any) -> None:
        table = shard.table
        item = old if old is not None else new
        keys = {table.hash_key_attr: item.hash_key.to_json()}
        if table.range_key_attr is not None:
            keys[table.range_key_attr] = item.range_key.to_json()
        gate.changes.append(_Change(table, keys, _plain(old), _plain(new)))

    return add


def _locked(gate: Gate, original: Callable[..., Any]) -> Callable[..., Any]:
    def dispatch(handler: DynamoHandler, *args: Any, **kwargs: Any) -> Any:
        with gate.lock:
            answer = original(handler, *args, **kwargs)
            gate.commit()
            return answer

    return dispatch


def _once(gate: Gate, original: Callable[..., Any]) -> Callable[..., Any]:
    """A transaction with a token that was used before does nothing; with other content it is refused."""

    def transact_write_items(handler: DynamoHandler) -> Any:
        token = handler.body.get("ClientRequestToken")
        if not token:
            return original(handler)
        content = dynamo_json_dump(handler.body["TransactItems"])
        now = time.monotonic()
        gate.tokens = {name: entry for name, entry in gate.tokens.items() if now - entry[0] < TOKEN_SECONDS}
        known = gate.tokens.get(token)
        if known is not None and known[1] != content:
            raise DynamodbException(_MISMATCH, "An earlier request with this token had other parameters")
        if known is not None:
            # Nothing is left to write; the original is only asked for the shape of its answer.
            handler.body["TransactItems"] = []
        answer = original(handler)
        gate.tokens[token] = (now, content)
        return answer

    return transact_write_items


def _atomic(gate: Gate, original: Callable[..., Any]) -> Callable[..., Any]:
    def transact_write_items(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> Any:
        with gate.lock, _put_back(gate, [_spot(backend, item) for item in transact_items]):
            return original(backend, transact_items)

    return transact_write_items


def _atomic_update(gate: Gate, original: Callable[..., Any]) -> Callable[..., Any]:
    """An update changes the stored item in place: one that fails half way must not stay."""

    def update_item(
        backend: DynamoDBBackend, table_name: str, key: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        spot = _spot(backend, {"Update": {"TableName": table_name, "Key": key}})
        with gate.lock, _put_back(gate, [spot]):
            return original(backend, table_name, key, *args, **kwargs)

    return update_item


Spot = tuple[Table, Any, Any, Any]
"""A place in a table and a copy of what was there: (table, hash key, range key, item or None)."""


def _spot(backend: DynamoDBBackend, transact_item: dict[str, Any]) -> Spot | None:
    operation, body = next(iter(transact_item.items()))
    table = backend.tables.get(body.get("TableName", ""))
    keys = body.get("Item") if operation == "Put" else body.get("Key")
    if table is None or not keys:
        return None
    try:
        hash_key, range_key = backend.get_keys_value(table, keys)
    except MockValidationException:
        return None
    item = table.get_item(hash_key, range_key)
    # Only an update changes the item itself; the others put another one in its place.
    return table, hash_key, range_key, copy.deepcopy(item) if operation == "Update" else item


def _as_it_is(original: Callable[..., None]) -> Callable[..., None]:
    def structure(
        serializer: BaseJSONSerializer, serialized: dict[str, Any], value: Any, shape: Any, key: str
    ) -> None:
        if shape.name == "AttributeValue" and isinstance(value, dict) and value.keys() <= _PLAIN:
            serialized[key] = value
        else:
            original(serializer, serialized, value, shape, key)

    return structure


@contextmanager
def _put_back(gate: Gate, spots: list[Spot | None]) -> Iterator[None]:
    mark = len(gate.changes)
    try:
        yield
    except BaseException:
        for table, hash_key, range_key, item in filter(None, spots):
            shelf = table.items[hash_key]
            if item is None:
                shelf.pop(range_key, None)
            else:
                shelf[range_key] = item
        del gate.changes[mark:]
        raise


def _in_process(functions: dict[str, Handler]) -> Callable[..., tuple[str, bool, str]]:
    def invoke(function: LambdaFunction, event: Any = None) -> tuple[str, bool, str]:
        try:
            handler = functions[function.handler]
            context = Context(function.function_name, function.function_arn, str(function.memory_size))
            return json.dumps(handler({} if event is None else event, context)), False, ""
        except Exception as error:  # noqa: BLE001  # whatever a function raises is Lambda's answer
            log = traceback.format_exc()
            body = {"errorMessage": str(error), "errorType": type(error).__name__}
            return json.dumps(body), True, log

    return invoke


@dataclass(frozen=True)
class Context:
    """What a handler may ask of Lambda's context object."""

    function_name: str
    invoked_function_arn: str
    memory_limit_in_mb: str = "512"
    function_version: str = "$LATEST"
    log_group_name: str = "/local"
    log_stream_name: str = "local"
    aws_request_id: str = field(default_factory=lambda: str(uuid4()))

    def get_remaining_time_in_millis(self) -> int:
        """Locally nothing runs out of time."""
        return 60_000
