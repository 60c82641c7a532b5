"""Both stores, and a hand in the table that their port does not give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import pytest

from chalicelib.ports import Store
from chalicelib.record.shapes import StreamRecord
from chalicelib.store import DynamoStore
from chalicelib.store.stream import parse
from infra.local.embedded import EmbeddedAws, embedded_aws
from tests.fakes.clock import FakeClock
from tests.fakes.store import FakeStore


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call; `after` the service had done it: only the answer is lost."""

    error: Exception
    after: bool = False


class Home(Protocol):
    """A store, and what others than services do to its table."""

    @property
    def store(self) -> Store:
        """The store."""

    def take_stream(self) -> list[StreamRecord]:
        """What was written since the last time, as reactions are told."""

    def write_token(self, thing: str, version: int, token: str) -> bool:
        """What the state machine does."""

    def erase_contact(self, bell_id: str) -> None:
        """A resident's data goes."""


class FakeHome:
    """The store in memory."""

    def __init__(self) -> None:
        self.store = FakeStore()

    def take_stream(self) -> list[StreamRecord]:
        records = list(self.store.stream)
        self.store.stream.clear()
        return records

    def write_token(self, thing: str, version: int, token: str) -> bool:
        return self.store.write_token(thing, version, token)

    def erase_contact(self, bell_id: str) -> None:
        self.store.erase_contact(bell_id)


class DynamoHome:
    """The store in the embedded AWS."""

    def __init__(self, aws: EmbeddedAws) -> None:
        self.aws = aws
        self.clock = FakeClock()
        self.store = DynamoStore(aws.table_name, aws.region, self.clock.sleep)
        self.raw = aws.client("dynamodb")

    def take_stream(self) -> list[StreamRecord]:
        records = [record for _, record in parse(self.aws.records)]
        self.aws.records.clear()
        return records

    def write_token(self, thing: str, version: int, token: str) -> bool:
        try:
            self._update_as_machine(thing, version, token)
        except self.raw.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def _update_as_machine(self, thing: str, version: int, token: str) -> None:
        self.raw.update_item(
            TableName=self.aws.table_name,
            Key={"pk": {"S": thing}, "sk": {"S": "HEAD"}},
            ConditionExpression="#v = :v",
            UpdateExpression="SET task_token = :token ADD hops :one",
            ExpressionAttributeNames={"#v": "version"},
            ExpressionAttributeValues={":v": {"N": str(version)}, ":token": {"S": token}, ":one": {"N": "1"}},
        )

    def erase_contact(self, bell_id: str) -> None:
        key = {"pk": {"S": f"BELL#{bell_id}"}, "sk": {"S": "CONTACT"}}
        self.raw.delete_item(TableName=self.aws.table_name, Key=key)

    def rows(self) -> list[dict[str, Any]]:
        """Every row of the table."""
        items: list[dict[str, Any]] = self.raw.scan(TableName=self.aws.table_name)["Items"]
        return items

    def disturb(self, *faults: Fault) -> None:
        """Let the next calls of the store suffer these faults, one each; None is a call that goes well."""
        client = self.store.table._connection.client
        original, waiting = type(client)._make_api_call, list(faults)

        def call(operation: str, parameters: dict[str, Any]) -> Any:
            fault = waiting.pop(0) if waiting else None
            if fault is not None and not fault.after:
                raise fault.error
            answer = original(client, operation, parameters)
            if fault is not None:
                raise fault.error
            return answer

        client._make_api_call = call

    def wipe(self) -> None:
        """Leave an empty table behind."""
        for row in self.rows():
            self.raw.delete_item(TableName=self.aws.table_name, Key={"pk": row["pk"], "sk": row["sk"]})
        self.aws.records.clear()


@pytest.fixture(scope="module")
def store_aws() -> Iterator[EmbeddedAws]:
    """One embedded AWS for all tests of the store."""
    with embedded_aws() as aws:
        yield aws


@pytest.fixture
def dynamo(request: pytest.FixtureRequest) -> Iterator[DynamoHome]:
    """An empty table in the embedded AWS."""
    home = DynamoHome(request.getfixturevalue("store_aws"))
    yield home
    home.wipe()


@pytest.fixture(params=["fake", "dynamo"])
def home(request: pytest.FixtureRequest) -> Home:
    """Each test that asks for it runs on both stores."""
    if request.param == "fake":
        return FakeHome()
    made: DynamoHome = request.getfixturevalue("dynamo")
    return made


@pytest.fixture
def store(home: Home) -> Store:
    """The store alone."""
    return home.store
