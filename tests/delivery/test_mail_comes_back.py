"""Mail by SMTP that nobody was found for comes back to a mailbox; it is read there, and the next one is called."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from chalicelib import steps, wiring
from chalicelib.bell.service import Rung
from chalicelib.config import Settings
from chalicelib.delivery.bounces import sealed
from chalicelib.notify import imap, smtp
from chalicelib.people.staff import Channel
from chalicelib.ports import PermanentFailure
from chalicelib.status.rules import MAILBOX, Pulse
from tests.delivery import returned
from tests.fakes import places
from tests.fakes.world import World
from tests.notify.providers import (
    SECRET,
    Watch,
    imap_mailbox,
    inbox_with_account,
    mailbox_with_account,
    smtp_sender,
)
from tests.notify.standins.imap import Inbox
from tests.notify.standins.smtp import Mailbox
from tests.observability.logs import Log
from tests.scenarios.plays import after, ends_well

ZHAO = places.STAFF[0]
SETTINGS = Settings("prod", "t", "arn:sm", "https://bell.example.org", "https://b.cn", b"k" * 32, ("MX",))
READ = {"read": "mailbox"}


@dataclasses.dataclass
class Post:
    """The platform, a mail server, and the mailbox to which mail comes back."""

    world: World
    server: Mailbox
    inbox: Inbox

    def reads(self) -> dict[str, int]:
        """A minute's reading, and everybody reacts."""
        answer = steps.report(READ)
        self.world.settle()
        return answer

    def rings(self) -> Rung:
        """A bell whose SMS to the specialist fails, so that he is mailed."""
        self.world.senders[Channel.SMS].fail(PermanentFailure("gone"), to=ZHAO.phone)
        rung = self.world.ring()
        self.world.settle()
        self.world.expect("rung", to="resident")
        return rung

    def fates(self, rung: Rung, person: str) -> dict[str, str]:
        """The fates as they are stored, by channel."""
        found = self.world.file(rung).dispatches
        return {d.channel: str(d.fate) for d in found if d.recipient == person}

    def mail_id(self, rung: Rung) -> str:
        """The id of the mail to the specialist."""
        found = self.world.file(rung).dispatches
        return next(d.detail for d in found if (d.recipient, d.channel) == ("zhao", "mail"))

    @property
    def pulse(self) -> Pulse:
        """What was noted of the last reading."""
        return self.world.store.pulses()[MAILBOX]


@pytest.fixture(params=["asked", "plain", "own address"])
def post(request: pytest.FixtureRequest) -> Iterator[Post]:
    """Servers that know RFC 3461, that do not, and mail that comes back to addresses of its own."""
    way: str = request.param
    with ExitStack() as stack:
        inbox = stack.enter_context(inbox_with_account())
        server = stack.enter_context(mailbox_with_account(offers_dsn=way == "asked"))
        server.deliver = lambda _, report: inbox.add(report)
        world = World()
        sender = _sender(server, world, "bell+*@example.org" if way == "own address" else "")
        reader = imap_mailbox(inbox, Watch())
        senders = {**world.ports.senders, Channel.MAIL: sender}
        world.ports = dataclasses.replace(world.ports, senders=senders, mailbox=reader)
        wiring.install(world.ports, SETTINGS)
        stack.callback(wiring.install, None)
        yield Post(world, server, inbox)


def _sender(server: Mailbox, world: World, return_path: str) -> smtp.SmtpSender:
    account = dataclasses.replace(
        smtp_sender(server, returns=True, return_path=return_path)._account, password=SECRET
    )
    numbers = itertools.count(1)
    key = world.ports.policy.key
    return smtp.SmtpSender(
        account, Watch(), lambda: sealed(key, f"{next(numbers):016x}"), read_seconds=imap.READ_SECONDS
    )


def test_a_mail_that_comes_back_calls_the_next_level_at_once(post: Post) -> None:
    post.server.gone.add(ZHAO.mail)
    rung = post.rings()
    assert post.fates(rung, "zhao") == {"sms": "failed", "mail": "sent"}
    post.world.pass_time(seconds=20)
    assert post.reads() == {"taken": 1}
    assert post.fates(rung, "zhao")["mail"] == "undelivered"
    assert post.world.kinds(rung) == ["rung", "alerted", "level_skipped", "alerted"]
    post.world.expect("alert", to="wang", at=after(post.world, seconds=20))
    assert post.inbox.seen == [1]
    # And once is enough, however often it is read.
    assert post.reads() == {"taken": 0}
    post.world.pass_time(minutes=4)
    assert len(post.server.mails) == 1
    ends_well(post.world)


