"""What only the store on DynamoDB has to promise: its calls, its patience, its rows."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from pynamodb.exceptions import TransactWriteError

from chalicelib.case import commands as do
from chalicelib.case.shapes import Worklist
from chalicelib.core.chain import Tip
from chalicelib.core.errors import Stale, Unavailable
from chalicelib.core.times import iso
from chalicelib.notice.types import Fate, Window
from chalicelib.people.staff import Channel
from chalicelib.ports import Limit, Repeated
from chalicelib.record.shapes import HeadMoved
from chalicelib.store import DynamoStore, keys
from chalicelib.store.patience import PAUSES
from chalicelib.store.stream import parse
from chalicelib.store.table import INDEXES
from infra.local.embedded import load_template
from tests.case.lives import text
from tests.fakes.clock import START, FakeClock
from tests.fakes.places import directory
from tests.store.conftest import DynamoHome, Fault
from tests.store.lives import COMPANY, LINK, WORDS, begun, does, noted, visited
from tests.store.races import race
from tests.store.samples import (
    CONTACT,
    accepted,
    answered,
    declined,
    dispatch,
    guard,
    later,
    notice,
    notified,
    ringing,
    with_tip,
)

Counting = Callable[[], AbstractContextManager[Counter[str]]]


def busy(code: str, status: int = 400) -> ClientError:
    """What AWS answers when it cannot now."""
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "Any")


def cancelled(*codes: str) -> ClientError:
    """What AWS answers when a transaction is given up."""
    answer: Any = {
        "Error": {"Code": "TransactionCanceledException"},
        "CancellationReasons": [{"Code": code} for code in codes],
    }
    return ClientError(answer, "TransactWriteItems")


RESET = ConnectionClosedError(endpoint_url="https://dynamodb")
TIMEOUT = ReadTimeoutError(endpoint_url="https://dynamodb")


# -- calls


def test_every_use_case_has_its_number_of_calls(dynamo: DynamoHome, count_aws_calls: Counting) -> None:
    store = dynamo.store
    store.save_directory(directory(), ())
    limits = (Limit("phone", 5, later(minutes=7)), Limit("address", 9, later(minutes=7)))
    given = ringing(guards=(guard("key", fingerprint="f"), guard()), limits=limits)
    change = answered(given.bell)
    after = with_tip(change.after, notified(change.after))
    of = notice(given.bell.thing)
    uses: list[tuple[Callable[[], object], dict[str, int]]] = [
        (lambda: store.ring(given), {"TransactWriteItems": 1}),
        (lambda: store.ring(replace(ringing(2), guards=given.guards)), {"TransactWriteItems": 1}),
        (lambda: store.opening(given.bell.id, given.links[0].hash), {"BatchGetItem": 1}),
        (lambda: store.commit(change), {"TransactWriteItems": 1}),
        (lambda: store.append(change.after, notified(change.after)), {"TransactWriteItems": 1}),
        (lambda: store.bell(given.bell.id), {"Query": 1}),
        (lambda: store.ringing("MX"), {"Query": 1}),
        (lambda: store.bells([given.bell.id]), {"BatchGetItem": 1}),
        (lambda: store.commit(declined(after)), {"TransactWriteItems": 1}),
        (lambda: store.overdue(later(days=9)), {"Query": keys.SHARDS}),
        (lambda: store.claim(of, Channel.SMS, START), {"PutItem": 1}),
        (lambda: store.claim(of, Channel.SMS, START), {"PutItem": 1}),
        (lambda: store.settle(of, dispatch(of, Fate.SENT)), {"PutItem": 1}),
        (lambda: store.dispatches(of.thing), {"Query": 1}),
        (lambda: store.window("zhao"), {"GetItem": 1}),
        (lambda: store.save_window(Window("zhao")), {"PutItem": 1}),
        (lambda: store.directory("MX"), {"GetItem": 1}),
        (lambda: store.tip(given.bell.thing), {"GetItem": 1}),
        (lambda: store.events(given.bell.thing), {"Query": 1}),
        (lambda: store.count("event", {"rung": 1, "seconds": 9}, "day"), {"TransactWriteItems": 1}),
        (lambda: store.counters("day"), {"Query": 1}),
    ]
    for number, (use, budget) in enumerate(uses):
        with count_aws_calls() as calls:
            use()
        assert calls == budget, f"use {number}"


def test_accepting_writes_bell_and_case_in_one_call(dynamo: DynamoHome, count_aws_calls: Counting) -> None:
    dynamo.store.ring(ringing())
    change = answered(ringing().bell)
    dynamo.store.commit(change)
    with count_aws_calls() as calls:
        dynamo.store.commit(*accepted(change.after, "MX0000000C"))
    assert calls == {"TransactWriteItems": 1}


def test_cases_have_their_number_of_calls(dynamo: DynamoHome, count_aws_calls: Counting) -> None:
    store = dynamo.store
    store.save_directory(directory(), ())
    store.ring(ringing())
    first = replace(begun(), texts=(WORDS,), parties=(COMPANY,), links=(LINK,))
    case = first.after
    more = visited(case, words=(WORDS,))
    noting = noted(more.after)
    scopes = [Worklist("MX"), Worklist("MX", community="mishi"), Worklist("MX", owner="zhao")]
    uses: list[tuple[Callable[[], object], dict[str, int]]] = [
        (lambda: store.commit(first), {"TransactWriteItems": 1}),
        (lambda: store.commit(more, begun(2), begun(3)), {"TransactWriteItems": 1}),
        (lambda: store.append(more.after, noting.events), {"TransactWriteItems": 1}),
        (lambda: store.case(case.id), {"Query": 1}),
        (lambda: store.case_opening(case.id), {"BatchGetItem": 1}),
        (lambda: store.case_opening(case.id, (case.thing, LINK.hash)), {"BatchGetItem": 1}),
        (lambda: store.opening(ringing().bell.id, "track001", contact=True), {"BatchGetItem": 1}),
        (lambda: store.cases([case.id, begun(2).after.id]), {"BatchGetItem": 1}),
        *((partial(store.worklist, scope), {"Query": 1}) for scope in scopes),
        *((partial(store.worklist, scope, limit=2), {"Query": 1}) for scope in scopes),
        (lambda: store.contacts([ringing().bell.id] * 2), {"BatchGetItem": 1}),
        (lambda: store.contacts([]), {}),
        (lambda: store.erase_texts(case.id, ["t1", "t2"]), {"TransactWriteItems": 1}),
    ]
    for number, (use, budget) in enumerate(uses):
        with count_aws_calls() as calls:
            use()
        assert calls == budget, f"use {number}"


def test_a_page_of_a_long_worklist_is_one_query_that_reads_no_more_than_it_shows(
    dynamo: DynamoHome, count_aws_calls: Counting
) -> None:
    """10,000 open cases cost what 60 do: the query itself has the limit."""
    store = dynamo.store
    for start in range(0, 60, 20):
        store.commit(*(begun(n, at=later(minutes=n)) for n in range(start, start + 20)))
    asked: list[dict[str, Any]] = []
    client = store.table._connection.client
    original = type(client)._make_api_call

    def call(operation: str, parameters: dict[str, Any]) -> Any:
        asked.append({"operation": operation, "limit": parameters.get("Limit")})
        return original(client, operation, parameters)

    client._make_api_call = call
    with count_aws_calls() as calls:
        first = store.worklist(Worklist("MX"))
        second = store.worklist(Worklist("MX"), first.cursor)
    assert calls == {"Query": 2}
    assert asked == [{"operation": "Query", "limit": 26}] * 2
    assert [line.case.id for line in (*first.items, *second.items)] == [begun(n).after.id for n in range(50)]


def test_another_process_can_release_a_guard_too(dynamo: DynamoHome) -> None:
    """It has not read the bell before, so it must look up what the bell holds."""
    dynamo.store.ring(ringing(guards=(guard(),)))
    change = answered(ringing().bell)
    dynamo.store.commit(change)
    other = DynamoStore(dynamo.aws.table_name, dynamo.aws.region, FakeClock().sleep)
    other.commit(declined(change.after))
    assert dynamo.store.ring(ringing(2, guards=(guard(),))) is None


def test_all_threads_share_one_client(dynamo: DynamoHome, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    connection = dynamo.store.table._connection
    session = connection.session
    original = session.create_client

    def create_client(*args: Any, **kwargs: Any) -> Any:
        made.append(threading.get_ident())
        return original(*args, **kwargs)

    monkeypatch.setattr(type(connection), "session", session)
    monkeypatch.setattr(session, "create_client", create_client)
    assert race(*(partial(dynamo.store.bell, "MX0000000X") for _ in range(8))) == [None] * 8
    assert len(made) == 1


# -- patience


@pytest.mark.parametrize(
    "error",
    [
        busy("ThrottlingException"),
        busy("ProvisionedThroughputExceededException"),
        busy("InternalServerError", 500),
        busy("Anything", 503),
        cancelled("None", "TransactionConflict"),
        cancelled("ThrottlingError"),
        RESET,
        TIMEOUT,
        EndpointConnectionError(endpoint_url="https://dynamodb"),
        ConnectTimeoutError(endpoint_url="https://dynamodb"),
    ],
    ids=str,
)
def test_what_passes_is_tried_again_after_a_pause(dynamo: DynamoHome, error: Exception) -> None:
    dynamo.disturb(Fault(error), Fault(error))
    assert dynamo.store.ring(ringing()) is None
    assert dynamo.store.bell(ringing().bell.id) is not None
    assert len(dynamo.clock.slept) == 2
    for pause, slept in zip(PAUSES, dynamo.clock.slept, strict=False):
        assert pause <= slept <= 2 * pause


def test_reads_and_single_writes_are_patient_too(dynamo: DynamoHome) -> None:
    dynamo.store.ring(ringing())
    for call in (
        lambda: dynamo.store.bell(ringing().bell.id),
        lambda: dynamo.store.bells([ringing().bell.id]),
        lambda: dynamo.store.window("zhao").version == 0,
        lambda: dynamo.store.claim(notice(ringing().bell.thing), Channel.SMS, START) is None,
    ):
        dynamo.disturb(Fault(busy("ThrottlingException")), Fault(RESET))
        assert call()


def test_what_does_not_pass_ends_as_unavailable(dynamo: DynamoHome) -> None:
    dynamo.disturb(*[Fault(busy("ThrottlingException"))] * (len(PAUSES) + 1))
    with pytest.raises(Unavailable):
        dynamo.store.ring(ringing())
    assert dynamo.store.bell(ringing().bell.id) is None


def test_a_mistake_of_ours_is_not_tried_again(dynamo: DynamoHome) -> None:
    dynamo.disturb(Fault(busy("ValidationException")))
    with pytest.raises(TransactWriteError):
        dynamo.store.ring(ringing())
    assert dynamo.clock.slept == []


def test_a_condition_counts_more_than_a_rival(dynamo: DynamoHome) -> None:
    dynamo.store.ring(ringing())
    dynamo.disturb(Fault(cancelled("ConditionalCheckFailed", "TransactionConflict")))
    with pytest.raises(Stale):
        dynamo.store.commit(answered(ringing().bell))
    assert dynamo.clock.slept == []


def test_keys_that_were_left_out_are_asked_for_again(dynamo: DynamoHome) -> None:
    bells = [ringing(n).bell for n in (1, 2)]
    for n in (1, 2):
        dynamo.store.ring(ringing(n))
    client = dynamo.store.table._connection.client
    original, table = type(client)._make_api_call, dynamo.aws.table_name

    def half(operation: str, parameters: dict[str, Any]) -> Any:
        wanted = parameters["RequestItems"][table]["Keys"]
        request = {table: {"Keys": wanted[:1], "ConsistentRead": True}}
        answer = original(client, operation, {"RequestItems": request})
        if wanted[1:]:
            answer["UnprocessedKeys"] = {table: {"Keys": wanted[1:]}}
        return answer

    client._make_api_call = half
    assert dynamo.store.bells([bell.id for bell in bells]) == tuple(bells)


# -- lost answers: it was done, the time-out hides it, the second try must not do it twice


def test_a_ring_whose_answer_was_lost_is_one_ring(dynamo: DynamoHome) -> None:
    limit = Limit("phone", 2, later(minutes=7))
    dynamo.disturb(Fault(TIMEOUT, after=True))
    assert dynamo.store.ring(ringing(guards=(guard(),), limits=(limit,))) is None
    assert dynamo.store.ring(ringing(2, limits=(limit,))) is None
    heads = [record for record in dynamo.take_stream() if isinstance(record, HeadMoved)]
    assert len(heads) == 2


def test_a_change_whose_answer_was_lost_is_no_conflict(dynamo: DynamoHome) -> None:
    dynamo.store.ring(ringing())
    change = answered(ringing().bell)
    dynamo.disturb(Fault(TIMEOUT, after=True))
    dynamo.store.commit(change)
    dynamo.disturb(Fault(RESET, after=True))
    dynamo.store.append(change.after, notified(change.after))
    file = dynamo.store.bell(change.after.id)
    assert file is not None
    assert len(file.events) == change.after.tip.seq + 1


def test_a_claim_whose_answer_was_lost_is_ours(dynamo: DynamoHome) -> None:
    of = notice(ringing().bell.thing)
    dynamo.disturb(Fault(TIMEOUT, after=True))
    assert dynamo.store.claim(of, Channel.SMS, START) is None
    assert dynamo.store.claim(of, Channel.SMS, START) is Fate.CLAIMED
    dynamo.store.settle(of, dispatch(of, Fate.SENT))
    assert dynamo.store.claim(of, Channel.SMS, START) is Fate.SENT


def test_a_window_whose_answer_was_lost_is_saved_once(dynamo: DynamoHome) -> None:
    dynamo.disturb(Fault(TIMEOUT, after=True))
    dynamo.store.save_window(Window("zhao", open_until=later(minutes=2)))
    assert dynamo.store.window("zhao").version == 1


def test_a_directory_whose_answer_was_lost_is_saved_once(dynamo: DynamoHome) -> None:
    dynamo.disturb(Fault(TIMEOUT, after=True))
    dynamo.store.save_directory(directory(), ())
    assert dynamo.store.directory("MX") == directory()


def test_figures_whose_answer_was_lost_move_once(dynamo: DynamoHome) -> None:
    dynamo.disturb(Fault(TIMEOUT, after=True))
    dynamo.store.count("event", {"rung": 1}, "day")
    assert dynamo.store.counters("day") == {"rung": 1}


def test_changes_whose_answer_was_lost_are_no_conflict(dynamo: DynamoHome) -> None:
    dynamo.store.commit(begun())
    changes = visited(begun().after, words=(WORDS,)), begun(2)
    dynamo.disturb(Fault(TIMEOUT, after=True))
    dynamo.store.commit(*changes)
    assert [line.case for line in dynamo.store.cases([c.after.id for c in changes])] == [
        c.after for c in changes
    ]


# -- rows


def test_the_indexes_are_those_of_the_template() -> None:
    table = load_template()["Resources"]["Table"]["Properties"]
    deployed = {
        index["IndexName"]: tuple(key["AttributeName"] for key in index["KeySchema"])
        for index in table["GlobalSecondaryIndexes"]
    }
    assert deployed.items() >= INDEXES.items()
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["pk", "sk"]


def test_the_head_has_what_the_state_machine_reads_and_writes(dynamo: DynamoHome) -> None:
    given = ringing()
    dynamo.store.ring(given)
    dynamo.write_token(given.bell.thing, given.bell.version, "token")
    (head,) = [row for row in dynamo.rows() if row["sk"]["S"] == "HEAD"]
    assert head["pk"] == {"S": given.bell.thing}
    assert head["version"] == {"N": "2"}
    assert head["generation"] == {"N": "1"}
    assert head["due_at"] == {"S": "2026-11-23T02:05:00.000Z"}
    assert head["task_token"] == {"S": "token"}
    assert head["hops"] == {"N": str(given.bell.hops + 1)}


def test_the_head_of_a_case_has_what_the_state_machine_reads_and_writes(dynamo: DynamoHome) -> None:
    case = begun().after
    dynamo.store.commit(begun())
    dynamo.write_token(case.thing, 1, "token")
    (head,) = [row for row in dynamo.rows() if row["sk"]["S"] == "HEAD"]
    assert case.due_at is not None
    assert head["due_at"] == {"S": iso(case.due_at)}
    assert head["due_shard"] == {"S": keys.shard_of(case.thing)}
    assert [head[name] for name in ("version", "generation", "hops")] == [{"N": "1"}] * 3
    assert head["task_token"] == {"S": "token"}
    assert head["worklist_scope"] == {"S": "CASE#MX#open"}
    assert head["community_scope"] == {"S": "CASE#MX#mishi#open"}
    assert head["person"] == {"S": "STAFF#zhao"}
    assert head["person_at"] == head["worklist_at"] == {"S": f"{iso(case.due_at)}#{case.id}"}


def test_the_head_of_a_case_that_is_over_is_in_no_list(dynamo: DynamoHome) -> None:
    dynamo.store.commit(begun())
    dynamo.write_token(begun().after.thing, 1, "token")
    dynamo.store.commit(does(begun().after, do.Fail("no_agreement", text())))
    (head,) = [row for row in dynamo.rows() if row["sk"]["S"] == "HEAD"]
    gone = {"worklist_scope", "community_scope", "worklist_at", "person", "person_at", "task_token"}
    assert not gone & head.keys()


def test_a_case_from_before_cases_had_clocks_is_read_and_moves_on(dynamo: DynamoHome) -> None:
    store, opened = dynamo.store, begun(clock=False)
    case = opened.after
    old = {
        "id": case.id,
        "neighbourhood": "yiqing",
        "community": "mishi",
        "category": "noise",
        "urgency": "ordinary",
        "owner": "zhao",
        "opened_at": "2026-11-23T02:00:00Z",
        "bells": ["MX00000000"],
        "stage": "looking_into",
        "version": 1,
        "tip": {"seq": 0, "hash": "0" * 64},
    }
    row = {
        "pk": {"S": case.thing},
        "sk": {"S": "HEAD"},
        "kind": {"S": "CASE"},
        "version": {"N": "1"},
        "tip_seq": {"N": "1"},
        "tip_hash": {"S": case.tip.hash},
        "case": {"S": json.dumps(old)},
    }
    dynamo.raw.put_item(TableName=dynamo.aws.table_name, Item=row)
    (line,) = store.cases([case.id])
    assert (line.subject, line.case) == ("", replace(case, stage_since=None, generation_at=None))
    assert store.worklist(Worklist("MX")).items == ()
    change = visited(line.case)
    store.commit(change)
    assert [found.case for found in store.worklist(Worklist("MX")).items] == [change.after]


def test_what_was_written_about_a_case_is_in_its_texts_alone(dynamo: DynamoHome) -> None:
    dynamo.store.commit(replace(begun(), texts=(WORDS,), parties=(COMPANY,)))
    others = [row for row in dynamo.rows() if not row["sk"]["S"].startswith(("TEXT#", "PARTY#"))]
    stored = json.dumps(others, ensure_ascii=False)
    assert WORDS.words[:6] not in stored
    assert COMPANY.phone not in stored


def test_a_closed_head_is_in_no_index_of_open_things(dynamo: DynamoHome) -> None:
    dynamo.store.ring(ringing())
    change = answered(ringing().bell)
    dynamo.store.commit(change)
    dynamo.store.commit(declined(change.after))
    (head,) = [row for row in dynamo.rows() if row["sk"]["S"] == "HEAD"]
    assert not {"due_at", "due_shard", "worklist_scope", "worklist_at", "task_token"} & head.keys()
    assert head["person"] == {"S": "person-hmac"}


def test_a_residents_data_is_in_the_contact_alone(dynamo: DynamoHome) -> None:
    dynamo.store.ring(ringing(guards=(guard(),), limits=(Limit("phone", 5, later(minutes=7)),)))
    others = json.dumps([row for row in dynamo.rows() if row["sk"]["S"] != "CONTACT"], ensure_ascii=False)
    assert CONTACT.name not in others
    assert CONTACT.phone not in others
    assert CONTACT.text[:6] not in others


def test_what_may_go_says_when(dynamo: DynamoHome) -> None:
    dynamo.store.ring(ringing(guards=(guard(),), limits=(Limit("phone", 5, later(minutes=7)),)))
    dynamo.store.count("event", {"rung": 1}, "day")
    expiring = {row["kind"]["S"]: int(row["expires_at"]["N"]) for row in dynamo.rows() if "expires_at" in row}
    assert expiring.keys() == {"GUARD", "LIMIT", "LINK", "COUNTED"}
    assert expiring["GUARD"] > later(minutes=10).timestamp()
    assert expiring["LINK"] > later(days=180).timestamp()


def test_the_stream_tells_nothing_of_removals_notices_and_figures(dynamo: DynamoHome) -> None:
    store = dynamo.store
    store.ring(ringing())
    dynamo.aws.records.clear()
    of = notice(ringing().bell.thing)
    store.claim(of, Channel.SMS, START)
    store.settle(of, dispatch(of, Fate.SENT))
    store.save_window(Window("zhao"))
    store.count("event", {"rung": 1}, "day")
    dynamo.erase_contact(ringing().bell.id)
    assert len(dynamo.aws.records) >= 5
    assert parse(dynamo.aws.records) == []


def test_each_stream_record_has_its_sequence_number(dynamo: DynamoHome) -> None:
    dynamo.store.ring(ringing())
    numbers = {record["dynamodb"]["SequenceNumber"] for record in dynamo.aws.records}
    parsed = [sequence for sequence, _ in parse(dynamo.aws.records)]
    assert set(parsed) < numbers
    assert parsed == sorted(parsed, key=int)


def test_a_chain_with_its_end_cut_off_is_handed_over_as_it_is(dynamo: DynamoHome) -> None:
    given = ringing()
    dynamo.store.ring(given)
    last = {"pk": {"S": given.bell.thing}, "sk": {"S": "EVENT#000002"}}
    dynamo.raw.delete_item(TableName=dynamo.aws.table_name, Key=last)
    ((thing, events, tip),) = dynamo.store.chains()
    assert (thing, len(events), tip) == (given.bell.thing, 1, given.bell.tip)
    assert tip != Tip(events[-1].seq, events[-1].hash)


def test_a_link_asked_twice_in_one_change_is_written_once(dynamo: DynamoHome) -> None:
    """DynamoDB refuses a transaction that names a row twice."""
    dynamo.store.ring(ringing())
    change = answered(ringing().bell)
    dynamo.store.commit(replace(change, links=ringing().links * 2))
    assert dynamo.store.bells([change.after.id]) == (change.after,)


def test_a_repetition_answers_across_processes(dynamo: DynamoHome) -> None:
    dynamo.store.ring(ringing(guards=(guard(),)))
    other = DynamoStore(dynamo.aws.table_name, dynamo.aws.region, FakeClock().sleep)
    assert other.ring(ringing(2, guards=(guard(),))) == Repeated(ringing().bell.id, "same", "")
