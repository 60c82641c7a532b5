"""What is counted while people's days are played: every AWS call, by which function made it, in what is charged."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.utilities import dynamo_json_dump

from infra.cost.units import Index, Item, index_units, read_units, size, write_units

_acting: ContextVar[str] = ContextVar("acting", default="")

Kind = str
"""What is charged, such as `write units` or `requests`; or `calls dynamodb.Query`, which is told but not charged."""


@dataclass
class Ledger:
    """The sums. `by`: (function, kind) to an amount."""

    region: str
    indexes: tuple[Index, ...]
    by: defaultdict[tuple[str, Kind], float] = field(default_factory=lambda: defaultdict(float))

    @contextmanager
    def acting(self, function: str) -> Iterator[None]:
        """Whatever is called meanwhile is that function's."""
        token = _acting.set(function)
        try:
            yield
        finally:
            _acting.reset(token)

    def add(self, kind: Kind, amount: float = 1) -> None:
        """So much more of it, by whoever is acting; what nobody of ours does is not counted."""
        if function := _acting.get():
            self.by[function, kind] += amount

    def called(self, service: str, operation: str) -> None:
        """A call was made."""
        self.add(f"calls {service}.{operation}")

    def images(self, params: Mapping[str, Any]) -> list[Item | None]:
        """The items that a write touches, as they are now; read in the emulator's memory."""
        return [self._item(table, key) for _, table, key in _touched(params)]

    def wrote(
        self, operation: str, params: Mapping[str, Any], old: list[Item | None], new: list[Item | None]
    ) -> None:
        """A write that succeeded, or was refused (then nothing differs and it costs the same)."""
        transaction = operation == "TransactWriteItems"
        for before, after in zip(old, new, strict=True):
            units = write_units(before, after, transaction=transaction)
            self.add("write units", units)
            self.add("items written")
            self.add(f"partition {_family(before or after)}", units)
            for index in self.indexes:
                units = index_units(index, before, after)
                self.add("index write units", units)
                self.add(f"partition index {index.name}", units)

    def read(self, operation: str, params: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """A read and its answer."""
        strong = bool(params.get("ConsistentRead"))
        if operation == "Query":
            found = sum(size(item) for item in answer["Items"])
            self.add("read units", read_units(found, strong=strong))
        elif operation == "GetItem":
            self._read(answer.get("Item"), strong=strong)
        elif operation == "BatchGetItem":
            for table, asked in params["RequestItems"].items():
                items = answer["Responses"].get(table, [])
                missing = [None] * (len(asked["Keys"]) - len(items))
                for item in (*items, *missing):
                    self._read(item, strong=bool(asked.get("ConsistentRead")))
        else:
            raise NotImplementedError(operation)

    def _read(self, item: Item | None, *, strong: bool) -> None:
        units = read_units(size(item), strong=strong)
        self.add("read units", units)
        self.add(f"partition read {_family(item)}", units)

    def _item(self, name: str, key: Mapping[str, Any]) -> Item | None:
        table = dynamodb_backends[DEFAULT_ACCOUNT_ID][self.region].tables[name]
        found = table.get_item(DynamoType(dict(key["pk"])), DynamoType(dict(key["sk"])))
        return plain(found) if found else None


def plain(row: Any) -> Item:
    """A row of the emulator as DynamoDB's JSON."""
    attributes: Item = json.loads(dynamo_json_dump(row.to_json()["Attributes"]))
    return attributes


def _family(item: Item | None) -> str:
    """The kind of partition an item is in: `BELL`, `COUNTERS` …"""
    return str(item["pk"]["S"]).partition("#")[0] if item and "pk" in item else "none"


def _touched(params: Mapping[str, Any]) -> list[tuple[str, str, Mapping[str, Any]]]:
    """(verb, table, key) of each item of a write."""
    if "TransactItems" in params:
        return [_one(verb, body) for item in params["TransactItems"] for verb, body in item.items()]
    if "RequestItems" in params:
        return [
            _one("Put", {"TableName": table, **request["PutRequest"]})
            if "PutRequest" in request
            else _one("Delete", {"TableName": table, **request["DeleteRequest"]})
            for table, requests in params["RequestItems"].items()
            for request in requests
        ]
    return [_one("Put" if "Item" in params else "Update", params)]


def _one(verb: str, body: Mapping[str, Any]) -> tuple[str, str, Mapping[str, Any]]:
    return verb, body["TableName"], body["Item"] if verb == "Put" else body["Key"]
