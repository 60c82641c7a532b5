"""Providers push to an address that only they know; SNS and its log call a function."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from chalicelib import steps
from chalicelib.delivery.rules import key_of, secret_of
from chalicelib.notice.types import Dispatch
from chalicelib.observability.watch import Faulted
from chalicelib.people.staff import Channel
from tests.contract.client import Answer, Web, visiting
from tests.delivery import news
from tests.fakes import places
from tests.fakes.world import World

Sample = Callable[..., object]


@pytest.fixture
def web() -> Iterator[Web]:
    with visiting(World()) as there:
        there.ring()
        there.world.settle()
        yield there


def address(web: Web, provider: str) -> str:
    return f"/v1/reports/{provider}/{secret_of(web.world.ports.policy.key, provider)}"


def push(web: Web, provider: str, value: object) -> Answer:
    return web.post(address(web, provider), value)


def sms_to(web: Web, person: str) -> str:
    return next(d.detail for d in dispatches(web) if (d.recipient, d.channel) == (person, "sms"))


def dispatches(web: Web) -> tuple[Dispatch, ...]:
    """The notices of the one bell."""
    (bell_id,) = {bell.id for bell in web.world.store.ringing("MX").items}
    return web.world.file(bell_id).dispatches


def fate(web: Web, person: str) -> str:
    return next(str(d.fate) for d in dispatches(web) if (d.recipient, d.channel) == (person, "sms"))


@pytest.mark.parametrize(
    ("provider", "report"), [("aliyun", news.aliyun_report), ("tencent", news.tencent_report)]
)
def test_a_report_moves_the_fate_and_is_answered_as_the_provider_wants(
    web: Web, provider: str, report: Sample
) -> None:
    answer = push(web, provider, report(sms_to(web, "zhao")))
    assert answer.status == 200
    assert (answer.json["code"], answer.json["result"]) == (0, 0)
    assert fate(web, "zhao") == "delivered"


@pytest.mark.parametrize(
    ("provider", "report"), [("aliyun", news.aliyun_report), ("tencent", news.tencent_report)]
)
def test_what_did_not_arrive_goes_by_mail(web: Web, provider: str, report: Sample) -> None:
    push(web, provider, report(sms_to(web, "zhao"), success=False, code="UNDELIV"))
    assert fate(web, "zhao") == "undelivered"
    web.world.settle()
    assert [s.to for s in web.world.sent if s.channel is Channel.MAIL] == ["zhao@example.org"]


@pytest.mark.parametrize(
    ("provider", "reply"), [("aliyun", news.aliyun_reply), ("tencent", news.tencent_reply)]
)
def test_a_reply_is_a_wish(web: Web, provider: str, reply: Sample) -> None:
    key = key_of(web.world.ports.policy.key, Channel.SMS, places.RESIDENT_PHONE)
    push(web, provider, reply("退订", "13900000001"))
    assert web.world.ports.store.opted_out(key)
    push(web, provider, reply("恢复", "13900000001"))
    assert not web.world.ports.store.opted_out(key)


def test_nobody_else_can_report(web: Web) -> None:
    report = news.aliyun_report(sms_to(web, "zhao"))
    good = secret_of(web.world.ports.policy.key, "aliyun")
    with web.nothing_written():
        for path in (
            f"/v1/reports/tencent/{good}",
            f"/v1/reports/aliyun/{good[:-1]}",
            f"/v1/reports/aliyun/{good[:-1]}0" if good[-1] != "0" else f"/v1/reports/aliyun/{good[:-1]}1",
            "/v1/reports/aliyun/x",
            f"/v1/reports/ses/{secret_of(web.world.ports.policy.key, 'ses')}",
        ):
            assert web.post(path, report).status == 404


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b"7", b'"x"', b"[[[[]]]]", b'[{"biz_id": ""}]'])
def test_what_says_nothing_is_taken_and_changes_nothing(web: Web, body: bytes) -> None:
    with web.nothing_written():
        assert web.send("POST", address(web, "aliyun"), body).status == 200


@pytest.mark.parametrize(("body", "status"), [(b"{", 400), (b"\xff", 400), (b"x" * 300_000, 413)])
def test_what_is_no_json_is_refused(web: Web, body: bytes, status: int) -> None:
    assert web.send("POST", address(web, "aliyun"), body).status == status


def test_the_type_that_a_provider_gives_its_json_does_not_matter(web: Web) -> None:
    body = json.dumps(news.tencent_report(sms_to(web, "zhao"))).encode()
    answer = web.send("POST", address(web, "tencent"), body, Content_Type="text/plain; charset=utf-8")
    assert answer.status == 200
    assert fate(web, "zhao") == "delivered"


def test_what_could_not_be_written_is_brought_again(web: Web) -> None:
    message = sms_to(web, "zhao")
    web.world.store.fail("report", times=2)
    assert push(web, "aliyun", news.aliyun_report(message)).status == 503
    with pytest.raises(Faulted):
        steps.report(news.by_log(news.sns_log(message)))
    assert fate(web, "zhao") == "sent"
    assert push(web, "aliyun", news.aliyun_report(message)).status == 200
    assert fate(web, "zhao") == "delivered"


def test_a_push_of_many_is_taken_whole_and_at_once(web: Web) -> None:
    others = [report for n in range(99) for report in news.aliyun_report(f"another-{n}", success=False)]
    both = [*others[:50], *news.aliyun_report(sms_to(web, "zhao")), *others[50:]]
    both += news.aliyun_report(sms_to(web, "resident"), success=False)
    assert push(web, "aliyun", both * 2).status == 200
    assert (fate(web, "zhao"), fate(web, "resident")) == ("delivered", "undelivered")
    assert web.world.store.calls["report"] == 101


def test_the_function_hears_of_bounces_complaints_and_logs(web: Web) -> None:
    event = news.by_log(news.sns_log(sms_to(web, "zhao"), "FAILURE", "Unreachable"))
    assert steps.report(event) == {"taken": 1}
    assert fate(web, "zhao") == "undelivered"
    web.world.settle()
    (mail,) = [d.detail for d in dispatches(web) if d.channel == "mail"]
    assert steps.report(news.by_sns(news.bounce(mail), news.bounce("of-another-application"))) == {"taken": 1}
    web.world.settle()
    assert [s.to for s in web.world.sent if s.template == "alert"] == [
        "+8613800001001",
        "zhao@example.org",
        "+8613800001011",
    ]
    assert steps.report(news.by_sns(news.complaint(mail, "zhao@example.org"))) == {"taken": 1}
    assert web.world.ports.store.opted_out(
        key_of(web.world.ports.policy.key, Channel.MAIL, "zhao@example.org")
    )
