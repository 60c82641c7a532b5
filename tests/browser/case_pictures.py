"""Pictures of cases: the newspaper's stories are played up to where there is something to see."""

from __future__ import annotations

import contextlib
from pathlib import Path

from playwright.sync_api import Browser, Page

from infra.demo import stories, story
from infra.demo.client import Client
from infra.demo.people import People
from infra.demo.story import Story

_LONG_HOURS, _FOR_AN_ANSWER = 20, {"minutes": 5}
_PHONE, _DESKTOP = {"width": 375, "height": 812}, {"width": 1280, "height": 900}


class Enough(Exception):
    """The story has come far enough."""


class _Impatient(People):
    """Everybody's hands; stops where a story waits for a day or, if `curious`, for the resident's answer."""

    def __init__(self, client: Client) -> None:
        super().__init__(client, case=lambda: self.story.case)
        self.story = Story(self, lambda _: None)
        self.curious = False

    def wait(self, **span: float) -> None:
        """A short while passes; at a long one the story stops."""
        long = span.get("days") or span.get("hours", 0) > _LONG_HOURS
        if long or (self.curious and span == _FOR_AN_ANSWER):
            raise Enough
        super().wait(**span)

    def play(self, name: str, *, curious: bool = False) -> Story:
        """A story from its beginning."""
        self.story, self.curious = Story(self, lambda _: None), curious
        with contextlib.suppress(Enough):
            stories.STORIES[name](self.story)
        return self.story


def take(url: str, browser: Browser, folder: Path) -> None:
    """Take them all into the folder."""
    client = Client(url)
    hands = _Impatient(client)
    done, wall = hands.play("medicine"), hands.play("wall")
    client.let_pass(1_200)  # the same words within ten minutes are the same bell
    asked = hands.play("medicine", curious=True)
    community, specialist = hands.sign_in(story.WANG), hands.sign_in(story.SHEN)
    for language, short in (("zh-CN", "zh"), ("en", "en")):
        for size, viewport in (("phone", _PHONE), ("desktop", _DESKTOP)):
            context = browser.new_context(viewport=viewport, locale=language, base_url=url)
            page = context.new_page()
            shots = {"cases": "/cases?view=all", "case": f"/c/{wall.case}"}
            for what, path in shots.items():
                _shoot(page, community, path, folder / f"{what}-{size}-{short}.png")
            _shoot(page, "", f"/t/{asked.resident}", folder / f"turn-{size}-{short}.png")
            if size == "desktop":
                paper = f"/c/{done.case}/print/case"
                _shoot(page, specialist, paper, folder / f"paper-{size}-{short}.png")
            context.close()


def _shoot(page: Page, session: str, path: str, to: Path) -> None:
    page.context.clear_cookies()
    page.goto("/")
    if session:
        page.context.add_cookies([{"name": "session", "value": session, "url": page.url}])
    page.goto(path)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=to)
    print(to.name, flush=True)
