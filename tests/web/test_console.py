"""What the pages of the staff console keep, as every page does: both languages, escaping, labels, reflow, no inline."""

import re

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page

from chalicelib.web.i18n import LANGUAGES, Language
from chalicelib.web.render import render
from tests.browser.visits import needs_chromium
from tests.console import samples as console_samples
from tests.fakes import places
from tests.guest import samples as guest_samples
from tests.web import samples
from tests.web.reading import CHINESE, HOSTILE, INTERPOLATED, Reader
from tests.web.tabs import SECURE, Visit, faults, html

EVERY = [(name, language) for name in console_samples.PAGES for language in LANGUAGES]


def page(name: str, language: Language, *, elder: bool = False, base_path: str = "") -> str:
    """One sample page."""
    template, path, view = console_samples.PAGES[name]
    frame = replace(samples.frame(path, elder, base_path), now=console_samples.LATER, csrf="c-1")
    return render(template, language, frame=frame, view=view(language))


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_every_page_is_whole_and_needs_no_weaker_policy(name: str, language: Language) -> None:
    text = page(name, language)
    assert text.rstrip().endswith("</html>")
    assert not INTERPOLATED.search(text)
    assert Reader(text).inline() == []
    assert text.count('method="post"') == text.count('name="csrf" value="c-1"')


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_every_id_is_there_once_and_every_reference_finds_its_id(name: str, language: Language) -> None:
    assert Reader(page(name, language)).loose() == []


@pytest.mark.parametrize("name", console_samples.PAGES)
def test_every_field_has_a_label(name: str) -> None:
    assert Reader(page(name, "en")).unlabelled() == []


@pytest.mark.parametrize("name", console_samples.PAGES)
def test_english_pages_hold_no_chinese_but_names_and_what_people_typed(name: str) -> None:
    text = "".join(Reader(page(name, "en")).text)
    for words in sorted(_typed(), key=len, reverse=True):
        text = text.replace(words, "")
    left = {found for found in re.findall(r"[\u4e00-\u9fff]+", text) if CHINESE.search(found)}
    assert left == set()


def _typed() -> set[str]:
    """What people typed in the stories: line by line, as forms shorten it, and without their own punctuation."""
    stories = (
        guest_samples.cosigned(), guest_samples.agreed(), guest_samples.medicine(), guest_samples.done(),
        guest_samples.failed(),
    )  # fmt: skip
    residents = [contact for story in stories for contact in story.residents.values()]
    directory = places.directory()
    words = {line for s in stories for t in s.pen.texts for line in t.words.split("\n")}
    words |= {part for c in residents for part in (c.text, c.where, c.name)}
    words |= {part for p in guest_samples.PARTIES for part in (p.name, p.person)}
    words |= {m.name for m in directory.staff} | {o.name for o in directory.organisations}
    words |= {directory.committee, "中文", "米市巷街道", "王芳", "李强", "玻璃", *console_samples.TYPED}
    return {w for w in words if w} | {w[:40] for w in words if len(w) > 40}


@pytest.mark.parametrize("name", console_samples.PAGES)
def test_chinese_pages_hold_no_english_sentence(name: str) -> None:
    text = " ".join(Reader(page(name, "zh-CN")).text).replace("lvshi@example.org", "")
    text = re.sub(r"(?:[0-9a-f]{8} ?){8}", "", text)
    words = {word for word in re.findall(r"[A-Za-z]{4,}", text) if not word.isupper()}
    assert words <= {"English", "Enter", "JPEG", "WebP", "midu"}


def test_links_forms_and_files_stay_under_the_stage_path() -> None:
    for name in console_samples.PAGES:
        text = page(name, "en", base_path="/api")
        targets = re.findall(r'(?:href|action|data-uploads)="(/[^"]*)"', text)
        assert targets
        assert all(t.startswith(("/api/", "/files/")) for t in targets), name


def test_what_people_type_is_shown_and_never_obeyed() -> None:
    view = console_samples.negotiating("en")
    bell = replace(view.bells[0], text=HOSTILE, name=HOSTILE, address=HOSTILE)
    hostile = replace(view, subject=HOSTILE, bells=(bell,), flash=HOSTILE)
    text = render("case.html", "en", frame=samples.frame(), view=hostile)
    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;反␇&#34;&#39;&gt;") >= 3


def visit(browser: Browser, name: str, **options: object) -> Visit:
    """The page in a tab; its photos are nowhere."""
    answers = {f"/{name}": html(page(name, "zh-CN"))}
    found = Visit(browser, answers, **options)
    found.context.route("**/files/**", lambda route: route.fulfill(body="", content_type="image/png"))
    found.page.goto(f"{SECURE}/{name}")
    return found


@pytest.mark.browser
@needs_chromium
@pytest.mark.parametrize("elder", [False, True], ids=["standard", "large print"])
def test_everything_is_large_enough_and_nothing_scrolls_sideways(browser: Browser, *, elder: bool) -> None:
    answers = {f"/{name}": html(page(name, "zh-CN", elder=elder)) for name in console_samples.PAGES}
    with (tab := Visit(browser, answers)) as shown:
        tab.context.route("**/files/**", lambda route: route.fulfill(body="", content_type="image/png"))
        for name in console_samples.PAGES:
            shown.set_viewport_size({"width": 375, "height": 800})
            shown.goto(f"{SECURE}/{name}")
            shown.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
            assert faults(shown, elder) == {}, name


@pytest.mark.browser
@needs_chromium
def test_the_list_is_worked_with_keys_alone(browser: Browser) -> None:
    with visit(browser, "console", viewport={"width": 1280, "height": 800}) as shown:
        shown.keyboard.press("j")
        shown.keyboard.press("j")
        assert _here(shown) == 1
        shown.keyboard.press("k")
        assert _here(shown) == 0
        shown.keyboard.press("x")
        assert shown.locator(".pick input:checked").count() == 1
        assert "1" in shown.locator("[data-picked]").inner_text()
        shown.keyboard.press("?")
        assert shown.locator("#keys").get_attribute("open") is not None
        shown.keyboard.press("/")
        shown.keyboard.type("jx?")
        assert shown.locator("#q").input_value() == "jx?"
        shown.locator("[data-keys-switch] button").click()
        shown.locator("h1").click()
        shown.keyboard.press("j")
        assert _here(shown) == 0


def _here(shown: Page) -> int:
    rows: list[bool] = shown.evaluate(
        "[...document.querySelectorAll('[data-row]')].map(row => row.classList.contains('is-current'))"
    )
    return rows.index(True)


@pytest.mark.browser
@needs_chromium
def test_the_count_down_follows_the_servers_clock(browser: Browser) -> None:
    with visit(browser, "console", viewport={"width": 1280, "height": 800}) as shown:
        said = shown.locator("[data-deadline]").all_inner_texts()
        assert said[0].startswith("还剩 5 天")
        assert said[1] == "已超时 6 小时 0 分"
        assert shown.locator("#console-say").inner_text() == ""
