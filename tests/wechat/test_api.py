"""What somebody who binds their WeChat can rely on, over JSON."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.core.errors import Forbidden, TooMany, Unavailable
from chalicelib.core.times import iso
from chalicelib.session import service as sessions
from chalicelib.wechat.rules import CONSENT, MOST
from tests.contract.client import Answer, Web, visiting
from tests.fakes.wechat import FakeWechat
from tests.fakes.world import World
from tests.session.people import PHONES, RESIDENT, sign_in, two_communities

NAMES = {"answered": "T-1", "accepted": "T-2", "joined": "T-2", "declined": "T-3", "rung": "T-4"}
OPENID = "oGZUI0egBJY1zhBYw2KhdUfwVJJE"
WECHAT, GRANTS = "/v1/me/wechat", "/v1/me/wechat/grants"


@pytest.fixture
def web() -> Iterator[Web]:
    with visiting(World(two_communities(), templates=NAMES)) as found:
        yield found


@pytest.fixture
def wechat(web: Web) -> FakeWechat:
    there = web.world.wechat
    assert there is not None
    there.program.codes["code-1"] = OPENID
    return there


@pytest.fixture
def token(web: Web) -> str:
    return sign_in(web, RESIDENT)


def bind(web: Web, token: str, code: str = "code-1", consent: str = CONSENT, **options: str) -> Answer:
    return web.post(WECHAT, {"code": code, "consent_version": consent}, token=token, **options)


def accepts(web: Web, token: str, *templates: str) -> Answer:
    answers = {"errMsg": "requestSubscribeMessage:ok", **dict.fromkeys(templates, "accept")}
    return web.post(GRANTS, {"answers": answers}, token=token)


def left(answer: Answer) -> dict[str, int]:
    return {template["id"]: template["left"] for template in answer.json["templates"]}


@pytest.mark.usefixtures("wechat")
def test_whoever_has_not_bound_sees_what_they_would_agree_to_and_what_they_could_accept(
    web: Web, token: str
) -> None:
    shown = web.get(WECHAT, token=token)
    assert (shown.status, shown.json["bound"], shown.json["bound_at"]) == (200, False, None)
    assert shown.json["consent"]["version"] == CONSENT
    assert shown.json["consent"]["text"].startswith("# 微信消息告知书")
    assert web.get(WECHAT, token=token, language="en").json["consent"]["text"].startswith("# About messages")
    assert shown.json["templates"] == [
        {"id": "T-1", "notices": ["answered"], "left": 0},
        {"id": "T-2", "notices": ["accepted", "joined"], "left": 0},
        {"id": "T-3", "notices": ["declined"], "left": 0},
        {"id": "T-4", "notices": ["rung"], "left": 0},
    ]


@pytest.mark.parametrize("who", ["resident", "specialist", "subdistrict", "police"])
def test_residents_and_staff_bind_with_a_code_and_the_consent_is_kept_with_its_time(
    web: Web, wechat: FakeWechat, who: str
) -> None:
    token = sign_in(web, PHONES[who])
    bound = bind(web, token)
    now = web.world.clock.now()
    assert bound.status == 200
    assert (bound.json["bound"], bound.json["bound_at"], bound.json["consent_version"]) == (
        True,
        iso(now),
        CONSENT,
    )
    assert web.get(WECHAT, token=token).json == bound.json
    (kept,) = wechat.bindings.rows.values()
    assert (kept.openid, kept.consent_version, kept.bound_at) == (OPENID, CONSENT, now)


@pytest.mark.usefixtures("wechat")
def test_no_answer_shows_an_openid(web: Web, token: str) -> None:
    answers = [bind(web, token), accepts(web, token, "T-1"), web.get(WECHAT, token=token)]
    assert not any(OPENID in answer.text for answer in answers)


@pytest.mark.usefixtures("wechat")
def test_each_acceptance_counts_once_and_a_refusal_never(web: Web, token: str) -> None:
    bind(web, token)
    assert left(accepts(web, token, "T-1", "T-2")) == {"T-1": 1, "T-2": 1, "T-3": 0, "T-4": 0}
    answers = {"T-1": "acceptWithAudio", "T-2": "reject", "T-3": "ban", "T-4": "filter"}
    again = web.post(GRANTS, {"answers": answers}, token=token)
    assert left(again) == {"T-1": 2, "T-2": 1, "T-3": 0, "T-4": 0}
    nothing = web.post(GRANTS, {"answers": {"T-1": "reject", "T-9": "reject"}}, token=token)
    assert left(nothing) == left(again)
    for _ in range(MOST):
        last = accepts(web, token, "T-1")
    assert left(last)["T-1"] == MOST


@pytest.mark.usefixtures("wechat")
def test_unbinding_forgets_all_and_again_is_no_error(web: Web, token: str) -> None:
    bind(web, token)
    accepts(web, token, "T-1")
    for _ in range(2):
        gone = web.send("DELETE", WECHAT, token=token)
        assert (gone.status, gone.json["bound"], left(gone)["T-1"]) == (200, False, 0)
    assert web.get(WECHAT, token=token).json == gone.json


def test_another_wechat_takes_the_place_and_accepted_nothing(
    web: Web, wechat: FakeWechat, token: str
) -> None:
    bind(web, token)
    accepts(web, token, "T-1")
    wechat.program.codes["code-2"] = "o-another"
    assert left(bind(web, token, "code-2"))["T-1"] == 0
    wechat.program.codes["code-3"] = "o-another"
    accepts(web, token, "T-1")
    web.world.clock.advance(days=2)
    again = bind(web, token, "code-3")
    assert (left(again)["T-1"], again.json["bound_at"]) == (1, iso(web.world.clock.now()))


@pytest.mark.usefixtures("wechat")
def test_everybody_sees_their_own_only(web: Web, token: str) -> None:
    bind(web, token)
    accepts(web, token, "T-1")
    assert web.get(WECHAT, token=sign_in(web, PHONES["specialist"])).json["bound"] is False


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"code": "required", "consent_version": "required"}),
        ({"code": " ", "consent_version": ""}, {"code": "required", "consent_version": "wechat_consent"}),
        ({"code": "x" * 513, "consent_version": CONSENT}, {"code": "unreadable"}),
        ({"code": "微信", "consent_version": CONSENT}, {"code": "unreadable"}),
        ({"code": "code-1", "consent_version": "2026-11-01"}, {"consent_version": "wechat_consent"}),
        ({"code": 7, "consent_version": []}, {"code": "wrong_type", "consent_version": "wrong_type"}),
    ],
)
def test_whatever_is_wrong_is_named_at_once_and_wechat_not_asked(
    web: Web, wechat: FakeWechat, token: str, body: dict[str, object], fields: dict[str, str]
) -> None:
    answer = web.post(WECHAT, body, token=token)
    assert (answer.status, answer.fields) == (400, fields)
    assert "code-1" in wechat.program.codes
    assert wechat.bindings.rows == {}


@pytest.mark.usefixtures("wechat")
@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"T-9": "accept"}, "unknown"),
        (dict.fromkeys(("T-1", "T-2", "T-3", "T-4"), "accept"), "too_many"),
        (["T-1"], "wrong_type"),
        ({"T-1": True}, "wrong_type"),
    ],
)
def test_what_nobody_was_asked_for_was_not_accepted(web: Web, token: str, answers: object, code: str) -> None:
    bind(web, token)
    answer = web.post(GRANTS, {"answers": answers}, token=token, language="en")
    assert (answer.status, answer.fields) == (400, {"answers": code})
    assert set(left(web.get(WECHAT, token=token)).values()) == {0}


@pytest.mark.usefixtures("wechat")
def test_who_has_not_bound_accepts_nothing(web: Web, token: str) -> None:
    for answers in ({"T-1": "accept"}, {"T-1": "reject"}):
        answer = web.post(GRANTS, {"answers": answers}, token=token)
        assert (answer.status, answer.code) == (409, "wechat_not_bound")
        assert answer.json["message"] == "您还没有绑定微信。请先绑定。"


@pytest.mark.usefixtures("wechat")
def test_a_code_is_good_once(web: Web, token: str) -> None:
    bind(web, token)
    again = bind(web, token)
    assert (again.status, again.code) == (410, "wechat_code_over")


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Forbidden("wechat_refused"), 403, "wechat_refused"),
        (Unavailable("wechat -1"), 503, "unavailable"),
    ],
)
def test_what_wechat_refuses_is_told_in_our_words_and_nothing_is_kept(
    web: Web, wechat: FakeWechat, token: str, error: Exception, status: int, code: str
) -> None:
    wechat.program.error = error
    answer = bind(web, token)
    assert (answer.status, answer.code) == (status, code)
    assert wechat.bindings.rows == {}


def test_whoever_came_too_often_hears_when_to_come_back(web: Web, wechat: FakeWechat, token: str) -> None:
    wechat.program.error = TooMany("wechat_too_often", web.world.clock.now() + timedelta(minutes=1))
    answer = bind(web, token, language="en")
    assert (answer.status, answer.headers["retry-after"]) == (429, "60")
    assert "in 1 min" in answer.json["message"]


def test_each_request_is_one_call_of_the_table(web: Web, wechat: FakeWechat, token: str) -> None:
    store = web.world.store
    for ask, name in (
        (lambda: bind(web, token), "bind"),
        (lambda: accepts(web, token, "T-1"), "grant"),
        (lambda: web.get(WECHAT, token=token), "binding"),
        (lambda: web.send("DELETE", WECHAT, token=token), "unbind"),
    ):
        store.calls.clear()
        assert ask().status == 200
        assert dict(store.calls) == {f"wechat.{name}": 1}


def test_without_a_mini_program_there_is_nothing_to_bind() -> None:
    with visiting(World(two_communities())) as web:
        token = sign_in(web, RESIDENT)
        answers = [
            web.get(WECHAT, token=token),
            bind(web, token),
            accepts(web, token, "T-1"),
            web.send("DELETE", WECHAT, token=token),
            web.post("/v1/session/wechat", {"code": "code-1"}),
        ]
    assert {(answer.status, answer.code) for answer in answers} == {(404, "wechat_not_offered")}


# -- signing in with the number that WeChat knows


def test_the_number_that_wechat_knows_opens_the_session_that_a_code_would(
    web: Web, wechat: FakeWechat
) -> None:
    wechat.program.phones["button-1"] = f"+86{RESIDENT}"
    answer = web.post("/v1/session/wechat", {"code": "button-1"})
    assert answer.status == 200
    by_code = web.get("/v1/me", token=sign_in(web, RESIDENT)).json
    assert web.get("/v1/me", token=answer.json["token"]).json == answer.json["person"] == by_code
    assert web.post("/v1/session/wechat", {"code": "button-1"}).code == "wechat_code_over"


def test_the_number_of_staff_opens_no_work_but_whoever_binds_so_is_the_same_person(
    web: Web, wechat: FakeWechat
) -> None:
    wechat.program.phones["button-1"] = f"+86{PHONES['specialist']}"
    token = str(web.post("/v1/session/wechat", {"code": "button-1"}).json["token"])
    assert web.get("/v1/me", token=token).json["role"] == "resident"
    assert web.get("/v1/me/worklist", token=token).status == 403
    bind(web, token)
    assert web.get(WECHAT, token=sign_in(web, PHONES["specialist"])).json["bound"] is True


def test_an_address_that_tries_codes_is_stopped_before_wechat_is_asked(web: Web, wechat: FakeWechat) -> None:
    """Each code costs a request to WeChat, whose number a day is limited for all of us."""
    asked: list[str] = []
    phone = wechat.program.phone
    wechat.program.phone = lambda code: asked.append(code) or phone(code)  # type: ignore[method-assign, func-returns-value]
    answers = [web.post("/v1/session/wechat", {"code": f"junk-{n}"}) for n in range(31)]
    assert [answer.code for answer in answers] == ["wechat_code_over"] * 30 + ["wechat_too_often"]
    assert (answers[-1].status, answers[-1].headers["retry-after"]) == (429, "600")
    assert len(asked) == 30
    english = web.post("/v1/session/wechat", {"code": "junk"}, language="en")
    assert english.json["message"] == "That was too often. Please try again in 10 min."
    wechat.program.phones["button-1"] = f"+86{RESIDENT}"
    assert sessions.enter_by_wechat(web.world.ports, "button-1", "203.0.113.99"), "from anywhere else"
    web.world.clock.advance(minutes=10)
    wechat.program.phones["button-1"] = f"+86{RESIDENT}"
    assert web.post("/v1/session/wechat", {"code": "button-1"}).status == 200
    assert sign_in(web, RESIDENT), "codes by SMS have a limit of their own"


def test_signing_in_with_wechats_number_is_one_call(web: Web, wechat: FakeWechat) -> None:
    wechat.program.phones["button-1"] = f"+86{RESIDENT}"
    web.world.store.calls.clear()
    assert web.post("/v1/session/wechat", {"code": "button-1"}).status == 200
    assert web.world.store.calls == {"use_limit": 1}
    web.world.store.calls.clear()
    assert web.post("/v1/session/wechat", {"code": ""}).status == 400
    assert web.world.store.calls == {}, "what cannot be a code is not counted"


@pytest.mark.usefixtures("wechat")
@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "required"),
        ({"code": "\t"}, "required"),
        ({"code": "x" * 513}, "unreadable"),
        ({"code": 1}, "wrong_type"),
    ],
)
def test_signing_in_takes_a_code(web: Web, body: object, code: str) -> None:
    answer = web.post("/v1/session/wechat", body)
    assert (answer.status, answer.fields) == (400, {"code": code})
