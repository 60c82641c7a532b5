"""What every page keeps: both languages, escaping, no inline code, links under the stage's path."""

import re

import pytest
from msgspec.structs import replace

from chalicelib.web import views
from chalicelib.web.assets import asset
from chalicelib.web.headers import CONTENT_SECURITY_POLICY
from chalicelib.web.i18n import LANGUAGES, Language
from chalicelib.web.render import render
from tests.web import samples
from tests.web.preview import page
from tests.web.reading import CHINESE, HOSTILE, INTERPOLATED, Reader

EVERY = [(name, language) for name in samples.PAGES for language in LANGUAGES]


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_every_page_renders_whole_in_both_languages(name: str, language: Language) -> None:
    html = page(name, language)
    assert f'<html lang="{language}">' in html
    assert html.rstrip().endswith("</html>")
    assert not INTERPOLATED.search(html)


@pytest.mark.parametrize("name", samples.PAGES)
def test_english_pages_hold_no_chinese_but_names_and_what_people_typed(name: str) -> None:
    texts = "".join(Reader(page(name, "en")).text)
    known = {
        "中文",
        "米市巷街道",
        samples.LEAK,
        samples.WALL,
        samples.DECLINED.reason,
        samples.DECLINED.go_to,
    }
    known |= {
        n for group in samples.COMMUNITIES for n in (group.name, *(o.name for o in group.neighbourhoods))
    }
    known |= {
        "赵虹",
        "陈思阳",
        "李敏",
        "王建国",
        "陈阿姨",
        "陈*",
        "孙女士",
        "厨房",
        "3幢",
        "新安装的<script>宣传栏",
    }
    known |= {"闻到漏气的味道。", "这面墙属于铁路用地。"}
    known |= {words.rstrip("。") for words in known}
    for words in sorted(known, key=len, reverse=True):
        texts = texts.replace(words, "")
    assert not CHINESE.findall(texts)


@pytest.mark.parametrize("name", samples.PAGES)
def test_chinese_pages_hold_no_english_sentence(name: str) -> None:
    texts = " ".join(Reader(page(name, "zh-CN")).text).replace("<script>", "")
    words = {word for word in re.findall(r"[A-Za-z]{4,}", texts) if not word.isupper()}
    assert words <= {"English", "https"}


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_nothing_on_a_page_needs_a_weaker_policy(name: str, language: Language) -> None:
    assert Reader(page(name, language)).inline() == []
    assert "unsafe" not in CONTENT_SECURITY_POLICY


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_every_id_is_there_once_and_every_reference_finds_its_id(name: str, language: Language) -> None:
    assert Reader(page(name, language)).loose() == []


@pytest.mark.parametrize("name", samples.PAGES)
def test_every_field_has_a_label_and_every_button_a_word(name: str) -> None:
    html = page(name, "en")
    assert Reader(html).unlabelled() == []
    assert all(
        re.sub(r"<[^>]+>|\s", "", body)
        for body in re.findall(r"<button[^>]*>(.*?)</button>", html, re.DOTALL)
    )


@pytest.mark.parametrize("name", samples.PAGES)
def test_language_and_large_print_are_one_link_away_on_every_page(name: str) -> None:
    chinese, english = page(name, "zh-CN"), page(name, "en", elder=True)
    path = samples.PAGES[name][1]
    assert f'href="{path}?lang=en"' in chinese
    assert f'href="{path}?elder=1">长辈版' in chinese
    assert f'href="{path}?lang=zh-CN"' in english
    assert f'href="{path}?elder=0"' in english
    assert '<html lang="en" data-elder>' in english


def test_links_forms_and_files_stay_under_the_stage_path() -> None:
    for name, (template, path, view) in samples.PAGES.items():
        html = render(template, "en", frame=samples.frame(path, base_path="/api"), view=view("en"))
        targets = re.findall(r'(?:href|src|action|data-url)="(/[^"]*)"', html)
        assert targets, name
        assert all(target.startswith("/api/") for target in targets), name


def test_what_people_type_is_shown_and_never_obeyed() -> None:
    view = replace(
        samples.track_ringing("en"), text=HOSTILE, where=HOSTILE, building=HOSTILE, neighbourhood=HOSTILE
    )
    html = render("track.html", "en", frame=samples.frame(), view=view)
    assert "<script>alert" not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;反␇&#34;&#39;&gt;") >= 4
    unisolated = re.sub("\u2068([^\u2069]*)\u2069", r"\1", html)
    assert not set("\u202e\u2069\u0007") & set(unisolated)
    assert f'<bdi dir="auto">{"&lt;script&gt;"}' in html


def test_a_form_that_comes_back_keeps_every_character() -> None:
    text = "\n  第一行\r\n<b>&amp;\u202e\u0301 🔔"
    form = views.RingForm("police", "noise", "wenyi", "3", "502", "门口", text, 'O\'Neil "x"', "+44 20", True)
    view = replace(samples.ring("en"), form=form)
    html = render("ring.html", "en", frame=samples.frame(), view=view)
    assert ">\n\n  第一行\r\n&lt;b&gt;&amp;amp;\u202e\u0301 🔔</textarea>" in html
    assert 'value="O&#39;Neil &#34;x&#34;"' in html
    assert re.search(r'value="noise"[^>]* checked', html)
    assert re.search(r'value="police" checked', html)
    assert re.search(r'<option value="wenyi" selected>', html)


def test_before_answering_a_link_shows_nothing_personal() -> None:
    detail = views.AnswerDetail("陈阿姨", "13800001234", "秘密", "厨房", "3幢", "502")
    view = replace(samples.answer_waiting("zh-CN"), detail=detail)
    html = render("answer.html", "zh-CN", frame=samples.frame(), view=view)
    assert not any(word in html for word in ("陈阿姨", "13800001234", "秘密", "厨房", "3幢", "502"))


def test_a_telephone_link_dials_and_does_nothing_else() -> None:
    detail = views.AnswerDetail("x", "138 0000 1234;ext=1?body=<b>", "t")
    html = render(
        "answer.html", "en", frame=samples.frame(), view=replace(samples.answer_mine("en"), detail=detail)
    )
    assert 'href="tel:138000012341"' in html


def test_emergency_numbers_come_before_the_form() -> None:
    html = page("ring", "zh-CN")
    assert html.index('href="tel:119"') < html.index("<form")
    assert all(f'href="tel:{number}"' in html for number in ("110", "120", "0571967266"))


def test_an_unknown_category_is_shown_by_its_id_with_a_plain_icon() -> None:
    view = replace(samples.ring("en"), categories=(views.CategoryTile("well-water", "ordinary"),))
    html = render("ring.html", "en", frame=samples.frame(), view=view)
    assert "well-water</span>" in html
    assert "#other" in html


def test_every_icon_a_page_names_is_in_the_sprite() -> None:
    sprite = asset("icons.svg")
    assert sprite
    symbols = {symbol["id"] for symbol in Reader(sprite.body).all("symbol")}
    for name in samples.PAGES:
        used = {str(use["href"]).split("#")[1] for use in Reader(page(name, "en")).all("use")}
        assert used <= symbols, name


def test_csrf_goes_into_every_form() -> None:
    for name, (template, path, view) in samples.PAGES.items():
        frame = replace(samples.frame(path), csrf="c-1")
        html = render(template, "en", frame=frame, view=view("en"))
        assert html.count("<form") == html.count('name="csrf" value="c-1"'), name
