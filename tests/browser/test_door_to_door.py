"""From door to door in a real browser, with the network cut and restored: nothing is lost and nothing is doubled."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from infra.demo import story
from infra.demo.asking import ENGLISH, QUESTION, ROLL
from infra.demo.client import Client
from infra.demo.people import People
from tests.browser.running import Platform, running, until
from tests.browser.visits import in_a_browser

pytestmark = in_a_browser


@dataclass
class Round:
    """A grid worker with a phone, and the poll that is being asked."""

    platform: Platform
    people: People
    poll: str
    context: BrowserContext

    @property
    def url(self) -> str:
        """Where the platform is."""
        return self.platform.url

    def page(self, building: str = "2幢") -> Page:
        """The door page of a building, whose copy is kept once the worker is there."""
        page = self.context.new_page()
        page.goto(f"{self.url}/door/{self.poll}?building={quote(building)}")
        expect(page.locator("#door-kept")).to_be_visible(timeout=20_000)
        return page

    def turnout(self) -> int:
        """How many units have a ballot, as everybody reads it."""
        found: int = self.people.get(f"/v1/polls/{self.poll}/turnout")["voted"]
        return found

    def boxes(self) -> dict[str, Any]:
        """The poll's conflicts, with every ballot of these units."""
        session = self.people.sign_in(story.ZHAO)
        found: dict[str, Any] = self.people.get(f"/v1/polls/{self.poll}/conflicts", session)
        return found

    def sign_in(self) -> None:
        """The browser gets a session."""
        token = self.people.sign_in(story.ZHAO)
        self.context.add_cookies([{"name": "session", "value": token, "url": self.url}])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Platform, People]]:
    """A platform whose neighbourhood has its roll."""
    with running(tmp_path_factory.mktemp("doors"), speed=1) as platform:
        people = People(Client(platform.url))
        office = people.sign_in(story.WANG)
        file = {"name": ROLL.name, "content": base64.b64encode(ROLL.read_bytes()).decode()}
        people.post("/v1/rolls/midu-bridge/versions", file, office)
        people.post("/v1/rolls/midu-bridge/adopt", {"number": 1}, office)
        yield platform, people


@pytest.fixture
def walk(place: tuple[Platform, People], browser: Browser) -> Iterator[Round]:
    """A poll that is open, and a phone."""
    platform, people = place
    office = people.sign_in(story.WANG)
    topic = {"question": QUESTION, "question_en": ENGLISH}
    draft = {"neighbourhood": "midu-bridge", "topics": [topic], "notice_days": 0}
    poll = people.post("/v1/polls", draft, office)["id"]
    opens = people.now()
    window = {"opens_at": opens.isoformat(), "closes_at": (opens + timedelta(days=3)).isoformat()}
    people.post(f"/v1/polls/{poll}/announce", window, office)
    until("voting begins", lambda: people.get(f"/v1/polls/{poll}")["stage"] == "open")
    context = browser.new_context(viewport={"width": 375, "height": 800}, locale="zh-CN")
    made = Round(platform, people, poll, context)
    made.sign_in()
    yield made
    context.close()
    if platform.process.poll() is not None:
        platform.start_again()


def enter(page: Page, number: int, choice: str = "for") -> None:
    """A ballot at the door of the unit with that number on the roll."""
    card = page.locator(f'[data-unit="{number}"]')
    if card.get_attribute("open") is None:
        card.locator("summary").click()
    card.locator(f'input[value="{choice}"]').check()
    voter = card.locator('input[name="voter"]')
    if voter.count():
        voter.first.check()
    card.get_by_role("button", name="录入这张票").click()


def state(page: Page, number: int) -> str:
    return page.locator(f'[data-unit="{number}"]').get_attribute("data-state") or ""


def sent(page: Page, *numbers: int) -> None:
    for number in numbers:
        expect(page.locator(f'[data-unit="{number}"]')).to_have_attribute(
            "data-state", "sent", timeout=20_000
        )


MOVED = """async () => {
  for (const frame of [1, 2]) await new Promise(requestAnimationFrame);
  const observer = new PerformanceObserver(() => {});
  observer.observe({type: 'layout-shift', buffered: true});
  return observer.takeRecords().flatMap(shift => shift.sources.map(({node}) => node?.id || node?.textContent));
}"""


