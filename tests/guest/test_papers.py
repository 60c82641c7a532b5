"""What is printed: complete, on A4, with names only where they belong, and no signature cut in two."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from chalicelib.case.reading import Lens
from chalicelib.core.errors import NotFound
from chalicelib.guest import papers
from chalicelib.web.assets import asset
from chalicelib.web.headers import page_headers
from chalicelib.web.i18n import LANGUAGES
from chalicelib.web.render import render
from chalicelib.web.views import Frame
from tests.browser.visits import needs_chromium
from tests.guest import samples as stories

VERIFY = "https://bell.example.org/v1/cases/MX7F3K92QD/record"


def printed(lens: Lens, name: str) -> str:
    """The paper's page."""
    view = papers.paper(lens, name, "/c/x", VERIFY)
    frame = Frame("/c/x/print/" + name, "米市巷街道", "Asia/Shanghai", lens.now)
    return render(papers.TEMPLATES[type(view)], lens.language, frame=frame, view=view)


def words(page: str) -> str:
    """What the paper says."""
    body = page[page.index('<main class="paper">') :]
    text = html.unescape(re.sub(r"<[^>]+>", " ", body))
    return re.sub(r"\s+", " ", text.translate(dict.fromkeys((0x2068, 0x2069))))


def test_a_mediation_agreement_has_everything_that_the_law_names() -> None:
    text = words(printed(stories.agreed().seen_by_staff(), "agreement"))
    order = (
        "米市巷街道人民调解委员会",
        "人民调解协议书",
        "（2026）____人调字第____号",
        "当事人",
        "陈桂芳",
        "运河物业服务有限公司",
        "纠纷主要事实、争议事项",
        "各方责任",
        "各承担一半",
        "履行方式、期限",
        "2026年12月3日",
        "一式 4 份",
        "三十日内共同向人民法院申请司法确认",
        "以发送至本人手机的验证码签名",
        "人民调解员",
        "记录人",
        "（盖章）",
        "2026年11月26日",
    )
    at = 0
    for part in order:
        assert part in text[at:], f"{part} is missing, or not where it belongs"
        at = text.index(part, at)


def test_all_sign_the_same_facts_and_where_none_were_drafted_lines_to_write_on() -> None:
    story = stories.agreed()
    facts = {papers.agreement(lens).facts for lens in (story.seen_by_staff(), story.seen_by_party())}
    assert facts == {""}, "neither what the resident wrote nor what the house noted"
    _, _, after = printed(story.seen_by_staff(), "agreement").partition("纠纷主要事实、争议事项")
    assert after.partition("</section>")[0].count('class="blank"') == 4


def test_without_mediation_it_is_minutes_of_consultation_and_names_no_court() -> None:
    text = words(printed(stories.agreed("minutes").seen_by_staff(), "agreement"))
    assert "协商纪要" in text
    for word in ("人民调解", "人调字", "司法确认", "盖章"):
        assert word not in text


def test_what_is_not_signed_yet_has_lines_to_sign_on_and_an_empty_date() -> None:
    page = printed(stories.to_sign().seen_by_staff(), "agreement")
    assert "＿＿＿＿年＿＿月＿＿日" in words(page)
    assert page.count('class="stamp"') == 1


def test_minutes_list_who_was_there_and_number_the_resolutions() -> None:
    text = words(printed(stories.met().seen_by_staff(), "minutes-1"))
    assert "米市社区会议室（二楼）" in text
    assert "律师说明" in text
    assert text.index("共同赔偿") < text.index("加装门锁")
    assert "求是律师事务所（律师）" in text


def test_the_story_of_a_case_holds_its_seal_and_where_to_verify_it() -> None:
    story = stories.rated()
    text = words(printed(story.seen_by_staff(), "case")).replace(" ", "")
    assert story.case.tip.hash in text
    assert VERIFY in text
    assert "表示满意：是" in text
    assert "校验无误" in text


def test_parties_print_no_residents_name_and_no_ones_phone() -> None:
    story = stories.agreed()
    # What people agreed on may name them; that is theirs to read.
    terms = "运河物业服务有限公司与安装方共同赔偿"
    text = words(printed(story.seen_by_party(), "agreement"))
    table = text[: text.index(terms)]
    assert "陈桂芳" not in table
    assert "陈*" in table
    assert "138 0000 2004" not in text
    assert "138 0000 2004" in words(printed(story.seen_by_staff(), "agreement"))


@pytest.mark.parametrize("name", ["minutes-2", "minutes-", "case-1", "agreement-1", "", "../x"])
def test_there_is_no_other_paper(name: str) -> None:
    with pytest.raises(NotFound):
        papers.paper(stories.rated().seen_by_staff(), name, "", "")


def test_who_was_not_there_prints_no_minutes_and_no_agreement() -> None:
    lens = stories.agreed().seen_by_party("stranger")
    for name in ("minutes-1", "agreement", "case"):
        with pytest.raises(NotFound):
            papers.paper(lens, name, "", "")


def test_english_papers_are_english() -> None:
    for name in ("minutes-1", "agreement", "case"):
        page = printed(stories.rated().seen_by_staff("en"), name)
        own = re.sub(
            r"<bdi.*?</bdi>|<p dir=\"auto\">.*?</p>|<span class=\"said\".*?</span>", "", page, flags=re.DOTALL
        )
        own = re.sub(r"\u2068.*?\u2069|<table class=\"story\">.*?</table>", "", own, flags=re.DOTALL)
        body = own[own.index('<main class="paper">') :].replace("赵虹", "")
        assert re.findall(r"[\u4e00-\u9fff]+", body) == []


def opened(browser: Browser, page_html: str, **options: Any) -> Page:
    """The paper in a tab that answers from memory."""
    page = browser.new_page(**options)

    def answer(route: Route) -> None:
        path = route.request.url.partition("://localhost")[2].partition("?")[0]
        found = asset(path.removeprefix("/static/")) if path.startswith("/static/") else None
        if found:
            route.fulfill(body=found.body, content_type=found.content_type)
        else:
            route.fulfill(body=page_html, headers=page_headers())

    page.route("**/*", answer)
    page.goto("http://localhost/")
    return page


# The halves of the signing block must be on one page: its height in print, and the height that a page leaves for text.
SIGNING = "() => document.querySelector('.signing').getBoundingClientRect().height"
A4_TEXT_PIXELS = (297 - 37 - 35) / 25.4 * 96


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("name", "most"), [("minutes-1", 2), ("agreement", 3), ("case", 6)])
@pytest.mark.browser
@needs_chromium
def test_it_prints_on_a4(browser: Browser, language: str, name: str, most: int) -> None:
    page = opened(browser, printed(stories.rated().seen_by_staff(language), name))
    pdf = page.pdf(prefer_css_page_size=True)
    sizes = re.findall(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)", pdf)
    assert {(round(float(w)), round(float(h))) for w, h in sizes} == {(595, 842)}
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= most
    page.emulate_media(media="print")
    page.set_viewport_size({"width": round((210 - 26 - 28) / 25.4 * 96), "height": 850})
    assert page.evaluate(SIGNING) < A4_TEXT_PIXELS
    assert not page.locator(".tools").is_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert "MX-7F3K-92QD" in page.inner_text("main") or name == "agreement"
    page.close()


@pytest.mark.browser
@needs_chromium
def test_on_a_phone_it_can_be_read_without_scrolling_sideways(browser: Browser) -> None:
    size = {"width": 375, "height": 800}
    page = opened(browser, printed(stories.agreed().seen_by_staff(), "agreement"), viewport=size)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("[data-print]").is_visible()
    page.close()
