"""Who somebody is to the mini program: asked once, told apart from every refusal, and nothing of it shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from chalicelib.core.errors import Forbidden, Gone, TooMany, Unavailable
from chalicelib.notify.mini_program import WechatProgram
from chalicelib.notify.wechat_account import Account
from tests.notify.carrier import unused_url
from tests.notify.providers import NOW, OPENID, SECRET, Watch, wechat_program, wechat_with_account
from tests.notify.standins.wechat import SESSION_KEY, Wechat

Ask = Callable[[WechatProgram], str]


def login(program: WechatProgram) -> str:
    return program.openid("code-1")


def number(program: WechatProgram) -> str:
    return program.phone("code-2")


ASKS = pytest.mark.parametrize("ask", [login, number])


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def provider(watch: Watch) -> Iterator[Wechat]:
    with wechat_with_account(watch) as there:
        there.logins["code-1"] = OPENID
        there.phones["code-2"] = ("86", "13900000001")
        yield there


@pytest.fixture
def program(provider: Wechat, watch: Watch) -> WechatProgram:
    return wechat_program(provider.url, watch)


def test_a_code_says_who_somebody_is_by_one_request_and_no_token(
    provider: Wechat, program: WechatProgram
) -> None:
    assert login(program) == OPENID
    assert provider.asked == ["GET /sns/jscode2session"]


def test_a_code_of_the_button_says_the_number_with_its_country(
    provider: Wechat, program: WechatProgram
) -> None:
    assert number(program) == "+8613900000001"
    assert provider.asked == ["POST /cgi-bin/stable_token", "POST /wxa/business/getuserphonenumber"]


def test_a_token_that_died_early_is_replaced(provider: Wechat, program: WechatProgram) -> None:
    number(program)
    provider.revoke()
    provider.phones["code-3"] = ("44", "2079460000")
    assert program.phone("code-3") == "+442079460000"


@ASKS
def test_a_code_is_good_once(program: WechatProgram, ask: Ask) -> None:
    ask(program)
    with pytest.raises(Gone) as caught:
        ask(program)
    assert caught.value.code == "wechat_code_over"


@ASKS
@pytest.mark.parametrize(
    ("code", "expected", "named"),
    [
        (40029, Gone, "wechat_code_over"),
        (40163, Gone, "wechat_code_over"),
        (40226, Forbidden, "wechat_refused"),
        (45011, TooMany, "wechat_too_often"),
        (-1, Unavailable, "wechat -1"),
        (40013, Unavailable, "wechat 40013"),
    ],
)
def test_refusals_are_told_apart(
    provider: Wechat, program: WechatProgram, ask: Ask, code: int, expected: type[Exception], named: str
) -> None:
    provider.errcode = code
    with pytest.raises(expected) as caught:
        ask(program)
    assert str(caught.value) == named


def test_whoever_asked_too_often_hears_when_to_come_back(provider: Wechat, program: WechatProgram) -> None:
    provider.errcode = 45011
    with pytest.raises(TooMany) as caught:
        login(program)
    assert caught.value.again_at == NOW + timedelta(minutes=1)


@ASKS
@pytest.mark.parametrize("raw", [(502, b"<html>"), (200, b"[]"), (200, b'{"openid": 7, "phone_info": "x"}')])
def test_what_cannot_be_understood_is_nobody(
    provider: Wechat, program: WechatProgram, ask: Ask, raw: tuple[int, bytes]
) -> None:
    provider.raw = raw
    with pytest.raises(Unavailable):
        ask(program)


@ASKS
@pytest.mark.parametrize("misdeed", ["silent", "reset"])
def test_no_answer_is_not_waited_for(
    provider: Wechat, program: WechatProgram, ask: Ask, misdeed: str
) -> None:
    setattr(provider, misdeed, True)
    with pytest.raises(Unavailable):
        ask(program)


@ASKS
def test_nobody_listening_is_for_later(watch: Watch, ask: Ask) -> None:
    with pytest.raises(Unavailable):
        ask(wechat_program(unused_url(), watch))


@ASKS
def test_neither_code_nor_secret_nor_session_key_is_in_an_error(
    provider: Wechat, program: WechatProgram, ask: Ask
) -> None:
    provider.apps["wx1"] = "another"
    with pytest.raises(Unavailable) as caught:
        ask(program)
    chain = f"{caught.value!r} {caught.value.__cause__!r} {vars(caught.value)}"
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert not any(secret in chain for secret in (SECRET, "code-1", "code-2", SESSION_KEY, OPENID))


def test_the_session_key_is_dropped(program: WechatProgram) -> None:
    login(program)
    assert SESSION_KEY not in repr(vars(program))


def test_templates_are_known_without_the_secret(watch: Watch) -> None:
    def locked() -> Account:
        raise AssertionError("the safe was opened")

    program = WechatProgram({"answered": "T-1", "accepted": "T-2", "joined": "T-2"}, locked, watch)
    assert program.templates() == {"T-1": ("answered",), "T-2": ("accepted", "joined")}
    assert (program.template("joined"), program.template("rung")) == ("T-2", "")
