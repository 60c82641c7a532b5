"""People at their browsers: each has a context of their own, and whatever their pages complain about is kept."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PHONE: ViewportSize = {"width": 375, "height": 812}
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
NARROWEST: ViewportSize = {"width": 320, "height": 640}
"""What remains of 640 px at 200 %, and of 1280 px at 400 %."""

QUIETLY = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None and not os.environ.get("REQUIRE_BROWSER"), reason="there is no Chromium here"
)
in_a_browser = [pytest.mark.browser, needs_chromium]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser while the context lasts; it never asks anybody else anything."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIETLY)
        yield started
        started.close()


class Visitors:
    """Opens pages and watches them: a message of level error on the console, an exception of a script, a blocked
    resource and a request to anywhere else are complaints."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser, self._url = browser, url
        self._contexts: list[BrowserContext] = []
        self.complaints: list[str] = []
        self.expected: tuple[str, ...] = ()

    def context(self, **options: Any) -> BrowserContext:
        """A person's browser: without cookies, in Chinese, on a phone, without animation unless told otherwise."""
        usual = {"viewport": PHONE, "locale": "zh-CN", "reduced_motion": "reduce", "base_url": self._url}
        made = self._browser.new_context(**cast(Any, usual | options))
        made.set_default_timeout(15_000)
        made.on("console", self._listen)
        made.on("weberror", lambda error: self._complain(str(error.error)))
        made.on("request", lambda r: None if _near(r.url, self._url) else self._complain(f"asked {r.url}"))
        self._contexts.append(made)
        return made

    def page(self, path: str, **options: Any) -> Page:
        """A person who opens the address."""
        page = self.context(**options).new_page()
        page.goto(path)
        return page

    def expect(self, *words: str) -> None:
        """A complaint with one of these words in it is what the test is about."""
        self.expected += words

    def leave(self) -> list[str]:
        """Close everything; what was complained about."""
        for context in self._contexts:
            context.close()
        return self.complaints

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._complain(f"{message.text} {message.location.get('url', '')}")

    def _complain(self, text: str) -> None:
        if not any(words in text for words in self.expected):
            self.complaints.append(text)


def _near(url: str, home: str) -> bool:
    return url.startswith((home, "data:", "about:", "blob:"))