def test_a_mail_that_arrives_calls_nobody(post: Post) -> None:
    rung = post.rings()
    assert post.reads() == {"taken": 0}
    assert post.fates(rung, "zhao") == {"sms": "failed", "mail": "sent"}
    assert post.world.kinds(rung) == ["rung", "alerted"]
    assert len(post.server.mails) == 1
    ends_well(post.world)


def test_what_others_make_up_what_is_late_and_what_people_write_changes_nothing(post: Post) -> None:
    rung = post.rings()
    ours = post.mail_id(rung)
    made_up = sealed(b"somebody's key", "0123456789abcdef")
    for raw in (
        *(form(made_up) for form, _ in returned.FAILURES.values()),
        returned.holiday(ours),
        returned.receipt(ours),
        b"From: li@example.org\r\nSubject: thanks\r\n\r\nthanks",
    ):
        post.inbox.add(raw)
    late = post.inbox.add(returned.postfix(ours, "delayed", "4.4.1"))
    assert post.reads() == {"taken": 1}
    assert post.fates(rung, "zhao")["mail"] == "sent"
    assert post.inbox.seen == [late.number]
    ends_well(post.world)


def test_a_report_only_moves_a_fate_forward(post: Post) -> None:
    rung = post.rings()
    ours = post.mail_id(rung)
    for action, fate in [("delivered", "delivered"), ("failed", "undelivered"), ("delivered", "undelivered")]:
        post.inbox.add(returned.postfix(ours, action, "2.0.0" if action == "delivered" else "5.1.1"))
        assert post.reads() == {"taken": 1}
        assert post.fates(rung, "zhao")["mail"] == fate
    post.world.expect("alert", to="wang")
    ends_well(post.world)


def test_what_cannot_be_read_is_left_and_counted_once(post: Post, log: Log) -> None:
    rung = post.rings()
    post.inbox.add(returned.postfix(post.mail_id(rung), "eaten", "5.1.1"))
    assert post.reads() == post.reads() == {"taken": 0}
    lines = log.lines()
    assert [line["unreadable"] for line in lines if line.get("message") == "mailbox"] == [1, 0]
    assert [line["ReportFaults"] for line in lines if "ReportFaults" in line] == [1]
    assert (post.inbox.seen, post.pulse.ok) == ([], True)
    assert post.fates(rung, "zhao")["mail"] == "sent"
    ends_well(post.world)


def test_a_mailbox_that_cannot_be_read_is_noted_and_goes_on_where_it_was(post: Post, log: Log) -> None:
    post.server.gone.add(ZHAO.mail)
    post.inbox.add(b"From: li@example.org\r\n\r\nhello")
    post.reads()
    rung = post.rings()
    post.inbox.replies["login"] = "NO zhao@example.net may not"
    assert post.reads() == {"taken": 0}
    assert (post.pulse.ok, post.pulse.detail, post.pulse.mark) == (False, "login_refused", "1:1")
    assert [line["ReportFaults"] for line in log.lines() if "ReportFaults" in line] == [1]
    assert "zhao@example.net" not in log.text
    post.inbox.replies.clear()
    assert post.reads() == {"taken": 1}
    assert (post.pulse.ok, post.pulse.mark) == (True, "1:2")
    assert post.fates(rung, "zhao")["mail"] == "undelivered"
    post.world.expect("alert", to="wang")
    ends_well(post.world)


def test_what_could_not_be_written_down_is_read_again(post: Post) -> None:
    post.server.gone.add(ZHAO.mail)
    rung = post.rings()
    post.world.store.fail("report")
    with pytest.raises(Exception, match="Unavailable"):
        steps.report(READ)
    assert post.inbox.seen == []
    assert post.reads() == {"taken": 1}
    assert post.fates(rung, "zhao")["mail"] == "undelivered"
    post.world.expect("alert", to="wang")
    ends_well(post.world)


def test_where_no_mailbox_is_named_nothing_is_asked() -> None:
    world = World()
    wiring.install(world.ports, SETTINGS)
    try:
        before = world.store.calls.total()
        assert steps.report(READ) == {"taken": 0}
        assert world.store.calls.total() == before
    finally:
        wiring.install(None)
