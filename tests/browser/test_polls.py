"""Polls as the people concerned see them: an office that imports, drafts, seals and rules, voters with a sheet, a
tablet in the hall, and whoever enters what was written on paper. By keyboard, in a real Chromium."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from infra.demo import story
from tests.browser.hall import GRID_WORKER, OFFICE, WINDOW, Hall
from tests.browser.people import press_until, tab_to
from tests.browser.test_uploads import picture
from tests.browser.visits import DESKTOP, Visitors, in_a_browser

pytestmark = in_a_browser
HEAD = "幢,室,面积,业主,电话"
GOOD = f"{HEAD}\n1幢,101,60.5,王一,13900020001\n1幢,102,71.25,李二,\n"
BAD = f"{HEAD}\n1幢,101,六十,王一,\n,102,71.25,李二,\n1幢,103,50,赵三,\n1幢,103,50,赵三,\n"


def press(page: Page, selector: str, key: str = "Enter") -> None:
    """Tab to it and press it."""
    tab_to(page, selector)
    page.keyboard.press(key)


def write(page: Page, selector: str, words: str) -> None:
    """Tab to the field and type over what stands there."""
    tab_to(page, selector)
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(words)


def pressed(page: Page, selector: str, then: str) -> None:
    """Press a button and be led on."""
    press(page, selector)
    page.wait_for_url(then)


def test_a_roll_is_imported_when_every_bad_row_was_named_and_put_right(
    hall: Hall, callers: Visitors, tmp_path: Path
) -> None:
    page = hall.page(callers, story.XU, "/rolls/wenyi", viewport=DESKTOP)
    file = tmp_path / "清册.csv"
    file.write_text(BAD, "utf-8")
    page.locator("#file").set_input_files(file)
    press(page, "form[data-roll] button")
    rows = page.locator("section[aria-labelledby=preview-title] tbody tr")
    expect(rows).to_have_count(3)
    said = [row.split("\t") for row in rows.all_inner_texts()]
    assert [(line, column, found) for line, column, found, _ in said] == [
        ("2", "面积", "六十"),
        ("3", "幢", ""),
        ("5", "室", "103"),
    ]
    expect(page.locator("[value=import]")).to_have_count(0)

    press(page, "details.more > summary")
    write(page, "#pasted", GOOD)
    press(page, "form[data-roll] button")
    expect(page.get_by_text("新增 2 户")).to_be_visible()
    pressed(page, "form:has([value=import]) button", "**told=imported**")
    pressed(page, "form:has([value=adopt]) button", "**told=adopted")
    expect(page.get_by_role("cell", name="徐伟明")).to_be_visible()
    expect(page.get_by_role("cell", name="现行")).to_be_visible()


def test_what_is_no_roll_is_refused_with_what_to_do(hall: Hall, callers: Visitors) -> None:
    callers.expect("400 (Bad Request)")
    page = hall.page(callers, OFFICE, "/rolls/midu-bridge")
    press(page, "details.more > summary")
    write(page, "#pasted", "菜单\n白菜")
    press(page, "form[data-roll] button")
    expect(page.locator("#errors")).to_contain_text("找不到这些列：幢、室、面积。请在第一行写上列名。")
    expect(page.locator("#errors")).to_be_focused()
    press(page, "#errors a")
    expect(page.locator("#file")).to_be_focused()


def test_a_poll_is_drafted_announced_voted_on_sealed_and_read_on_its_sheet(
    hall: Hall, callers: Visitors
) -> None:
    callers.expect("400 (Bad Request)")
    office = hall.page(callers, OFFICE, "/polls/new", viewport=DESKTOP)
    write(office, "#question1", "单元门口装不装坐登？")
    write(office, "#notice_days", "99")
    press(office, "form.ballot > button")
    expect(office.locator("#notice_days-error")).to_contain_text("0 至 60 天")
    write(office, "#notice_days", "0")
    pressed(office, "form.ballot > button", "**told=drafted")

    pressed(office, "a[href$='edit=1']", "**edit=1")
    write(office, "#question1", "单元门口装不装坐凳？")
    pressed(office, "form.ballot > button", "**told=redrafted")
    poll = office.url.split("/")[4]
    opens = office.input_value("#opens_at")
    assert opens.endswith("T09:00"), "nobody is asked in the middle of the night"
    pressed(office, "form:has([value=announce]) button", "**told=announced")

    pressed(office, "a[href$='/sheets']", "**/sheets")
    address = office.locator(".address").first.inner_text()
    voter = callers.page(address)
    expect(voter.get_by_text("投票还没有开始")).to_be_visible()
    hall.wait_until(poll, "opens_at")
    hall.reaches(poll, "open")
    vote(voter, address, "for")
    expect(voter.get_by_role("heading", level=1)).to_have_text("您的票已投入票箱")
    vote(voter, address, "against")
    expect(voter.locator("[value=against]")).to_be_checked()
    assert hall.voted(poll) == 1

    hall.wait_until(poll, "closes_at")
    hall.reaches(poll, "closed")
    voter.goto(address)
    expect(voter.get_by_text("投票已结束")).to_be_visible()
    seal(hall, callers, poll)


def vote(page: Page, address: str, choice: str) -> None:
    """Choose with the arrows and cast it."""
    page.goto(address)
    tab_to(page, "[name=topic-1]")
    page.keyboard.press("Space")
    if not page.locator(f"[value={choice}]").is_checked():
        page.keyboard.press("ArrowDown")
    expect(page.locator(f"[value={choice}]")).to_be_checked()
    press(page, "form button[type=submit]")
    page.wait_for_load_state()


def seal(hall: Hall, callers: Visitors, poll: str) -> None:
    """Nothing is left to be entered; the result comes by itself, and has its sheet."""
    page = hall.page(callers, OFFICE, f"/polls/{poll}/desk", viewport=DESKTOP)
    press(page, "[name=sure]", "Space")
    pressed(page, "form:has([value=seal]) button", "**told=sealed")
    expect(page.locator("#live-results h2")).to_have_text("未通过", timeout=20_000)
    pressed(page, "a[href$='/result-sheet']", "**/result-sheet")
    expect(page.get_by_role("heading", name="征询结果")).to_be_visible()
    expect(page.locator(".figures").first).to_contain_text("0 / 434 = 0.00%")


def test_the_tablet_in_the_hall_forgets_whoever_voted_on_it(hall: Hall, callers: Visitors) -> None:
    poll = hall.opened()
    page = callers.page(f"/polls/{poll}/vote?kiosk=1", viewport={"width": 1024, "height": 768})
    for language in ("English", "中文"):
        page.get_by_role("link", name=language).press("Enter")
        page.wait_for_load_state()
        assert "kiosk=1" in page.url, "another language is the same tablet"
    expect(page.get_by_role("contentinfo").get_by_role("link")).to_have_count(1)

    write(page, "#building", "2幢")
    write(page, "#room", "1单元201")
    write(page, "#phone", "13900010006")
    before = len(hall.platform.outbox())
    press(page, "main form button")
    expect(page.locator("#code")).to_be_focused()
    page.keyboard.insert_text(hall.vote_code("13900010006", before)[:6])
    page.keyboard.press("Enter")
    page.wait_for_url("**/v/*")
    ballot = page.url
    tab_to(page, "[value=for]")
    page.keyboard.press("Space")
    press(page, "form button[type=submit]")
    expect(page.get_by_role("heading", level=1)).to_have_text("您的票已投入票箱")
    pressed(page, ".flash-done .button", "**/vote?kiosk=1")
    assert page.input_value("#phone") == ""

    page.goto(ballot)
    page.wait_for_url("**/vote?kiosk=1")
    expect(page.get_by_role("heading", level=1)).to_have_text("用手机投票")
    assert hall.voted(poll) == 1


def test_a_ballot_on_paper_is_entered_with_the_photo_of_its_sheet(hall: Hall, callers: Visitors) -> None:
    callers.expect("400 (Bad Request)", f"asked http://127.0.0.1:{hall.platform.port + 1}/")
    poll = hall.opened()
    page = hall.page(callers, GRID_WORKER, f"/polls/{poll}/paper")
    press_until_room(page, "5")
    press(page, "[name=topic-1]", "Space")
    press(page, "form[method=post] > button")
    expect(page.locator("#errors")).to_contain_text("请附上纸质票照片")
    press(page, "#errors a")
    expect(page.locator("#photo-file")).to_be_focused()
    page.locator("#photo-file").set_input_files([picture(600, 400)])
    expect(page.locator(".uploads [role=status]").first).to_contain_text("1")
    pressed(page, "form[method=post] > button", "**told=entered")
    expect(page.get_by_text("请录下一张")).to_be_visible()
    assert hall.voted(poll) == 1


def press_until_room(page: Page, unit: str) -> None:
    """Choose the room with the arrows."""
    tab_to(page, "#unit")
    press_until(page, "ArrowDown", "#unit", unit)


def test_a_conflict_is_shown_and_ruled_on_and_the_result_follows_by_itself(
    hall: Hall, callers: Visitors
) -> None:
    poll = hall.opened(of="answered")
    hall.enter(poll, 1, "for")
    hall.enter(poll, 2, "for", voter=0)
    hall.people.wait(seconds=5)
    hall.enter(poll, 2, "against", voter=1)
    page = hall.page(callers, OFFICE, f"/polls/{poll}/desk")
    expect(page.locator(".told-ballots li")).to_have_count(2)
    expect(page.locator(".told-ballots li").last).to_contain_text("目前计入")
    assert "赞成" not in page.inner_text(".told-ballots"), "the notice keeps choices from officials"

    hall.people.wait(seconds=WINDOW.total_seconds())
    hall.reaches(poll, "closed")
    hall.people.wait(days=1, minutes=5)
    hall.reaches(poll, "disputed")
    page = hall.page(callers, OFFICE, f"/polls/{poll}/desk")
    press(page, "[name=ballot]", "Space")
    tab_to(page, "[name=reason]")
    press_until(page, "ArrowDown", "[name=reason]", "named_voter")
    pressed(page, "form:has([value=rule]) button", "**told=ruled")
    expect(page.locator("#live-results h2")).to_have_text("通过", timeout=20_000)
    anybody = callers.page(f"/polls/{poll}")
    expect(anybody.get_by_text("有 1 户由不同的人投了不同的票")).to_be_visible()
