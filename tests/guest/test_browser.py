"""The pages of residents and parties in a real Chromium: sizes, large print, the keyboard, news while one writes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page

from chalicelib.case import commands as do
from chalicelib.guest import screens
from chalicelib.web import guest_views as v
from chalicelib.web.i18n import LANGUAGES
from chalicelib.web.render import render
from chalicelib.web.views import Frame
from tests.browser.visits import in_a_browser
from tests.guest import samples as stories
from tests.guest.samples import Story
from tests.web.tabs import NARROW, SECURE, Visit, faults, html

pytestmark = in_a_browser
# As when the reader comes back to the tab: the page asks at once whether there is anything new.
LOOK_AGAIN = "() => void document.dispatchEvent(new Event('visibilitychange'))"
TOKEN = "3fQ9zK1mXb7Lw0Pa2Rd"
PLAIN = v.UploadForm("https://files.example.org/", (("key", "x"),), "image/jpeg", 10)
RESIDENTS: dict[str, Callable[[], Story]] = {
    "look": stories.cosigned,
    "sign": stories.to_sign,
    "judge": stories.agreed,
    "rate": stories.done,
    "reopen": lambda: stories.rated(satisfied=False),
    "routes": stories.failed,
    "choose": stories.medicine,
}
PARTIES: dict[str, Callable[[], Story]] = {
    "reply": stories.looked_into,
    "party-sign": stories.to_sign,
    "perform": stories.agreed,
}


@dataclass(frozen=True)
class Sheet:
    """A page to be drawn."""

    story: Story
    side: str
    language: str = "zh-CN"
    elder: bool = False

    def draw(self, told: str = "") -> str:
        """Its HTML, with pictures that need no network."""
        party = self.side == "party"
        lens = (
            self.story.seen_by_party(
                "anzhuang" if self.story.case.stage == "carrying_out" else "wuye", self.language
            )
            if party
            else self.story.seen_by_resident(self.language)
        )
        path = f"/{'p' if party else 't'}/{TOKEN}"
        slots = ("message", "reply", "perform-1", "perform-2")
        desk = screens.Desk(path, TOKEN, told=told, uploads=dict.fromkeys(slots, PLAIN))
        view = screens.guest(lens, desk)
        frame = Frame(path, "米市巷街道", "Asia/Shanghai", self.story.now, elder=self.elder)
        drawn = render("party.html" if party else "guest.html", self.language, frame=frame, view=view)
        return re.sub(r'src="/files/[^"]+"', 'src="data:image/gif;base64,R0lGODlhAQABAAAAACw="', drawn)


def sheets(language: str, elder: bool) -> dict[str, Sheet]:
    residents = {name: Sheet(make(), "resident", language, elder) for name, make in RESIDENTS.items()}
    return residents | {name: Sheet(make(), "party", language, elder) for name, make in PARTIES.items()}


def unfold(page: Page) -> None:
    """Everything that can be opened is open."""
    page.evaluate("() => document.querySelectorAll('details').forEach(d => d.open = true)")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("elder", [False, True], ids=["standard", "large print"])
def test_everything_is_large_enough_and_nothing_scrolls_sideways(
    browser: Browser, language: str, elder: bool
) -> None:
    drawn = {f"/{name}": html(sheet.draw("coded")) for name, sheet in sheets(language, elder).items()}
    with Visit(browser, drawn) as page:
        for name in drawn:
            page.set_viewport_size(NARROW)
            page.goto(SECURE + name)
            unfold(page)
            assert faults(page, elder) == {}, name


def test_without_a_script_everything_is_there_to_press(browser: Browser) -> None:
    drawn = {"/": html(Sheet(stories.medicine(), "resident").draw())}
    with Visit(browser, drawn, java_script_enabled=False) as page:
        page.goto(SECURE + "/")
        page.get_by_label("您的回答").fill("要第二种")
        assert page.get_by_role("button", name="提交回答").is_enabled()
        page.locator("#reply-upload summary").click()
        assert page.locator("#reply-file").is_visible()


def test_three_taps_are_enough_to_rate(browser: Browser) -> None:
    drawn = html(Sheet(stories.done(), "resident").draw())
    with Visit(browser, {"/": drawn, f"/t/{TOKEN}": drawn}) as page:
        page.goto(SECURE + "/")
        page.locator("#rate-answered .yesno").first.click()
        page.locator("#rate-solved .yesno").last.click()
        with page.expect_request(lambda request: request.method == "POST") as sent:
            page.get_by_role("button", name="不满意").click()
        page.wait_for_load_state()
        body = sent.value.post_data or ""
    assert "answered=yes&solved=no" in body
    assert "satisfied=no" in body


def test_news_comes_by_itself_and_never_takes_away_what_is_being_written(browser: Browser) -> None:
    story = stories.looked_into()
    pages = [Sheet(story, "resident").draw()]
    with Visit(browser, {"/": lambda: ("text/html", pages[0])}) as page:
        page.goto(SECURE + "/")
        page.get_by_label("您要说的").fill("写了一半")
        story.does(do.Ask(story.says("几点方便？"), 2))
        pages[0] = Sheet(story, "resident").draw()
        page.evaluate(LOOK_AGAIN)
        page.locator("#news").wait_for(state="visible")
        assert page.get_by_label("您要说的").input_value() == "写了一半"
        page.get_by_label("您要说的").fill("")
        story.does(do.Message(story.says("请看新问题"), "resident"))
        pages[0] = Sheet(story, "resident").draw()
        page.evaluate(LOOK_AGAIN)
        page.get_by_text("几点方便？").first.wait_for()
