"""The pages in a real Chromium: sizes, keyboard, count-down, refreshing, verifying. Nothing leaves the process."""

import json
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qs

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page

from chalicelib.anchor import rules
from chalicelib.core.chain import SYSTEM, Happening, Tip, extend
from chalicelib.web import filters
from chalicelib.web.i18n import LANGUAGES, Language
from chalicelib.web.render import render
from tests.browser.visits import in_a_browser
from tests.web import samples
from tests.web.preview import page as sample
from tests.web.tabs import INSECURE, NARROW, SECURE, Visit, faults, html

pytestmark = in_a_browser


def visit(
    browser: Browser, name: str, language: Language = "zh-CN", elder: bool = False, **options: Any
) -> Visit:
    tab = Visit(browser, {"/": html(sample(name, language, elder))}, **options)
    tab.page.goto(SECURE + "/")
    return tab


FOCUSED = """() => document.activeElement === document.body ? null
  : document.activeElement.name || document.activeElement.textContent.trim()"""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("elder", [False, True], ids=["standard", "large print"])
def test_everything_is_large_enough_and_nothing_scrollssideways(
    browser: Browser, language: Language, elder: bool
) -> None:
    answers = {f"/{name}": html(sample(name, language, elder)) for name in samples.PAGES}
    with (tab := Visit(browser, answers)) as page:
        for name in samples.PAGES:
            page.set_viewport_size(NARROW)
            page.goto(f"{SECURE}/{name}")
            assert faults(page, elder) == {}, name
    assert tab.asked.count("/board") == 1


@pytest.mark.parametrize("width", [800, 1024, 1280])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentence_at_the_foot_of_a_page_stays_one_beside_all_links(
    browser: Browser, language: Language, width: int
) -> None:
    with Visit(browser, {"/": html(sample("anchors", language, elder=False))}) as page:
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{SECURE}/")
        lines = "e => e.getClientRects()[0].height / parseFloat(getComputedStyle(e).lineHeight)"
        assert page.eval_on_selector(".footer-note", lines) < 5


def test_tab_reaches_every_control_of_the_ring_page_in_order(browser: Browser) -> None:
    with visit(browser, "ring") as page:
        reached: list[str] = []
        for _ in range(60):
            page.keyboard.press("Tab")
            here = page.evaluate(FOCUSED)
            if here is None:
                break
            reached.append(here)
        wanted = [
            "跳到正文",
            "desk",
            "category",
            "neighbourhood",
            "building",
            "unit",
            "where",
            "text",
            "name",
            "phone",
        ]
        wanted += ["consent", "按铃"]
        positions = [reached.index(name) for name in wanted[:-1]] + [
            len(reached) - 1 - reached[::-1].index("按铃")
        ]
        assert positions == sorted(positions)
        assert sum("119" in name for name in reached) == 1


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_choosing_a_gas_leak_shows_the_numbers_and_what_to_do_at_once(
    browser: Browser, scripts: bool
) -> None:
    with visit(browser, "ring", java_script_enabled=scripts) as page:
        alarm = page.locator("#alarm")
        assert not alarm.is_visible()
        page.check("#category-gas", force=True)
        assert alarm.is_visible()
        assert alarm.get_by_text("打开门窗").is_visible()
        assert not alarm.get_by_text("不要扒门").is_visible()
        assert alarm.locator("a[href='tel:119']").is_visible()
        page.check("#category-noise", force=True)
        assert not alarm.is_visible()


