"""What goes on without anybody touching it: board, outbox, and a platform that lost its power."""

import os
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.browser.people import mark, never_reloaded
from tests.browser.running import ROOT, Platform, running
from tests.browser.visits import Visitors, in_a_browser

pytestmark = in_a_browser
BY_ITSELF = 25_000
"""Milliseconds in which a page has long asked again."""
LOOK_AGAIN = "document.dispatchEvent(new Event('visibilitychange'))"
"""As when somebody comes back to the page: it asks at once."""


def test_board_and_outbox_show_a_new_bell_by_themselves_and_the_board_nobodys_name(
    platform: Platform, visitors: Visitors
) -> None:
    board, outbox = visitors.page("/board"), visitors.page("/_local/outbox")
    mark(board)
    bell = platform.ring(
        category="parking", neighbourhood="zuojia", where="14 号墙边", building="7", unit="7-101"
    )
    expect(board.locator("#live-rows")).to_contain_text(bell.number, timeout=BY_ITSELF)
    expect(outbox.locator(f"a[href$='/t/{bell.token}']").first).to_be_visible(timeout=BY_ITSELF)
    expect(outbox.locator(f"a[href$='{platform.answer_link(bell)}']").first).to_be_visible(timeout=BY_ITSELF)
    everything = board.content()
    for secret in (bell.phone, bell.name, bell.text, "墙边", "7-101", bell.token, "/a/"):
        assert secret not in everything, "the board shows nothing personal and opens nothing"
    token = platform.answer_link(bell).rsplit("/", 1)[1]
    platform.post(f"/v1/bells/{bell.id}/answer", token=token)
    board.get_by_role("link", name="刷新").click()
    expect(board.locator("#live-rows")).not_to_contain_text(bell.number)
    assert never_reloaded(board)


def test_a_page_leaves_a_form_alone_that_somebody_fills_in(platform: Platform, visitors: Visitors) -> None:
    bell = platform.ring(neighbourhood="wenyi")
    page = visitors.page(platform.answer_link(bell))
    mark(page)
    page.locator("#transfer > summary").click()
    ground, place = page.locator("#transfer_reason"), page.locator("#transfer_neighbourhood")
    ground.select_option(index=1)
    place.select_option("zuojia")
    place.blur()
    platform.post(f"/v1/bells/{bell.id}/withdraw", token=bell.token)
    page.evaluate(LOOK_AGAIN)
    expect(page.locator("#news")).to_be_visible(timeout=BY_ITSELF)
    expect(place).to_have_value("zuojia")
    assert never_reloaded(page)
    for field in (ground, place):
        field.select_option(index=0)
        field.blur()
    page.evaluate(LOOK_AGAIN)
    expect(page.get_by_role("heading", name="已撤回")).to_be_visible(timeout=BY_ITSELF)
    assert not never_reloaded(page)


def test_a_bell_outlives_a_kill_and_still_climbs_before_the_residents_eyes(
    browser: Browser, tmp_path: Path
) -> None:
    with running(tmp_path) as platform:
        people = Visitors(browser, platform.url)
        people.expect("ERR_CONNECTION_REFUSED", "Failed to load resource")
        bell = platform.ring(neighbourhood="yiqing")
        first = platform.answer_link(bell)
        page = people.page(f"/t/{bell.token}")
        mark(page)
        platform.kill()
        page.get_by_role("link", name="刷新").click()
        expect(page.locator("#live-updated")).to_contain_text("网络断开")
        platform.start_again()
        page.get_by_role("link", name="刷新").click()
        expect(page.locator("#live-timeline")).to_contain_text("徐伟明", timeout=BY_ITSELF)
        expect(page.locator(".levels .is-past").first).to_contain_text("小区专员")
        assert never_reloaded(page)
        assert platform.kinds(bell)[:2] == ["rung", "alerted"]
        assert platform.answer_link(bell) == first, (
            "the first message was sent once, and its link is still good"
        )
        late = people.page(first)
        late.get_by_role("button", name="我来接铃").click()
        expect(late.get_by_text(bell.phone[-4:]).first).to_be_visible()
        assert _verify(tmp_path) == 0
        assert people.leave() == []


def _verify(folder: Path) -> int:
    """`make verify` over the table of the run in the folder."""
    environment = {**os.environ, "DATA": str(folder), "PYTHONPATH": str(ROOT)}
    for name in ("AWS_ENDPOINT_URL", "TABLE_NAME"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-m", "infra.verify"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "all intact" in done.stdout, done.stdout + done.stderr
    return done.returncode
