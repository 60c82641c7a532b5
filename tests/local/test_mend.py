"""What one may rely on in the embedded tables and functions, as on the real ones."""

import json
import os
import threading
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.dynamodb.models.utilities import dynamo_json_dump

from infra.local.embedded import EmbeddedAws, embedded_aws
from infra.local.narrow import narrowed

THREADS = 8
SERIALIZED = BaseJSONSerializer._serialize_type_structure
"""As moto has it."""


def key(name: str, row: str = "HEAD") -> dict[str, Any]:
    return {"pk": {"S": name}, "sk": {"S": row}}


def put(aws: EmbeddedAws, name: str, version: int = 1, **more: Any) -> None:
    aws.client("dynamodb").put_item(
        TableName=aws.table_name, Item={**key(name), "version": {"N": str(version)}, **more}
    )


def get(aws: EmbeddedAws, name: str, row: str = "HEAD") -> dict[str, Any] | None:
    found: dict[str, Any] | None = (
        aws.client("dynamodb").get_item(TableName=aws.table_name, Key=key(name, row)).get("Item")
    )
    return found


def advance(aws: EmbeddedAws, name: str, old: int, event: str, **more: Any) -> list[dict[str, Any]]:
    """What a command writes: the head if it has the expected version, and an event."""
    update = {
        "TableName": aws.table_name,
        "Key": key(name),
        "UpdateExpression": "SET version = :new, last_event = :event",
        "ConditionExpression": "version = :old",
        "ExpressionAttributeValues": {
            ":new": {"N": str(old + 1)},
            ":old": {"N": str(old)},
            ":event": {"S": event},
        },
        **more,
    }
    new = {
        "TableName": aws.table_name,
        "Item": key(name, f"EVENT#{event}"),
        "ConditionExpression": "attribute_not_exists(pk)",
    }
    return [{"Update": update}, {"Put": new}]


