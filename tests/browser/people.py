"""What people do with their pages, in their words."""

from playwright.sync_api import Locator, Page

from tests.browser.running import Platform, Rung, fresh_phone

MOST_TABS = 90


def fill_in(page: Page, category: str = "noise", neighbourhood: str = "yiqing", phone: str = "") -> str:
    """Fill in the whole form by pointing and typing, and leave it unsent; the number that was left."""
    phone = phone or fresh_phone()
    page.check(f"#category-{category}", force=True)
    page.select_option("#neighbourhood", neighbourhood)
    page.fill("#text", f"楼上半夜装修，<b>墙都在抖</b> 🔔 {phone}")
    page.fill("#name", "陈桂芳")
    page.fill("#phone", phone)
    page.check("#consent")
    return phone


def ring_button(page: Page) -> Locator:
    """The button that rings; also a link of that name stands in the footer."""
    return page.locator("form.ring-form button[type=submit]")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus, as somebody does who has no mouse."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement?.matches({selector!r})"):
            return
    raise AssertionError(f"Tab never reached {selector}")


def press_until(page: Page, key: str, selector: str, value: str) -> None:
    """Press the key until the field has the value."""
    for _ in range(MOST_TABS):
        if page.evaluate(f"document.querySelector({selector!r})?.value") == value:
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} never led to {value}")


def rung_on(platform: Platform, page: Page, phone: str) -> Rung:
    """The bell of the tracking page in view."""
    from chalicelib.core.links import thing_id_of

    token = page.url.rsplit("/", 1)[1].partition("?")[0]
    found = Rung(str(thing_id_of(token)), page.inner_text(".state-number b"), token, "", "陈桂芳", phone)
    assert platform.state(found)["number"] == found.number
    return found


def mark(page: Page) -> None:
    """Leave a mark that no reload survives."""
    page.evaluate("window.neverReloaded = true")


def never_reloaded(page: Page) -> bool:
    """Whether the mark is still there."""
    return bool(page.evaluate("window.neverReloaded === true"))