def test_no_door_moves_under_the_thumb_when_the_pages_have_been_kept(walk: Round) -> None:
    assert walk.page().evaluate(MOVED) == []


def test_what_is_entered_without_a_network_is_kept_and_sent_once_when_it_is_back(walk: Round) -> None:
    page = walk.page()
    # The platform is really gone: also what the page's own worker asks for never arrives.
    walk.platform.kill()
    page.reload()
    enter(page, 1)
    enter(page, 2, "against")
    enter(page, 2, "for")
    expect(page.locator("#door-count")).to_contain_text("3")
    assert {state(page, 1), state(page, 2)} == {"waiting"}
    # Another building, and the same page opened anew: all of it without a network.
    page.goto(f"{walk.url}/door/{walk.poll}?building={quote('4幢')}")
    first = int(page.locator("[data-unit]").first.get_attribute("data-unit") or "0")
    enter(page, first)
    page.close()
    again = walk.context.new_page()
    again.goto(f"{walk.url}/door/{walk.poll}?building={quote('2幢')}")
    assert {state(again, 1), state(again, 2)} == {"waiting"}
    walk.platform.start_again()
    sent(again, 1, 2)
    until("all of it is there", lambda: walk.turnout() == 3)
    expect(again.locator("#door-count")).to_have_text("已全部送出")
    assert walk.boxes()["items"] == [], "two ballots of one person are a change of mind"


def test_a_lost_answer_doubles_nothing(walk: Round) -> None:
    page = walk.page()
    # The ballot arrives, and only the answer is lost.
    page.evaluate(
        """() => {
          const real = window.fetch;
          window.fetch = async (...asked) => {
            await real(...asked);
            window.fetch = real;
            window.lost = true;
            throw new TypeError("the answer was lost");
          };
        }"""
    )
    enter(page, 5)
    until("the answer is lost", lambda: page.evaluate("window.lost === true"))
    until("it is there", lambda: walk.turnout() == 1)
    assert state(page, 5) == "waiting"
    page.locator("#door-send").click()
    sent(page, 5)
    assert walk.turnout() == 1
    page.reload()
    assert state(page, 5) == "sent"


def test_whoever_is_signed_out_meanwhile_loses_nothing(walk: Round) -> None:
    page = walk.page()
    walk.context.clear_cookies(name="session")
    enter(page, 7)
    expect(page.locator("#door-signin")).to_be_visible(timeout=10_000)
    assert state(page, 7) == "waiting"
    walk.sign_in()
    page.reload()
    sent(page, 7)
    assert walk.turnout() == 1


def test_a_wrong_clock_on_the_device_does_no_harm(walk: Round) -> None:
    page = walk.page()
    page.evaluate("const late = Date.now; Date.now = () => late() - 400 * 86400000")
    enter(page, 9)
    sent(page, 9)
    assert walk.turnout() == 1


def test_what_is_refused_stays_to_be_seen_with_its_reason(walk: Round) -> None:
    page = walk.page()
    office = walk.people.sign_in(story.WANG)
    walk.people.post(f"/v1/polls/{walk.poll}/cancel", {"reason": "roll_wrong"}, office)
    enter(page, 11)
    card = page.locator('[data-unit="11"]')
    expect(card).to_have_attribute("data-state", "refused", timeout=10_000)
    expect(card.locator(".door-said")).to_contain_text("投票已结束")
    page.reload()
    expect(card.locator(".door-said")).to_contain_text("投票已结束")


def test_it_works_without_javascript_where_there_is_a_network(walk: Round, browser: Browser) -> None:
    plain = browser.new_context(java_script_enabled=False, locale="zh-CN")
    plain.add_cookies([{"name": "session", "value": walk.people.sign_in(story.ZHAO), "url": walk.url}])
    page = plain.new_page()
    page.goto(f"{walk.url}/door/{walk.poll}?building={quote('2幢')}")
    enter(page, 13)
    expect(page.get_by_text("已录入。")).to_be_visible()
    assert walk.turnout() == 1
    plain.close()
