"""What somebody who has signed in can rely on: all of their bells at once, to see, to save and to erase."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest

from chalicelib.bell.ringing import person_of
from chalicelib.core.ids import number
from chalicelib.mydata import present
from chalicelib.session.rules import csrf_of
from tests.case.house import NAME, PHONE, SECRET, House
from tests.contract.client import Answer, Web, visiting
from tests.fakes.world import World
from tests.mydata.ended import TRACES, ends, traces, writes
from tests.session.people import PHONES, sign_in


@pytest.fixture
def wechat() -> Iterator[Web]:
    """A platform with a mini program."""
    with visiting(World(templates={"rung": "t"})) as web:
        yield web


def words(answer: Answer) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def press(house: House, session: str, **ticked: str) -> Answer:
    """Press the button that erases all."""
    csrf = csrf_of(house.world.ports.policy.key, session)
    fields = {"action": "erase", "csrf": csrf, **ticked}
    return house.web.form("/me/data", fields, Cookie=f"session={session}")


def test_all_of_it_is_one_document(house: House) -> None:
    writes(house)
    waiting = house.web.ring(phone=PHONE, text="另一件事").json["id"]
    mine = house.web.get("/v1/me/data", token=sign_in(house.web, PHONE)).json
    assert mine["shape"] == present.SHAPE_OF_ALL
    assert [bell["id"] for bell in mine["bells"]] == [waiting, house.bell]
    assert [bell["obstacle"] for bell in mine["bells"]] == ["bell_still_open", "case_still_open"]
    assert mine["bells"][1]["contact"]["name"] == NAME
    assert (mine["staff"], mine["wechat"]) == (None, None)
    saved = house.web.get("/me/data.json", Cookie=f"session={sign_in(house.web, PHONE)}")
    assert saved.json["bells"][1]["contact"]["text"] == SECRET


def test_a_member_of_staff_sees_how_the_directory_has_them(house: House) -> None:
    mine = house.web.get("/v1/me/data", token=house.token("zhao")).json
    assert mine["staff"]["phone"].endswith(PHONES["specialist"])
    assert mine["bells"] == []


def test_nobody_sees_anothers(house: House) -> None:
    stranger = house.web.get("/v1/me/data", token=sign_in(house.web, "13900000055")).json
    assert stranger["bells"] == []
    assert house.web.get("/v1/me/data").status == 401


def test_what_can_be_erased_is_and_what_cannot_is_named(house: House) -> None:
    waiting = house.web.ring(phone=PHONE, text="另一件事").json["id"]
    session = sign_in(house.web, PHONE)
    with house.web.nothing_written():
        kept = house.web.post("/v1/me/erase", token=session).json
    assert [left["obstacle"] for left in kept["left"]] == ["bell_still_open", "case_still_open"]
    done = house.web.post("/v1/me/erase", {"withdraw": True}, token=session).json
    assert [bell["id"] for bell in done["erased"]] == [waiting]
    assert [left["id"] for left in done["left"]] == [house.bell]
    assert number(house.case) in done["left"][0]["explained"]
    writes(house)
    ends(house)
    last = house.web.post("/v1/me/erase", token=session).json
    assert [bell["texts"] for bell in last["erased"]] == [1]
    house.world.settle()
    assert traces(house) == []
    assert house.web.post("/v1/me/erase", token=session).json == {"erased": [], "left": []}


def test_the_page_lists_every_bell_and_erases_once_she_is_sure(house: House) -> None:
    session = sign_in(house.web, PHONE)
    cookie = f"session={session}"
    assert 'href="/me/data"' in house.web.get("/me", Cookie=cookie).text
    page = house.web.get("/me/data", Cookie=cookie)
    assert f"{number(house.case)} 还在办理" in words(page)
    assert f'href="/t/{house.token(house.bell)}/data"' in page.text
    ends(house)
    with house.web.nothing_written():
        unsure = press(house, session)
        foreign = house.web.form("/me/data", {"action": "erase", "sure": "yes"}, Cookie=cookie)
    assert (unsure.status, foreign.status) == (400, 403)
    assert press(house, session, sure="yes").location == "/me/data?told=erased"
    after = house.web.get("/me/data?told=erased", Cookie=cookie)
    assert "已全部删除" in words(after)
    assert not [trace for trace in TRACES if trace in after.text]


def test_whoever_has_not_signed_in_is_led_there(house: House) -> None:
    assert house.web.get("/me/data").location == "/sign-in"


def test_her_wechat_is_shown_and_goes_with_everything(wechat: Web) -> None:
    world = wechat.world
    assert world.wechat is not None
    openid = world.subscribes("+8613900000066", "rung")
    session = sign_in(wechat, "13900000066")
    mine = wechat.get("/v1/me/data", token=session).json
    assert (mine["wechat"]["openid"], mine["wechat"]["accepted"]) == (openid, {"t": 1})
    assert wechat.post("/v1/me/erase", token=session).status == 200
    assert person_of(world.ports.policy.key, "+8613900000066") not in world.wechat.bindings.rows


def test_whoever_rings_with_anybodys_number_learns_nothing_of_its_wechat_or_its_other_bells(
    wechat: Web,
) -> None:
    number = "13900000001"
    rung = wechat.ring(phone=number).json
    before = wechat.get(f"/v1/bells/{rung['id']}/data", token=rung["tracking_token"]).json
    wechat.world.subscribes(f"+86{number}", "rung")
    after = wechat.get(f"/v1/bells/{rung['id']}/data", token=rung["tracking_token"]).json
    assert before | {"messages": [], "made_at": ""} == after | {"messages": [], "made_at": ""}
    page = wechat.get(f"/t/{rung['tracking_token']}/data", language="en")
    assert "bound since" not in words(page)
    erased = wechat.post(f"/v1/bells/{rung['id']}/erase", {"withdraw": True}, token=rung["tracking_token"])
    assert (erased.status, erased.json["wechat"]) == (200, False)


def test_a_case_that_is_opened_again_at_the_same_moment_is_left_and_the_rest_goes(house: House) -> None:
    ends(house)
    waiting = house.web.ring(phone=PHONE, text="另一件事").json["id"]
    session = sign_in(house.web, PHONE)
    commit, raced = house.world.store.commit, []

    def after_the_reopening(*changes: object) -> None:
        if not raced and len(changes) > 1:
            raced.append(True)
            house.act("resident", "reopen", {"text": "还没好"})
        commit(*changes)  # type: ignore[arg-type]

    house.world.store.commit = after_the_reopening  # type: ignore[method-assign]
    done = house.web.post("/v1/me/erase", {"withdraw": True}, token=session)
    assert done.status == 200, done.text
    assert raced
    assert [bell["id"] for bell in done.json["erased"]] == [waiting]
    assert [(left["id"], left["obstacle"]) for left in done.json["left"]] == [(house.bell, "case_still_open")]
    assert house.world.file(house.bell).contact is not None
