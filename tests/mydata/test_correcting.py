"""What somebody who has signed in can rely on: a wrong name or number is put right, by them alone."""

from __future__ import annotations

import html
import re

import pytest

from chalicelib.bell.ringing import person_of
from chalicelib.bell.service import committed
from chalicelib.core.chain import verify
from chalicelib.core.ids import number
from chalicelib.session.rules import csrf_of
from tests.case.house import NAME, PHONE, House
from tests.contract.client import Answer, visiting
from tests.fakes.world import World, token_of
from tests.mydata.ended import ends
from tests.session.people import code_for, sign_in

NEW = "13900000123"


def words(answer: Answer) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def press(house: House, session: str, **fields: str) -> Answer:
    """Press a button of the page."""
    csrf = csrf_of(house.world.ports.policy.key, session)
    return house.web.form("/me/data", {"csrf": csrf, **fields}, Cookie=f"session={session}")


def text_to(house: House, phone: str) -> str:
    """A code goes to a number; the code."""
    house.world.clock.advance(minutes=1)
    assert house.web.post("/v1/session/code", {"phone": phone}).status == 202
    return code_for(house.web, phone)


def test_a_name_is_corrected_on_every_bell_and_the_record_seals_it(house: House) -> None:
    other = house.web.ring(phone=PHONE, text="另一件事").json["id"]
    mine = sign_in(house.web, PHONE)
    done = house.web.post("/v1/me/correct", {"name": " 欧阳振华 "}, token=mine)
    assert done.json == {"bells": [number(other), number(house.bell)]}
    for bell in (other, house.bell):
        file = house.world.file(bell)
        assert file.contact is not None
        assert (file.contact.name, file.contact.phone) == ("欧阳振华", f"+86{PHONE}")
        last = next(event for event in reversed(file.events) if event.kind == "corrected")
        assert last.data == {"what": ["name"], "contact": committed(file.contact)}
        assert verify(file.events, file.bell.tip, file.bell.thing).intact
        assert "欧阳" not in repr(file.events)
    assert "欧阳振华" in house.read("zhao").text, "whoever looks after it reads the right one"


def test_the_same_again_is_nothing_more(house: House) -> None:
    mine = sign_in(house.web, PHONE)
    with house.web.nothing_written():
        assert house.web.post("/v1/me/correct", {"name": NAME}, token=mine).status == 200


def test_another_number_is_taken_over_once_its_code_is_typed(house: House) -> None:
    mine = sign_in(house.web, PHONE)
    for body, status in (({"phone": NEW}, 400), ({"phone": NEW, "code": "000000"}, 410)):
        assert house.web.post("/v1/me/correct", body, token=mine).status == status
    code = text_to(house, NEW)
    wrong = "000000" if code != "000000" else "111111"
    assert house.web.post("/v1/me/correct", {"phone": NEW, "code": wrong}, token=mine).code == "code_wrong"
    assert house.world.file(house.bell).contact.phone == f"+86{PHONE}"  # type: ignore[union-attr]
    assert house.web.post("/v1/me/correct", {"phone": NEW, "code": code}, token=mine).status == 200
    assert house.web.get("/v1/me/bells", token=mine).json["items"] == []
    listed = house.web.get("/v1/me/bells", token=sign_in(house.web, NEW)).json["items"]
    assert [bell["id"] for bell in listed] == [house.bell]
    house.act("zhao", "message", {"text": "下周开会", "to": "resident"})
    house.world.pass_time(minutes=3)
    assert house.world.sent[-1].to == f"+86{NEW}", "news goes to the new number"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "\u200b"}, "name"),
        ({"name": "张" * 51}, "name"),
        ({"name": "张\x07三"}, "name"),
        ({"phone": "12"}, "phone"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    house: House, body: dict[str, str], field: str
) -> None:
    mine = sign_in(house.web, PHONE)
    with house.web.nothing_written():
        refused = house.web.post("/v1/me/correct", body, token=mine)
    assert refused.status == 400
    assert field in refused.fields


def test_a_link_alone_corrects_nothing(house: House) -> None:
    assert house.web.post("/v1/me/correct", {"name": "别人"}, token=house.token(house.bell)).status == 401


def test_on_the_page_name_and_number_are_corrected_without_scripts(house: House) -> None:
    session = sign_in(house.web, PHONE)
    empty = press(house, session, action="name", name="")
    assert (empty.status, 'id="name-error"' in empty.text) == (400, True)
    assert press(house, session, action="name", name="欧阳振华").location == "/me/data?told=renamed"
    assert press(house, session, action="ask_number", phone="12").status == 400
    house.world.clock.advance(minutes=1)
    asked = press(house, session, action="ask_number", phone=NEW)
    assert (asked.status, f'value="{NEW}"' in asked.text, 'id="code"' in asked.text) == (200, True, True)
    again = press(house, session, action="ask_number", phone=NEW)
    assert again.status == 429
    assert press(house, session, action="number", phone=NEW, code="").status == 400
    code = code_for(house.web, NEW)
    wrong = press(house, session, action="number", phone=NEW, code="000000" if code != "000000" else "1")
    assert (wrong.status, 'id="code-error"' in wrong.text) == (401, True)
    done = press(house, session, action="number", phone=NEW, code=code)
    assert done.location == "/me/data?told=moved"
    after = house.web.get(done.location, Cookie=f"session={session}")
    assert "请用新号码登录" in words(after)
    contact = house.world.file(house.bell).contact
    assert contact is not None
    assert (contact.name, contact.phone) == ("欧阳振华", f"+86{NEW}")
    assert token_of(house.token(house.bell)), "her link goes on working"
    assert house.web.get(f"/t/{house.token(house.bell)}").status == 200


