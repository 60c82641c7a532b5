"""The local run has a mini program: whoever tries it binds with curl, and the message is in the outbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from chalicelib import providers
from chalicelib.core.errors import Gone
from chalicelib.notice.shapes import Message
from chalicelib.notice.texts import TEMPLATES
from chalicelib.notice.words.codes import CODES
from chalicelib.notify.templates import parameters
from chalicelib.people.staff import Channel
from infra.local.outbox import Outbox
from infra.local.pages import outbox_page
from infra.local.wechat import wechat

TOOLS = providers.Tools(lambda: None, lambda: datetime(2026, 11, 24, tzinfo=UTC), lambda: "n", lambda: "e")
LINK = "http://127.0.0.1:8000/t/MX7F3K92QD0123456AB"


@pytest.fixture
def outbox() -> Outbox:
    return Outbox()


@pytest.fixture
def env(outbox: Outbox) -> Iterator[dict[str, str]]:
    with wechat(outbox) as settings:
        yield settings


def test_a_code_that_begins_with_local_is_somebody_and_any_other_nobody(env: dict[str, str]) -> None:
    program = providers.mini_program(env, lambda given: given, TOOLS)
    assert program.openid("local-zhang") == program.openid("local-zhang") != program.openid("local-li")
    assert program.phone("local-13900000001") == "+8613900000001"
    for ask in (program.openid, program.phone):
        with pytest.raises(Gone):
            ask("zhang")
    with pytest.raises(Gone):
        program.phone("local-zhang")


def test_a_message_is_in_the_outbox_with_what_it_shows(env: dict[str, str], outbox: Outbox) -> None:
    params = {"number": "MX-7F3K-92QD", "by": "赵虹", "link": LINK}
    providers.sender(Channel.WECHAT, env, TOOLS).send(Message("openid-of-zhang", "…", "answered", params))
    (sent,) = outbox.messages()
    assert (sent.channel, sent.to) == ("wechat", "openid-of-zhang")
    assert "MX-7F3K-92QD" in sent.subject
    assert sent.text == "pages/track/track?token=MX7F3K92QD0123456AB"
    assert "微信 WeChat" in outbox_page(outbox.messages())


def test_every_notice_but_codes_and_what_shows_nothing_can_be_tried(
    env: dict[str, str], outbox: Outbox
) -> None:
    program = providers.mini_program(env, lambda given: given, TOOLS)
    names = [name for (name,) in program.templates().values()]
    assert set(names) == {
        name for name in TEMPLATES if name not in CODES and set(parameters(name)) - {"link"}
    }
    for name in names:
        shown = dict.fromkeys(parameters(name), "x") | {"link": LINK}
        providers.sender(Channel.WECHAT, env, TOOLS).send(Message("openid-of-li", "…", name, shown))
    assert len(outbox.messages()) == len(names)
