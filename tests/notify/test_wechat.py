"""Messages of the mini program: one acceptance, one message; one token, asked for when it is needed."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.notice.shapes import Message
from chalicelib.notify.wechat import WechatSender
from chalicelib.ports import NotAccepted, PermanentFailure, TemporaryFailure, UnknownOutcome
from tests.notify.carrier import unused_url
from tests.notify.providers import OPENID, SECRET, TOKEN, Watch, wechat_sender, wechat_with_account
from tests.notify.standins.wechat import Wechat

LINK = f"https://b.example.org/t/{TOKEN}"
MESSAGE = Message(OPENID, "…", "answered", {"by": "李专员", "number": "MX-7F3K-92QD", "link": LINK})


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def provider(watch: Watch) -> Iterator[Wechat]:
    with wechat_with_account(watch) as there:
        yield there


@pytest.fixture
def sender(provider: Wechat, watch: Watch) -> WechatSender:
    return wechat_sender(provider.url, watch)


def test_a_message_has_its_keywords_its_page_and_its_language(provider: Wechat, sender: WechatSender) -> None:
    assert sender.send(MESSAGE) == "1700827132819554305", "by which WeChat reports what became of it"
    (sent,) = provider.sent
    assert sent["data"] == {"thing1": {"value": "李专员"}, "character_string2": {"value": "MX-7F3K-92QD"}}
    assert (sent["page"], sent["lang"]) == (f"pages/track/track?token={TOKEN}", "zh_CN")


def test_one_acceptance_is_one_message(provider: Wechat, sender: WechatSender) -> None:
    sender.send(MESSAGE)
    with pytest.raises(NotAccepted, match="43101"):
        sender.send(MESSAGE)
    assert len(provider.sent) == 1


def test_a_name_that_is_too_long_is_cut_and_not_refused(provider: Wechat, sender: WechatSender) -> None:
    sender.send(dataclasses.replace(MESSAGE, params={**MESSAGE.params, "by": "很长的名字" * 9}))
    assert len(provider.sent[0]["data"]["thing1"]["value"]) <= 20


def test_the_token_is_asked_for_once_and_again_shortly_before_it_ends(
    provider: Wechat, sender: WechatSender, watch: Watch
) -> None:
    provider.accepted[(OPENID, "T-1")] = 4
    sender.send(MESSAGE)
    watch.now += timedelta(minutes=114)
    sender.send(MESSAGE)
    assert len(provider.asked_for_tokens) == 1
    watch.now += timedelta(minutes=2)
    sender.send(MESSAGE)
    assert len(provider.asked_for_tokens) == 2


def test_a_token_that_died_early_is_replaced_and_the_message_goes_out_once(
    provider: Wechat, sender: WechatSender
) -> None:
    provider.accepted[(OPENID, "T-1")] = 2
    sender.send(MESSAGE)
    provider.revoke()
    sender.send(MESSAGE)
    assert len(provider.sent) == 2
    assert [asked["force_refresh"] for asked in provider.asked_for_tokens] == [False, True]


def test_a_token_that_stays_dead_is_not_asked_for_without_end(provider: Wechat, sender: WechatSender) -> None:
    provider.errcode = 40001
    with pytest.raises(PermanentFailure, match="40001"):
        sender.send(MESSAGE)
    assert len(provider.asked_for_tokens) == 2


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (-1, TemporaryFailure),
        (45011, TemporaryFailure),
        (40003, NotAccepted),
        (40037, PermanentFailure),
        (41030, PermanentFailure),
        (43101, NotAccepted),
        (45009, PermanentFailure),
        (47003, PermanentFailure),
    ],
)
def test_refusals_are_told_apart(
    provider: Wechat, sender: WechatSender, code: int, expected: type[Exception]
) -> None:
    provider.errcode = code
    with pytest.raises(expected) as caught:
        sender.send(MESSAGE)
    assert str(caught.value) == str(code)


def test_a_wrong_secret_is_for_good(provider: Wechat, sender: WechatSender) -> None:
    provider.apps["wx1"] = "another"
    with pytest.raises(PermanentFailure, match="40125"):
        sender.send(MESSAGE)


def test_what_happens_to_the_token_happens_to_no_message(provider: Wechat, sender: WechatSender) -> None:
    provider.token_errcode = -1
    with pytest.raises(TemporaryFailure):
        sender.send(MESSAGE)
    provider.token_errcode, provider.reset = 0, True
    with pytest.raises(TemporaryFailure):
        sender.send(MESSAGE)


def test_a_connection_that_dies_with_the_message_is_unknown(provider: Wechat, sender: WechatSender) -> None:
    provider.accepted[(OPENID, "T-1")] = 2
    sender.send(MESSAGE)
    provider.reset = True
    with pytest.raises(UnknownOutcome):
        sender.send(MESSAGE)


def test_no_answer_in_time_is_unknown(provider: Wechat, sender: WechatSender) -> None:
    provider.accepted[(OPENID, "T-1")] = 2
    sender.send(MESSAGE)
    provider.silent = True
    with pytest.raises(UnknownOutcome):
        sender.send(MESSAGE)


def test_nobody_listening_is_temporary(watch: Watch) -> None:
    with pytest.raises(TemporaryFailure):
        wechat_sender(unused_url(), watch).send(MESSAGE)


@pytest.mark.parametrize(
    "message", [dataclasses.replace(MESSAGE, template="rung"), dataclasses.replace(MESSAGE, params={})]
)
def test_without_a_template_nothing_is_asked(
    provider: Wechat, sender: WechatSender, message: Message
) -> None:
    with pytest.raises(PermanentFailure, match="no_template"):
        sender.send(message)
    assert provider.asked_for_tokens == []


def test_the_secret_is_not_in_what_is_shown(sender: WechatSender) -> None:
    assert SECRET not in repr(sender._account)
