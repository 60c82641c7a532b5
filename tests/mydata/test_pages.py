"""What a resident can rely on at the page of her data: without an account, without JavaScript, in both languages."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta

from chalicelib.mydata import present
from tests.case.house import NAME, PHONE, SECRET, House
from tests.contract.client import Answer, Web, visiting
from tests.fakes.world import CONSENT
from tests.mydata.ended import ADDED, ends, writes


def words(answer: Answer) -> str:
    """What the page says, without its tags and line breaks."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def page_of(house: House) -> str:
    """The address of her data."""
    return f"/t/{house.token(house.bell)}/data"


def press(web: Web, path: str, **ticked: str) -> Answer:
    """Press the button that erases."""
    return web.form(path, {"action": "erase", **ticked})


def test_her_own_page_leads_there(house: House) -> None:
    track = f"/t/{house.token(house.bell)}"
    assert f'href="{track}/data"' in house.web.get(track).text
    with visiting() as web:
        waiting = f"/t/{web.ring().json['tracking_token']}"
        assert f'href="{waiting}/data"' in web.get(waiting).text


def test_everything_that_is_held_is_there_whole(house: House) -> None:
    writes(house)
    house.act("wang", "unmask", {"bell": house.bell, "reason": "safety"})
    page = house.web.get(page_of(house))
    said = words(page)
    for held in (NAME, f"+86{PHONE}", SECRET, "3幢后门", ADDED, "赵虹", "王丽芬", CONSENT):
        assert held in said, held
    assert "/kept/" in page.text, "her photo is shown"
    assert page.headers["cache-control"] == "no-store"


def test_looking_changes_nothing(house: House) -> None:
    with house.web.nothing_written():
        house.web.get(page_of(house))
        house.web.get(f"{page_of(house)}.json")


def test_it_can_be_saved_as_the_document_that_the_api_answers(house: House) -> None:
    writes(house)
    saved = house.web.get(f"{page_of(house)}.json")
    assert saved.headers["content-disposition"].startswith('attachment; filename="my-data-MX-')
    assert PHONE not in saved.headers["content-disposition"]
    api = house.web.get(f"/v1/bells/{house.bell}/data", token=house.token(house.bell)).json
    assert json.loads(saved.text) == api
    assert api["shape"] == present.SHAPE
    assert api["contact"] == {
        "name": NAME,
        "phone": f"+86{PHONE}",
        "text": SECRET,
        "where": "3幢后门",
        "building": "3",
        "unit": "502",
        "language": "zh-CN",
    }
    assert [(text["text"], text["stays"]) for text in api["written"]] == [(ADDED, False)]
    assert api["consent"]["version"] == CONSENT
    assert {message["template"] for message in api["messages"]} == {"rung", "answered", "accepted"}
    assert [(reader["name"], reader["why"]) for reader in api["shown_to"]] == [("赵虹", "answered")]


def test_nothing_is_erased_before_she_says_that_she_is_sure() -> None:
    with visiting() as web:
        path = f"/t/{web.ring().json['tracking_token']}/data"
        page = web.get(path, language="en")
        assert "Nobody can undo that" in words(page)
        with web.nothing_written():
            unsure = press(web, path, withdraw="yes")
            alone = press(web, path, sure="yes")
        assert (unsure.status, alone.status) == (400, 409)
        assert "请勾选“我确定”" in words(unsure)
        assert re.search(r'id="withdraw"[^>]* checked', unsure.text), "what was ticked stays ticked"
        assert "同时撤回这个铃" in words(alone)
        assert press(web, path, sure="yes", withdraw="yes").location == f"{path}?told=erased"


def test_afterwards_the_page_says_what_is_gone_and_what_stayed(house: House) -> None:
    writes(house)
    ends(house)
    done = press(house.web, page_of(house), sure="yes")
    assert done.status == 303
    page = house.web.get(done.location)
    said = words(page)
    assert "已经删除" in said
    assert "留下了什么，为什么" in said
    assert "<form" not in page.text
    for gone in (NAME, PHONE, SECRET, ADDED):
        assert gone not in page.text
    again = press(house.web, page_of(house), sure="yes")
    assert again.status == 303, "a second press does no harm"
    track = words(house.web.get(f"/t/{house.token(house.bell)}"))
    assert "所写内容已不再保存" in track or "不再保存" in track
    assert NAME[0] not in track.replace(NAME[1:], "")


def test_nobody_claims_that_it_was_erased_when_it_was_not(house: House) -> None:
    assert "已经删除" not in words(house.web.get(f"{page_of(house)}?told=erased"))


def test_a_case_that_goes_on_shows_why_not_and_where_to_turn(house: House) -> None:
    page = house.web.get(page_of(house), language="en")
    said = words(page)
    assert "still being settled" in said
    assert "go to court" in said, "a refusal names the way to complain"
    assert f'href="/t/{house.token(house.bell)}#message"' in page.text
    with house.web.nothing_written():
        refused = press(house.web, page_of(house), sure="yes", withdraw="yes")
    assert refused.status == 409


def test_what_she_signed_stays_and_is_said_to_stay(house: House) -> None:
    house.agrees("resident")
    house.act("resident", "signature-code")
    house.act("resident", "sign", {"code": house.code(PHONE)})
    ends(house)
    before = words(house.web.get(page_of(house)))
    assert "您何时签了协议" in before
    assert press(house.web, page_of(house), sure="yes").status == 303
    texts = house.world.case_file(house.case).texts.values()
    assert any("****" in text.words for text in texts), "the signature and what it was made with"


def test_a_link_that_is_none_or_has_expired_is_told_so(house: House) -> None:
    path = page_of(house)
    assert house.web.get("/t/0000000000000000000/data").status == 401
    assert house.web.get(path.replace("/t/", "/t/x")).status == 401
    house.world.clock.go_to(house.world.clock.now() + timedelta(days=181))
    for answer in (house.web.get(path), house.web.get(f"{path}.json"), press(house.web, path, sure="yes")):
        assert answer.status == 410


def test_a_button_that_is_none_is_refused(house: House) -> None:
    assert house.web.form(page_of(house), {"action": "answer"}).status == 400


def test_what_staff_call_a_matter_that_was_split_off_is_not_hers_to_see(house: House) -> None:
    new = house.act("zhao", "split", {"category": "elevator", "subject": "与邻居陈某的电梯纠纷"})["id"]
    page = house.web.get(f"/v1/bells/{house.bell}/data", token=house.token(house.bell))
    listed = {case["id"]: case["listed_as"] for case in page.json["cases"]}
    assert listed == {house.case: SECRET, new: ""}
    assert "陈某" not in page.text