def test_a_draft_survives_a_change_of_language_but_never_the_name_and_number(browser: Browser) -> None:
    tab = Visit(browser, {"/": html(sample("ring", "zh-CN"))})
    tab.page.goto(SECURE + "/")
    with tab as page:
        page.check("#category-noise", force=True)
        page.fill("#text", "半夜装修🔔")
        page.fill("#name", "陈阿姨")
        page.fill("#phone", "13800001234")
        page.check("#consent")
        assert page.inner_text("#text-count") == "还可以写 3,995 字"
        assert page.input_value("[name=idempotency_key]")
        tab.answers["/"] = html(sample("ring", "en"))
        page.click("text=English")
        assert page.input_value("#text") == "半夜装修🔔"
        assert page.is_checked("#category-noise")
        assert page.input_value("#name") == page.input_value("#phone") == ""
        assert not page.is_checked("#consent")
        assert "13800001234" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_after_a_mistake_the_summary_has_the_focus_and_leads_to_the_field(browser: Browser) -> None:
    with visit(browser, "ring-errors") as page:
        assert page.evaluate("document.activeElement.id") == "errors"
        page.click("#errors a:last-of-type >> nth=2")
        assert page.evaluate("document.activeElement.id") == "phone"
        described = page.get_attribute("#phone", "aria-describedby")
        assert page.inner_text(f"#{described}") == "这不像是一个手机号码，请检查。"


def test_the_count_down_follows_the_servers_clock_and_its_speed(browser: Browser) -> None:
    view = samples.track_ringing("zh-CN")
    text = render("track.html", "zh-CN", frame=samples.frame("/t/x", speed=60), view=view)
    tab = Visit(browser, {"/t/x": html(text)})
    tab.page.clock.install()
    tab.page.goto(SECURE + "/t/x")
    with tab as page:
        assert page.inner_text(".countdown") == "3 分 12 秒"
        page.clock.run_for(2000)
        assert page.inner_text(".countdown").startswith("1 分 1")
        page.clock.run_for(2000)
        assert page.inner_text(".countdown") == "马上"
        assert page.get_attribute(".dial-left", "stroke-dasharray") == "0.00 100"


def test_the_tracking_page_changes_by_itself_and_says_so(browser: Browser) -> None:
    ringing, answered = sample("track-ringing", "zh-CN"), sample("track-answered", "zh-CN")
    later = ringing.replace("14:34:12", "14:34:20")
    tab = Visit(browser, {"/t/x": html(ringing)})
    tab.page.clock.install()
    tab.page.goto(SECURE + "/t/x?told=rung")
    with tab as page:
        page.evaluate("document.querySelector('h1').kept = 'yes'")
        page.click("#withdraw summary")
        page.focus("#withdraw button")
        tab.answers["/t/x"] = html(later)
        page.clock.run_for(5200)
        page.wait_for_selector("#live-updated:has-text('14:34:20')")
        assert page.evaluate("document.querySelector('h1').kept") == "yes", (
            "what did not change was left alone"
        )
        tab.answers["/t/x"] = html(answered)
        page.clock.run_for(5200)
        page.wait_for_selector("h1:has-text('已接铃')")
        assert "陈思阳" in page.inner_text("#live-timeline")
        assert "已接铃" in page.inner_text("#live-say")
        assert page.evaluate("document.activeElement.textContent") == "确定撤回"
        assert page.locator("#withdraw").get_attribute("open") is not None


def test_words_being_typed_are_not_swept_away(browser: Browser) -> None:
    declined, accepted = sample("track-declined", "zh-CN"), sample("track-accepted", "zh-CN")
    tab = Visit(browser, {"/t/x": html(declined)})
    tab.page.clock.install()
    tab.page.goto(SECURE + "/t/x")
    with tab as page:
        page.evaluate(
            "document.querySelector('#live-decision').insertAdjacentHTML('beforeend', '<input id=note>')"
        )
        page.fill("#note", "墙是去年才砌的")
        page.focus("h1 >> xpath=ancestor::main")
        tab.answers["/t/x"] = html(accepted)
        page.clock.run_for(21000)
        page.wait_for_selector("h1:has-text('已受理')")
        assert page.input_value("#note") == "墙是去年才砌的"


def test_a_lost_connection_is_said_and_asked_again_ever_more_slowly(browser: Browser) -> None:
    tab = Visit(browser, {"/board": html(sample("board", "zh-CN"))})
    tab.page.clock.install()
    tab.page.goto(SECURE + "/board")
    page = tab.page
    del tab.answers["/board"]
    before = len(tab.asked)
    page.clock.run_for(5200)
    page.wait_for_selector("#live-updated:has-text('网络断开')")
    page.clock.run_for(5200)
    assert tab.asked[before:].count("/board") == 1
    tab.answers["/board"] = html(sample("board-quiet", "zh-CN"))
    page.clock.run_for(5200)
    page.wait_for_selector("text=很安静")
    tab.context.close()


