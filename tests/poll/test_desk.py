"""The desk of a poll as the office has it in the browser, the whole application on fakes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest

from tests.contract.client import Answer, visiting
from tests.fakes.world import World
from tests.poll.hall import Hall
from tests.poll.house import draft_poll, open_poll
from tests.session.people import two_communities


class Desk:
    """The office at its desk."""

    def __init__(self, hall: Hall, poll: str) -> None:
        self.hall, self.poll = hall, poll
        self.path = f"/polls/{poll}/desk"

    @property
    def _cookie(self) -> str:
        return f"session={self.hall.community}"

    def page(self, path: str = "") -> str:
        """The text of a page that can be looked at."""
        answer = self.hall.web.get(path or self.path, Cookie=self._cookie)
        assert answer.status == 200
        return unescape(answer.text)

    def presses(self, action: str, **fields: str) -> Answer:
        """One of the desk's buttons."""
        found = re.search(r'name="csrf" value="(\w+)"', self.page())
        assert found
        return self.hall.web.form(
            self.path, {"csrf": found[1], "action": action, **fields}, Cookie=self._cookie
        )


@pytest.fixture
def hall() -> Iterator[Hall]:
    with visiting(World(two_communities())) as web:
        yield Hall(web)


def test_a_draft_is_changed_in_the_form_it_was_written_in(hall: Hall) -> None:
    desk = Desk(hall, draft_poll(hall.web, hall.community))
    form = desk.page(f"{desk.path}?edit=1")
    version = re.search(r'name="version" value="(\d+)"', form)
    question = re.search(r'id="question1"[^>]*>([^<]+)<', form)
    assert version
    assert question
    assert (
        question[1]
        == hall.web.get(f"/v1/polls/{desk.poll}", token=hall.community).json["topics"][0]["question"]
    )
    changed = {"question1": "装不装坐凳？", "matter": "0", "notice_days": "0", "version": version[1]}
    assert desk.presses("redraft", **changed).status == 303
    assert "装不装坐凳？" in desk.page()
    stale = desk.presses("redraft", **changed)
    assert stale.status == 409, "somebody else has changed it since"
    assert "装不装坐凳？" in unescape(stale.text), "what was typed stays"


def test_a_notice_that_is_out_is_changed_no_more(hall: Hall) -> None:
    desk = Desk(hall, open_poll(hall.web, hall.community))
    assert "edit=1" not in desk.page()
    assert hall.web.get(f"{desk.path}?edit=1", Cookie=f"session={hall.community}").status == 409


def test_the_sheet_of_a_lost_one_is_asked_for_by_its_door_and_is_one_link_away(hall: Hall) -> None:
    desk = Desk(hall, open_poll(hall.web, hall.community))
    asked = re.search(r"<option>([^<]+)</option>", desk.page())
    assert asked
    nowhere = desk.presses("reissue", building=asked[1], room="没有这一室")
    assert nowhere.status == 400
    assert "lost-room" in nowhere.text
    assert 'aria-invalid="true"' in nowhere.text
    sheets = desk.page(f"/polls/{desk.poll}/sheets?building={asked[1]}")
    room = re.search(r'class="door"><bdi dir="auto">[^<]+</bdi> <bdi dir="auto">([^<]+)</bdi>', sheets)
    assert room
    done = desk.presses("reissue", building=asked[1], room=f" {room[1]} ")
    told = done.headers["location"]
    assert done.status == 303
    assert "told=reissued&unit=" in told
    link = f"/polls/{desk.poll}/sheets?unit={told.rpartition('=')[2]}"
    assert link in desk.page(told)
    assert room[1] in desk.page(link)


def test_after_a_reminder_the_desk_says_when_the_next_one_is_possible(hall: Hall) -> None:
    desk = Desk(hall, open_poll(hall.web, hall.community))
    assert 'value="remind"' in desk.page()
    desk.presses("remind")
    assert 'value="remind"' not in desk.page()
    assert "起可再次提醒" in desk.page()


def test_an_end_that_is_none_is_shown_where_it_was_typed(hall: Hall) -> None:
    desk = Desk(hall, open_poll(hall.web, hall.community))
    answer = desk.presses("extend", closes_at="2020-01-01T00:00", reason="participation")
    assert answer.status == 400
    assert 'href="#longer"' in answer.text
    assert 'value="2020-01-01T00:00"' in answer.text


def test_another_language_is_the_same_building(hall: Hall) -> None:
    desk = Desk(hall, open_poll(hall.web, hall.community))
    page = desk.page(f"/polls/{desk.poll}/paper?building=2&lang=zh-CN&elder=0")
    assert f"/polls/{desk.poll}/paper?lang=en&building=2" in page
