"""`make screenshots`: photograph the real run into docs/screenshots, in both languages, narrow and wide."""

import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.browser import case_pictures, poll_pictures
from tests.browser.running import ROOT, Platform, Rung, running, until
from tests.browser.visits import DESKTOP, PHONE, Visitors, chromium

FOLDER = ROOT / "docs" / "screenshots"
SPEED = 20
"""Fast enough to wait for a level, slow enough for a count-down that looks like five minutes."""

WORDS = {
    "zh-CN": ("吴阿姨", "三楼阳台的水管漏了，水滴到楼下的晾衣杆上，已经两天了。"),
    "en": (
        "Wu Guifen",
        "The pipe on the third floor balcony leaks and has dripped on the laundry below for two days.",
    ),
}
ELSEWHERE = ("noise", "parking", "elevator", "greenery")


class Camera:
    """Takes pictures of one language at one size: `<what>-<size>-<language>.png`."""

    def __init__(
        self, people: Visitors, language: str, size: str, scheme: Any = "light", elder: bool = False
    ) -> None:
        self.language, self.size, self.scheme = language, size, scheme
        self._kind = "-".join(
            (size, "en" if language == "en" else "zh", *(["dark"] if scheme == "dark" else []))
        )
        self._kind += "-large" if elder else ""
        wide = size == "desktop"
        self.context = people.context(
            viewport=DESKTOP if wide else PHONE,
            locale=language,
            color_scheme=scheme,
            device_scale_factor=1 if wide else 1.5,
        )
        self.page: Page = self.context.new_page()
        self.page.goto(f"/?lang={language}&elder={int(elder)}")

    def take(self, what: str, path: str = "", whole: bool = False) -> None:
        """A picture of the page at the path, or of the page as it is."""
        if path:
            self.page.goto(path)
        self.page.wait_for_load_state("networkidle")
        self.page.screenshot(path=FOLDER / f"{what}-{self._kind}.png", full_page=whole)
        print(f"{what}-{self._kind}.png", flush=True)


