"""Every page for everybody: either language, large print, magnified, by keyboard, by a reader, in the dark."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.running import Platform
from tests.browser.scenes import Scene, stage
from tests.browser.visits import DESKTOP, NARROWEST, PHONE, Visitors, in_a_browser

pytestmark = in_a_browser
LANGUAGES = ("zh-CN", "en")


@pytest.fixture(scope="module")
def scenes(platform: Platform) -> tuple[Scene, ...]:
    return stage(platform)


@pytest.fixture
def readers(visitors: Visitors) -> Visitors:
    """Who looks at pages of links that are spent is told so by a status as well."""
    visitors.expect("410 (Gone)")
    return visitors


def choose(page: Page, language: str, elder: bool = False) -> None:
    page.goto(f"/?lang={language}&elder={int(elder)}")


def test_each_page_is_what_it_should_be_and_none_complains(
    scenes: tuple[Scene, ...], readers: Visitors
) -> None:
    page = readers.page("/")
    for scene in scenes:
        page.goto(scene.path)
        expect(page.get_by_role("heading", level=1)).to_contain_text(scene.heading)


def test_language_and_large_print_are_switched_on_every_page_and_stay(
    scenes: tuple[Scene, ...], readers: Visitors
) -> None:
    page = readers.page("/")
    manners, turns = (
        {False: "zh-CN", True: "en"},
        {False: ("English", "Large print"), True: ("中文", "标准版")},
    )
    for number, scene in enumerate((*scenes, *scenes[:2])):
        large = number % 2 == 1
        page.goto(scene.path)
        in_manner(page, manners[large], elder=large)
        for switch in turns[large]:
            page.get_by_role("link", name=switch).click()
        in_manner(page, manners[not large], elder=not large)


def in_manner(page: Page, language: str, *, elder: bool) -> None:
    large = "html[data-elder]" if elder else "html:not([data-elder])"
    expect(page.locator(large)).to_have_attribute("lang", language)


SMALL = """least => [...document.querySelectorAll('a, button, summary, select, textarea, input:not([type=hidden])')]
  .filter(e => e.checkVisibility() && !e.classList.contains('skip'))
  .map(e => [e, (['checkbox', 'radio'].includes(e.type) ? e.closest('label') ?? e : e).getBoundingClientRect()])
  .filter(([e, box]) => Math.min(box.width, box.height) < least - 0.5)
  .map(([e, box]) => `${e.outerHTML.slice(0, 80)} ${box.width}x${box.height}`)"""
CUT = """() => [...document.querySelectorAll('body *')].filter(e => e.checkVisibility())
  .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .filter(e => !e.closest('.skip, .unseen, svg') && e.getBoundingClientRect().width > 1)
  .map(e => e.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("elder", [False, True], ids=["standard print", "large print"])
def test_magnified_to_two_hundred_percent_nothing_is_cut_off_and_everything_can_be_hit(
    scenes: tuple[Scene, ...], readers: Visitors, language: str, elder: bool
) -> None:
    page = readers.page("/", viewport=NARROWEST)
    choose(page, language, elder)
    for scene in scenes:
        page.goto(scene.path)
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST["width"], scene.name
        assert page.evaluate(CUT) == [], scene.name
        assert page.evaluate(SMALL, 60 if elder else 44) == [], scene.name


ACTIONS = """() => { const seen = new Set(); window.actions = [...document.querySelectorAll(
  'a[href], button, summary, select, textarea, input:not([type=hidden])')]
  .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.disabled)
  .filter(e => e.type !== 'radio' || e.checked || (!document.querySelector(`[name=${e.name}]:checked`)
     && !seen.has(e.name) && seen.add(e.name)));
  return window.actions.length }"""
FOCUS = """() => { const e = document.activeElement, face = e.matches('.choice > input, .tile > input')
    ? e.nextElementSibling : e, style = getComputedStyle(face), box = face.getBoundingClientRect();
  return [window.actions.indexOf(e), style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth, e.outerHTML.slice(0, 80)] }"""


def test_tab_reaches_every_action_in_reading_order_with_the_focus_in_sight(
    scenes: tuple[Scene, ...], readers: Visitors
) -> None:
    page = readers.page("/")
    for scene in scenes:
        page.goto(scene.path)
        for at in range(page.evaluate(ACTIONS)):
            page.keyboard.press("Tab")
            reached, outlined, in_sight, element = page.evaluate(FOCUS)
            assert reached == at, f"{scene.name}: {element} came as {at}"
            assert outlined, f"{scene.name}: the focus of {element} cannot be seen"
            assert in_sight, f"{scene.name}: {element} has the focus out of sight"


def test_what_a_reader_of_the_screen_hears_has_landmarks_names_and_one_title(
    scenes: tuple[Scene, ...], readers: Visitors
) -> None:
    page = readers.page("/")
    for scene in scenes:
        page.goto(scene.path)
        for landmark in ("banner", "main", "contentinfo"):
            expect(page.get_by_role(landmark)).to_have_count(1)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        heard = page.locator("body").aria_snapshot()
        nameless = [line for line in heard.splitlines() if line.strip(" -:") in _NEED_A_NAME]
        assert nameless == [], scene.name


_NEED_A_NAME = ("link", "button", "textbox", "combobox", "checkbox", "radio", "group")


def test_the_form_is_heard_as_it_is_meant(readers: Visitors) -> None:
    page = readers.page("/")
    expect(page.get_by_role("group", name="想找谁？")).to_have_count(1)
    for role, name in (
        ("radio", "找律师"),
        ("radio", "漏水"),
        ("combobox", "小区"),
        ("textbox", "用您自己的话写"),
        ("textbox", "您的手机号码"),
        ("checkbox", "我已阅读隐私告知书"),
        ("button", "按铃"),
        ("link", "119"),
    ):
        expect(page.locator("main").get_by_role(role, name=name).first).to_be_visible()  # type: ignore[arg-type]  # names of roles


def _axe() -> str | None:
    found = find_spec("axe_playwright_python")
    return (Path(str(found.origin)).parent / "axe.min.js").read_text("utf-8") if found else None


FINDINGS = """async () => (await axe.run({resultTypes: ['violations']})).violations
  .flatMap(v => v.nodes.map(n => `${v.id}: ${n.html.slice(0, 120)} ${n.failureSummary.slice(0, 200)}`))"""


@pytest.mark.parametrize(
    ("language", "scheme", "size"),
    [("zh-CN", "light", PHONE), ("en", "dark", DESKTOP)],
    ids=["Chinese, light, phone", "English, dark, desktop"],
)
def test_axe_finds_nothing(
    scenes: tuple[Scene, ...], readers: Visitors, language: str, scheme: str, size: Any
) -> None:
    axe = _axe()
    if axe is None:
        pytest.skip("axe-playwright-python is not installed")
    page = readers.page("/", color_scheme=scheme, viewport=size)
    choose(page, language)
    for scene in scenes:
        page.goto(scene.path)
        page.evaluate(axe)
        assert page.evaluate(FINDINGS) == [], scene.name


def test_colours_chosen_by_the_reader_keep_the_chosen_tile_visible(
    browser: Browser, readers: Visitors
) -> None:
    page = readers.page("/", forced_colors="active")
    page.check("#category-water-leak", force=True)
    face = "getComputedStyle(document.querySelector('#category-water-leak + span')).outlineStyle"
    assert page.evaluate(face) == "solid"
