"""Each message is handed to AWS exactly once, and every way it can go wrong is told apart."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from urllib.parse import parse_qs

import botocore.session
import pytest

from chalicelib.notice.shapes import Message
from chalicelib.notify.ses import SesSender
from chalicelib.notify.sns import SnsSender
from chalicelib.ports import PermanentFailure, Sender, TemporaryFailure, UnknownOutcome
from tests.notify.carrier import SES_OK, SNS_OK, Carrier, carrier, session, unused_url
from tests.notify.providers import SMS as TEMPLATED
from tests.notify.providers import Watch, aliyun_sender, tencent_sender

SMS = Message("+8613900000001", "协商铃：沁雅有新铃，请接 https://bell.example/a/x", "alert")
MAIL = Message("li@example.org", "请打开链接", "alert", {}, "协商铃：有新铃")
FAST = 0.2

Make = Callable[[str], Sender]


def sns(url: str) -> Sender:
    return SnsSender(session, url, FAST)


def ses(url: str) -> Sender:
    return SesSender(session, "bell@example.org", url, FAST)


def aliyun(url: str) -> Sender:
    return aliyun_sender(url, Watch(), FAST)


def tencent(url: str) -> Sender:
    return tencent_sender(url, Watch(), FAST)


BOTH = pytest.mark.parametrize(
    ("make", "message", "fine"), [(sns, SMS, SNS_OK), (ses, MAIL, SES_OK)], ids=["sns", "ses"]
)
EACH = pytest.mark.parametrize(
    ("make", "message", "fine"),
    [
        (sns, SMS, SNS_OK),
        (ses, MAIL, SES_OK),
        (aliyun, TEMPLATED, b'{"Code": "OK", "BizId": "m-1"}'),
        (tencent, TEMPLATED, b'{"Response": {"SendStatusSet": [{"Code": "Ok", "SerialNo": "m-1"}]}}'),
    ],
    ids=["sns", "ses", "aliyun", "tencent"],
)
"""Every sender over HTTP; those of one provider only are tried with its stand-in."""


@pytest.fixture
def provider() -> Iterator[Carrier]:
    with carrier() as there:
        yield there


def error(make: Make, code: str) -> bytes:
    """The provider's error in the protocol of its service."""
    if make is ses:
        return json.dumps({"__type": code, "message": "no"}).encode()
    told = f"<Type>x</Type><Code>{code}</Code><Message>no {SMS.to}</Message>"
    return f"<ErrorResponse><Error>{told}</Error></ErrorResponse>".encode()


@EACH
def test_what_the_provider_takes_is_sent_and_has_its_id(
    provider: Carrier, make: Make, message: Message, fine: bytes
) -> None:
    provider.body = fine
    assert make(provider.url).send(message) == "m-1"
    assert len(provider.requests) == 1


def test_an_sms_is_transactional_and_goes_straight_to_the_number(provider: Carrier) -> None:
    provider.body = SNS_OK
    sns(provider.url).send(SMS)
    asked = {name: values[0] for name, values in parse_qs(provider.requests[0]).items()}
    assert (asked["Action"], asked["PhoneNumber"], asked["Message"]) == ("Publish", SMS.to, SMS.text)
    assert asked["MessageAttributes.entry.1.Name"] == "AWS.SNS.SMS.SMSType"
    assert asked["MessageAttributes.entry.1.Value.StringValue"] == "Transactional"


def test_a_mail_has_its_subject_and_text_in_utf8(provider: Carrier) -> None:
    provider.body = SES_OK
    ses(provider.url).send(MAIL)
    asked = json.loads(provider.requests[0])
    simple = asked["Content"]["Simple"]
    assert asked["Destination"] == {"ToAddresses": [MAIL.to]}
    assert simple["Subject"] == {"Data": MAIL.subject, "Charset": "UTF-8"}
    assert simple["Body"]["Text"] == {"Data": MAIL.text, "Charset": "UTF-8"}


@BOTH
@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "Throttling", TemporaryFailure),
        (429, "TooManyRequestsException", TemporaryFailure),
        (503, "ServiceUnavailable", TemporaryFailure),
        (400, "InvalidParameter", PermanentFailure),
        (400, "OptedOut", PermanentFailure),
        (400, "MessageRejected", PermanentFailure),
        (403, "AuthorizationError", PermanentFailure),
        (500, "InternalError", UnknownOutcome),
        (504, "GatewayTimeout", UnknownOutcome),
    ],
)
def test_a_refusal_is_told_from_an_accident(
    provider: Carrier,
    make: Make,
    message: Message,
    fine: bytes,
    status: int,
    code: str,
    expected: type[Exception],
) -> None:
    provider.status, provider.body = status, error(make, code)
    with pytest.raises(expected) as caught:
        make(provider.url).send(message)
    assert str(caught.value) == code
    assert len(provider.requests) == 1


@EACH
def test_a_connection_reset_after_sending_is_unknown_and_not_repeated(
    provider: Carrier, make: Make, message: Message, fine: bytes
) -> None:
    provider.reset = True
    with pytest.raises(UnknownOutcome):
        make(provider.url).send(message)
    assert len(provider.requests) == 1


@EACH
def test_no_answer_in_time_is_unknown_and_not_repeated(
    provider: Carrier, make: Make, message: Message, fine: bytes
) -> None:
    provider.silent = True
    with pytest.raises(UnknownOutcome):
        make(provider.url).send(message)
    assert len(provider.requests) == 1


@EACH
def test_an_answer_that_nobody_can_read_is_unknown(
    provider: Carrier, make: Make, message: Message, fine: bytes
) -> None:
    provider.body = b"<html>captive portal"
    with pytest.raises(UnknownOutcome):
        make(provider.url).send(message)


@EACH
def test_nobody_listening_is_temporary(make: Make, message: Message, fine: bytes) -> None:
    with pytest.raises(TemporaryFailure):
        make(unused_url()).send(message)


def test_an_address_that_cannot_be_one_is_permanent(provider: Carrier) -> None:
    with pytest.raises(PermanentFailure):
        sns(provider.url).send(Message(None, "x", "alert"))  # type: ignore[arg-type] # what a broken directory may hold
    assert provider.requests == []


def test_a_failure_does_not_quote_the_number(provider: Carrier) -> None:
    provider.status, provider.body = 400, error(sns, "InvalidParameter")
    with pytest.raises(PermanentFailure) as caught:
        sns(provider.url).send(SMS)
    assert "13900000001" not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_nothing_is_created_before_the_first_message_and_only_once(provider: Carrier) -> None:
    made: list[int] = []

    def counted() -> botocore.session.Session:
        made.append(1)
        return session()

    sender = SnsSender(counted, provider.url, FAST)
    assert made == []
    provider.body = SNS_OK
    sender.send(SMS)
    sender.send(SMS)
    assert made == [1]


def test_the_region_is_the_sessions() -> None:
    """The same code asks the hosts of whichever partition it is deployed in."""
    for region, host in (
        ("eu-central-1", "sns.eu-central-1.amazonaws.com"),
        ("cn-north-1", "sns.cn-north-1.amazonaws.com.cn"),
    ):
        client = SnsSender(partial(session, region))._create()
        assert client.meta.endpoint_url == f"https://{host}"
