"""What a person with a browser and no JavaScript can rely on."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from tests.contract.client import RING, TYPED, Answer, Web, visiting
from tests.fakes.world import World, usual_policy


@pytest.fixture
def web() -> Iterator[Web]:
    with visiting() as found:
        yield found


REFUSAL = {"action": "decline", "reason_code": "other_authority", "reason": "归城管", "go_to": "12319"}


def ring(web: Web, **changes: str) -> str:
    """Ring by the form; the path of the tracking page."""
    answer = web.form("/", {**TYPED, **changes})
    assert answer.status == 303
    return urlsplit(answer.location).path


def press(web: Web, path: str, action: str, **fields: str) -> Answer:
    """Press a button of a page."""
    return web.form(path, {"action": action, **fields})


def taken(web: Web) -> tuple[str, str]:
    """A bell that zhao has answered: the resident's page and zhao's."""
    track = ring(web)
    page = f"/a/{web.alert('zhao')}"
    assert press(web, page, "answer").status == 303
    return track, page


def refused(web: Web) -> tuple[str, str]:
    """A bell that zhao has declined."""
    track, page = taken(web)
    assert web.form(page, REFUSAL).status == 303
    return track, page


def words(answer: Answer) -> str:
    """What the page says, without its tags."""
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.text))


# -- ringing


def test_the_first_page_asks_everything_that_is_needed(web: Web) -> None:
    page = web.get("/")
    names = set(re.findall(r'name="(\w+)"', page.text))
    assert {*TYPED, "where", "building", "unit", "idempotency_key"} <= names
    assert 'value="yiqing"' in page.text
    for number in ("119", "110", "120", "0571-00000000"):
        assert number in page.text


def test_a_link_chooses_beforehand(web: Web) -> None:
    page = web.get("/?desk=lawyer&category=parking&neighbourhood=wenyi").text
    assert re.search(r'value="lawyer" checked', page)
    assert re.search(r'value="parking"[^>]* checked', page)
    assert re.search(r'value="wenyi" selected', page)


def test_ringing_leads_to_the_tracking_page(web: Web) -> None:
    answer = web.form("/", TYPED)
    assert answer.status == 303
    assert re.fullmatch(r"/t/\w{19}\?told=rung", answer.location)
    page = web.get(answer.location)
    assert page.status == 200
    assert "正在呼叫：小区专员" in words(page)
    assert RING["text"] in page.text


def test_ringing_twice_leads_to_the_same_bell_and_says_so(web: Web) -> None:
    first = ring(web)
    with web.nothing_written():
        answer = web.form("/", TYPED)
    assert answer.location == f"{first}?told=duplicate"


def test_a_double_click_rings_once(web: Web) -> None:
    key = re.search(r'name="idempotency_key" value="(\w+)"', web.get("/").text)
    assert key
    first = ring(web, idempotency_key=key[1])
    with web.nothing_written():
        assert ring(web, idempotency_key=key[1]) == first


def test_going_back_to_the_form_to_write_about_something_else_rings_another_bell(web: Web) -> None:
    first = ring(web, idempotency_key="k")
    assert ring(web, idempotency_key="k", text="完全是另外一件事") != first


def test_each_visit_brings_a_fresh_key(web: Web) -> None:
    keys = {re.search(r'name="idempotency_key" value="(\w+)"', web.get("/").text)[1] for _ in range(2)}  # type: ignore[index]
    assert len(keys) == 2


TRICKY = {
    **TYPED,
    "text": '第一行\r\n</textarea><script>alert("1")</script> & 🐈 שלום',
    "name": '"><img src=x onerror=alert(1)>',
    "where": "{{ 7*7 }} 'x'",
    "building": "<3>",
    "unit": "&amp;",
    "phone": "12345<",
}


def test_when_something_is_wrong_everything_typed_is_kept(web: Web) -> None:
    with web.nothing_written():
        answer = web.form("/", TRICKY)
    assert answer.status == 400
    assert "<script>alert" not in answer.text
    for name in ("name", "where", "building", "unit", "phone"):
        value = re.search(rf'<input id="{name}"[^>]*? value="([^"]*)"', answer.text)
        assert value, name
        assert html.unescape(value[1]) == TRICKY[name]
    text = re.search(r'<textarea[^>]*id="text".*?>\n(.*?)</textarea>', answer.text, re.DOTALL)
    assert text
    assert html.unescape(text[1]) == TRICKY["text"].replace("\r\n", "\n")
    assert re.search(r'value="community" checked', answer.text)
    assert re.search(r'value="noise"[^>]* checked', answer.text)
    assert re.search(r'value="yiqing" selected', answer.text)
    assert re.search(r'name="consent"[^>]* checked', answer.text)


def test_each_wrong_field_has_its_sentence_beside_it(web: Web) -> None:
    answer = web.form("/", {"desk": "community"})
    for field in ("category", "neighbourhood", "text", "name", "phone", "consent"):
        assert f'id="{field}-error"' in answer.text, field
    assert 'role="alert"' in answer.text


def test_without_the_tick_nothing_is_rung(web: Web) -> None:
    with web.nothing_written():
        answer = web.form("/", {name: value for name, value in TYPED.items() if name != "consent"})
    assert answer.status == 400
    assert 'id="consent-error"' in answer.text


def test_at_a_limit_nothing_typed_is_lost(web: Web) -> None:
    for number in range(5):
        ring(web, text=f"第{number}件事")
    with web.nothing_written():
        answer = web.form("/", {**TYPED, "text": "第六件事"})
    assert answer.status == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "第六件事" in answer.text
    assert "分钟后再按铃" in answer.text


def test_when_the_store_is_busy_nothing_typed_is_lost(web: Web) -> None:
    web.world.store.fail("ring", times=20)
    answer = web.form("/", TYPED)
    assert answer.status == 503
    assert RING["text"] in answer.text


def test_what_a_resident_typed_is_shown_as_text_wherever_it_is_shown(web: Web) -> None:
    evil = '<script>alert(1)</script><b onclick="x">'
    track = ring(web, text=evil, name=evil, where=evil, building="<i>", unit="<u>")
    page = f"/a/{web.alert('zhao')}"
    press(web, page, "answer")
    web.form(page, {**REFUSAL, "reason": evil, "go_to": evil})
    for shown in (web.get(track), web.get(page)):
        assert "<script>alert" not in shown.text
        assert html.escape("<script>alert(1)</script>") in shown.text


# -- following


def test_the_tracking_page_shows_every_hop(web: Web) -> None:
    track = ring(web)
    web.world.pass_time(minutes=5)
    said = words(web.get(track))
    assert "赵虹" in said
    assert "王丽芬" in said


def test_the_tracking_page_masks_who_rang(web: Web) -> None:
    page = web.get(ring(web))
    assert "13900000001" not in page.text
    assert "139****0001" in page.text
    assert "张三" not in page.text


def test_reading_the_tracking_page_costs_one_call_and_changes_nothing(web: Web) -> None:
    track = ring(web)
    before = web.world.store.calls.copy()
    with web.nothing_written():
        web.get(track)
    assert web.world.store.calls - before == {"bell": 1}


def test_withdrawing_is_said_and_can_be_pressed_twice(web: Web) -> None:
    track = ring(web)
    assert press(web, track, "withdraw").location == f"{track}?told=withdrawn"
    with web.nothing_written():
        assert press(web, track, "withdraw").status == 303
    assert "已撤回" in words(web.get(track))
    assert 'value="withdraw"' not in web.get(track).text


def test_a_decided_bell_cannot_be_withdrawn(web: Web) -> None:
    track, page = taken(web)
    press(web, page, "accept")
    with web.nothing_written():
        answer = press(web, track, "withdraw")
    assert answer.status == 409
    assert "已受理" in words(answer)


def test_a_refusal_tells_why_where_to_go_and_offers_an_appeal(web: Web) -> None:
    track, _ = refused(web)
    page = web.get(track)
    assert "归城管" in page.text
    assert "12319" in page.text
    assert 'value="appeal"' in page.text
    assert press(web, track, "appeal", reason="我的隐私").location == f"{track}?told=appealed"
    assert 'value="appeal"' not in web.get(track).text


def test_an_appeal_keeps_no_words_of_the_resident_in_the_record(web: Web) -> None:
    track, _ = refused(web)
    press(web, track, "appeal", reason="我的隐私")
    token = track.removeprefix("/t/")
    bell = web.world.store.bells([next(iter(web.world.store.persons.values()))[0]])[0]
    assert "我的隐私" not in web.get(f"/v1/bells/{bell.id}/record", token=token).text


def test_an_appeal_can_be_made_once(web: Web) -> None:
    track, _ = refused(web)
    press(web, track, "appeal")
    with web.nothing_written():
        assert press(web, track, "appeal").status == 409


def test_the_tracking_page_is_for_the_resident_only(web: Web) -> None:
    ring(web)
    answer = web.get(f"/t/{web.alert('zhao')}")
    assert answer.status == 403
    assert RING["text"] not in answer.text


# -- one tap


def test_looking_at_a_one_tap_link_changes_nothing_and_shows_nothing_personal(web: Web) -> None:
    ring(web, where="14号墙边", building="3", unit="402")
    page = f"/a/{web.alert('zhao')}"
    with web.nothing_written():
        for _ in range(3):
            shown = web.get(page)
    assert 'value="answer"' in shown.text
    for secret in ("张三", "0001", RING["text"], "14号墙边", "402"):
        assert secret not in shown.text


def test_pressing_answers_and_then_shows_whom_to_call(web: Web) -> None:
    ring(web, where="14号墙边")
    page = f"/a/{web.alert('zhao')}"
    assert press(web, page, "answer").location == page
    shown = web.get(page)
    assert 'href="tel:+8613900000001"' in shown.text
    for needed in ("张三", RING["text"], "14号墙边", 'value="accept"', 'value="decline"'):
        assert needed in shown.text


def test_a_bare_post_answers_too(web: Web) -> None:
    track = ring(web)
    assert web.send("POST", f"/a/{web.alert('zhao')}").status == 303
    assert "赵虹" in words(web.get(track))


def test_a_double_tap_is_fine(web: Web) -> None:
    _, page = taken(web)
    with web.nothing_written():
        assert press(web, page, "answer").status == 303


def test_a_second_person_sees_who_was_first(web: Web) -> None:
    ring(web)
    first = web.alert("zhao")
    web.world.pass_time(minutes=5)
    second = f"/a/{web.alert('wang')}"
    press(web, f"/a/{first}", "answer")
    with web.nothing_written():
        answer = press(web, second, "answer")
    assert answer.status == 409
    for shown in (answer, web.get(second)):
        assert "赵虹" in words(shown)
        assert "张三" not in shown.text
        assert 'value="answer"' not in shown.text


def test_accepting_shows_the_case(web: Web) -> None:
    track, page = taken(web)
    assert press(web, page, "accept").status == 303
    number = re.search(r"MX-\w{4}-\w{4}", words(web.get(track)).split("协商事项")[-1])
    assert number
    with web.nothing_written():
        assert press(web, page, "accept").status == 303


def test_a_refusal_needs_its_reason_and_keeps_what_was_typed(web: Web) -> None:
    _, page = taken(web)
    with web.nothing_written():
        answer = press(web, page, "decline", reason_code="duplicate", reason="", go_to="<街道>")
    assert answer.status == 400
    assert 'id="reason-error"' in answer.text
    assert '<option value="duplicate" selected>' in answer.text
    assert 'value="&lt;街道&gt;"' in answer.text
    assert "张三" in answer.text


def test_the_wrong_kind_of_link_opens_no_one_tap_page(web: Web) -> None:
    token = ring(web).removeprefix("/t/")
    assert web.get(f"/a/{token}").status == 403
    with web.nothing_written():
        assert press(web, f"/a/{token}", "answer").status == 403


def test_pressing_before_answering_leads_back_to_the_page(web: Web) -> None:
    ring(web)
    page = f"/a/{web.alert('zhao')}"
    with web.nothing_written():
        assert press(web, page, "accept").location == page


def test_an_expired_link_says_so(web: Web) -> None:
    ring(web)
    page = f"/a/{web.alert('zhao')}"
    web.world.clock.advance(days=7)
    with web.nothing_written():
        for answer in (web.get(page), press(web, page, "answer")):
            assert answer.status == 410
            assert "链接已过期" in words(answer)
            assert "MX-" in answer.text


def test_a_link_of_the_ringing_before_the_appeal_says_so(web: Web) -> None:
    track, page = refused(web)
    press(web, track, "appeal")
    with web.nothing_written():
        for answer in (web.get(page), press(web, page, "answer")):
            assert answer.status == 410
            assert "张三" not in answer.text


def test_the_link_of_somebody_who_has_left_shows_nothing_any_more(web: Web) -> None:
    _, page = taken(web)
    web.world.without("zhao")
    for answer in (web.get(page), press(web, page, "accept")):
        assert answer.status == 410
        assert "张三" not in answer.text


def test_a_withdrawn_bell_needs_nobody(web: Web) -> None:
    track = ring(web)
    page = f"/a/{web.alert('zhao')}"
    press(web, track, "withdraw")
    assert "已撤回" in words(web.get(page))
    assert press(web, page, "answer").status == 409


# -- several bells, the board


def test_a_bundled_message_lists_the_bells_that_still_ring(web: Web) -> None:
    for number in range(3):
        web.ring(phone=f"1390000001{number}", text=f"第{number}件事")
    web.world.pass_time(minutes=3)
    bundled = next(sent for sent in web.world.sent if "/s/" in sent.text)
    path = re.search(r"/s/\w{19}", bundled.text)
    assert path
    with web.nothing_written():
        page = web.get(path[0])
    links = re.findall(r'href="(/a/\w{19})"', page.text)
    assert links
    assert "第1件事" not in page.text
    press(web, links[0], "answer")
    assert links[0] not in web.get(path[0]).text


def test_the_board_shows_what_rings_and_nothing_personal(web: Web) -> None:
    ring(web, name="欧阳锋", text="秘密的事", where="墙边")
    page = web.get("/board")
    assert "一清新村" in page.text
    for secret in ("欧阳", "0001", "秘密", "墙边"):
        assert secret not in page.text


# -- reading aids


def test_the_language_is_switched_by_a_link_and_remembered(web: Web) -> None:
    page = web.get("/?lang=en")
    assert 'lang="en"' in page.text
    assert page.headers["set-cookie"] == ["lang=en; Path=/; Max-Age=31536000; SameSite=Lax"]
    assert 'lang="en"' in web.get("/board", Cookie="lang=en").text
    assert '<html lang="zh-CN"' in web.get("/?lang=zh-CN", Cookie="lang=en").text


def test_large_print_is_switched_by_a_link_and_remembered(web: Web) -> None:
    page = web.get("/privacy?elder=1")
    assert "data-elder" in page.text
    assert page.headers["set-cookie"] == ["elder=1; Path=/; Max-Age=31536000; SameSite=Lax"]
    assert "data-elder" in web.get("/", Cookie="a=b; elder=1").text
    assert "data-elder" not in web.get("/?elder=0", Cookie="elder=1").text


def test_a_link_cannot_put_its_own_words_into_a_cookie(web: Web) -> None:
    for query in ("lang=xx", "elder=2", "lang=en%0d%0aX:y", "lang=en;Domain=x"):
        assert "Domain" not in str(web.get(f"/?{query}").headers.get("set-cookie", ""))
        assert "X:" not in str(web.get(f"/?{query}").headers.get("set-cookie", ""))
    assert "set-cookie" not in web.get("/?lang=xx&elder=2").headers


def test_errors_are_pages_in_the_readers_language(web: Web) -> None:
    assert "This link opens nothing" in web.get("/t/x", language="en").text
    assert "打不开" in web.get("/t/x").text


def test_pages_work_below_a_stage_of_the_gateway() -> None:
    policy = replace(
        usual_policy(), public_url="https://x.example.org/api", link_url="https://x.example.org/api"
    )
    with visiting(World(policy=policy)) as web:
        answer = web.form("/", TYPED)
        assert answer.location.startswith("/api/t/")
        below = answer.location.removeprefix("/api")
        page = f"/a/{web.alert('zhao')}"
        assert press(web, page, "answer").location == f"/api{page}"
        for path in ("/", below, page, "/board", "/privacy", "/t/x"):
            links = re.findall(r'(?:href|src|action)="(/[^"]*)"', web.get(path).text)
            assert links
            assert [link for link in links if not link.startswith("/api/")] == [], path
        assert "Path=/api;" in web.get("/?lang=en").headers["set-cookie"][0]
