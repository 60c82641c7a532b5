"""Pictures of polls, and of what operators look at: a poll is played up to where there is something to see."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize

from infra.demo.client import Client
from infra.demo.people import People
from tests.browser.hall import OFFICE, WINDOW, Hall
from tests.browser.running import Platform
from tests.browser.visits import DESKTOP, PHONE

_TABLET: ViewportSize = {"width": 1024, "height": 768}
_ASKED = range(1, 435, 3)
_SAID = ("for",) * 7 + ("against", "for", "abstain")
BAD = "幢,室,面积,业主,电话\n2幢,1单元101,六十六,王建国,\n,1单元102,94.35,刘小红,\n2幢,1单元201,66.71,,\n"


def take(platform: Platform, browser: Browser, folder: Path) -> None:
    """Take them all into the folder."""
    hall = Hall(platform, People(Client(platform.url)))
    hall.import_roll()
    counted = hall.opened(of="answered")
    hall.enter_all(counted, {unit: {"1": _SAID[unit % len(_SAID)]} for unit in _ASKED})
    hall.people.wait(seconds=WINDOW.total_seconds())
    hall.people.wait(days=1, minutes=5)
    hall.reaches(counted, "counted")
    going = hall.opened()
    hall.enter_all(going, {unit: {"1": "for"} for unit in (1, 3, 5, 6, 52, 120, 121, 260)})
    for voter, choice in ((0, "for"), (1, "against")):
        hall.enter(going, 2, choice, voter)
    ballot, voted = hall.ticket(going, 4), hall.ticket(going, 7)
    hall.people.post("/v1/vote", {"choices": {"1": "for"}}, voted.rpartition("/")[2], key=voted)
    for language, short in (("zh-CN", "zh"), ("en", "en")):
        for size, viewport in (("phone", PHONE), ("desktop", DESKTOP)):
            named = f"{size}-{short}.png"
            everybody = {"poll-result": f"/polls/{counted}", "status": "/status", "anchors": "/anchors"}
            staff = {"poll-desk": f"/polls/{going}/desk"}
            if size == "phone":
                everybody |= {"vote": ballot, "voted": voted}
                staff |= {"doors": f"/door/{going}"}
            else:
                everybody |= {"poll-result-sheet": f"/polls/{counted}/result-sheet"}
                staff |= {"ballot-sheets": f"/polls/{going}/sheets"}
            _shoot(hall, browser, everybody, folder, named, language, viewport)
            _shoot(hall, browser, staff, folder, named, language, viewport, OFFICE)
        _shoot(
            hall,
            browser,
            {"vote": f"/polls/{going}/vote?kiosk=1"},
            folder,
            f"tablet-{short}.png",
            language,
            _TABLET,
        )
        _bad_rows(hall, browser, folder, language, short)


def _open(hall: Hall, browser: Browser, language: str, viewport: ViewportSize, phone: str = "") -> Page:
    scale = 1.5 if viewport == PHONE else 1
    context = browser.new_context(
        viewport=viewport, locale=language, base_url=hall.platform.url, device_scale_factor=scale
    )
    if phone:
        token = hall.people.sign_in(phone)
        context.add_cookies([{"name": "session", "value": token, "url": hall.platform.url}])
    return context.new_page()


def _shoot(
    hall: Hall,
    browser: Browser,
    pages: Mapping[str, str],
    folder: Path,
    named: str,
    language: str,
    viewport: ViewportSize,
    phone: str = "",
) -> None:
    page = _open(hall, browser, language, viewport, phone)
    for what, path in pages.items():
        page.goto(path)
        _keep(page, folder / f"{what}-{named}")
    page.context.close()


def _bad_rows(hall: Hall, browser: Browser, folder: Path, language: str, short: str) -> None:
    page = _open(hall, browser, language, DESKTOP, OFFICE)
    page.goto("/rolls/midu-bridge")
    page.locator("details.more > summary").click()
    page.fill("#pasted", BAD)
    page.locator("form[data-roll] button").click()
    page.locator("#preview-title").wait_for()
    _keep(page, folder / f"roll-desktop-{short}.png")
    page.context.close()


def _keep(page: Page, to: Path) -> None:
    page.wait_for_load_state("networkidle")
    if page.locator(".result").count():
        page.evaluate(
            "scrollTo(0, document.querySelector('.result').getBoundingClientRect().top + scrollY - 16)"
        )
    page.screenshot(path=to)
    print(to.name, flush=True)
