"""What providers say is understood as they document it; anything else says nothing."""

from __future__ import annotations

import base64
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.delivery.reports import of_aliyun, of_event, of_tencent
from chalicelib.delivery.rules import Report, Said, Wish
from chalicelib.people.staff import Channel
from tests.delivery import news

SMS, MAIL = Channel.SMS, Channel.MAIL
PHONE = "+8613800001001"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (of_aliyun(news.aliyun_report("b^0")), Report(SMS, "b^0", arrived=True, code="DELIVERED")),
        (
            of_aliyun(news.aliyun_report("b^0", success=False, code="MK:0001")),
            Report(SMS, "b^0", arrived=False, code="MK:0001"),
        ),
        (of_tencent(news.tencent_report("5000:1")), Report(SMS, "5000:1", arrived=True, code="DELIVRD")),
        (
            of_tencent(news.tencent_report("5000:1", success=False, code="UNDELIV")),
            Report(SMS, "5000:1", arrived=False, code="UNDELIV"),
        ),
        (of_aliyun(news.aliyun_reply("退订")), Wish(SMS, PHONE, out=True)),
        (of_tencent(news.tencent_reply("TD")), Wish(SMS, PHONE, out=True)),
        (of_tencent(news.tencent_reply("恢复")), Wish(SMS, PHONE, out=False)),
    ],
)
def test_what_chinese_providers_say_is_understood(said: tuple[Said, ...], meant: Said) -> None:
    assert said == (meant,)


def test_one_push_may_bring_several() -> None:
    both = [
        *news.aliyun_report("1"),
        *news.aliyun_report("2", success=False, code="x"),
        *news.aliyun_reply("T"),
    ]
    assert [type(said) for said in of_aliyun(both)] == [Report, Report, Wish]


@pytest.mark.parametrize("text", ["好的", "", "收到了，谢谢"])
def test_an_answer_that_is_no_wish_says_nothing(text: str) -> None:
    assert of_aliyun(news.aliyun_reply(text)) == of_tencent(news.tencent_reply(text)) == ()


@pytest.mark.parametrize("number", ["", "1381111****", "12345", "0571-1234"])
def test_a_number_that_is_none_is_nobodys_wish(number: str) -> None:
    assert (
        of_aliyun(news.aliyun_reply("退订", number)) == of_tencent(news.tencent_reply("退订", number)) == ()
    )


@pytest.mark.parametrize("by", ["notificationType", "eventType"])
def test_mail_that_arrived_or_bounced(by: str) -> None:
    arrived, bounced = news.ses("Delivery", "m-1", by=by), news.bounce("m-2", by=by)
    assert of_event(news.by_sns(arrived, bounced)) == (
        Report(MAIL, "m-1", arrived=True),
        Report(MAIL, "m-2", arrived=False, code="Permanent/General"),
    )


@pytest.mark.parametrize(
    ("kind", "precisely", "lost"),
    [
        ("Permanent", "NoEmail", True),
        ("Permanent", "Suppressed", True),
        ("Permanent", "OnAccountSuppressionList", True),
        ("Undetermined", "Undetermined", True),
        ("Transient", "MailboxFull", True),
        ("Transient", "MessageTooLarge", True),
        ("Transient", "General", False),
    ],
)
def test_an_automatic_reply_is_no_bounce(kind: str, precisely: str, *, lost: bool) -> None:
    said = of_event(news.by_sns(news.bounce("m-1", kind, precisely)))
    assert said == ((Report(MAIL, "m-1", arrived=False, code=f"{kind}/{precisely}"),) if lost else ())


@pytest.mark.parametrize("kind", ["Reject", "Rendering Failure"])
def test_mail_that_was_never_sent_on_did_not_arrive(kind: str) -> None:
    (said,) = of_event(news.by_sns(news.ses(kind, "m-1", by="eventType")))
    assert said == Report(MAIL, "m-1", arrived=False, code=kind)


@pytest.mark.parametrize("kind", ["Send", "Open", "Click", "DeliveryDelay", "Subscription", ""])
def test_other_news_of_mail_is_none_of_ours(kind: str) -> None:
    assert of_event(news.by_sns(news.ses(kind, "m-1", by="eventType"))) == ()


def test_a_complaint_is_a_wish_and_praise_is_none() -> None:
    assert of_event(news.by_sns(news.complaint("m-1", "Li@example.org"))) == (
        Wish(MAIL, "Li@example.org", out=True),
    )
    assert of_event(news.by_sns(news.complaint("m-1", "li@example.org", "not-spam"))) == ()


def test_the_log_of_sns_tells_what_became_of_an_sms() -> None:
    lost = news.sns_log("s-2", "FAILURE", "Unknown error attempting to reach phone")
    assert of_event(news.by_log(news.sns_log("s-1"), lost)) == (
        Report(SMS, "s-1", arrived=True, code="Message has been accepted by phone carrier"),
        Report(SMS, "s-2", arrived=False, code="Unknown error attempting to reach phone"),
    )


def test_the_log_of_sns_tells_who_opted_out() -> None:
    line = news.sns_log("s-1", "FAILURE", "Phone number is opted out")
    assert of_event(news.by_log(line))[1] == Wish(SMS, PHONE, out=True)


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"Records": None},
        {"Records": [{"Sns": {"Message": "no json"}}, {"Sns": None}, 7, {"Sns": {}}]},
        {"Records": [{"Sns": {"Message": '{"notificationType": "Bounce"}'}}]},
        {"Records": [{"Sns": {"Message": "[" * 100_000}}]},
        {"awslogs": {"data": "!!"}},
        {"awslogs": {"data": base64.b64encode(b"no gzip").decode()}},
        {"awslogs": {"data": base64.b64encode(gzip.compress(b"no json")).decode()}},
        {"awslogs": {"data": base64.b64encode(gzip.compress(b"{}")[:-9]).decode()}},
        news.by_log("no json", "{}"),
    ],
)
def test_what_nobody_can_read_says_nothing(event: dict[str, object]) -> None:
    assert [said for said in of_event(event) if not (isinstance(said, Report) and not said.message)] == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["biz_id", "sid", "text", "content", "mobile", "phone_number", "x"]), inner
        )
    ),
    max_leaves=9,
)


@given(JSON)
def test_no_push_makes_it_fail(raw: object) -> None:
    for read in (of_aliyun, of_tencent):
        assert all(isinstance(said, Report | Wish) for said in read(raw))
