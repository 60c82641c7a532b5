"""One DynamoDB table through pynamodb's connection: one client for all threads, conditions, retries, transactions."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from botocore.exceptions import ClientError
from botocore.session import Session
from pynamodb.connection import Connection
from pynamodb.connection.base import MetaTable
from pynamodb.exceptions import CancellationReason, TransactWriteError, VerboseClientError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.core.errors import Unavailable
from chalicelib.store.keys import Key
from chalicelib.store.models import Row
from chalicelib.store.patience import BUSY, PAUSES, Busy, nonce, patiently, stretched

T = TypeVar("T")
Raw = dict[str, Any]

INDEXES = {
    "worklist": ("worklist_scope", "worklist_at"),
    "person": ("person", "person_at"),
    "community": ("community_scope", "worklist_at"),
    "due": ("due_shard", "due_at"),
    "public": ("public_scope", "public_at"),
    "tips": ("tip_shard", "pk"),
}
"""The indexes that are asked: their partition and sort keys, all strings, as infra/template.yaml has them."""

_CONDITION = "ConditionalCheckFailed"
_BATCH = 100


class Refused(Exception):
    """A condition did not hold and nothing was written. `found`: what was there, by label; empty when nothing was."""

    def __init__(self, found: Mapping[str, Raw]) -> None:
        super().__init__(", ".join(found))
        self.found = found


class _SharedConnection(Connection):
    """pynamodb makes a client on first use, in whichever threads come first: here exactly one is made."""

    def __init__(self, region: str | None, session: Callable[[], Session]) -> None:
        # Failed calls are repeated below, where the pauses can be counted and moved by tests.
        super().__init__(
            region=region, connect_timeout_seconds=2, read_timeout_seconds=5, max_retry_attempts=0
        )
        self._making = threading.Lock()
        self._session = session

    @property
    def session(self) -> Session:
        """The session that makes the client."""
        return self._session()

    @property
    def client(self) -> Any:
        """The botocore client, safe to use from all threads."""
        with self._making:
            return super().client


class Transaction(msgspec.Struct):
    """What one TransactWriteItems writes. Labels say which condition failed."""

    checks: list[tuple[str, Raw]] = msgspec.field(default_factory=list)
    deletes: list[tuple[str, Raw]] = msgspec.field(default_factory=list)
    puts: list[tuple[str, Raw]] = msgspec.field(default_factory=list)
    updates: list[tuple[str, Raw]] = msgspec.field(default_factory=list)

    @property
    def labels(self) -> list[str]:
        """In the order in which DynamoDB answers."""
        return [label for label, _ in (*self.checks, *self.deletes, *self.puts, *self.updates)]


class Part:
    """What knows one kind of row, in the table that all of them share."""

    def __init__(self, table: Table) -> None:
        self.table = table


class Table:
    """The table. Raises `core.errors.Unavailable` when a call failed several times for reasons that pass.

    A call that is repeated after its answer was lost has no second effect: transactions carry one token for all
    their tries, and single writes are recognised by their writer.
    """

    def __init__(
        self, name: str, region: str | None, sleep: Callable[[float], None], session: Callable[[], Session]
    ) -> None:
        self.name = name
        self._sleep = sleep
        self._connection = _SharedConnection(region or None, session)
        self._connection.add_meta_table(_meta_table(name))

    # -- building blocks of writes

    def put(self, row: Row, condition: Condition | None = None) -> Raw:
        """The parameters of writing a row as a whole."""
        attributes: Raw = row.serialize()
        return self._connection.get_operation_kwargs(
            self.name,
            attributes.pop("pk")["S"],
            attributes.pop("sk")["S"],
            key="Item",
            attributes=attributes,
            condition=condition,
            return_values_on_condition_failure="ALL_OLD",
        )

    def update(self, key: Key, actions: Sequence[Action], condition: Condition | None = None) -> Raw:
        """The parameters of changing some attributes of a row."""
        return self._connection.get_operation_kwargs(
            self.name,
            *key,
            actions=actions,
            condition=condition,
            return_values_on_condition_failure="ALL_OLD",
        )

    def check(self, key: Key, condition: Condition) -> Raw:
        """The parameters of asking whether a row is as it must be."""
        return self._connection.get_operation_kwargs(
            self.name, *key, condition=condition, return_values_on_condition_failure="ALL_OLD"
        )

    def delete(self, key: Key) -> Raw:
        """The parameters of removing a row, if it is there."""
        return self._connection.get_operation_kwargs(self.name, *key)

    # -- calls

    def transact(self, transaction: Transaction) -> None:
        """Write all or nothing, in one call; raises Refused."""
        token = nonce()
        self._try(lambda: self._transact(transaction, token))

    def write(self, put: Raw) -> None:
        """Write one row; raises Refused with what was there under the label `row`."""
        self._try(lambda: self._dispatch("PutItem", put))

    def change(self, update: Raw) -> Raw:
        """Change one row and answer it as it is now; raises Refused with what was there under the label `row`."""
        answer = self._try(lambda: self._dispatch("UpdateItem", {**update, "ReturnValues": "ALL_NEW"}))
        row: Raw = answer["Attributes"]
        return row

    def get(self, key: Key) -> Raw | None:
        """A row, strongly consistent."""
        answer = self._try(lambda: self._connection.get_item(self.name, *key, consistent_read=True))
        item: Raw | None = answer.get("Item")
        return item

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Raw]:
        """Those of the rows that exist, strongly consistent; one call for each hundred."""
        found: dict[Key, Raw] = {}
        wanted = [{"pk": pk, "sk": sk} for pk, sk in dict.fromkeys(keys)]
        for start in range(0, len(wanted), _BATCH):
            self._get_batch(wanted[start : start + _BATCH], found)
        return found

    def query(
        self,
        partition: str,
        condition: Condition | None = None,
        *,
        index: str | None = None,
        limit: int | None = None,
        after: Raw | None = None,
        backwards: bool = False,
    ) -> list[Raw]:
        """The rows of a partition in order, at most `limit`; strongly consistent except on an index.

        One call for each megabyte.
        """
        rows: list[Raw] = []
        while True:
            page = self._query_page(
                partition, condition, index, limit and limit - len(rows), after, backwards
            )
            rows += page["Items"]
            after = page.get("LastEvaluatedKey")
            if not after or (limit and len(rows) >= limit):
                return rows

    def pages(
        self,
        partition: str,
        condition: Condition | None,
        *,
        index: str | None = None,
        only: Sequence[str] | None = None,
    ) -> Iterator[Raw]:
        """The rows of a partition one after another, a call for each megabyte, never more than that in memory; `only`:
        these attributes of them. Strongly consistent except on an index."""
        after: Raw | None = None
        while True:
            page = self._query_page(partition, condition, index, None, after, False, only)
            yield from page["Items"]
            after = page.get("LastEvaluatedKey")
            if not after:
                return

    def scan(self, condition: Condition | None = None) -> Iterator[Raw]:
        """Every row that meets the condition, those of a partition together. Maintenance."""
        after: Raw | None = None
        while True:
            page = self._scan_page(after, condition)
            yield from page["Items"]
            after = page.get("LastEvaluatedKey")
            if not after:
                return

    # -- inside

    def _try(self, call: Callable[[], T]) -> T:
        return patiently(call, self._sleep)

    def _transact(self, transaction: Transaction, token: str) -> None:
        try:
            self._connection.transact_write_items(
                condition_check_items=[kwargs for _, kwargs in transaction.checks],
                delete_items=[kwargs for _, kwargs in transaction.deletes],
                put_items=[kwargs for _, kwargs in transaction.puts],
                update_items=[kwargs for _, kwargs in transaction.updates],
                client_request_token=token,
            )
        except TransactWriteError as error:
            _judge(error.cancellation_reasons, transaction.labels)
            raise

    def _dispatch(self, operation: str, kwargs: Raw) -> Raw:
        try:
            answer: Raw = self._connection.dispatch(operation, kwargs)
        except VerboseClientError as error:
            if error.response["Error"]["Code"] == f"{_CONDITION}Exception":
                raise Refused({"row": _rejected(error)}) from error
            raise
        return answer

    def _get_batch(self, wanted: list[Any], found: dict[Key, Raw]) -> None:
        for pause in (*PAUSES, None):
            answer = self._try(functools.partial(self._get_some, wanted))
            for item in answer["Responses"].get(self.name, ()):
                found[item["pk"]["S"], item["sk"]["S"]] = item
            # DynamoDB leaves keys out when it is busy or the answer grows too large.
            wanted = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
            if not wanted:
                return
            if pause is not None:
                self._sleep(stretched(pause))
        raise Unavailable("BatchGetItem")

    def _get_some(self, wanted: list[Any]) -> Raw:
        return self._connection.batch_get_item(self.name, wanted, consistent_read=True)

    def _query_page(
        self,
        partition: str,
        condition: Condition | None,
        index: str | None,
        limit: int | None,
        after: Raw | None,
        backwards: bool,
        only: Sequence[str] | None = None,
    ) -> Raw:
        return self._try(
            lambda: self._connection.query(
                self.name,
                partition,
                range_key_condition=condition,
                attributes_to_get=list(only) if only else None,
                consistent_read=index is None,
                exclusive_start_key=after,
                index_name=index,
                limit=limit,
                scan_index_forward=not backwards,
            )
        )

    def _scan_page(self, after: Raw | None, condition: Condition | None) -> Raw:
        return self._try(
            lambda: self._connection.scan(
                self.name,
                filter_condition=condition,
                # A start key is passed on as it is; pynamodb's annotation knows only its short form.
                exclusive_start_key=after,  # type: ignore[arg-type]
                consistent_read=True,
            )
        )


def _judge(reasons: Sequence[CancellationReason | None], labels: Sequence[str]) -> None:
    """Raise Refused when a condition failed, else Busy when somebody was in the way."""
    named = [(label, reason) for label, reason in zip(labels, reasons, strict=False) if reason]
    found = {label: reason.raw_item or {} for label, reason in named if reason.code == _CONDITION}
    if found:
        raise Refused(found)
    if named and all(reason.code in BUSY for _, reason in named):
        raise Busy(named[0][1].code)


def _rejected(error: ClientError) -> Raw:
    """The row that was there; pynamodb keeps the original error, which has it, as the cause of its own."""
    original = error.__cause__
    answer: Raw = dict(original.response) if isinstance(original, ClientError) else {}
    item: Raw = answer.get("Item", {})
    return item


def _meta_table(name: str) -> MetaTable:
    """What pynamodb has to know to build keys, without asking AWS."""
    attributes = dict.fromkeys(
        ("pk", "sk", *(attribute for index in INDEXES.values() for attribute in index))
    )
    return MetaTable(
        {
            "TableName": name,
            "KeySchema": _schema("pk", "sk"),
            "AttributeDefinitions": [{"AttributeName": a, "AttributeType": "S"} for a in attributes],
            "GlobalSecondaryIndexes": [
                {"IndexName": index, "KeySchema": _schema(*names)} for index, names in INDEXES.items()
            ],
        }
    )


def _schema(hash_key: str, range_key: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": hash_key, "KeyType": "HASH"},
        {"AttributeName": range_key, "KeyType": "RANGE"},
    ]
