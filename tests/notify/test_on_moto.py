"""The senders against an emulated SNS and SES, whose outboxes other tests may be using too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.models import MockAWS
from moto.ses.models import ses_backends
from moto.sns.models import sns_backends

from chalicelib.notify.ses import SesSender
from chalicelib.notify.sns import SnsSender
from chalicelib.ports import Message
from tests.notify.carrier import session

REGION = "eu-central-1"


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    # Starting it a second time would replace the settings of an emulator that other tests keep running.
    if MockAWS._nested_count:
        yield
        return
    with mock_aws():
        yield


def test_an_sms_is_in_the_outbox_once() -> None:
    message_id = SnsSender(session).send(Message("+8613900000001", "协商铃：有新铃", "alert"))
    outbox = sns_backends[DEFAULT_ACCOUNT_ID][REGION].sms_messages
    assert {key: value[:2] for key, value in outbox.items()} == {
        message_id: ("+8613900000001", "协商铃：有新铃")
    }


def test_a_mail_from_a_verified_address_is_in_the_outbox_once() -> None:
    client = session().create_client("sesv2")
    client.create_email_identity(EmailIdentity="bell@example.org")
    message_id = SesSender(session, "bell@example.org").send(
        Message("li@example.org", "请接铃", "alert", {}, "有新铃")
    )
    outbox = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
    (sent,) = [mail for mail in outbox if mail.id == message_id]
    assert (sent.source, sent.subject, sent.body) == ("bell@example.org", "有新铃", "请接铃")
    assert sent.destinations["ToAddresses"] == ["li@example.org"]
