"""From the ring to the case, as the resident and the specialist see it on their phones."""

import json
import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.people import fill_in, mark, never_reloaded, press_until, ring_button, rung_on, tab_to
from tests.browser.running import Platform, Rung, fresh_phone, until
from tests.browser.visits import Visitors, in_a_browser

pytestmark = in_a_browser
BY_ITSELF = 20_000
"""Milliseconds in which a page has long asked again."""


def test_a_bell_rung_by_keyboard_alone_is_answered_before_the_residents_eyes(
    platform: Platform, visitors: Visitors
) -> None:
    resident = visitors.page("/")
    phone = _ring_by_keyboard(resident)
    expect(resident.get_by_role("status").first).to_contain_text("铃已按响")
    bell = rung_on(platform, resident, phone)
    mark(resident)

    link = platform.answer_link(bell)
    specialist = visitors.page("/_local/outbox")
    specialist.locator(f"a[href$='{link}']").click()
    expect(specialist.get_by_role("heading", level=1)).to_contain_text("漏水")
    body = specialist.inner_text("body")
    assert all(secret not in body for secret in ("陈桂芳", phone, "水管")), "nobody sees more than needed"
    assert platform.state(bell)["status"] == "ringing", "looking is not answering"
    specialist.get_by_role("button", name="我来接铃").click()
    expect(specialist.locator(f"a[href='tel:+86{phone}']")).to_be_visible()
    expect(specialist.get_by_text("厨房水管漏了")).to_be_visible()

    heading = resident.get_by_role("heading", level=1)
    expect(heading).to_have_text("已接铃", timeout=BY_ITSELF)
    expect(resident.locator("#live-state")).to_contain_text("陈思阳")
    expect(resident.locator("#live-say")).to_contain_text("已接铃")

    assert never_reloaded(resident)

    specialist.get_by_role("button", name="受理").click()
    case = re.search(r"MX-[0-9A-Z]{4}-[0-9A-Z]{4}", specialist.inner_text(".eyebrow"))
    assert case
    resident.get_by_role("link", name="刷新").click()
    expect(heading).to_contain_text("漏水")
    expect(resident.get_by_text(case[0]).first).to_be_visible()
    expect(resident.get_by_text("陈思阳").first).to_be_visible()
    assert [k for k in platform.kinds(bell) if k in ("answered", "accepted")] == ["answered", "accepted"]


def _ring_by_keyboard(page: Page) -> str:
    phone = fresh_phone()
    tab_to(page, "[name=desk]")
    tab_to(page, "[name=category]")
    press_until(page, "ArrowRight", "[name=category]:checked", "water-leak")
    tab_to(page, "#neighbourhood")
    press_until(page, "ArrowDown", "#neighbourhood", "yiqing")
    for field, words in {
        "unit": "302",
        "text": "厨房水管漏了，滴到楼下。",
        "name": "陈桂芳",
        "phone": phone,
    }.items():
        tab_to(page, f"#{field}")
        page.keyboard.insert_text(words)
    tab_to(page, "#consent")
    page.keyboard.press("Space")
    tab_to(page, "form.ring-form button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/t/*")
    return phone


def test_an_unanswered_bell_counts_down_and_climbs_before_the_residents_eyes(
    platform: Platform, visitors: Visitors
) -> None:
    bell = platform.ring(neighbourhood="wenyi")
    page = visitors.page(f"/t/{bell.token}")
    mark(page)
    first = _seconds_left(page)
    page.wait_for_function(_FEWER_THAN, arg=first - 30)
    expect(page.locator(".levels .is-now")).to_contain_text("社区", timeout=BY_ITSELF)
    expect(page.locator("#live-timeline")).to_contain_text("徐伟明")
    assert _seconds_left(page) > 30, "the next level has its own time"
    assert never_reloaded(page)
    assert platform.kinds(bell).count("alerted") == 2
    both = [platform.answer_link(bell), platform.answer_link(bell, after=1)]
    assert both[0] != both[1], "each has a link of their own"


_SECONDS_LEFT = """() => [...document.querySelector('.state-count [data-due]').textContent.matchAll(/\\d+/g)]
  .reduce((sum, n) => sum * 60 + Number(n[0]), 0)"""
_FEWER_THAN = f"limit => ({_SECONDS_LEFT})() < limit"