def main() -> int:
    """Take all pictures; the exit code."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder), SPEED) as platform,
        chromium() as browser,
    ):
        people = Visitors(browser, platform.url)
        people.expect("400 (Bad Request)")
        for language in ("zh-CN", "en"):
            _story(platform, Camera(people, language, "phone"), Camera(people, language, "desktop"))
        _special(platform, people)
        case_pictures.take(platform.url, browser, FOLDER)
        poll_pictures.take(platform, browser, FOLDER)
        _board(platform, people)
        complaints = people.leave()
    print(*complaints, sep="\n", file=sys.stderr)
    return 1 if complaints else 0


def _story(platform: Platform, phone: Camera, desktop: Camera) -> None:
    """A bell from the form to the case, on the resident's phone, the specialist's phone and a desktop."""
    phone.take("ring", "/")
    desktop.take("ring", "/")
    bell = _ring_with_the_form(platform, phone)
    phone.page.goto(f"/t/{bell.token}")
    _wait_for_seconds_left(phone, 4 * 60)
    phone.take("track-ringing")
    desktop.take("track-ringing", f"/t/{bell.token}")
    link = platform.answer_link(bell)
    phone.take("answer", link)
    phone.page.locator(".button-answer").click()
    phone.take("answered")
    phone.take("track-answered", f"/t/{bell.token}")
    desktop.take("track-answered", f"/t/{bell.token}")
    _own_data(phone, bell)
    _own_data(desktop, bell)
    phone.page.goto(link)
    phone.page.locator("form:has([value=accept]) button").click()
    desktop.page.goto(f"/t/{bell.token}")
    desktop.page.locator("[data-verify-start]").click()
    desktop.page.locator("[data-verify-list] li").first.wait_for()
    desktop.take("verified", whole=True)


def _own_data(camera: Camera, bell: Rung) -> None:
    """What is held of her, and the question before it is erased."""
    camera.take("my-data", f"/t/{bell.token}/data")
    camera.page.locator("#erase summary").click()
    camera.page.locator("#erase").scroll_into_view_if_needed()
    camera.take("erase")


def _ring_with_the_form(platform: Platform, camera: Camera) -> Rung:
    """Filled in and sent, to the tracking page."""
    page, (name, text) = camera.page, WORDS[camera.language]
    page.goto("/")
    page.check("#category-water-leak", force=True)
    page.select_option("#neighbourhood", "yiqing" if camera.language == "zh-CN" else "midu-bridge")
    for field, words in {
        "building": "12",
        "unit": "302",
        "text": text,
        "name": name,
        "phone": "13812345678",
    }.items():
        page.fill(f"#{field}", words)
    page.check("#consent")
    page.click("form [type=submit]")
    page.wait_for_url("**/t/*")
    token = page.url.rsplit("/", 1)[1].partition("?")[0]
    number = page.inner_text(".state-number b")
    return Rung(_id_of(token), number, token, text, name, "13812345678")


def _id_of(token: str) -> str:
    from chalicelib.core.links import thing_id_of

    return str(thing_id_of(token))


def _wait_for_seconds_left(camera: Camera, seconds: int) -> None:
    camera.page.wait_for_function(
        """limit => { const d = document.querySelector('.state-count [data-due]');
        return [...d.textContent.matchAll(/\\d+/g)].reduce((sum, n) => sum * 60 + Number(n[0]), 0) <= limit }""",
        arg=seconds,
    )


def _special(platform: Platform, people: Visitors) -> None:
    """What is seldom seen: dark, large print, emergency, mistakes, another level, a refusal."""
    dark, large = Camera(people, "zh-CN", "phone", "dark"), Camera(people, "zh-CN", "phone", elder=True)
    plain = Camera(people, "zh-CN", "phone")
    dark.take("ring", "/")
    large.take("ring", "/")
    plain.page.goto("/")
    plain.page.check("#category-gas", force=True)
    plain.page.locator("#alarm").scroll_into_view_if_needed()
    plain.take("ring-emergency")
    plain.page.click("form [type=submit]")
    plain.page.locator("#errors").wait_for()
    plain.take("ring-errors")
    gas = platform.ring(category="gas", neighbourhood="zuojia", text="厨房有很重的煤气味", name="黄建国")
    plain.take("track-emergency", f"/t/{gas.token}")
    link = platform.answer_link(gas)
    plain.take("answer-emergency", link)
    slow = platform.ring(neighbourhood="wenyi", text=WORDS["zh-CN"][1], name="吴桂芬")
    until("the community is alerted", lambda: platform.state(slow)["level"] == 2, 60)
    dark.take("track-second-level", f"/t/{slow.token}")
    large.take("track-second-level", f"/t/{slow.token}")
    answer = platform.answer_link(slow, after=1).rsplit("/", 1)[1]
    platform.post(f"/v1/bells/{slow.id}/answer", token=answer)
    words = {
        "reason_code": "other_authority",
        "reason": "公共水管归自来水公司管。",
        "go_to": "自来水公司 24 小时热线 96390",
    }
    platform.post(f"/v1/bells/{slow.id}/decline", words, token=answer)
    plain.take("track-declined", f"/t/{slow.token}", whole=True)
    plain.take("answer-taken", platform.answer_link(slow))


def _board(platform: Platform, people: Visitors) -> None:
    places = ("yiqing", "zuojia", "midu-bridge", "xiaohe-east")
    for category, place in zip(ELSEWHERE, places, strict=True):
        platform.ring(category=category, neighbourhood=place)
    for camera in (
        Camera(people, "zh-CN", "desktop"),
        Camera(people, "en", "desktop", "dark"),
        Camera(people, "zh-CN", "phone"),
    ):
        camera.take("board", "/board")
    for camera in (Camera(people, "zh-CN", "desktop"), Camera(people, "zh-CN", "phone")):
        camera.take("outbox", "/_local/outbox")


if __name__ == "__main__":
    sys.exit(main())
