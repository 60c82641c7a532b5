"""What the staff console shows of the newspaper's stories, for the preview and for the tests of its templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from chalicelib.case import commands as do
from chalicelib.case.shapes import CaseLine
from chalicelib.console import screens
from chalicelib.console.form_screens import Typed
from chalicelib.web import console_views as v
from chalicelib.web.views import FieldError
from tests.case.lives import LI, START, ZHAO
from tests.fakes import places
from tests.guest import samples as stories
from tests.guest.samples import Story

PATH = "/c/MX7F3K92QD"
TYPED = (
    "玻璃门伤人",
    "隔离家庭买药",
    "围墙边小吃店油烟扰民",
    "宣传栏玻璃松动",
    "物业钱经理私下说愿意出一半，先不写进纪要。",
    "赔偿款什么时候付清？",
    "我已和安装方通过电话。",
    "明天下午给您答复。",
    "一、各赔一半",
    "二、三日内装好门锁",
    "支付 1,800 元",
    "安装方拒绝付款。",
)
"""What people typed here, beyond the stories."""
LATER = START + timedelta(hours=30)


def _page(story: Story, language: str, **visit: Any) -> v.CasePage:
    return screens.case(story.seen_by_staff(language), screens.Visit(**visit))


def new(language: str) -> v.CasePage:
    """Nothing was done yet."""
    return _page(Story(category="property-management"), language)


def negotiating(language: str) -> v.CasePage:
    """A meeting is called, a neighbour has joined, an internal note was written, the first deadline has passed."""
    story = stories.cosigned()
    story.does(do.Message(story.says("物业钱经理私下说愿意出一半，先不写进纪要。"), "staff"))
    story.until(story.now + timedelta(days=8))
    return _page(story, language, flash="…" if language == "zh-CN" else "Saved.", similar=_similar(language))


def signing(language: str) -> v.CasePage:
    """Who has signed and who has not."""
    return _page(stories.to_sign(), language)


def carrying_out(language: str) -> v.CasePage:
    """One obligation is reported done, the other runs; a superior pressed."""
    story = stories.agreed()
    story.does(do.Press(story.says("赔偿款什么时候付清？")), LI)
    return _page(story, language)


def paused(language: str) -> v.CasePage:
    """The resident was asked; options wait for a choice."""
    return _page(stories.medicine(), language)


def rated(language: str) -> v.CasePage:
    """The resident is not satisfied."""
    return _page(stories.rated(satisfied=False), language)


def wrong(language: str) -> v.CasePage:
    """A form came back with what is wrong and all that was typed."""
    story = stories.met()
    typed = {
        "terms": "一、各赔一半\n二、三日内装好门锁",
        "duties-0-who": "wuye",
        "duties-0-text": "支付 1,800 元",
        "signatories.resident": "yes",
    }
    said = "请填写时间。" if language == "zh-CN" else "Please give a time."
    errors = (FieldError("due_at", said), FieldError("form", said))
    return _page(story, language, typed=Typed("draft", typed, errors))


def meanwhile(language: str) -> v.CasePage:
    """Somebody else was faster."""
    story = stories.met()
    seen = story.case.version
    story.does(do.Message(story.says("我已和安装方通过电话。"), "staff"), LI)
    typed = Typed("message", {"to": "resident", "text": "明天下午给您答复。"})
    return _page(story, language, typed=typed, seen=seen)


def sure(language: str) -> v.CasePage:
    """Before something that cannot be undone."""
    typed = Typed("break_off", {"reason": "party_withdrew", "text": "安装方拒绝付款。"}, sure=True)
    return _page(stories.agreed(), language, typed=typed)


def _similar(language: str) -> tuple[v.SimilarCase, ...]:
    line = CaseLine(stories.looked_into().case, "宣传栏玻璃松动")
    return screens.similar((line,), places.directory(), language)


def _rows(language: str) -> tuple[v.CaseRow, ...]:
    lives = (
        (stories.agreed(), "玻璃门伤人"),
        (stories.medicine(), "隔离家庭买药"),
        (Story(), "围墙边小吃店油烟扰民"),
    )
    directory = places.directory()
    return tuple(
        screens.row(CaseLine(story.case, subject), directory, ZHAO.id, language, LATER)
        for story, subject in lives
    )


def worklist(language: str, **changes: Any) -> v.WorklistView:
    """Some open cases, one of them late."""
    words = ("我的", "半道红社区", "全部") if language == "zh-CN" else ("Mine", "Community", "All")
    names = ("mine", "community", "all")
    tabs = tuple(v.Choice(n, w, n == "mine", f"/cases?view={n}") for n, w in zip(names, words, strict=True))
    stages = (v.Choice("negotiating", "协商" if language == "zh-CN" else "Negotiating"),)
    whole: dict[str, Any] = {
        "title": "协商事项" if language == "zh-CN" else "Cases",
        "tabs": tabs,
        "stages": stages,
        "categories": (),
        "urgencies": (),
        "rows": _rows(language),
        "staff": (v.Choice("wang", "王芳"),),
        "name": "赵虹",
        "role": "specialist",
        "more": "/cases?view=mine&cursor=x",
    }
    return v.WorklistView(**whole | changes)


def assigned(language: str) -> v.WorklistView:
    """After a bulk assignment that went half well."""
    said = ("已转派给王芳", "协商事项已归档") if language == "zh-CN" else ("Assigned.", "It is closed.")
    outcomes = (
        v.Outcome("MX-7F3K-92QD", PATH, True, said[0]),
        v.Outcome("MX-7F3J-XW4T", "/c/MX7F3JXW4T", False, said[1]),
    )
    return worklist(language, outcomes=outcomes)


def nothing(language: str) -> v.WorklistView:
    """Nothing was found."""
    return worklist(language, rows=(), query="玻璃", more="")


PAGES: Mapping[str, tuple[str, str, Callable[[str], object]]] = {
    "console": ("console.html", "/cases", worklist),
    "console-assigned": ("console.html", "/cases", assigned),
    "console-nothing": ("console.html", "/cases", nothing),
    "case-new": ("case.html", PATH, new),
    "case-negotiating": ("case.html", PATH, negotiating),
    "case-signing": ("case.html", PATH, signing),
    "case-carrying-out": ("case.html", PATH, carrying_out),
    "case-paused": ("case.html", PATH, paused),
    "case-rated": ("case.html", PATH, rated),
    "case-wrong": ("case.html", PATH, wrong),
    "case-meanwhile": ("case.html", PATH, meanwhile),
    "case-sure": ("case.html", PATH, sure),
}
"""Name of the preview → template, the page's path, its view in a language."""
