"""The same on a real table: not a row of it holds anything of whoever was erased, and each call is counted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.anchor import service as anchors
from chalicelib.bell import service as bells
from chalicelib.bell.changes import answer_token
from chalicelib.bell.ringing import person_of
from chalicelib.bell.service import Rung
from chalicelib.case import service as cases
from chalicelib.case import wire
from chalicelib.case.changes import following
from chalicelib.case.orders import ORDERS
from chalicelib.case.shapes import PartyContact, Text
from chalicelib.core.chain import Actor, Happening, verify
from chalicelib.mydata import correcting, guests, service
from chalicelib.ports import Ports
from chalicelib.session.rules import Caller, Session
from chalicelib.store import DynamoStore
from chalicelib.store.wechats import Bindings
from infra import erase
from infra import verify as verify_command
from tests.conftest import Calls
from tests.fakes.wechat import FakeProgram
from tests.recovery.capture import Life, life

Counting = Callable[[], AbstractContextManager[Calls]]
PHONE, WORDS, ADDED = "+8613900000001", "楼上半夜装修", "我家在三楼"


@pytest.fixture(scope="module")
def aws() -> Iterator[Life]:
    with life() as lived:
        yield lived


@pytest.fixture
def there(aws: Life) -> Iterator[Life]:
    """The platform with its place and nothing else."""
    yield aws
    client = aws.aws.client("dynamodb")
    for row in rows(aws):
        if row["pk"]["S"] != "PLACE#MX":
            client.delete_item(TableName=aws.aws.table_name, Key={"pk": row["pk"], "sk": row["sk"]})
    aws.seen = len(aws.aws.records)


def rows(lived: Life) -> list[dict[str, dict[str, str]]]:
    """Every row of the table."""
    found: list[dict[str, dict[str, str]]] = lived.aws.client("dynamodb").scan(
        TableName=lived.aws.table_name
    )["Items"]
    return found


def given_up(lived: Life) -> tuple[Rung, str]:
    """A case to which the resident added something, and which was given up."""
    ports = lived.ports
    rung = lived.ring(WORDS)
    token = answer_token(ports.policy.key, rung.bell, "zhao")
    bells.answer(ports, token)
    case_id = bells.accept(ports, token).case
    zhao = Session("hers", Caller.SPECIALIST, lived.clock.now() + timedelta(hours=1), "zhao", "MX")
    said, ended = wire.MessageRequest(text=ADDED), wire.ReasonRequest(reason="withdrawn", text="不谈了")
    cases.act(ports, rung.token, case_id, "message", lambda desk: ORDERS["message"].make(said, desk))
    cases.act(ports, zhao, case_id, "fail", lambda desk: ORDERS["fail"].make(ended, desk))
    lived.react()
    return rung, case_id


def test_no_row_of_the_table_holds_anything_of_her_and_the_chains_hold(there: Life) -> None:
    rung, case_id = given_up(there)
    person = person_of(there.ports.policy.key, PHONE)
    traces = (PHONE, PHONE[3:], WORDS, ADDED, "张三", person)
    before = json.dumps(rows(there), ensure_ascii=False)
    assert [trace for trace in traces if trace not in before] == []
    service.erase(there.ports, rung.token)
    there.react()
    after = json.dumps(rows(there), ensure_ascii=False)
    assert [trace for trace in traces if trace in after] == []
    for thing, events, tip in there.ports.store.chains():
        assert verify(events, tip, thing).intact
    assert service.look(there.ports, rung.token).cases[0].case.id == case_id


def test_erasing_has_its_number_of_calls(there: Life, count_aws_calls: Counting) -> None:
    ports = there.ports
    ports.directories.of("MX")
    rung, _ = given_up(there)
    waiting = there.ring("又来了")
    with count_aws_calls() as calls:
        service.look(ports, rung.token)
    assert calls == {"Query": 2}, "the bell and its case"
    with count_aws_calls() as calls:
        service.erase(ports, rung.token)
    assert calls == {"Query": 2, "TransactWriteItems": 1}
    with count_aws_calls() as calls:
        service.erase(ports, rung.token)
    assert calls == {"Query": 2}
    with count_aws_calls() as calls:
        service.erase_for(ports, waiting.bell.id, Actor("staff", "x", role="operator"))
    assert calls == {"Query": 1, "TransactWriteItems": 1}


def test_forgetting_her_wechat_is_two_calls_more(there: Life, count_aws_calls: Counting) -> None:
    rung = there.ring(WORDS)
    table = DynamoStore(there.aws.table_name, there.aws.region, there.clock.sleep).table

    class Offered:
        program, bindings = FakeProgram({}), Bindings(table)

    ports = replace(there.ports, wechat=Offered())
    person = person_of(ports.policy.key, PHONE)
    Offered.bindings.bind(person, "openid-of-her", "2026-11-29", there.clock.now())
    with count_aws_calls() as calls:
        service.look(ports, rung.token)
    assert calls == {"Query": 1}
    with count_aws_calls() as calls:
        assert service.erase(ports, rung.token, withdraw=True).wechat
    assert calls == {"Query": 2, "TransactWriteItems": 2}
    assert "openid-of-her" not in json.dumps(rows(there))


def test_verify_and_the_anchors_of_before_hold_after_the_command(
    there: Life, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rung, _ = given_up(there)
    anchors.take(there.ports)
    monkeypatch.setattr(erase, "connected", lambda: there.ports)

    @contextmanager
    def readable() -> Iterator[Ports]:
        yield there.ports

    monkeypatch.setattr(verify_command, "readable", readable)
    assert erase.main(["--bell", rung.bell.id, "--yes"]) == 0
    there.react()
    there.clock.advance(minutes=60 * 24)
    anchors.take(there.ports)
    capsys.readouterr()
    assert verify_command.main() == 0
    said = capsys.readouterr().out
    assert "2 anchors" in said
    assert "all intact" in said


def test_a_guest_is_found_by_the_number_and_by_nothing_like_it(there: Life) -> None:
    _, case_id = given_up(there)
    file = there.ports.store.case(case_id)
    assert file is not None
    guest = PartyContact("p-1", "person", "诸葛孔明", "", "+8613900000099")
    longer = PartyContact("p-2", "person", "别人", "", "+86139000000990")
    listed = PartyContact("yunhe", "property_company", "运河物业", "", "+8613900000099", organisation="yunhe")
    change = following(
        file.case, (), Actor("staff", "zhao"), there.clock.now(), parties=(guest, longer, listed)
    )
    there.ports.store.commit(change)
    assert [party.id for _, party in guests.invited_by(there.ports, "+8613900000099")] == ["p-1"]
    operator = Actor("staff", "x", role="operator")
    assert guests.forget_guest(there.ports, case_id, "p-1", operator) == (0, 0)
    assert guests.invited_by(there.ports, "+8613900000099") == ()
    assert "诸葛孔明" not in json.dumps(rows(there), ensure_ascii=False)
    assert guests.forget_guest(there.ports, case_id, "p-1", operator) == (0, 0), "again: nothing more"


def test_everything_of_a_person_has_its_number_of_calls(there: Life, count_aws_calls: Counting) -> None:
    given_up(there)
    there.ring("又来了")
    person = person_of(there.ports.policy.key, PHONE)
    with count_aws_calls() as calls:
        found = service.look_at_mine(there.ports, person)
    assert len(found.bells) == 2
    assert calls == {"Query": 1 + 2 + 1}, "the list, two bells, a case"
    with count_aws_calls() as calls:
        done = service.erase_mine(there.ports, person, withdraw=True)
    assert len(done.erased) == 2
    # Each is read again when it is written, so that nothing is erased that moved on meanwhile.
    assert calls == {"Query": 2 * (2 + 1) + 1, "TransactWriteItems": 2 + 1}
    there.react()
    assert PHONE not in json.dumps(rows(there))


def test_a_matter_with_many_words_is_erased_in_one_transaction_and_the_rest_after_it(
    there: Life, count_aws_calls: Counting
) -> None:
    rung, case_id = given_up(there)
    file = there.ports.store.case(case_id)
    assert file is not None
    refs = [Text(f"{n:016x}", f"{ADDED} {n}", "5a17") for n in range(75)]
    said = [
        Happening("messaged", {"to": "staff", "text": {"id": text.id, "commitment": "0" * 64}})
        for text in refs
    ]
    resident, now = Actor("resident", rung.bell.id), there.clock.now()
    # Such a record grows over weeks; here it is written in two.
    first = following(file.case, said[:40], resident, now, texts=refs[:40])
    there.ports.store.commit(first)
    there.ports.store.commit(following(first.after, said[40:], resident, now, texts=refs[40:]))
    with count_aws_calls() as calls:
        done = service.erase(there.ports, rung.token)
    assert done.texts == 76
    assert calls == {"Query": 2, "TransactWriteItems": 2}
    assert ADDED not in json.dumps(rows(there), ensure_ascii=False)


def test_correcting_has_its_number_of_calls(there: Life, count_aws_calls: Counting) -> None:
    rung = there.ring(WORDS)
    person = person_of(there.ports.policy.key, PHONE)
    with count_aws_calls() as calls:
        correcting.correct(there.ports, person, name="张珊")
    assert calls == {"Query": 3, "TransactWriteItems": 1}, "the list, the bell to see and to change it"
    contact = there.ports.store.contacts([rung.bell.id])[rung.bell.id]
    assert (contact.name, contact.phone) == ("张珊", PHONE)
    assert "张三" not in json.dumps(rows(there), ensure_ascii=False)
