"""No line of any log holds an openid or a code of WeChat's: not while people bind and are written to, not when it
breaks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chalicelib import wiring
from chalicelib.config import Settings
from chalicelib.core.errors import Unavailable
from chalicelib.people.staff import Channel
from chalicelib.ports import NotAccepted, PermanentFailure
from chalicelib.wechat.rules import CONSENT
from tests.contract.client import Web
from tests.fakes.world import World
from tests.observability.logs import Log
from tests.observability.test_privacy import react, ring
from tests.session.people import sign_in

PHONE, CODE, BUTTON, OPENID = "13977665544", "code-of-login", "code-of-button", "oGZUI0egBJY1zhBYw2Kh"


@pytest.fixture
def web(log: Log) -> Iterator[Web]:
    """A deployed stage on fakes, with a mini program."""
    world = World(templates={"rung": "T-1", "answered": "T-2"})
    found = Web(world)
    settings = Settings("prod", "t", "arn:sm", "https://bell.example.org", "https://b.cn", b"k" * 32, ("MX",))
    wiring.install(world.ports, settings)
    assert world.wechat is not None
    world.wechat.program.codes[CODE] = OPENID
    world.wechat.program.phones[BUTTON] = f"+86{PHONE}"
    yield found
    wiring.install(None)


def holds_nothing(log: Log) -> None:
    """Fails naming what it found."""
    log.holds_nothing_personal()
    assert not [secret for secret in (CODE, BUTTON, OPENID) if secret in log.text]
    assert log.lines(), "it did write something"


def bind(web: Web, token: str) -> int:
    return web.post("/v1/me/wechat", {"code": CODE, "consent_version": CONSENT}, token=token).status


def accept(web: Web, token: str) -> int:
    answers = dict.fromkeys(("T-1", "T-2"), "accept")
    return web.post("/v1/me/wechat/grants", {"answers": answers}, token=token).status


def test_binding_and_being_written_to_leaves_no_openid(
    web: Web, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = str(web.post("/v1/session/wechat", {"code": BUTTON}).json["token"])
    assert (bind(web, token), bind(web, token), accept(web, token)) == (200, 410, 200)
    ring(web)
    react(web, monkeypatch)
    assert [sent.to for sent in web.world.sent if sent.channel is Channel.WECHAT] == [OPENID]
    assert web.send("DELETE", "/v1/me/wechat", token=token).status == 200
    holds_nothing(log)


@pytest.mark.parametrize("error", [NotAccepted("43101"), PermanentFailure("47003"), RuntimeError(OPENID)])
def test_a_message_that_fails_leaves_no_openid(
    web: Web, log: Log, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    token = sign_in(web, PHONE)
    assert (bind(web, token), accept(web, token)) == (200, 200)
    web.world.senders[Channel.WECHAT].fail(error, times=9)
    ring(web)
    for _ in range(2):
        react(web, monkeypatch)
    holds_nothing(log)


@pytest.mark.parametrize("call", ["bind", "grant", "unbind", "binding"])
def test_a_table_that_breaks_leaves_no_openid(web: Web, log: Log, call: str) -> None:
    token = sign_in(web, PHONE)
    web.world.store.fail(f"wechat.{call}", error=RuntimeError(f"{OPENID} {CODE}"))
    statuses = [bind(web, token), accept(web, token), web.get("/v1/me/wechat", token=token).status]
    statuses.append(web.send("DELETE", "/v1/me/wechat", token=token).status)
    assert 503 in statuses
    holds_nothing(log)


def test_wechat_that_does_not_answer_leaves_no_code(web: Web, log: Log) -> None:
    assert web.world.wechat is not None
    token = sign_in(web, PHONE)
    web.world.wechat.program.error = Unavailable("wechat -1")
    assert bind(web, token) == 503
    assert web.post("/v1/session/wechat", {"code": BUTTON}).status == 503
    holds_nothing(log)
