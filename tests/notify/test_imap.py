"""The mailbox is read over TLS only, each mail once, and left as it was but for what is taken."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.delivery.bounces import MOST_BYTES
from chalicelib.notify.imap import READ_SECONDS, ROUND, ImapMailbox
from chalicelib.ports import NotRead
from tests.notify.providers import FAST, NOW, SECRET, Watch, imap_mailbox, inbox_with_account
from tests.notify.standins.imap import Inbox

SINCE = NOW - timedelta(days=9)


@pytest.fixture
def box() -> Iterator[Inbox]:
    with inbox_with_account() as there:
        yield there


def everything(box: Inbox, mark: str = "", *, take: bool = False) -> tuple[list[bytes], str]:
    """What is shown from a mark on, and the next mark."""
    shown: list[bytes] = []

    def look(raw: bytes) -> bool:
        shown.append(raw)
        return take

    return shown, imap_mailbox(box, Watch()).read(mark, SINCE, look)


def test_an_empty_mailbox_says_nothing(box: Inbox) -> None:
    assert everything(box) == ([], "1:0")


def test_each_mail_is_shown_once_the_oldest_first(box: Inbox) -> None:
    for raw in (b"a", b"b"):
        box.add(raw)
    shown, mark = everything(box)
    assert (shown, mark) == ([b"a", b"b"], "1:2")
    assert everything(box, mark) == ([], mark)
    box.add(b"c")
    assert everything(box, mark) == ([b"c"], "1:3")


def test_what_is_not_taken_is_left_as_it_was(box: Inbox) -> None:
    box.add(b"From: li@example.org\r\n\r\nhello")
    everything(box)
    assert box.seen == []
    assert not [said for said in box.said if said.lower().startswith(("store", "expunge", "move", "copy"))]


def test_what_is_taken_is_marked_as_read(box: Inbox) -> None:
    box.add(b"a")
    everything(box, take=True)
    assert box.seen == [1]


def test_what_somebody_opened_in_the_meantime_is_read_all_the_same(box: Inbox) -> None:
    box.add(b"a").flags.add(r"\Seen")
    assert everything(box)[0] == [b"a"]


def test_what_can_no_longer_be_a_report_is_not_looked_at(box: Inbox) -> None:
    box.add(b"old", date(2026, 11, 14))
    box.add(b"new", date(2026, 11, 15))
    assert everything(box)[0] == [b"new"]


def test_a_mailbox_that_was_numbered_anew_is_read_from_the_beginning(box: Inbox) -> None:
    box.add(b"a")
    box.validity = 2
    assert everything(box, "1:7") == ([b"a"], "2:1")


def test_only_the_beginning_of_a_mail_is_fetched(box: Inbox) -> None:
    box.add(b"x" * (MOST_BYTES + 1))
    assert [len(raw) for raw in everything(box)[0]] == [MOST_BYTES]


def test_a_mail_that_went_away_meanwhile_is_passed_over(box: Inbox) -> None:
    box.add(b"a")
    box.replies["fetch"] = "OK done"
    assert everything(box) == ([], "1:1")


def test_a_reading_has_its_time_and_the_next_goes_on(box: Inbox) -> None:
    watch = Watch()
    for raw in (b"a", b"b", b"c"):
        box.add(raw)
    shown: list[bytes] = []

    def look(raw: bytes) -> bool:
        shown.append(raw)
        watch.now += ROUND / 2
        return False

    mark = imap_mailbox(box, watch).read("", SINCE, look)
    assert (shown, mark) == ([b"a", b"b"], "1:2")
    assert imap_mailbox(box, watch).read(mark, SINCE, look) == "1:3"
    assert shown == [b"a", b"b", b"c"]


class Slow(Watch):
    """A clock that finds a round over whenever it is looked at."""

    def __call__(self) -> datetime:
        self.now += ROUND
        return self.now


def test_a_mailbox_that_takes_its_whole_time_to_open_still_shows_a_mail_each_time(box: Inbox) -> None:
    """Or it would stand still for ever, and say that all is well."""
    for raw in (b"a", b"b"):
        box.add(raw)
    shown: list[bytes] = []

    def look(raw: bytes) -> bool:
        shown.append(raw)
        return False

    mark = imap_mailbox(box, Slow()).read("", SINCE, look)
    assert (shown, mark) == ([b"a"], "1:1")
    assert imap_mailbox(box, Slow()).read(mark, SINCE, look) == "1:2"
    assert shown == [b"a", b"b"]


def test_a_server_that_wants_to_know_who_comes_is_told() -> None:
    with inbox_with_account(wants_id=True) as strict:
        strict.add(b"a")
        assert everything(strict)[0] == [b"a"]


def test_another_folder_may_be_read() -> None:
    with inbox_with_account(folders=("Returned mail",)) as sorted_by_rules:
        sorted_by_rules.add(b"a")
        other = imap_mailbox(sorted_by_rules, Watch(), folder="Returned mail")
        assert other.read("", SINCE, lambda _: False) == "1:1"
        with pytest.raises(NotRead, match="folder_refused"):
            everything(sorted_by_rules)


def failure(box: Inbox, read_seconds: float = READ_SECONDS, **account: str) -> NotRead:
    with pytest.raises(NotRead) as caught:
        imap_mailbox(box, Watch(), read_seconds, **account).read("1:0", SINCE, lambda _: True)
    assert caught.value.__suppress_context__
    return caught.value


@pytest.mark.parametrize("password", ["another", 'quo"ted \\', "密码"])
def test_a_wrong_password_opens_nothing_and_is_not_told(box: Inbox, password: str) -> None:
    box.add(b"a")
    error = failure(box, password=password)
    assert error.code in ("login_refused", "UnicodeEncodeError")
    assert password not in str(error)
    assert "bell" not in str(error)
    assert box.seen == []
    assert SECRET not in repr(imap_mailbox(box, Watch())._account)


def test_a_password_may_have_quotes_in_it(box: Inbox) -> None:
    box.users["bell"] = 'quo"ted \\'
    assert imap_mailbox(box, Watch(), password='quo"ted \\').read("", SINCE, lambda _: True) == "1:0"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("login", "login_refused"),
        ("select", "folder_refused"),
        ("search", "search_refused"),
        ("fetch", "refused"),
    ],
)
def test_a_refusal_ends_the_reading(box: Inbox, command: str, code: str) -> None:
    box.add(b"a")
    box.replies[command] = "NO zhao@example.org may not"
    assert failure(box).code == code


@pytest.mark.parametrize("command", ["capability", "login", "select", "search", "fetch", "store"])
def test_a_connection_that_dies_ends_the_reading(box: Inbox, command: str) -> None:
    box.add(b"a")
    box.replies[command] = ""
    assert failure(box).mark == "1:0"


@pytest.mark.parametrize("command", ["login", "select", "search", "fetch", "store"])
def test_no_answer_in_time_ends_the_reading(box: Inbox, command: str) -> None:
    box.add(b"a")
    box.silent_after = command
    error = failure(box, FAST)
    assert (error.code, error.mark) == ("TimeoutError", "1:0")


def test_what_was_read_before_it_broke_off_is_not_read_again(box: Inbox) -> None:
    box.add(b"a")
    box.add(b"b")

    def look(raw: bytes) -> bool:
        box.replies["fetch"] = ""
        return False

    with pytest.raises(NotRead) as caught:
        imap_mailbox(box, Watch()).read("", SINCE, look)
    assert caught.value.mark == "1:1"


def test_a_mark_that_cannot_be_set_holds_up_nothing(box: Inbox) -> None:
    box.add(b"a")
    box.replies["store"] = "NO no"
    assert everything(box, take=True)[1] == "1:1"


def test_a_mailbox_in_which_nothing_can_be_marked_is_named(box: Inbox) -> None:
    box.read_only = True
    assert failure(box).code == "read_only"


def test_a_server_that_only_says_it_is_ours_gets_no_password(box: Inbox) -> None:
    account = dataclasses.replace(imap_mailbox(box, Watch())._account, trust=None)
    with pytest.raises(NotRead, match="SSLCertVerificationError"):
        ImapMailbox(account, Watch()).read("", SINCE, lambda _: True)
    assert box.said == []


def test_nobody_listening_is_named() -> None:
    with inbox_with_account() as gone:
        reader = imap_mailbox(gone, Watch())
    with pytest.raises(NotRead, match="ConnectionRefusedError"):
        reader.read("", SINCE, lambda _: True)


def test_what_goes_wrong_with_a_mail_is_not_the_mailboxs(box: Inbox) -> None:
    box.add(b"a")

    def look(_: bytes) -> bool:
        raise LookupError("the table")

    with pytest.raises(LookupError):
        imap_mailbox(box, Watch()).read("", SINCE, look)


def test_the_days_of_a_server_have_english_names(box: Inbox) -> None:
    imap_mailbox(box, Watch()).read("", datetime(2026, 5, 3, tzinfo=UTC), lambda _: True)
    assert "SEARCH UID 1:* SINCE 03-May-2026" in box.said
