"""A page in a real Chromium whose every request is answered from memory, and what may be wrong with how it looks."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Route, ViewportSize

from chalicelib.web.assets import asset
from chalicelib.web.headers import page_headers

SECURE, INSECURE = "http://localhost", "http://bell.example"
NARROW: ViewportSize = {"width": 375, "height": 800}
Answers = dict[str, Callable[[], tuple[str, str]]]
MEASURE = """() => [...document.querySelectorAll('a, button, summary, select, textarea, input:not([type=hidden])')]
  .filter(e => e.checkVisibility() && !e.classList.contains('skip'))
  .map(e => [e.outerHTML.slice(0, 90), (e.type === 'checkbox' ? e.closest('label') : e).getBoundingClientRect()])
  .map(([html, box]) => [html, box.width, box.height])"""
TYPE = """() => [...document.querySelectorAll('body *')]
  .filter(e => e.checkVisibility() && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
  .map(e => [e.outerHTML.slice(0, 90), parseFloat(getComputedStyle(e).fontSize),
             parseFloat(getComputedStyle(e).lineHeight) / parseFloat(getComputedStyle(e).fontSize)])"""


class Visit:
    """A tab whose every request is answered from memory; what the page complains about fails the test."""

    def __init__(self, browser: Browser, answers: Answers, **options: Any) -> None:
        self.context = browser.new_context(**{"viewport": NARROW, "reduced_motion": "reduce"} | options)
        self.page: Page = self.context.new_page()
        self.answers, self.complaints, self.asked = answers, [], []  # type: Answers, list[str], list[str]
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type == "error" else None)
        self.context.route("**/*", self._answer)

    def _answer(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        self.asked.append(path)
        found = asset(path.removeprefix("/static/")) if path.startswith("/static/") else None
        if found:
            route.fulfill(body=found.body, content_type=found.content_type)
        elif path in self.answers:
            content_type, body = self.answers[path]()
            headers = page_headers() if content_type == "text/html" else {"Content-Type": content_type}
            route.fulfill(body=body, headers=headers)
        else:
            route.fulfill(status=404, body="")

    def __enter__(self) -> Page:
        return self.page

    def __exit__(self, *_: object) -> None:
        self.context.close()
        assert self.complaints == []


def html(text: str) -> Callable[[], tuple[str, str]]:
    return lambda: ("text/html", text)


def faults(page: Page, elder: bool) -> dict[str, list[Any]]:
    """What breaks the rules for touch targets, type and reflow on the page in view."""
    least, smallest = (60, 18) if elder else (44, 14)
    pressed, written = page.evaluate(MEASURE), page.evaluate(TYPE)
    found = {
        "targets": [row for row in pressed if min(row[1], row[2]) < least - 0.5],
        "type": [row for row in written if row[1] < smallest],
        "lines": [row for row in written if row[2] < 1.3 - 0.01],
        "sideways": [width for width in (375, 320) if sideways(page, width)],
    }
    return {rule: rows for rule, rows in found.items() if rows}


def sideways(page: Page, width: int) -> bool:
    page.set_viewport_size({"width": width, "height": 800})
    return bool(page.evaluate("document.documentElement.scrollWidth") > width)
