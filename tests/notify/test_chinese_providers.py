"""SMS through Alibaba and Tencent Cloud: signed as documented, approved templates only, every failure told apart."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import pytest

from chalicelib.notice.shapes import Message
from chalicelib.notice.texts import TEMPLATES
from chalicelib.notify import aliyun, tencent
from chalicelib.notify.templates import names, template_id
from chalicelib.ports import OptedOut, PermanentFailure, Sender, TemporaryFailure, UnknownOutcome
from tests.notify.carrier import unused_url
from tests.notify.providers import (
    ALERT,
    SECRET,
    SMS,
    TOKEN,
    Watch,
    aliyun_sender,
    aliyun_with_account,
    tencent_sender,
    tencent_with_account,
)
from tests.notify.standins.server import Asked

SOME = {
    "place": "沁雅",
    "minutes": 12,
    "link": f"https://b.example.org/a/{TOKEN}",
    "number": "MX-7F3K-92QD",
    "case": "MX-7F3K-92QD",
    "by": "李专员",
    "category": "gas",
    "code": "123456",
    "count": 3,
}


@dataclass
class Line:
    """A provider with our sender for it."""

    provider: Any
    make: Callable[..., Sender]
    watch: Watch

    @cached_property
    def sender(self) -> Sender:
        return self.make(self.provider.url, self.watch)


@pytest.fixture(params=["aliyun", "tencent"])
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    watch = Watch()
    with ExitStack() as stack:
        if request.param == "aliyun":
            yield Line(stack.enter_context(aliyun_with_account(watch)), aliyun_sender, watch)
        else:
            yield Line(stack.enter_context(tencent_with_account(watch)), tencent_sender, watch)


@pytest.fixture
def ali() -> Iterator[Line]:
    watch = Watch()
    with aliyun_with_account(watch) as provider:
        yield Line(provider, aliyun_sender, watch)


@pytest.fixture
def ten() -> Iterator[Line]:
    watch = Watch()
    with tencent_with_account(watch) as provider:
        yield Line(provider, tencent_sender, watch)


def shown(provider: Any) -> list[str]:
    """The values of the gaps of the last message."""
    sent = provider.sent[-1]
    if "TemplateParamSet" in sent:
        return list(sent["TemplateParamSet"])
    return list(json.loads(sent["TemplateParam"]).values())


# -- signatures


def test_alibabas_signature_is_the_one_in_its_documentation() -> None:
    account = aliyun.Account("YourAccessKeyId", "YourAccessKeySecret", "", {})
    query = aliyun.canonical_query(
        {"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}
    )
    headers = aliyun.signed(
        account,
        "ecs.cn-shanghai.aliyuncs.com",
        query,
        datetime(2023, 10, 26, 10, 22, 32, tzinfo=UTC),
        "3156853299f313e23d1673dc12e1703d",
        "RunInstances",
        "2014-05-26",
    )
    assert headers["Authorization"] == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;"
        "x-acs-signature-nonce;x-acs-version,"
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_tencents_signature_is_the_one_in_its_documentation() -> None:
    payload = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    digest = "35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064"
    assert hashlib.sha256(payload).hexdigest() == digest
    account = tencent.Account(
        "AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******", "Gu5t9xGARNpq86cd98joQYCN3*******", "", "", {}
    )
    now = datetime.fromtimestamp(1551113065, UTC)
    assert tencent.authorization(account, "cvm.tencentcloudapi.com", payload, now, "cvm") == (
        "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******/2019-02-25/cvm/tc3_request, "
        "SignedHeaders=content-type;host, "
        "Signature=2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c"
    )


def test_a_message_signed_with_the_secret_is_taken_once_and_has_its_id(line: Line) -> None:
    assert line.sender.send(SMS)
    assert len(line.provider.sent) == 1


def test_two_messages_have_two_ids(line: Line) -> None:
    sender = line.sender
    assert sender.send(SMS) != sender.send(SMS)


def test_another_secret_opens_nothing(line: Line) -> None:
    line.provider.keys = dict.fromkeys(line.provider.keys, "another")
    with pytest.raises(PermanentFailure, match=r"SignatureDoesNotMatch|AuthFailure.SignatureFailure"):
        line.sender.send(SMS)
    assert line.provider.sent == []


def test_a_key_that_nobody_knows_opens_nothing(line: Line) -> None:
    line.provider.keys = {}
    with pytest.raises(PermanentFailure, match=r"InvalidAccessKeyId.NotFound|AuthFailure.SecretIdNotFound"):
        line.sender.send(SMS)


@pytest.mark.parametrize("minutes", [-20, 20])
def test_a_clock_that_goes_wrong_is_found_out(line: Line, minutes: int) -> None:
    there = Watch()
    there.now += timedelta(minutes=minutes)
    line.provider.now = there
    with pytest.raises(PermanentFailure, match=r"InvalidTimeStamp.Expired|AuthFailure.SignatureExpire"):
        line.sender.send(SMS)


def test_a_request_that_was_changed_on_the_way_is_not_taken(line: Line) -> None:
    line.sender.send(SMS)
    first: Asked = line.provider.asked[-1]
    for changed in (
        dataclasses.replace(first, target=first.target.replace("13900000001", "13900000002")),
        dataclasses.replace(first, body=first.body.replace(b"13900000001", b"13900000002")),
    ):
        if changed != first:
            answer = line.provider.answer(changed)[1]
            assert b"SignatureDoesNotMatch" in answer or b"SignatureFailure" in answer


def test_alibaba_takes_no_request_twice(ali: Line) -> None:
    ali.sender.send(SMS)
    assert b"SignatureNonceUsed" in ali.provider.answer(ali.provider.asked[-1])[1]
    assert len(ali.provider.sent) == 1


# -- templates


def test_a_message_is_a_template_and_its_gaps_never_text_and_never_a_whole_link(line: Line) -> None:
    line.sender.send(SMS)
    assert shown(line.provider) == ["沁雅", "a", TOKEN]
    raw = line.provider.asked[-1]
    assert "协商铃" not in raw.target + raw.body.decode()


def test_gaps_are_filled_in_the_order_of_the_text(ten: Line) -> None:
    ten.sender.send(Message(SMS.to, "", "escalated", {"link": ALERT["link"], "minutes": 7, "place": "沁雅"}))
    assert shown(ten.provider) == ["沁雅", "7", "a", TOKEN]


@pytest.mark.parametrize("template", sorted(TEMPLATES))
def test_every_template_of_ours_fits_the_text_that_was_applied_for(line: Line, template: str) -> None:
    line.sender.send(Message(SMS.to, "", template, {**_missing(template), **SOME}))
    assert len(line.provider.sent) == 1


def _missing(template: str) -> dict[str, str]:
    return dict.fromkeys(names(TEMPLATES[template]["zh-CN"].sms), "5月6日10:00")


def test_a_danger_has_its_name_in_the_readers_language(ali: Line) -> None:
    params = {**ALERT, "category": "gas"}
    ali.sender.send(Message(SMS.to, "", "emergency", params))
    assert "燃气泄漏" in shown(ali.provider)
    ali.sender.send(Message(SMS.to, "", "emergency", params, language="en"))
    assert "gas" in shown(ali.provider)


def test_an_english_reader_gets_the_english_template_where_there_is_one() -> None:
    english = Message(SMS.to, "", "alert", ALERT, language="en-GB")
    assert template_id({"alert": "1", "alert.en": "2"}, english) == "2"
    assert template_id({"alert": "1"}, english) == "1"
    assert template_id({"alert": "1", "alert.en": "2"}, SMS) == "1"


@pytest.mark.parametrize(
    "message",
    [
        Message(SMS.to, "x", "no-such-template", ALERT),
        Message(SMS.to, "x", "alert", {}),
        Message(SMS.to, "x", "alert", {"place": "沁雅", "link": "x"}),
        Message("13900000001", "x", "alert", ALERT),
        Message("", "x", "alert", ALERT),
        Message("+86139\r\nX: y", "x", "alert", ALERT),
    ],
)
def test_what_cannot_be_asked_is_not_asked(line: Line, message: Message) -> None:
    with pytest.raises(PermanentFailure):
        line.sender.send(message)
    assert line.provider.asked == []


def test_a_number_from_abroad_keeps_its_country(line: Line) -> None:
    line.sender.send(Message("+85291234567", "x", "alert", ALERT))
    sent = line.provider.sent[-1]
    assert sent.get("PhoneNumbers") == "85291234567" or sent["PhoneNumberSet"] == ["+85291234567"]


# -- refusals and accidents


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "Throttling", TemporaryFailure),
        (400, "Throttling.User", TemporaryFailure),
        (503, "ServiceUnavailable", TemporaryFailure),
        (200, "isp.SYSTEM_ERROR", TemporaryFailure),
        (500, "InternalError", UnknownOutcome),
        (200, "isp.GATEWAY_ERROR", UnknownOutcome),
        (400, "SignatureNonceUsed", UnknownOutcome),
        (200, "isv.BUSINESS_LIMIT_CONTROL", PermanentFailure),
        (200, "isv.DAY_LIMIT_CONTROL", PermanentFailure),
        (200, "isv.MOBILE_NUMBER_ILLEGAL", PermanentFailure),
        (200, "isv.OUT_OF_SERVICE", PermanentFailure),
        (200, "isv.AMOUNT_NOT_ENOUGH", PermanentFailure),
        (200, "isv.SMS_TEMPLATE_ILLEGAL", PermanentFailure),
        (200, "isv.SIGN_STATE_ILLEGAL", PermanentFailure),
        (200, "isp.RAM_PERMISSION_DENY", PermanentFailure),
        (403, "Forbidden.RAM", PermanentFailure),
    ],
)
def test_alibabas_refusals_are_told_from_its_accidents(
    ali: Line, status: int, code: str, expected: type[Exception]
) -> None:
    ali.provider.refuse = (status, code)
    with pytest.raises(expected) as caught:
        ali.sender.send(SMS)
    assert str(caught.value) == code
    assert len(ali.provider.asked) == 1


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("RequestLimitExceeded", TemporaryFailure),
        ("RequestLimitExceeded.IPLimitExceeded", TemporaryFailure),
        ("ServiceUnavailable", TemporaryFailure),
        ("ResourceUnavailable", TemporaryFailure),
        ("InternalError", UnknownOutcome),
        ("InternalError.Timeout", UnknownOutcome),
        ("InternalError.OtherError", UnknownOutcome),
        ("InternalError.SigVerificationFail", PermanentFailure),
        ("FailedOperation.InsufficientBalanceInSmsPackage", PermanentFailure),
        ("FailedOperation.TemplateIncorrectOrUnapproved", PermanentFailure),
        ("LimitExceeded.PhoneNumberDailyLimit", PermanentFailure),
        ("LimitExceeded.PhoneNumberThirtySecondLimit", PermanentFailure),
        ("UnauthorizedOperation.SmsSdkAppIdVerifyFail", PermanentFailure),
        ("InvalidParameterValue.IncorrectPhoneNumber", PermanentFailure),
        ("FailedOperation.PhoneNumberInBlacklist", OptedOut),
    ],
)
@pytest.mark.parametrize("about", ["refuse", "fail"])
def test_tencents_refusals_are_told_from_its_accidents(
    ten: Line, code: str, expected: type[Exception], about: str
) -> None:
    setattr(ten.provider, about, code)
    with pytest.raises(expected) as caught:
        ten.sender.send(SMS)
    assert str(caught.value) == code
    assert len(ten.provider.asked) == 1


def test_a_connection_reset_after_sending_is_unknown_and_not_repeated(line: Line) -> None:
    line.provider.reset = True
    with pytest.raises(UnknownOutcome):
        line.sender.send(SMS)
    assert len(line.provider.asked) == 1


def test_no_answer_in_time_is_unknown_and_not_repeated(line: Line) -> None:
    line.provider.silent = True
    with pytest.raises(UnknownOutcome):
        line.sender.send(SMS)
    assert len(line.provider.asked) == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"<html>captive portal",
        b"[]",
        b"{}",
        b'{"Response": []}',
        b'{"Response": {"Error": 7}}',
        b'{"Response": {"SendStatusSet": [{}]}}',
        b"\xff\xfe",
    ],
)
def test_an_answer_that_nobody_can_read_is_unknown(line: Line, raw: bytes) -> None:
    line.provider.raw = (200, raw)
    with pytest.raises(UnknownOutcome):
        line.sender.send(SMS)


@pytest.mark.parametrize("status", [429, 503])
def test_a_gateway_that_is_busy_has_taken_nothing(line: Line, status: int) -> None:
    line.provider.raw = (status, b"<html>busy")
    with pytest.raises(TemporaryFailure):
        line.sender.send(SMS)


def test_nobody_listening_is_temporary(line: Line) -> None:
    with pytest.raises(TemporaryFailure):
        line.make(unused_url(), line.watch).send(SMS)


def test_neither_secret_nor_number_is_in_what_a_failure_says(line: Line) -> None:
    line.provider.reset = True
    with pytest.raises(UnknownOutcome) as caught:
        line.sender.send(SMS)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    for told in (repr(caught.value), repr(line.sender._account)):  # type: ignore[attr-defined]  # what a traceback shows
        assert SECRET not in told
        assert "13900000001" not in told
