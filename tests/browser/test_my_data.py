"""A resident sees, saves and erases what is held of her: with the keyboard alone, without scripts, at 320 pixels."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import tab_to
from tests.browser.running import Platform, Rung
from tests.browser.visits import NARROWEST, Visitors, in_a_browser

pytestmark = in_a_browser


def erased(platform: Platform, page: Page, bell: Rung) -> None:
    """The page says so, nothing of her is on it or behind it, and the record is whole."""
    expect(page.get_by_role("status")).to_contain_text("已经删除")
    body = page.inner_text("body")
    assert not [word for word in (bell.name, bell.phone, bell.text) if word in body]
    state = platform.state(bell)
    assert (state["status"], state["text"], state["contact"]) == ("withdrawn", None, None)
    record = platform.get(f"/v1/bells/{bell.id}/record", bell.token)
    assert record["intact"]
    assert platform.kinds(bell)[-1] in ("erased", "notified")


def test_with_the_keyboard_alone(platform: Platform, visitors: Visitors, tmp_path: Path) -> None:
    bell = platform.ring()
    page = visitors.page(f"/t/{bell.token}")
    tab_to(page, "#my-data")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("我的信息")
    expect(page.get_by_text(bell.name)).to_be_visible()

    tab_to(page, "a[download]")
    with page.expect_download() as saved:
        page.keyboard.press("Enter")
    saved.value.save_as(tmp_path / "mine.json")
    assert json.loads((tmp_path / "mine.json").read_text("utf-8"))["contact"]["name"] == bell.name
    assert bell.number in saved.value.suggested_filename

    tab_to(page, "#erase summary")
    page.keyboard.press("Enter")
    for box in ("#withdraw", "#sure"):
        tab_to(page, box)
        page.keyboard.press("Space")
    tab_to(page, "#erase button")
    page.keyboard.press("Enter")
    erased(platform, page, bell)
    expect(page.locator("form")).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_nothing_is_erased_before_both_boxes_are_ticked(
    platform: Platform, visitors: Visitors, scripts: bool
) -> None:
    bell = platform.ring()
    page = visitors.page(f"/t/{bell.token}/data", java_script_enabled=scripts, viewport=NARROWEST)
    visitors.expect("400 (Bad Request)", "409 (Conflict)")
    press = page.get_by_role("button", name="删除", exact=True)
    page.get_by_text("看看删什么、留什么，再删除").click()
    page.check("#withdraw")
    press.click()
    expect(page.locator("#sure-error")).to_be_visible()
    expect(page.locator("#withdraw")).to_be_checked()
    page.uncheck("#withdraw")
    page.check("#sure")
    press.click()
    expect(page.locator("#withdraw-error")).to_be_visible()
    assert platform.state(bell)["contact"] is not None
    page.check("#withdraw")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST["width"]
    press.click()
    erased(platform, page, bell)
