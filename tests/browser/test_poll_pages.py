"""Every page of a poll, /status and /anchors for everybody: axe, keyboard, magnified, in large print, in the dark."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.hall import GRID_WORKER, OFFICE, WINDOW, Hall
from tests.browser.running import Platform, until
from tests.browser.scenes import Scene
from tests.browser.test_everybody import ACTIONS, CUT, FINDINGS, FOCUS, SMALL, _axe
from tests.browser.visits import DESKTOP, NARROWEST, PHONE, Visitors, in_a_browser

pytestmark = in_a_browser
BENCH = {"question": "单元门口装不装坐凳？"}
COLOURS = {
    "question": "坐凳什么颜色？",
    "options": [{"id": "wood", "label": "木色"}, {"id": "green", "label": "绿色"}],
}
UNFOLD = 'document.querySelectorAll("details").forEach(d => d.open = true)'


@pytest.fixture(scope="module")
def scenes(hall: Hall) -> tuple[Scene, ...]:
    """All of it has happened; residents' pages open for staff as well."""
    counted = hall.opened([BENCH, COLOURS], of="answered")
    hall.enter_all(counted, {1: {"1": "for", "2": "wood"}, 2: {"1": "against", "2": "green"}})
    disputed = hall.opened(of="answered")
    hall.enter(disputed, 1, "for")
    for voter, choice in ((0, "for"), (1, "against")):
        hall.enter(disputed, 2, choice, voter)
    hall.people.wait(seconds=WINDOW.total_seconds())
    hall.people.wait(days=1, minutes=5)
    hall.reaches(disputed, "disputed")
    hall.reaches(counted, "counted")
    going = hall.opened([BENCH, COLOURS])
    hall.enter_all(going, {1: {"1": "for", "2": "wood"}})
    draft = hall.drafted()
    until("an anchor", lambda: hall.people.get("/v1/anchors")["anchors"])
    return (
        Scene("polls", "/polls", "邻里共决"),
        Scene("roll", "/rolls/midu-bridge", "业主清册"),
        Scene("new draft", "/polls/new", "起草征询"),
        Scene("draft in its form", f"/polls/{draft}/desk?edit=1", "修改草稿"),
        Scene("draft at the desk", f"/polls/{draft}/desk", "围墙"),
        Scene("open at the desk", f"/polls/{going}/desk", "2 个问题"),
        Scene("disputed at the desk", f"/polls/{disputed}/desk", "围墙"),
        Scene("open", f"/polls/{going}", "2 个问题"),
        Scene("counted", f"/polls/{counted}", "2 个问题"),
        Scene("ballot", hall.ticket(going, 2), "您的表决票"),
        Scene("phone", f"/polls/{going}/vote", "用手机投票"),
        Scene("tablet", f"/polls/{going}/vote?kiosk=1", "用手机投票"),
        Scene("paper", f"/polls/{going}/paper?building=10幢", "录入纸质票"),
        Scene("doors", f"/door/{going}?building=10幢", "上门征询"),
        Scene("status", "/status", ""),
        Scene("anchors", "/anchors", "每日存证"),
    )


def office(hall: Hall, callers: Visitors, **options: Any) -> Page:
    return hall.page(callers, OFFICE, "/polls", **options)


@pytest.mark.parametrize(
    ("language", "scheme", "size"),
    [("zh-CN", "light", PHONE), ("en", "dark", DESKTOP)],
    ids=["Chinese, light, phone", "English, dark, desktop"],
)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    hall: Hall, scenes: tuple[Scene, ...], callers: Visitors, language: str, scheme: str, size: ViewportSize
) -> None:
    axe, wrong = _axe(), {}
    page = office(hall, callers, color_scheme=scheme, viewport=size)
    page.goto(f"/polls?lang={language}")
    for scene in scenes:
        page.goto(scene.path)
        if language == "zh-CN":
            expect(page.get_by_role("heading", level=1)).to_contain_text(scene.heading)
        page.evaluate(UNFOLD)
        found = [f"{width} px" for width in [page.evaluate(WIDE)] if width > size["width"]]
        if axe:
            page.evaluate(axe)
            found += page.evaluate(FINDINGS)
        wrong |= {scene.name: found} if found else {}
    assert wrong == {}


