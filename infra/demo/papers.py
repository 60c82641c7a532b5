"""The papers of the stories as PDF: printed by Chromium from the pages that a resident prints."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path("build/demo")
PAPERS: Mapping[str, str] = {"wall": "minutes-2", "door": "agreement", "medicine": "case"}
"""What each story ends in: 协商纪要, 人民调解协议书, 办结单."""

_A4_POINTS, _TOLERANCE = (595.28, 841.89), 1.0
_PAGE = re.compile(rb"/Type\s*/Page\b")
_BOX = re.compile(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]")
_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
]


@dataclass(frozen=True)
class Printed:
    """A PDF: where it is, how many pages it has, whether each is A4."""

    path: Path
    pages: int
    a4: bool

    @property
    def good(self) -> bool:
        """Whether one could hand it out."""
        return self.pages > 0 and self.a4


class Printer:
    """A browser that prints."""

    def __init__(self, executable: str, folder: Path) -> None:
        self._executable, self._folder = executable, folder

    def print(self, url: str, name: str, session: str = "") -> Printed:
        """Print a page, as whoever has the session sees it; raises RuntimeError when the page is none."""
        from playwright.sync_api import sync_playwright

        path = self._folder / f"{name}.pdf"
        path.parent.mkdir(parents=True, exist_ok=True)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=self._executable, args=_ARGUMENTS)
            page = browser.new_page(locale="zh-CN")
            if session:
                page.context.add_cookies([{"name": "session", "value": session, "url": url}])
            answer = page.goto(url, wait_until="load")
            if answer is None or answer.status != 200:
                raise RuntimeError(f"{name} cannot be printed: {answer.status if answer else 'no answer'}")
            page.pdf(path=path, prefer_css_page_size=True, print_background=True)
            browser.close()
        return examined(path)


def examined(path: Path) -> Printed:
    """What Chromium wrote: its pages are not compressed, so their type and size can be read."""
    content = path.read_bytes()
    sizes = [(float(wide), float(high)) for wide, high in _BOX.findall(content)]
    return Printed(path, len(_PAGE.findall(content)), bool(sizes) and all(map(_is_a4, sizes)))


def _is_a4(size: tuple[float, float]) -> bool:
    return all(abs(got - meant) <= _TOLERANCE for got, meant in zip(size, _A4_POINTS, strict=True))


def printer(folder: Path = FOLDER) -> Printer | None:
    """A printer, None where there is no Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    return Printer(found, folder) if found else None


def needed(environment: Mapping[str, str]) -> bool:
    """Whether a missing Chromium is a failure: it is where everything is checked."""
    wishes = (environment.get(name, "").lower() for name in ("CI", "REQUIRE_BROWSER"))
    return any(wish not in ("", "0", "false") for wish in wishes)
