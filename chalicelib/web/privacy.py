"""The privacy notice as data: one text file a language, versioned, said in the subdistrict's own name.

Consent is stored with `VERSION`; whoever changes a text gives it a new date.
"""

from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec

from chalicelib.web.i18n import Language
from chalicelib.web.views import NoticeBlock, PrivacyView

VERSION: Final = "2026-11-30"
FOLDER: Final = Path(__file__).parent / "privacy"


class Notice(msgspec.Struct, frozen=True):
    """The notice: `text` is its whole plain wording (Markdown headings and lists), as the API gives it."""

    version: str
    text: str

    def view(self) -> PrivacyView:
        """The notice as blocks for the page."""
        head, *rest = [part.strip() for part in self.text.split("\n\n") if part.strip()]
        return PrivacyView(self.version, head.lstrip("# "), tuple(_block(part) for part in rest))


def notice(language: Language, subdistrict: str, contact: str) -> Notice:
    """The notice in `language`, in the name of `subdistrict`, with `contact` (a telephone number) for questions."""
    text = _text(language).replace("{subdistrict}", subdistrict).replace("{contact}", contact)
    return Notice(VERSION, text.replace("{version}", VERSION))


def wechat(language: Language) -> str:
    """What is kept of somebody who binds their WeChat; its version is `wechat.rules.CONSENT`."""
    return _text(f"wechat.{language}")


@lru_cache(maxsize=4)
def _text(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8").strip()


def _block(part: str) -> NoticeBlock:
    if part.startswith("## "):
        return NoticeBlock("heading", (part[3:],))
    if part.startswith("- "):
        return NoticeBlock("list", tuple(line[2:] for line in part.splitlines()))
    return NoticeBlock("paragraph", (part.replace("\n", " "),))