def test_a_page_that_has_become_another_is_loaded(browser: Browser) -> None:
    tab = Visit(browser, {"/a/x": html(sample("answer-waiting", "zh-CN"))})
    tab.page.clock.install()
    tab.page.goto(SECURE + "/a/x")
    with tab as page:
        tab.answers["/a/x"] = html(sample("answer-taken", "zh-CN"))
        page.clock.run_for(10200)
        page.wait_for_selector("text=已有人接铃")
        assert tab.asked.count("/a/x") >= 2


def _record(count: int) -> list[dict[str, Any]]:
    data = {"words": 'é\u2028\u007f"\\\n🔔<b>', "nested": {"b": [True, None, 7], "a": "名字"}}
    happenings = [Happening("alerted", data | {"level": n}) for n in range(count)]
    events = extend("BELL#MX7F3K92QD", Tip(), samples.NOW, SYSTEM, happenings)
    return [asdict(event) for event in events]


def _anchored(size: int, place: int, record: list[dict[str, Any]]) -> dict[str, Any]:
    """A proof that the second event of the record is under an anchor of that size, as the server gives it."""
    leaf = rules.Leaf(record[1]["thing"], record[1]["seq"], record[1]["hash"])
    others = [rules.Leaf(f"BELL#{'A' if n < place else 'Z'}{n:02d}", 1, f"{n:064x}") for n in range(size)]
    taken = rules.census([leaf, *others[:place], *others[place + 1 :]], samples.NOW)
    proof = rules.prove(taken, place, rules.sealed(taken, None))
    shown = {"index": place, "path": list(proof.path), "anchor": asdict(proof.anchor), "fits": True}
    return {"seq": leaf.seq, "hash": leaf.hash, **shown}


def _verified(
    browser: Browser, record: list[dict[str, Any]], origin: str = SECURE, proof: dict[str, Any] | None = None
) -> Visit:
    view = samples.track_ringing("en")
    seal = replace(view, record=replace(view.record, events=3, head_hash=_record(3)[-1]["hash"]))
    text = render("track.html", "en", frame=samples.frame("/t/x"), view=seal)
    body = json.dumps(
        {"thing": "BELL#MX7F3K92QD", "events": record, "tip": {"seq": 3, "hash": record[-1]["hash"]}}
    )
    url = f"/v1/bells/{view.bell_id}/record"
    answers = {"/t/x": html(text), url: lambda: ("application/json", body)}
    shown = json.dumps({"thing": "BELL#MX7F3K92QD", "proof": proof})
    answers[f"/v1/bells/{view.bell_id}/proof"] = lambda: ("application/json", shown)
    tab = Visit(browser, answers)
    tab.page.goto(origin + "/t/x")
    return tab


def _said(page: Page) -> str:
    page.click("[data-verify-start]")
    page.wait_for_selector("[data-verify-start]:not([disabled])")
    return page.inner_text("[data-verify-result]")


def test_the_reader_recomputes_the_record_as_the_server_hashed_it(browser: Browser) -> None:
    with _verified(browser, _record(3)) as page:
        assert _said(page).startswith("Checked on this device: all 3 events fit together.")
        assert page.locator("[data-verify-list] li.is-whole").count() == 3


def test_a_newer_record_than_the_page_still_fits(browser: Browser) -> None:
    with _verified(browser, _record(5)) as page:
        assert "all 5 events" in _said(page)


@pytest.mark.parametrize("change", ["a word", "left out", "cut off", "another thing"])
def test_the_reader_finds_what_was_changed(browser: Browser, change: str) -> None:
    record = _record(3)
    if change == "a word":
        record[1]["data"]["words"] = "nothing happened"
    elif change == "left out":
        del record[1]
    elif change == "cut off":
        del record[2]
    else:
        record[1]["thing"] = "BELL#MX0000000X"
    with _verified(browser, record) as page:
        place = 3 if change == "cut off" else 2
        assert _said(page) == f"Event {place} does not fit. The record was changed or is incomplete."
        assert "is-broken" in str(page.get_attribute("[data-verify]", "class"))


