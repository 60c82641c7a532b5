"""The staff console in a real browser: keys, photos, two people at once, at a desk and in the stairwell."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.running import Platform, Rung, until
from tests.browser.test_everybody import FINDINGS, _axe
from tests.browser.test_uploads import picture
from tests.browser.visits import DESKTOP, NARROWEST, PHONE, Visitors, in_a_browser

pytestmark = in_a_browser
WORDS = "到场看了，<b>墙</b>没有裂 🔔"


def accepted(platform: Platform, visitors: Visitors) -> tuple[Rung, str, str]:
    """A bell that became a case: the bell, the case's path, the phone of whoever works on it."""
    bell = platform.ring()
    link = platform.answer_link(bell)
    token = link.rpartition("/")[2]
    phone = next(m["to"] for m in platform.outbox() if token in m["text"] and m["channel"] == "sms")
    page = visitors.page(link)
    page.locator(".button-answer").click()
    page.locator(".button-ring").first.click()
    page.wait_for_load_state()
    case_id = until("the bell has a case", lambda: platform.state(bell)["case_id"])
    return bell, f"/c/{case_id}", phone


_sessions: dict[tuple[str, str], Any] = {}
"""What the browser of somebody of staff keeps: a number gets but a few codes an hour, and an hour is a minute here."""


def signed_in(platform: Platform, visitors: Visitors, phone: str, viewport: ViewportSize = DESKTOP) -> Page:
    """Somebody who has signed in by phone and code."""
    who = platform.url, phone
    if who not in _sessions:
        _sessions[who] = _sign_in(platform, visitors, phone)
    return visitors.page("/me", viewport=viewport, storage_state=_sessions[who])


def _sign_in(platform: Platform, visitors: Visitors, phone: str) -> Any:
    page = visitors.page("/sign-in")
    before = len(platform.outbox())
    page.fill("#phone", phone.removeprefix("+86"))
    page.locator("main button[type=submit]").first.click()
    code = until("a code", lambda: _code(platform, phone, before))
    page.fill("#code", code)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url("**/me")
    return page.context.storage_state()


def _code(platform: Platform, phone: str, after: int) -> str | None:
    texts = [m["text"] for m in platform.outbox()[after:] if m["to"].endswith(phone[-11:])]
    found = [match[0] for text in texts if (match := re.search(r"(?<!\d)\d{6}(?!\d)", text))]
    return found[-1] if found else None


@pytest.fixture
def people(visitors: Visitors, platform: Platform) -> Visitors:
    """The file store has an address of its own; a refusal is a message of the browser, too."""
    visitors.expect("409", "400", f"asked http://127.0.0.1:{platform.port + 1}/")
    return visitors


def test_a_case_is_found_opened_and_worked_on_with_keys_and_a_photo(
    platform: Platform, people: Visitors
) -> None:
    bell, path, phone = accepted(platform, people)
    page = signed_in(platform, people, phone)
    page.goto("/cases")
    expect(page.locator(f'a[href="{path}"]')).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type(bell.phone)
    page.keyboard.press("Enter")
    page.wait_for_load_state()
    assert bell.phone not in page.url
    expect(page.locator("[data-row]")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{path}")

    page.locator("#do-visit > summary").click()
    form = page.locator("#form-visit")
    form.locator("textarea").fill(WORDS)
    form.locator("input[type=file]").set_input_files([picture(600, 400)])
    expect(form.get_by_role("status")).to_contain_text("1")
    form.locator("button[type=submit]").click()
    page.wait_for_url("**did=visit")
    expect(page.locator(".story .typed").first).to_have_text(WORDS)
    shown = page.locator(".story img").first
    expect(shown).to_be_visible()
    until("the thumbnail has come", lambda: shown.evaluate("image => image.naturalWidth"))


def test_two_at_once_the_second_sees_what_the_first_did_and_loses_nothing(
    platform: Platform, people: Visitors
) -> None:
    _, path, phone = accepted(platform, people)
    one = signed_in(platform, people, phone)
    other = one.context.new_page()
    for page in (one, other):
        page.goto(f"{path}?do=message&to=staff")
    one.locator("#message-text").fill("我来联系物业")
    one.locator("#form-message button[type=submit]").click()
    one.wait_for_url("**did=message")
    other.locator("#message-text").fill(WORDS)
    other.locator("#form-message button[type=submit]").click()
    expect(other.locator("#errors")).to_contain_text("我来联系物业")
    expect(other.locator("#message-text")).to_have_value(WORDS)
    assert other.evaluate("document.activeElement.id") == "errors"
    other.locator("#form-message button[type=submit]").click()
    other.wait_for_url("**did=message")


@pytest.mark.parametrize("viewport", [PHONE, NARROWEST, DESKTOP], ids=["phone", "zoomed", "desk"])
def test_nothing_scrolls_sideways_and_axe_finds_nothing(
    platform: Platform, people: Visitors, viewport: ViewportSize
) -> None:
    _, path, phone = accepted(platform, people)
    page, axe = signed_in(platform, people, phone, viewport), _axe()
    for address in ("/cases", path, f"{path}?do=draft"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], address
        if axe:
            page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
            page.evaluate(axe)
            assert page.evaluate(FINDINGS) == [], urlsplit(address).path
