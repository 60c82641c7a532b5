"""Mail that came back is understood as RFC 3464 says, or by its codes; what we did not send, and answers, are not."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.delivery import bounces
from chalicelib.delivery.bounces import Unreadable, said, sealed
from chalicelib.delivery.rules import Report
from chalicelib.people.staff import Channel
from tests.delivery import returned

KEY = b"a key that only tests know"
OURS = sealed(KEY, "0123456789abcdef0123456789abcdef")
FORGED = OURS[:-1] + ("0" if OURS[-1] != "0" else "1")


def lost(code: str) -> tuple[Report, ...]:
    return (Report(Channel.MAIL, OURS, arrived=False, code=code),)


def test_an_id_is_short_signed_and_of_this_stage_alone() -> None:
    assert re.fullmatch("[0-9a-f]{32}", OURS)
    assert OURS.startswith("0123456789abcdef")
    assert sealed(b"another", "0123456789abcdef") != OURS == sealed(KEY, "0123456789abcdef")


@pytest.mark.parametrize("name", returned.FAILURES)
def test_what_each_server_says_is_understood(name: str) -> None:
    form, code = returned.FAILURES[name]
    assert said(form(OURS), KEY) == lost(code)


@pytest.mark.parametrize("name", returned.FAILURES)
def test_nobody_can_make_it_up(name: str) -> None:
    form, _ = returned.FAILURES[name]
    assert said(form(FORGED), KEY) is None
    assert said(form(OURS), b"the key of another stage") is None


@pytest.mark.parametrize(
    ("action", "status", "meant"),
    [
        ("failed", "5.2.2", (Report(Channel.MAIL, OURS, arrived=False, code="5.2.2"),)),
        # A server that could not get rid of it for days keeps the status of its last try.
        ("failed", "4.4.1", (Report(Channel.MAIL, OURS, arrived=False, code="4.4.1"),)),
        ("Failed (no such user)", "5.1.1 (gone)", (Report(Channel.MAIL, OURS, arrived=False, code="5.1.1"),)),
        ("failed", "", (Report(Channel.MAIL, OURS, arrived=False),)),
        ("delivered", "2.0.0", (Report(Channel.MAIL, OURS, arrived=True, code="2.0.0"),)),
        ("delayed", "4.4.1", ()),
        ("relayed", "2.0.0", ()),
        ("expanded", "2.0.0", ()),
    ],
)
def test_a_report_says_what_its_action_says(action: str, status: str, meant: tuple[Report, ...]) -> None:
    assert said(returned.postfix(OURS, action, status), KEY) == meant


@pytest.mark.parametrize(
    ("action", "status"), [("failed", "2.0.0"), ("delivered", "5.1.1"), ("", "5.1.1"), ("eaten", "5.1.1")]
)
def test_a_report_that_contradicts_itself_says_nothing(action: str, status: str) -> None:
    with pytest.raises(Unreadable):
        said(returned.postfix(OURS, action, status), KEY)


def test_whoever_got_it_among_several_the_one_who_did_not_counts() -> None:
    both = returned.postfix(OURS, "delivered", "2.0.0").replace(
        b"Status: 2.0.0\r\n",
        b"Status: 2.0.0\r\n\r\nFinal-Recipient: rfc822; b@c\r\nAction: failed\r\nStatus: 5.1.1\r\n",
    )
    assert said(both, KEY) == lost("5.1.1")


def test_the_envelopes_id_is_enough() -> None:
    assert said(returned.postfix(OURS, envelope=True, content=False), KEY) == lost("5.1.1")
    assert said(returned.postfix(OURS, content=False), KEY) is None


@pytest.mark.parametrize("address", ["bell+{}@example.org", "{}@bounces.example.org", "b-{}-x@EXAMPLE.org"])
def test_the_address_it_came_back_to_is_enough(address: str) -> None:
    to = address.format(OURS.upper())
    assert said(returned.postfix("", to=to, content=False), KEY) == lost("5.1.1")


def test_qmail_has_given_up_whatever_the_last_try_said() -> None:
    why = "Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)"
    assert said(returned.qmail(OURS, why), KEY) == lost("")


def test_a_letter_that_is_only_late_changes_nothing() -> None:
    assert said(returned.late_exim(OURS), KEY) == ()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("错误代码：550，用户不存在", "550"),
        ("host said: 554.", "554"),
        ("(552) 收件人邮箱已满", "552"),
        ("550-5.2.1 disabled", "5.2.1"),
        ("451 4.7.1 later, then 550 5.7.1 no", "5.7.1"),
    ],
)
def test_a_letter_says_it_by_its_code(words: str, code: str) -> None:
    letter = returned.netease(OURS, words)
    assert said(letter, KEY) == lost(code)


@pytest.mark.parametrize("words", ["the mail has 512 KB", "port 587", "since 5.1.1.1", "1550 times", ""])
def test_a_number_is_no_code(words: str) -> None:
    with pytest.raises(Unreadable):
        said(returned.netease(OURS, words), KEY)


def test_a_letter_of_which_nobody_can_say_what_it_means_is_left() -> None:
    with pytest.raises(Unreadable):
        said(returned.late_exim(OURS).replace(b"451 4.7.1", b""), KEY)


@pytest.mark.parametrize("form", [returned.holiday, returned.receipt])
def test_an_answer_is_no_report_whatever_it_quotes(form: returned.Form) -> None:
    assert said(form(OURS), KEY) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"From: a@b\r\n\r\nhello",
        b"Content-Type: multipart/report\r\n\r\n",
        OURS.encode(),
    ],
)
def test_what_is_no_report_is_none(raw: bytes) -> None:
    assert said(raw, KEY) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n" * 2_000,
        b"Content-Type: message/rfc822\r\n\r\n" * 4_000,
        b"From: postmaster@x\r\nContent-Type: text/html\r\n\r\n" + b"<" * bounces.MOST_BYTES + OURS.encode(),
    ],
)
def test_a_mail_made_to_keep_us_busy_is_left(raw: bytes) -> None:
    with pytest.raises(Unreadable):
        said(raw[: bounces.MOST_BYTES + 100], KEY)


FORMS = st.sampled_from([form(OURS) for form, _ in returned.FAILURES.values()])


@given(FORMS, st.lists(st.tuples(st.integers(0, 2_000), st.binary(max_size=8)), min_size=1, max_size=4))
def test_no_mail_makes_it_fail(raw: bytes, changes: list[tuple[int, bytes]]) -> None:
    spoiled = bytearray(raw)
    for place, bytes_ in changes:
        spoiled[place : place + len(bytes_)] = bytes_
    try:
        found = said(bytes(spoiled), KEY)
    except Unreadable:
        return
    assert found is None or all(one.message == OURS for one in found)


@given(st.binary(max_size=400))
def test_what_was_never_signed_moves_nothing(noise: bytes) -> None:
    assert said(b"From: postmaster@x\r\n\r\n550 gone " + noise, KEY) is None
