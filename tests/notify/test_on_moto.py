"""The senders against an emulated SNS and SES, whose outboxes other tests may be using too."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_string, policy

import pytest
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.models import MockAWS
from moto.ses.models import ses_backends
from moto.sns.models import sns_backends

from chalicelib.notice.shapes import Enclosure, Message
from chalicelib.notify.ses import SesSender
from chalicelib.notify.sns import SnsSender
from chalicelib.ports import PermanentFailure
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


def test_a_mail_brings_its_enclosure_and_the_calendar_keeps_its_method() -> None:
    session().create_client("sesv2").create_email_identity(EmailIdentity="bell@example.org")
    calendar = "BEGIN:VCALENDAR\r\nSUMMARY:协商会\r\nEND:VCALENDAR\r\n"
    enclosed = Enclosure("meeting.ics", "text/calendar; charset=utf-8; method=REQUEST", calendar)
    message = Message("office@property.example", "请看附件", "meeting", {}, "协商会", (enclosed,))
    message_id = SesSender(session, "bell@example.org").send(message)
    outbox = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
    (sent,) = [mail for mail in outbox if mail.id == message_id]
    assert sent.raw_data.isascii()
    mail = message_from_string(sent.raw_data, policy=policy.default)
    assert (mail["From"], mail["To"], mail["Subject"]) == ("bell@example.org", message.to, "协商会")
    body = mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().strip() == "请看附件"
    (part,) = mail.iter_attachments()
    assert (part.get_content_type(), part.get_filename()) == ("text/calendar", "meeting.ics")
    assert part["Content-Type"].params["method"] == "REQUEST"
    assert part.get_payload(decode=True) == calendar.encode()


def test_a_file_that_is_no_text_is_enclosed_as_it_is() -> None:
    session().create_client("sesv2").create_email_identity(EmailIdentity="bell@example.org")
    enclosed = Enclosure("list.json", "application/json", '{"a": "协商"}')
    message = Message("li@example.org", "x", "meeting", {}, "y", (enclosed,))
    message_id = SesSender(session, "bell@example.org").send(message)
    outbox = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
    (sent,) = [mail for mail in outbox if mail.id == message_id]
    (part,) = message_from_string(sent.raw_data, policy=policy.default).iter_attachments()
    assert (part.get_content_type(), part.get_content()) == ("application/json", '{"a": "协商"}'.encode())


def test_an_address_with_a_line_end_in_it_is_never_written_to() -> None:
    enclosed = Enclosure("meeting.ics", "text/calendar", "x")
    message = Message("li@example.org\r\nBcc: all@example.org", "x", "meeting", {}, "y", (enclosed,))
    with pytest.raises(PermanentFailure) as caught:
        SesSender(session, "bell@example.org").send(message)
    assert "li@example.org" not in repr(caught.value)
