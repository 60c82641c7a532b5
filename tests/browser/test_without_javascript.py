"""A browser without scripts: everything works, by reloading."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import fill_in, ring_button, rung_on
from tests.browser.running import Platform
from tests.browser.visits import Visitors, in_a_browser

pytestmark = in_a_browser
Open = Callable[[str], Page]


@pytest.fixture
def open_page(visitors: Visitors) -> Open:
    return lambda path: visitors.page(path, java_script_enabled=False)


def test_ring_answer_decline_appeal_and_withdraw_without_scripts(
    platform: Platform, visitors: Visitors, open_page: Open
) -> None:
    resident = open_page("/")
    phone = fill_in(resident, neighbourhood="zuojia")
    ring_button(resident).click()
    heading = resident.get_by_role("heading", level=1)
    expect(heading).to_have_text("响铃中")
    bell = rung_on(platform, resident, phone)
    expect(resident.get_by_text("<b>墙都在抖</b> 🔔")).to_be_visible()

    specialist = open_page(platform.answer_link(bell))
    specialist.get_by_role("button", name="我来接铃").click()
    resident.reload()
    expect(heading).to_have_text("已接铃")

    _decline_with_a_mistake(visitors, specialist)
    resident.reload()
    expect(heading).to_have_text("不予受理")
    expect(resident.locator("#live-decision")).to_contain_text("<i>城管</i> 96310")
    resident.get_by_text("我不同意这个决定").click()
    level = platform.state(bell)["level"]
    resident.get_by_role("button", name="向上一级再次按铃").click()
    expect(heading).to_have_text("响铃中")
    expect(resident.get_by_role("status").first).to_contain_text("已收到您的申诉")
    assert platform.state(bell)["level"] > level

    resident.get_by_text("撤回这次按铃").click()
    resident.get_by_role("button", name="确定撤回").click()
    expect(heading).to_have_text("已撤回")
    assert platform.state(bell)["status"] == "withdrawn"
    visitors.expect("410 (Gone)")
    specialist.reload()
    expect(specialist.get_by_role("heading", level=1)).to_have_text("这个链接已不归您")


def _decline_with_a_mistake(visitors: Visitors, page: Page) -> None:
    """Leaves the ground out first; what was written must still be there."""
    visitors.expect("400 (Bad Request)")
    page.get_by_text("不能受理").click()
    page.fill("#reason", "不归街道管")
    page.fill("#go_to", "<i>城管</i> 96310")
    page.locator("#decline button").click()
    expect(page.locator("#errors")).to_be_visible()
    expect(page.locator("#reason_code-error")).to_be_visible()
    assert page.input_value("#reason") == "不归街道管"
    assert page.input_value("#go_to") == "<i>城管</i> 96310"
    page.locator("#errors a").first.click()
    assert page.url.endswith("#reason_code")
    page.select_option("#reason_code", "other_authority")
    page.locator("#decline button").click()
    expect(page.locator(".eyebrow")).to_contain_text("不予受理")


def test_an_empty_form_names_every_mistake_and_keeps_what_was_typed(
    visitors: Visitors, open_page: Open
) -> None:
    visitors.expect("400 (Bad Request)")
    page = open_page("/")
    words = '他说："再吵就报警" </textarea><b>\n\n第二段'
    page.fill("#text", words)
    page.fill("#phone", "12345")
    page.fill("#where", "14 号墙边")
    page.check("#category-parking", force=True)
    ring_button(page).click()
    assert page.locator("#errors li").count() == 4, "neighbourhood, name, phone and consent"
    assert page.input_value("#text") == words
    assert page.input_value("#phone") == "12345"
    assert page.input_value("#where") == "14 号墙边"
    assert page.is_checked("#category-parking")
    for field in ("neighbourhood", "name", "phone", "consent"):
        assert page.get_attribute(f"#{field}", "aria-invalid") == "true"
        expect(page.locator(f"#{field}-error")).to_be_visible()
    page.select_option("#neighbourhood", "midu-bridge")
    fill_in(page, category="parking", neighbourhood="midu-bridge")
    ring_button(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("响铃中")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_emergency_shows_whom_to_call_at_once_where_the_finger_is(
    visitors: Visitors, scripts: bool
) -> None:
    page = visitors.page("/", java_script_enabled=scripts)
    numbers = page.locator("a[href^='tel:']")
    assert {"tel:119", "tel:110", "tel:120", "tel:057100000000"} <= {
        str(link.get_attribute("href")) for link in numbers.all()
    }
    assert _before(page, ".danger-strip a[href='tel:119']", "form.ring-form"), "before the form, for all"
    tile = page.locator(".tile", has=page.locator("#category-gas"))
    tile.scroll_into_view_if_needed()
    tile.click()
    for number in ("119", "110", "120", "057100000000"):
        expect(page.locator(f"#alarm a[href='tel:{number}']")).to_be_visible()
    expect(page.locator("#alarm .alarm-title")).to_be_in_viewport()
    page.locator(".tile", has=page.locator("#category-noise")).click()
    expect(page.locator("#alarm")).to_be_hidden()


def _before(page: Page, first: str, second: str) -> bool:
    one, other = page.locator(first).bounding_box(), page.locator(second).bounding_box()
    assert one
    assert other
    return one["y"] < other["y"]


def test_after_a_mistake_the_focus_is_on_the_summary_and_tab_leads_to_the_fields(visitors: Visitors) -> None:
    visitors.expect("400 (Bad Request)")
    page = visitors.page("/")
    page.fill("#name", "陈桂芳")
    ring_button(page).click()
    expect(page.locator("#errors")).to_be_focused()
    expect(page).to_have_title("请检查 · 按铃 · 小区协商铃")
    assert page.input_value("#name") == "陈桂芳"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "category"