def test_the_reader_follows_the_way_to_the_root_of_the_anchor(browser: Browser) -> None:
    record = _record(3)
    for size in (1, 2, 3, 6, 7, 8):
        for place in {0, size // 2, size - 1}:
            proof = _anchored(size, place, record)
            with _verified(browser, record, proof=proof) as page:
                assert "all 3 events" in _said(page)
                said = page.inner_text("[data-verify-anchor]")
                assert said.startswith("Up to event 2 it is under the anchor of 2026-"), (size, place)
                assert filters.spaced(proof["anchor"]["root"]) in said, "as the page of the anchors shows it"


def test_what_is_not_under_an_anchor_yet_is_whole_all_the_same(browser: Browser) -> None:
    with _verified(browser, _record(3)) as page:
        assert "all 3 events" in _said(page)
        assert page.inner_text("[data-verify-anchor]").startswith("It is not under an anchor yet")
        assert "is-broken" not in str(page.get_attribute("[data-verify]", "class"))


@pytest.mark.parametrize("change", ["the record", "a word", "the way", "the root", "the place", "the day"])
def test_the_reader_finds_what_does_not_fit_the_anchor(browser: Browser, change: str) -> None:
    record = _record(3)
    proof = _anchored(6, 2, record)
    if change == "the record":
        # Forged from its beginning, with all its seals: whole by itself.
        forged = [Happening("alerted", {"level": n}) for n in range(3)]
        record = [asdict(e) for e in extend("BELL#MX7F3K92QD", Tip(), samples.NOW, SYSTEM, forged)]
    elif change == "a word":
        record[0]["data"]["words"] = "nothing happened"
    elif change == "the way":
        proof["path"][0] = "00" * 32
    elif change == "the root":
        proof["anchor"]["root"] = "00" * 32
    elif change == "the place":
        proof["index"] = 3
    else:
        proof["anchor"]["date"] = "2026-01-01"
    with _verified(browser, record, proof=proof) as page:
        _said(page)
        assert "does not fit the anchor" in page.inner_text("[data-verify-anchor]")
        assert "is-broken" in str(page.get_attribute("[data-verify]", "class"))


def test_without_a_secure_connection_the_page_says_why_it_cannot_check(browser: Browser) -> None:
    with _verified(browser, _record(3), INSECURE) as page:
        assert "only check over a secure connection" in page.inner_text("[data-verify-result]")
        assert not page.locator("[data-verify-start]").is_visible()


def test_withdrawing_takes_two_steps_and_works_without_scripts(browser: Browser) -> None:
    tab = Visit(
        browser, {f"/t/{samples.TOKEN}": html(sample("track-ringing", "zh-CN"))}, java_script_enabled=False
    )
    tab.page.goto(f"{SECURE}/t/{samples.TOKEN}")
    with tab as page:
        assert not page.get_by_text("确定撤回").is_visible()
        page.click("#withdraw summary")
        with page.expect_request(lambda request: request.method == "POST") as sent:
            page.click("text=确定撤回")
        assert sent.value.post_data == "action=withdraw"


def test_the_form_without_scripts_sends_every_field(browser: Browser) -> None:
    with visit(browser, "ring", java_script_enabled=False) as page:
        page.check("#category-noise", force=True)
        page.select_option("#neighbourhood", "wenyi")
        page.fill("#text", "吵")
        page.fill("#phone", "13800001234")
        page.check("#consent")
        with page.expect_request(lambda request: request.method == "POST") as sent:
            page.click(".button-ring")
        fields = parse_qs(sent.value.post_data or "", keep_blank_values=True)
        assert set(fields) == {
            "desk", "category", "neighbourhood", "building", "unit", "where", "text", "name", "phone", "consent",
            "consent_version", "idempotency_key",
        }  # fmt: skip
        assert fields["category"] == ["noise"]
        assert fields["consent"] == ["yes"]