def _seconds_left(page: Page) -> int:
    return int(page.evaluate(_SECONDS_LEFT))


def test_who_comes_second_is_told_who_was_first(platform: Platform, visitors: Visitors) -> None:
    bell = platform.ring(category="trapped", neighbourhood="xiaohe-east")  # all levels are asked at once
    first, second = platform.answer_link(bell), platform.answer_link(bell, after=1)
    taken, late = visitors.page(second), visitors.page(first)
    taken.get_by_role("button", name="我来接铃").dblclick()
    expect(taken.get_by_text(bell.phone[-4:]).first).to_be_visible()
    visitors.expect("409 (Conflict)")
    late.get_by_role("button", name="我来接铃").click()
    expect(late.get_by_role("heading", level=1)).to_have_text("已有人接铃")
    expect(late.locator("main")).to_contain_text(platform.state(bell)["answered_by"]["name"])
    assert bell.name not in late.inner_text("body")
    assert platform.kinds(bell).count("answered") == 1


def test_the_browser_recomputes_the_record_and_finds_it_whole(platform: Platform, visitors: Visitors) -> None:
    bell = platform.ring(neighbourhood="midu-bridge", text="墙缝越来越大\u2028“很危险”\\ é 🔔 <i>")
    until("the messages are on the record", lambda: platform.kinds(bell).count("notified") >= 2)
    page = visitors.page(f"/t/{bell.token}")
    assert _verdict(page).startswith("已在本机核对")
    assert page.locator("[data-verify-list] li.is-whole").count() >= 4
    assert page.locator("[data-verify-list] li.is-broken").count() == 0


@pytest.mark.parametrize(
    ("tampering", "fault"),
    [
        ("a word is changed", 2),
        ("an event is missing", 2),
        ("the end is cut off", None),
        ("the order is another", 1),
    ],
)
def test_the_browser_finds_a_record_that_was_tampered_with(
    platform: Platform, visitors: Visitors, kept: Rung, tampering: str, fault: int | None
) -> None:
    context = visitors.context()
    context.route("**/v1/bells/*/record", lambda route: _tamper(route, tampering))
    page = context.new_page()
    page.goto(f"/t/{kept.token}")
    said = _verdict(page)
    assert "对不上" in said
    assert fault is None or f"第 {fault} 条" in said


@pytest.fixture(scope="module")
def kept(platform: Platform) -> Rung:
    """A bell to which nothing happens any more."""
    bell = platform.ring(neighbourhood="zuojia")
    until("the messages are on the record", lambda: platform.kinds(bell).count("notified") >= 2)
    platform.post(f"/v1/bells/{bell.id}/withdraw", token=bell.token)
    return bell


def _tamper(route: Route, how: str) -> None:
    answer = route.fetch()
    body = answer.json()
    events = body["events"]
    match how:
        case "a word is changed":
            events[1]["data"] |= {"level": 2}
        case "an event is missing":
            del events[1]
        case "the end is cut off":
            del events[-1]
        case "the order is another":
            events.reverse()
    route.fulfill(response=answer, body=json.dumps(body))


def _verdict(page: Page) -> str:
    page.get_by_role("button", name="在本机核对").click()
    page.wait_for_selector("[data-verify-list] li")
    page.wait_for_selector("[data-verify-start]:not([disabled])")
    return page.inner_text("[data-verify-result]")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_ringing_twice_by_impatience_is_one_bell(
    platform: Platform, visitors: Visitors, scripts: bool
) -> None:
    page = visitors.page("/", java_script_enabled=scripts)
    phone = fill_in(page, neighbourhood="midu-bridge")
    ring_button(page).dblclick(no_wait_after=True)
    page.wait_for_url("**/t/*")
    bell = rung_on(platform, page, phone)
    page.goto("/")
    fill_in(page, neighbourhood="midu-bridge", phone=phone)
    ring_button(page).click()
    page.wait_for_url("**/t/*told=duplicate")
    expect(page.get_by_role("status").first).to_contain_text("没有重复按响")
    assert rung_on(platform, page, phone) == bell
    until("the resident was told", lambda: [m for m in platform.outbox() if m["to"].endswith(phone)])
    assert (
        len({m["text"] for m in platform.outbox() if m["to"].endswith(phone) and bell.token in m["text"]})
        == 1
    )
    assert all(bell.token in m["text"] for m in platform.outbox() if m["to"].endswith(phone))
