"""Mail through any server: over TLS only, handed over once, and every reply told apart."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from email import message_from_bytes, policy

import pytest

from chalicelib.notice.shapes import Enclosure, Message
from chalicelib.notify.smtp import SmtpSender
from chalicelib.ports import PermanentFailure, TemporaryFailure, UnknownOutcome
from tests.notify.providers import FAST, MAIL, NOW, SECRET, mailbox_with_account, smtp_sender
from tests.notify.standins.smtp import Mailbox


@pytest.fixture(params=[True, False], ids=["tls", "starttls"])
def box(request: pytest.FixtureRequest) -> Iterator[Mailbox]:
    with mailbox_with_account(tls=request.param) as there:
        yield there


def test_a_mail_is_handed_over_once_and_has_its_id(box: Mailbox) -> None:
    envelope = smtp_sender(box).send(MAIL)
    ((sender, to, raw),) = box.mails
    assert (sender.split()[0], to) == ("FROM:<bell@example.org>", "TO:<li@example.org>")
    assert "ENVID" not in sender
    assert raw.isascii()
    mail = message_from_bytes(raw, policy=policy.default)
    assert (mail["Subject"], mail["To"], mail["From"]) == (
        MAIL.subject,
        MAIL.to,
        "协商铃 <bell@example.org>",
    )
    assert mail.get_content().strip() == MAIL.text
    assert (mail["Message-ID"], envelope) == ("<mail-0@example.org>", "mail-0")
    assert mail["Date"].datetime == NOW
    assert mail["Auto-Submitted"] == "auto-generated"


def test_where_somebody_reads_what_comes_back_it_comes_with_its_id_and_without_its_text(box: Mailbox) -> None:
    smtp_sender(box, returns=True).send(MAIL)
    ((sender, to, _),) = box.mails
    assert sender.split()[-2:] == ["ENVID=mail-0", "RET=HDRS"]
    assert to == "TO:<li@example.org> NOTIFY=FAILURE"


def test_a_server_that_knows_nothing_of_reports_is_not_asked_for_any() -> None:
    with mailbox_with_account(offers_dsn=False) as plain:
        smtp_sender(plain, returns=True).send(MAIL)
        assert plain.mails[0][:2] == ("FROM:<bell@example.org>", "TO:<li@example.org>")


def test_mail_may_come_back_to_an_address_of_its_own(box: Mailbox) -> None:
    smtp_sender(box, return_path="bell+*@example.org").send(MAIL)
    ((sender, _, raw),) = box.mails
    assert sender.split()[0] == "FROM:<bell+mail-0@example.org>"
    assert message_from_bytes(raw, policy=policy.default)["From"] == "协商铃 <bell@example.org>"


def test_an_invitation_travels_with_it(box: Mailbox) -> None:
    enclosed = Enclosure("meeting.ics", "text/calendar; charset=utf-8; method=REQUEST", "BEGIN:VCALENDAR\r\n")
    smtp_sender(box).send(dataclasses.replace(MAIL, enclosures=(enclosed,)))
    (part,) = message_from_bytes(box.mails[0][2], policy=policy.default).iter_attachments()
    assert (part.get_content_type(), part["Content-Type"].params["method"]) == ("text/calendar", "REQUEST")


@pytest.mark.parametrize("command", ["mail", "rcpt", "data", "done"])
@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("451 4.3.0 later", TemporaryFailure),
        ("452 4.2.2 full", TemporaryFailure),
        ("550 5.1.1 nobody of that name", PermanentFailure),
        ("554 5.7.1 no", PermanentFailure),
    ],
)
def test_a_refusal_for_now_is_told_from_one_for_good(
    box: Mailbox, command: str, reply: str, expected: type[Exception]
) -> None:
    box.replies[command] = reply
    with pytest.raises(expected) as caught:
        smtp_sender(box).send(MAIL)
    assert str(caught.value) == f"smtp_{reply[:3]}"
    assert box.mails == []


@pytest.mark.parametrize("command", ["ehlo", "auth", "mail", "rcpt"])
def test_a_connection_that_dies_before_the_mail_was_sent_took_nothing(box: Mailbox, command: str) -> None:
    box.replies[command] = ""
    with pytest.raises(TemporaryFailure):
        smtp_sender(box).send(MAIL)


def test_a_connection_that_dies_after_the_mail_was_sent_may_have_taken_it(box: Mailbox) -> None:
    box.replies["done"] = ""
    with pytest.raises(UnknownOutcome):
        smtp_sender(box).send(MAIL)


NO_REPLY = [("mail", TemporaryFailure), ("rcpt", TemporaryFailure), ("done", UnknownOutcome)]


@pytest.mark.parametrize(("command", "expected"), NO_REPLY)
def test_a_reply_that_nobody_can_read_is_no_yes(
    box: Mailbox, command: str, expected: type[Exception]
) -> None:
    box.replies[command] = "what?"
    with pytest.raises(expected):
        smtp_sender(box).send(MAIL)


@pytest.mark.parametrize(("command", "expected"), [("rcpt", TemporaryFailure), ("done", UnknownOutcome)])
def test_no_answer_in_time_ends(box: Mailbox, command: str, expected: type[Exception]) -> None:
    box.silent_after = command
    with pytest.raises(expected):
        smtp_sender(box, FAST).send(MAIL)


def test_a_wrong_password_is_for_good_and_not_told(box: Mailbox) -> None:
    box.users = {"bell": "another"}
    with pytest.raises(PermanentFailure) as caught:
        smtp_sender(box).send(MAIL)
    assert str(caught.value) == "smtp_535"
    assert caught.value.__suppress_context__
    assert SECRET not in repr(smtp_sender(box)._account)


def test_a_server_without_tls_gets_neither_password_nor_mail() -> None:
    with mailbox_with_account(tls=False, offers_starttls=False) as plain:
        with pytest.raises(PermanentFailure):
            smtp_sender(plain).send(MAIL)
        assert plain.mails == []


def test_a_server_that_only_says_it_is_ours_gets_nothing(box: Mailbox) -> None:
    sender = smtp_sender(box)
    stranger = SmtpSender(dataclasses.replace(sender._account, trust=None), lambda: NOW, lambda: "x", FAST)
    with pytest.raises(TemporaryFailure, match="SSLCertVerificationError"):
        stranger.send(MAIL)
    assert box.mails == []


def test_nobody_listening_is_temporary() -> None:
    with mailbox_with_account() as gone:
        sender = smtp_sender(gone)
    with pytest.raises(TemporaryFailure):
        sender.send(MAIL)


@pytest.mark.parametrize("to", ["", "li", "李@example.org", "li@example.org\r\nBcc: all@example.org"])
def test_what_is_no_address_is_never_written_to(box: Mailbox, to: str) -> None:
    with pytest.raises(PermanentFailure, match=re.escape("not_an_address")):
        smtp_sender(box).send(Message(to, "x", "alert", {}, "y"))
    assert box.mails == []
