"""What somebody who signs in with a browser can rely on, without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from tests.contract.client import Answer, Web, visiting
from tests.fakes.world import World
from tests.session.people import PHONES, RESIDENT, code_for, two_communities

ZHAO = PHONES["specialist"]


@pytest.fixture
def web() -> Iterator[Web]:
    with visiting(World(two_communities())) as found:
        yield found


def cookies(answer: Answer) -> list[str]:
    return list(answer.headers.get("set-cookie", []))


def enter(web: Web, phone: str) -> Answer:
    assert web.form("/sign-in", {"action": "code", "phone": phone}).status == 200
    return web.form("/sign-in", {"action": "enter", "phone": phone, "code": code_for(web, phone)})


def signed_in(web: Web, phone: str) -> str:
    """The Cookie header of a browser that has signed in."""
    cookie = next(one for one in cookies(enter(web, phone)) if one.startswith("session="))
    return cookie.partition(";")[0]


def csrf(page: Answer) -> str:
    found = re.search(r'name="csrf" value="(\w+)"', page.text)
    assert found
    return found[1]


def test_the_phone_is_asked_for_first_and_then_the_code(web: Web) -> None:
    first = web.get("/sign-in")
    assert 'name="phone" type="tel"' in first.text
    second = web.form("/sign-in", {"action": "code", "phone": RESIDENT})
    assert second.status == 200
    assert 'inputmode="numeric" autocomplete="one-time-code"' in second.text
    assert "csrf" not in first.text + second.text


def test_the_right_code_leads_to_my_bells_with_a_session_no_script_can_read(web: Web) -> None:
    answer = enter(web, RESIDENT)
    assert (answer.status, answer.location) == (303, "/me")
    session, device = cookies(answer)
    assert session.startswith("session=")
    assert device.startswith("device=")
    for cookie, days in ((session, 7), (device, 180)):
        for attribute in ("; HttpOnly", "; SameSite=Lax", "; Secure", f"; Max-Age={days * 86_400}"):
            assert attribute in cookie
    assert "; Path=/;" in session
    assert "; Path=/sign-in;" in device, "no other page is told"


def test_a_browser_that_has_signed_in_before_gets_a_code_whoever_else_asks(web: Web) -> None:
    """Also after signing out, and on a desk that several people use."""
    device = next(one for one in cookies(enter(web, ZHAO)) if one.startswith("device=")).partition(";")[0]
    web.form("/sign-in", {"action": "code", "phone": RESIDENT}, Cookie=device)
    typed = {"action": "enter", "phone": RESIDENT, "code": code_for(web, RESIDENT)}
    second = web.form("/sign-in", typed, Cookie=device)
    device = next(one for one in cookies(second) if one.startswith("device=")).partition(";")[0]
    web.world.clock.go_to(web.world.clock.now() + timedelta(days=1))
    for phone in (ZHAO, RESIDENT):
        for _ in range(5):
            web.form("/sign-in", {"action": "code", "phone": phone})
            web.world.clock.advance(minutes=1)
        assert web.form("/sign-in", {"action": "code", "phone": phone}).status == 429
        assert web.form("/sign-in", {"action": "code", "phone": phone}, Cookie=device).status == 200


def test_a_browser_keeps_the_newest_few_of_many_who_sign_in_there(web: Web) -> None:
    device = "device=5-x..a b,é"
    for n in range(7):
        phone = f"1390000010{n}"
        web.form("/sign-in", {"action": "code", "phone": phone})
        answer = web.form(
            "/sign-in", {"action": "enter", "phone": phone, "code": code_for(web, phone)}, Cookie=device
        )
        device = next(one for one in cookies(answer) if one.startswith("device=")).partition(";")[0]
    assert len(device.removeprefix("device=").split(".")) == 5
    assert re.fullmatch(r"device=[0-9a-f.-]+", device), "nothing is kept but what is ours"
    again = web.form("/sign-in", {"action": "code", "phone": "13900000106"}, Cookie=device)
    assert again.status == 429, "a minute has to pass all the same"


def test_a_wrong_code_keeps_the_phone_and_says_what_is_left(web: Web) -> None:
    web.form("/sign-in", {"action": "code", "phone": RESIDENT})
    answer = web.form("/sign-in", {"action": "enter", "phone": RESIDENT, "code": "000000"})
    assert answer.status == 401
    assert "还可以试 4 次" in answer.text
    assert f'name="phone" value="{RESIDENT}"' in answer.text
    assert cookies(answer) == []


def test_a_wrong_phone_is_said_so_where_it_is_typed(web: Web) -> None:
    answer = web.form("/sign-in", {"action": "code", "phone": '"><b>'})
    assert answer.status == 400
    assert 'value="&#34;&gt;&lt;b&gt;"' in answer.text
    assert 'id="phone-error"' in answer.text
    assert web.form("/sign-in", {"action": "dance"}).status == 400


def test_who_asks_twice_can_still_type_the_code_that_came(web: Web) -> None:
    web.form("/sign-in", {"action": "code", "phone": RESIDENT})
    answer = web.form("/sign-in", {"action": "code", "phone": RESIDENT})
    assert (answer.status, answer.headers["retry-after"]) == (429, "60")
    assert 'name="code"' in answer.text


def test_who_has_not_signed_in_is_led_to_the_sign_in_page(web: Web) -> None:
    for cookie in ("", "session=", "session=a.b.c", "session=\u00e9"):
        answer = web.get("/me", Cookie=cookie)
        assert (answer.status, answer.location) == (303, "/sign-in")


def test_a_session_that_is_over_is_forgotten_by_the_browser(web: Web) -> None:
    cookie = signed_in(web, ZHAO)
    web.world.clock.advance(hours=12)
    answer = web.get("/me", Cookie=cookie)
    assert answer.location == "/sign-in"
    assert any("session=;" in one and "Max-Age=0" in one for one in cookies(answer))
    assert web.get("/", Cookie=cookie).status == 200, "other pages are open to everybody"


def test_choosing_a_language_does_not_lose_the_session(web: Web) -> None:
    web.form("/sign-in", {"action": "code", "phone": RESIDENT})
    code = code_for(web, RESIDENT)
    answer = web.form("/sign-in?lang=en", {"action": "enter", "phone": RESIDENT, "code": code})
    assert sorted(one.partition("=")[0] for one in cookies(answer)) == ["device", "lang", "session"]


def test_a_resident_finds_the_tracking_page_of_each_bell(web: Web) -> None:
    rung = web.ring().json
    web.ring(phone="13900000002", text="别人的")
    cookie = signed_in(web, RESIDENT)
    web.world.store.calls.clear()
    page = web.get("/me", Cookie=cookie)
    assert web.world.store.calls == {"rung_by": 1}
    links = re.findall(r'href="(/t/\w+)"', page.text)
    assert links == [urlsplit(rung["tracking_url"]).path]
    assert web.get(links[0]).status == 200


def test_more_bells_than_fit_are_one_link_away(web: Web) -> None:
    for number in range(26):
        web.world.clock.advance(minutes=10)
        web.ring(text=f"第{number}件事")
    cookie = signed_in(web, RESIDENT)
    page = web.get("/me", Cookie=cookie)
    more = re.search(r'href="(/me\?list=rung&amp;cursor=[^"]+)"', page.text)
    assert more
    rest = web.get(more[1].replace("&amp;", "&"), Cookie=cookie)
    assert len(re.findall(r'href="/t/', rest.text)) == 1


def test_staff_see_the_bells_of_their_places_and_answer_there(web: Web) -> None:
    rung = web.ring().json
    web.ring(neighbourhood="zuojia", text="隔壁社区")
    cookie = signed_in(web, PHONES["community"])
    page = web.get("/me", Cookie=cookie)
    assert re.findall(r'href="(/a/\w+)"', page.text) == [f"/a/{rung['id']}"]
    bell = web.get(f"/a/{rung['id']}", Cookie=cookie)
    assert "张三" not in bell.text
    done = web.form(f"/a/{rung['id']}", {"action": "answer", "csrf": csrf(bell)}, Cookie=cookie)
    assert done.status == 303
    assert "张三" in web.get(f"/a/{rung['id']}", Cookie=cookie).text
    declined = {"action": "decline", "csrf": csrf(bell)}
    assert web.form(f"/a/{rung['id']}", declined, Cookie=cookie).status == 400
    accepted = {"action": "accept", "csrf": csrf(bell)}
    assert web.form(f"/a/{rung['id']}", accepted, Cookie=cookie).status == 303
    assert web.world.file(rung["id"]).bell.case


def test_staff_who_rang_themselves_find_that_too(web: Web) -> None:
    web.ring(phone=ZHAO)
    cookie = signed_in(web, ZHAO)
    assert len(re.findall(r'href="/t/\w+"', web.get("/me?list=rung", Cookie=cookie).text)) == 1


def test_the_neighbouring_community_and_residents_cannot_open_a_bell_by_its_id(web: Web) -> None:
    rung = web.ring().json
    for phone in (PHONES["neighbouring community"], RESIDENT):
        cookie = signed_in(web, phone)
        page = web.get(f"/a/{rung['id']}", Cookie=cookie)
        assert page.status == 403
        assert "楼上半夜装修" not in page.text
    assert web.get(f"/a/{rung['id']}").location == "/sign-in"


def test_staff_sign_out_everywhere_and_residents_have_no_such_button(web: Web) -> None:
    first, second = signed_in(web, ZHAO), ""
    web.world.clock.advance(minutes=2)
    second = signed_in(web, ZHAO)
    page = web.get("/me", Cookie=second)
    assert 'name="everywhere" value="1"' in page.text
    out = web.form("/sign-out", {"csrf": csrf(page), "everywhere": "1"}, Cookie=second)
    assert (out.status, out.location) == (303, "/")
    assert any("session=;" in one and "Max-Age=0" in one for one in cookies(out))
    assert web.get("/me", Cookie=first).location == "/sign-in"
    assert "everywhere" not in web.get("/me", Cookie=signed_in(web, RESIDENT)).text


def test_a_form_of_somebody_elses_making_does_nothing(web: Web) -> None:
    rung = web.ring().json
    cookie = signed_in(web, ZHAO)
    other = csrf(web.get("/me", Cookie=signed_in(web, RESIDENT)))
    with web.nothing_written():
        for token in ("", "x", other, "é"):
            answer = web.form(f"/a/{rung['id']}", {"action": "answer", "csrf": token}, Cookie=cookie)
            assert answer.status == 403
            out = web.form("/sign-out", {"csrf": token}, Cookie=cookie)
            assert out.status == 403
            assert cookies(out) == []


def test_no_foreign_page_signs_its_visitor_in(web: Web) -> None:
    with web.nothing_written():
        for fields in (
            {"action": "code", "phone": ZHAO},
            {"action": "enter", "phone": ZHAO, "code": "123456"},
        ):
            assert web.form("/sign-in", fields, Sec_Fetch_Site="cross-site").status == 403
    assert web.form("/sign-in", {"action": "code", "phone": ZHAO}, Sec_Fetch_Site="same-origin").status == 200


def test_a_link_works_whoever_has_signed_in_on_this_phone(web: Web) -> None:
    web.ring()
    token = web.alert("zhao")
    for cookie in (signed_in(web, RESIDENT), "session=a.b.c"):
        assert web.get(f"/a/{token}", Cookie=cookie).status == 200
    assert web.form(f"/a/{token}", {"action": "answer"}, Cookie="session=a.b.c").status == 303


def test_signing_out_lets_the_browser_forget(web: Web) -> None:
    cookie = signed_in(web, ZHAO)
    answer = web.form("/sign-out", {"csrf": csrf(web.get("/me", Cookie=cookie))}, Cookie=cookie)
    assert (answer.status, answer.location) == (303, "/")
    assert any("session=;" in one and "Max-Age=0" in one for one in cookies(answer))


def test_every_page_leads_to_my_bells(web: Web) -> None:
    for path in ("/", "/board", "/privacy", "/sign-in"):
        assert 'href="/me">我的铃</a>' in web.get(path).text