def together(work: Callable[[int], Any]) -> list[Any]:
    """Run the work in eight threads that start at the same moment; their results, in order."""
    barrier = threading.Barrier(THREADS)
    results: list[Any] = [None] * THREADS

    def run(number: int) -> None:
        barrier.wait()
        results[number] = work(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_eight_who_want_the_same_version_one_wins_each_round_and_nothing_else_is_lost(
    aws: EmbeddedAws,
) -> None:
    put(aws, "BELL#1")
    rounds = 6

    def compete(number: int) -> int:
        client, won = aws.client("dynamodb"), 0
        for version in range(1, rounds + 1):
            client.put_item(TableName=aws.table_name, Item=key(f"OTHER#{number}", str(version)))
            try:
                items = advance(aws, "BELL#1", version, f"{version}-{number}")
                client.transact_write_items(TransactItems=items)
                won += 1
            except client.exceptions.TransactionCanceledException:
                while int((get(aws, "BELL#1") or {})["version"]["N"]) <= version:
                    pass
        return won

    wins = together(compete)
    assert sum(wins) == rounds
    assert (get(aws, "BELL#1") or {})["version"] == {"N": str(rounds + 1)}
    names = [record["dynamodb"]["Keys"]["pk"]["S"] for record in aws.records]
    assert len([name for name in names if name.startswith("OTHER#")]) == THREADS * rounds
    for number in range(THREADS):
        for version in range(1, rounds + 1):
            assert get(aws, f"OTHER#{number}", str(version)) is not None


def test_the_records_are_those_of_what_is_in_the_table(aws: EmbeddedAws) -> None:
    put(aws, "BELL#1")

    def compete(number: int) -> None:
        client = aws.client("dynamodb")
        for version in range(1, 5):
            try:
                client.transact_write_items(
                    TransactItems=advance(aws, "BELL#1", version, f"{version}-{number}")
                )
            except ClientError:
                continue

    together(compete)
    numbers = [int(record["dynamodb"]["SequenceNumber"]) for record in aws.records]
    assert numbers == sorted(set(numbers))
    events = [
        r["dynamodb"]["Keys"]["sk"]["S"] for r in aws.records if r["dynamodb"]["Keys"]["sk"]["S"] != "HEAD"
    ]
    heads = [r["dynamodb"]["NewImage"] for r in aws.records if r["dynamodb"]["Keys"]["sk"]["S"] == "HEAD"]
    assert [f"EVENT#{head['last_event']['S']}" for head in heads if "last_event" in head] == events
    assert heads[-1] == get(aws, "BELL#1")


def test_a_cancelled_transaction_leaves_no_trace(aws: EmbeddedAws) -> None:
    put(aws, "BELL#1")
    before, records = get(aws, "BELL#1"), list(aws.records)
    clash = {"Put": {"TableName": aws.table_name, "Item": key("BELL#2")}}
    with pytest.raises(ClientError, match="TransactionCanceledException"):
        aws.client("dynamodb").transact_write_items(
            TransactItems=[clash, *advance(aws, "BELL#1", 1, "a"), *advance(aws, "BELL#3", 1, "b")]
        )
    assert get(aws, "BELL#1") == before
    assert get(aws, "BELL#2") is None
    assert aws.records == records


def test_an_update_that_fails_half_way_changes_nothing(aws: EmbeddedAws) -> None:
    put(aws, "BELL#1", text={"S": "a"})
    before, records = get(aws, "BELL#1"), list(aws.records)
    with pytest.raises(ClientError, match="ValidationException"):
        aws.client("dynamodb").update_item(
            TableName=aws.table_name,
            Key=key("BELL#1"),
            UpdateExpression="SET version = :two ADD #text :two",
            ExpressionAttributeNames={"#text": "text"},
            ExpressionAttributeValues={":two": {"N": "2"}},
        )
    assert get(aws, "BELL#1") == before
    assert aws.records == records


def test_who_loses_is_told_what_is_there(aws: EmbeddedAws) -> None:
    put(aws, "BELL#1", 5)
    items = advance(aws, "BELL#1", 1, "a", ReturnValuesOnConditionCheckFailure="ALL_OLD")
    with pytest.raises(ClientError) as caught:
        aws.client("dynamodb").transact_write_items(TransactItems=items)
    first, second = caught.value.response["CancellationReasons"]
    assert (first["Code"], first["Item"]["version"]) == ("ConditionalCheckFailed", {"N": "5"})
    assert second["Code"] == "None"


def test_the_same_token_writes_once_and_other_content_is_refused(aws: EmbeddedAws) -> None:
    put(aws, "BELL#1")
    client, items = aws.client("dynamodb"), advance(aws, "BELL#1", 1, "a")
    for _ in range(2):
        client.transact_write_items(TransactItems=items, ClientRequestToken="same")
    assert (get(aws, "BELL#1") or {})["version"] == {"N": "2"}
    with pytest.raises(ClientError, match="IdempotentParameterMismatchException"):
        client.transact_write_items(TransactItems=advance(aws, "BELL#1", 2, "b"), ClientRequestToken="same")
    assert (get(aws, "BELL#1") or {})["version"] == {"N": "2"}


def test_a_cancelled_transaction_may_be_tried_again_with_its_token(aws: EmbeddedAws) -> None:
    client, items = aws.client("dynamodb"), advance(aws, "BELL#1", 1, "a")
    with pytest.raises(ClientError, match="TransactionCanceledException"):
        client.transact_write_items(TransactItems=items, ClientRequestToken="again")
    put(aws, "BELL#1")
    client.transact_write_items(TransactItems=items, ClientRequestToken="again")
    assert (get(aws, "BELL#1") or {})["version"] == {"N": "2"}


def test_a_record_has_both_images_and_the_shape_lambda_gets(aws: EmbeddedAws) -> None:
    put(aws, "BELL#1", 1)
    put(aws, "BELL#1", 2)
    aws.client("dynamodb").delete_item(TableName=aws.table_name, Key=key("BELL#1"))
    assert [record["eventName"] for record in aws.records] == ["INSERT", "MODIFY", "REMOVE"]
    changed = aws.records[1]
    assert changed["eventSource"] == "aws:dynamodb"
    assert f"table/{aws.table_name}/stream/" in changed["eventSourceARN"]
    assert changed["dynamodb"]["Keys"] == key("BELL#1")
    assert changed["dynamodb"]["OldImage"]["version"] == {"N": "1"}
    assert changed["dynamodb"]["NewImage"]["version"] == {"N": "2"}
    assert len({record["eventID"] for record in aws.records}) == 3
    json.dumps(aws.records)


def test_a_write_that_changes_nothing_makes_no_record(aws: EmbeddedAws) -> None:
    put(aws, "BELL#1")
    put(aws, "BELL#1")
    assert len(aws.records) == 1


def test_an_update_that_creates_an_item_is_one_record(aws: EmbeddedAws) -> None:
    aws.client("dynamodb").update_item(
        TableName=aws.table_name,
        Key=key("COUNTER"),
        UpdateExpression="ADD rung :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    (record,) = aws.records
    assert record["eventName"] == "INSERT"
    assert record["dynamodb"]["NewImage"]["rung"] == {"N": "1"}


def test_the_commit_is_told_before_the_writer_is(aws: EmbeddedAws) -> None:
    order: list[str] = []
    aws.gate.on_commit = lambda records: order.append("journal")
    put(aws, "BELL#1")
    order.append("answer")
    assert order == ["journal", "answer"]


def test_a_read_never_sees_half_a_write(aws: EmbeddedAws) -> None:
    put(aws, "BELL#1", 0, a={"N": "0"}, b={"N": "0"})
    done = threading.Event()

    def work(number: int) -> bool:
        client, whole = aws.client("dynamodb"), True
        if number == 0:
            for _ in range(40):
                client.update_item(
                    TableName=aws.table_name,
                    Key=key("BELL#1"),
                    UpdateExpression="ADD a :one, b :one",
                    ExpressionAttributeValues={":one": {"N": "1"}},
                )
            done.set()
        while not done.is_set():
            item = get(aws, "BELL#1") or {}
            whole = whole and item["a"] == item["b"]
        return whole

    assert all(together(work))


def test_batch_reads_may_ask_for_consistency(aws: EmbeddedAws) -> None:
    put(aws, "BELL#1")
    answer = aws.client("dynamodb").batch_get_item(
        RequestItems={aws.table_name: {"Keys": [key("BELL#1"), key("BELL#9")], "ConsistentRead": True}}
    )
    assert [item["pk"]["S"] for item in answer["Responses"][aws.table_name]] == ["BELL#1"]


def test_the_table_has_the_indexes_of_the_template(aws: EmbeddedAws) -> None:
    table = aws.client("dynamodb").describe_table(TableName=aws.table_name)["Table"]
    indexes = {
        index["IndexName"]: index["Projection"]["ProjectionType"] for index in table["GlobalSecondaryIndexes"]
    }
    assert indexes == {
        "worklist": "ALL",
        "community": "ALL",
        "person": "ALL",
        "due": "KEYS_ONLY",
        "public": "ALL",
        "tips": "INCLUDE",
    }
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_a_function_runs_in_this_process(aws: EmbeddedAws) -> None:
    aws.functions["app.advance"] = lambda event, context: {"got": event, "name": context.function_name}
    answer = aws.client("lambda").invoke(
        FunctionName="consultation-bell-local-advance", Payload=json.dumps({"id": "铃"})
    )
    assert "FunctionError" not in answer
    assert json.load(answer["Payload"]) == {"got": {"id": "铃"}, "name": "consultation-bell-local-advance"}


def test_the_name_of_what_a_function_raised_can_be_caught(aws: EmbeddedAws) -> None:
    class TimelineClosed(Exception):
        pass

    def closed(event: Any, context: Any) -> None:
        raise TimelineClosed("it is over")

    aws.functions["app.advance"] = closed
    answer = aws.client("lambda").invoke(FunctionName="consultation-bell-local-advance")
    assert answer["FunctionError"]
    assert json.load(answer["Payload"]) == {"errorType": "TimelineClosed", "errorMessage": "it is over"}


def test_nothing_on_the_machine_leads_calls_to_another_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://192.0.2.1:1")
    monkeypatch.setenv("AWS_PROFILE", "production")
    with embedded_aws() as aws:
        put(aws, "BELL#1")
        assert get(aws, "BELL#1") is not None
    assert os.environ["AWS_PROFILE"] == "production"


TEXT = st.sampled_from("abc").map(lambda text: {"S": text})
VALUE = TEXT | st.sampled_from(["1", "1.0"]).map(lambda number: {"N": number})
ROW = st.integers(0, 5).map(lambda number: {"S": f"E#{number}"})
ITEMS = st.lists(
    st.fixed_dictionaries({"pk": TEXT, "sk": ROW}, optional={"scope": TEXT, "at": TEXT, "other": VALUE}),
    max_size=16,
)
QUESTION = st.fixed_dictionaries(
    {
        "index": st.sampled_from([None, "by_scope", "by_other", "missing"]),
        "key": VALUE,
        "comparison": st.sampled_from([None, "BEGINS_WITH", ">="]),
        "bound": TEXT | ROW | st.just({"S": "E#"}),
        "limit": st.sampled_from([None, 1, 2]),
        "forward": st.booleans(),
        "projection": st.sampled_from([None, [["pk"], ["at"]]]),
        "filter": st.sampled_from([None, "#at = :a", "attribute_exists(#at)"]),
    }
)
HASH_KEYS = {None: "pk", "by_scope": "scope", "by_other": "other", "missing": "scope"}


def small_table(items: list[dict[str, Any]], *, with_rows: bool) -> Table:
    """A table of the emulator with an index that has a range key and one that has none."""
    names = {"by_scope": ("scope", "at"), "by_other": ("other",)}
    own = ("pk", "sk") if with_rows else ("pk",)
    indexes = [
        {"IndexName": name, "KeySchema": schema(*keys), "Projection": {"ProjectionType": "ALL"}}
        for name, keys in names.items()
    ]
    attributes = [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "scope", "at")]
    table = Table("small", "123456789012", "eu-central-1", schema(*own), attributes, global_indexes=indexes)
    for item in items:
        table.put_item(item)
    return table


def schema(*names: str) -> list[dict[str, Any]]:
    return [
        {"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)
    ]


def pages(query: Callable[..., Any], table: Table, question: dict[str, Any]) -> list[str]:
    """All pages of the answer as text, each with its count and where it stopped; or how it was refused."""
    found: list[str] = []
    start: dict[str, Any] | None = None
    while not found or start:
        in_order, named = asked(question, start)
        try:
            items, scanned, start = query(table, *in_order, **named)
        except Exception as error:  # noqa: BLE001  # whatever it is, both must raise it
            return [*found, repr(error)]
        found.append(dynamo_json_dump([[item.to_json() for item in items], scanned, start]))
    return found


def asked(question: dict[str, Any], start: Any) -> tuple[list[Any], dict[str, Any]]:
    index, key, comparison = question["index"], DynamoType(question["key"]), question["comparison"]
    bounds = [DynamoType(question["bound"])] if comparison else []
    in_order = [
        key,
        comparison,
        bounds,
        question["limit"],
        start,
        question["forward"],
        question["projection"],
    ]
    names = {
        "filter_expression": get_filter_expression(question["filter"], {"#at": "at"}, {":a": {"S": "a"}}),
        "hash_key_conditions": [(HASH_KEYS[index], key)],
    }
    return [*in_order, index], names


@settings(max_examples=200, deadline=None)
@given(items=ITEMS, question=QUESTION, with_rows=st.booleans())
def test_a_narrowed_query_answers_as_the_original_does(
    items: list[dict[str, Any]], question: dict[str, Any], with_rows: bool
) -> None:
    table = small_table(items, with_rows=with_rows)
    before = list(table.items)
    assert pages(narrowed(Table.query), table, question) == pages(Table.query, table, question)
    assert list(table.items) == before


KINDS = {
    "text": {"S": "铃"},
    "empty": {"S": ""},
    "number": {"N": "1.5"},
    "bytes": {"B": b"\x00\xff"},
    "yes": {"BOOL": True},
    "no": {"BOOL": False},
    "nothing": {"NULL": True},
    "texts": {"SS": ["a", "b"]},
    "list": {"L": [{"S": "a"}, {"N": "2"}, {"M": {}}, {"L": []}]},
    "map": {"M": {"a": {"NULL": True}, "b": {"M": {"c": {"B": b"c"}}}}},
}


def test_every_kind_of_value_is_answered_as_the_original_does(aws: EmbeddedAws) -> None:
    put(aws, "BELL#1", **KINDS)
    mended = get(aws, "BELL#1")
    with patch.object(BaseJSONSerializer, "_serialize_type_structure", SERIALIZED):
        assert get(aws, "BELL#1") == mended
    assert mended == {**key("BELL#1"), "version": {"N": "1"}, **KINDS}


@pytest.mark.parametrize(("index", "name"), [(None, "pk"), ("person", "person")])
def test_a_query_does_not_sort_what_it_cannot_find(
    aws: EmbeddedAws, monkeypatch: pytest.MonkeyPatch, index: str | None, name: str
) -> None:
    for number in range(20):
        put(aws, f"BELL#{number}", person={"S": f"BELL#{number}"}, person_at={"S": "2026"})
    sorted_items: list[int] = []
    original = Table.all_items

    def all_items(table: Table) -> Any:
        sorted_items.append(len(original(table)))
        return original(table)

    monkeypatch.setattr(Table, "all_items", all_items)
    answer = aws.client("dynamodb").query(
        TableName=aws.table_name,
        KeyConditionExpression=f"{name} = :key",
        ExpressionAttributeValues={":key": {"S": "BELL#7"}},
        **({"IndexName": index} if index else {}),
    )
    assert [item["pk"]["S"] for item in answer["Items"]] == ["BELL#7"]
    assert sorted_items == [1]