@pytest.mark.parametrize("elder", [False, True], ids=["standard print, English", "large print, Chinese"])
def test_magnified_to_two_hundred_percent_nothing_is_cut_off_and_everything_can_be_hit(
    hall: Hall, scenes: tuple[Scene, ...], callers: Visitors, elder: bool
) -> None:
    page = office(hall, callers, viewport=NARROWEST)
    page.goto(f"/polls?lang={'zh-CN' if elder else 'en'}&elder={int(elder)}")
    wrong = {}
    for scene in scenes:
        page.goto(scene.path)
        page.evaluate(UNFOLD)
        found = [f"{width} px" for width in [page.evaluate(WIDE)] if width > NARROWEST["width"]]
        found += page.evaluate(CUT)
        found += page.evaluate(SMALL, 60 if elder else 44)
        found += page.evaluate(TIGHT, 18 if elder else 0)
        wrong |= {scene.name: found} if found else {}
    assert wrong == {}


WIDE = "document.documentElement.scrollWidth"
TIGHT = """least => [...document.querySelectorAll('main *')]
  .filter(e => e.checkVisibility() && !e.closest('.unseen, svg, datalist, option'))
  .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
  .map(e => [e, getComputedStyle(e)])
  .filter(([e, s]) => parseFloat(s.fontSize) < least
    || (s.lineHeight !== 'normal' && parseFloat(s.lineHeight) / parseFloat(s.fontSize) < 1.3 - 0.01))
  .map(([e, s]) => `${e.outerHTML.slice(0, 80)} ${s.fontSize} ${s.lineHeight}`)"""


def test_tab_reaches_every_action_in_reading_order_with_the_focus_in_sight(
    hall: Hall, scenes: tuple[Scene, ...], callers: Visitors
) -> None:
    page, wrong = office(hall, callers), []
    for scene in scenes:
        page.goto(scene.path)
        for at in range(page.evaluate(ACTIONS)):
            reached, in_sight, element = next_stop(page, at)
            if reached != at:
                wrong.append(f"{scene.name}: {element} came as {at}, not as {reached}")
                break
            wrong += [] if in_sight else [f"{scene.name}: {element} has the focus out of sight"]
            outlined = page.evaluate(OUTLINED)
            wrong += [] if outlined else [f"{scene.name}: the focus of {element} cannot be seen"]
    assert wrong == []


def next_stop(page: Page, at: int) -> tuple[int, bool, str]:
    """Where Tab leads; day, month, hour and minute of one field are stops of their own."""
    for _ in range(_PARTS_OF_A_TIME):
        page.keyboard.press("Tab")
        reached, _, in_sight, element = page.evaluate(FOCUS)
        if reached != at - 1 or "datetime-local" not in element:
            break
    return reached, in_sight, element


_PARTS_OF_A_TIME = 8
OUTLINED = """() => [document.activeElement, document.activeElement.closest('.option')].some(e => {
  const style = e && getComputedStyle(e);
  return style && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 })"""


@pytest.mark.parametrize("what", ["sheets", "result-sheet"])
def test_what_is_printed_has_a_name_a_way_back_and_no_violation(
    hall: Hall, scenes: tuple[Scene, ...], callers: Visitors, what: str
) -> None:
    counted = next(scene.path for scene in scenes if scene.name == "counted")
    page = office(hall, callers)
    page.goto(f"{counted}/{what}")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate(SMALL, 44) == []
    if axe := _axe():
        page.evaluate(axe)
        assert page.evaluate(FINDINGS) == []
    page.locator("nav a").first.press("Enter")
    page.wait_for_load_state()
    assert page.url.endswith((counted, f"{counted}/desk"))


def test_a_grid_worker_sees_what_is_asked_of_her_and_no_more(
    hall: Hall, scenes: tuple[Scene, ...], callers: Visitors
) -> None:
    desk = next(scene.path for scene in scenes if scene.name == "open at the desk")
    page = hall.page(callers, GRID_WORKER, desk)
    offered = page.locator("[name=action]").evaluate_all("fields => fields.map(field => field.value)")
    assert offered == ["remind", "reissue"]


def test_the_status_page_says_how_it_is_since_when_and_what_to_do_in_danger(
    platform: Platform, visitors: Visitors
) -> None:
    until("a minute has come round", lambda: platform.get("/v1/health/deep")["status"] == "ok")
    page = visitors.page("/status")
    expect(page.get_by_role("heading", level=1)).to_contain_text("正常")
    expect(page.get_by_text("119、110 或 120")).to_be_visible()
    expect(page.locator(".facts dt")).to_contain_text(["此状态开始于", "上次巡检"])


def test_an_anchor_on_the_page_is_the_one_that_programs_read(
    hall: Hall, scenes: tuple[Scene, ...], callers: Visitors
) -> None:
    page = callers.page("/anchors")
    newest = page.locator("section[id^='a-']").first
    date = newest.get_by_role("heading").inner_text()
    kept = hall.people.get(f"/v1/anchors/{date}")
    assert newest.locator(".digest").inner_text().replace(" ", "") == kept["root"]
