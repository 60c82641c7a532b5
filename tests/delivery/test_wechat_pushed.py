"""WeChat asks whether the address is ours and then pushes what became of messages: believed when it is signed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from chalicelib.bell.service import Rung
from chalicelib.delivery.rules import secret_of
from chalicelib.people.staff import Channel
from tests.contract.client import JSON, Answer, Web, visiting
from tests.delivery import news
from tests.fakes import places
from tests.fakes.world import World
from tests.notify.standins.wechat import Wechat

PUSH = "/wechat/push"


@pytest.fixture
def web() -> Iterator[Web]:
    with visiting(World(templates={"rung": "T-1"})) as there:
        yield there


def signed(web: Web, token: str = "", **more: str) -> str:
    own = token or secret_of(web.world.ports.policy.key, "wechat")
    return f"{PUSH}?{urlencode(Wechat(now=web.world.clock.now).push(own) | more)}"


def push(web: Web, value: object, address: str = "") -> Answer:
    return web.send("POST", address or signed(web), json.dumps(value), Content_Type=JSON)


def told(web: Web) -> tuple[Rung, str]:
    """A resident rings and is told so in WeChat: the bell, and WeChat's id of the message."""
    web.world.subscribes(places.RESIDENT_PHONE, "rung")
    rung = web.world.ring()
    web.world.settle()
    web.world.expect("rung", channel=Channel.WECHAT)
    web.world.expect("alert", to="zhao")
    return rung, "wechat-1"


def fates(web: Web, rung: Rung) -> dict[str, str]:
    file = web.world.file(rung)
    return {d.channel: str(d.fate) for d in file.dispatches if d.recipient == "resident"}


def test_the_address_is_entered_by_giving_wechats_word_back(web: Web) -> None:
    answer = web.get(signed(web, echostr="<b>4375120948345356249</b>"))
    assert (answer.status, answer.text) == (200, "<b>4375120948345356249</b>")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_what_arrived_is_known_and_nobody_is_told_again(web: Web) -> None:
    rung, message = told(web)
    answer = push(web, news.wechat_push(message, "somebody-elses"))
    assert (answer.status, answer.text) == (200, "success")
    web.world.settle()
    assert fates(web, rung) == {"wechat": "delivered"}
    web.world.no_other_message()


def test_what_did_not_arrive_comes_by_sms_once(web: Web) -> None:
    rung, message = told(web)
    for _ in range(3):
        assert push(web, news.wechat_push(message, error="43101")).text == "success"
        web.world.settle()
    web.world.expect("rung", to="resident", channel=Channel.SMS)
    assert fates(web, rung) == {"wechat": "undelivered", "sms": "sent"}
    web.world.no_other_message()


def test_a_report_only_moves_forward(web: Web) -> None:
    rung, message = told(web)
    push(web, news.wechat_push(message, error="1"))
    push(web, news.wechat_push(message))
    web.world.settle()
    assert fates(web, rung)["wechat"] == "undelivered"
    web.world.expect("rung", to="resident", channel=Channel.SMS)
    web.world.no_other_message()


@pytest.mark.parametrize(
    "address", [PUSH, f"{PUSH}?signature=&timestamp=&nonce=", "other token", "other time"]
)
def test_what_is_not_signed_with_our_token_is_nothing(web: Web, address: str) -> None:
    rung, message = told(web)
    if address == "other token":
        address = signed(web, token="0" * 32)
    elif address == "other time":
        address = signed(web, timestamp="1")
    with web.nothing_written():
        answers = [push(web, news.wechat_push(message, error="1"), address), web.get(address)]
    assert {answer.status for answer in answers} == {404}
    assert fates(web, rung) == {"wechat": "sent"}
    web.world.no_other_message()


@pytest.mark.parametrize(
    "value",
    [
        [],
        "success",
        {"Event": "subscribe_msg_popup_event", "List": {"MsgID": "wechat-1", "ErrorCode": "1"}},
        {"Event": "subscribe_msg_sent_event"},
        {"Event": "subscribe_msg_sent_event", "List": [7, {"MsgID": {}}]},
    ],
)
def test_what_says_nothing_of_a_message_changes_nothing(web: Web, value: object) -> None:
    told(web)
    with web.nothing_written():
        assert push(web, value).text == "success"


def test_what_is_no_json_is_refused(web: Web) -> None:
    assert web.send("POST", signed(web), "<xml></xml>", Content_Type="text/xml").status == 400