def test_a_bell_that_rings_goes_on_ringing(house: House) -> None:
    waiting = house.web.ring(phone=NEW, name="王五", text="又来了").json["id"]
    house.world.settle()
    before = house.world.file(waiting).bell
    house.web.post("/v1/me/correct", {"name": "王伍"}, token=sign_in(house.web, NEW))
    house.world.settle()
    after = house.world.file(waiting).bell
    assert (after.status, after.due_at, after.level) == (before.status, before.due_at, before.level)
    house.world.pass_time(minutes=5)
    assert house.world.file(waiting).bell.level == before.level + 1


def test_whoever_rang_with_her_number_does_not_learn_her_name_or_new_number(house: House) -> None:
    # Nobody has to prove a number to ring with it: the link may be a stranger's.
    link = house.token(house.bell)
    mine = sign_in(house.web, PHONE)
    house.web.post("/v1/me/correct", {"name": "欧阳振华"}, token=mine)
    body = {"phone": NEW, "code": text_to(house, NEW)}
    assert house.web.post("/v1/me/correct", body, token=mine).status == 200
    seen = house.web.get(f"/v1/bells/{house.bell}/data", token=link)
    assert (seen.json["contact"]["name"], seen.json["contact"]["phone"]) == ("欧*", "139****0123")
    pages = [house.web.get(f"/t/{link}/data"), house.web.get(f"/t/{link}/data.json"), seen]
    assert not [page for page in pages if "欧阳" in page.text or NEW in page.text]
    assert 'href="/me/data"' in pages[0].text, "the way to see them whole"
    hers = words(house.web.get("/me/data", Cookie=f"session={sign_in(house.web, NEW)}"))
    assert f"欧阳振华 +86{NEW}" in hers
    house.world.clock.advance(minutes=1)
    whole = house.web.get("/v1/me/data", token=sign_in(house.web, NEW)).json["bells"][0]["contact"]
    assert (whole["name"], whole["phone"]) == ("欧阳振华", f"+86{NEW}")


def test_the_wechat_of_the_old_number_is_forgotten_with_it() -> None:
    # Else whoever gets the number next would find it bound to somebody else's WeChat.
    with visiting(World(templates={"rung": "t"})) as web:
        bell = web.ring(phone=PHONE).json["id"]
        web.world.subscribes(f"+86{PHONE}", "rung")
        mine = sign_in(web, PHONE)
        web.world.clock.advance(minutes=1)
        assert web.post("/v1/session/code", {"phone": NEW}).status == 202
        body = {"phone": NEW, "code": code_for(web, NEW)}
        assert web.post("/v1/me/correct", body, token=mine).json == {"bells": [number(bell)]}
        assert web.world.wechat is not None
        assert web.world.wechat.bindings.rows == {}


def test_a_bell_that_was_moved_meanwhile_is_not_changed_with_the_old_number(house: House) -> None:
    # The index by which bells of a number are found lags behind for a moment.
    listed = house.world.store.rung_by(person_of(house.world.ports.policy.key, f"+86{PHONE}"))
    mine = sign_in(house.web, PHONE)
    body = {"phone": NEW, "code": text_to(house, NEW)}
    assert house.web.post("/v1/me/correct", body, token=mine).status == 200
    house.world.store.rung_by = lambda person, cursor="", limit=25: listed  # type: ignore[method-assign]
    ends(house)
    with house.web.nothing_written():
        assert house.web.post("/v1/me/correct", {"name": "别人"}, token=mine).json == {"bells": []}
        assert house.web.get("/v1/me/data", token=mine).json["bells"] == []
    assert house.web.post("/v1/me/erase", token=mine).json == {"erased": [], "left": []}
    assert house.world.file(house.bell).contact is not None


def test_what_is_corrected_while_a_bell_moves_to_another_number_is_left(house: House) -> None:
    mine = sign_in(house.web, PHONE)
    body = {"phone": NEW, "code": text_to(house, NEW)}
    commit, raced = house.world.store.commit, []

    def after_the_move(*changes: object) -> None:
        if not raced:
            raced.append(True)
            assert house.web.post("/v1/me/correct", body, token=mine).status == 200
        commit(*changes)  # type: ignore[arg-type]

    house.world.store.commit = after_the_move  # type: ignore[method-assign]
    assert house.web.post("/v1/me/correct", {"name": "别人"}, token=mine).json == {"bells": []}
    contact = house.world.file(house.bell).contact
    assert contact is not None
    assert (contact.name, contact.phone) == (NAME, f"+86{NEW}")
