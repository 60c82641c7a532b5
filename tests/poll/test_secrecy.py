"""What a curious official or neighbour cannot learn from a poll, and cannot do to it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from chalicelib.poll.roll import Owner
from tests.contract.client import visiting
from tests.fakes.world import World
from tests.poll import samples
from tests.poll.house import open_poll
from tests.poll.test_api import Hall
from tests.session.people import two_communities

COUPLE = samples.unit(1, Owner("甲", phone="+8613900000101"), Owner("乙", phone="+8613900000102"))


@pytest.fixture
def hall() -> Iterator[Hall]:
    with visiting(World(two_communities())) as web:
        yield Hall(web)


def disputed(hall: Hall) -> str:
    """Four households, two for and two against; one of them said both."""
    poll = open_poll(hall.web, hall.community, (COUPLE, *samples.roll(4)[1:]))
    hall.vote(poll, 1, "for", key="a", voter=0)
    hall.world.pass_time(seconds=5)
    hall.vote(poll, 1, "against", key="b", voter=1)
    hall.vote(poll, 2, "for")
    hall.vote(poll, 3, "for")
    hall.vote(poll, 4, "against")
    hall.ends(poll)
    assert hall.read(poll)["stage"] == "disputed"
    return poll


def rulings(hall: Hall, poll: str) -> list[str]:
    items = hall.web.get(f"/v1/polls/{poll}/conflicts", token=hall.community).json["items"]
    return [item["ruling"] for item in items]


def test_the_public_record_holds_no_figures_of_a_count_before_a_ruling(hall: Hall) -> None:
    poll = disputed(hall)
    events = hall.web.get(f"/v1/polls/{poll}/record").json["events"]
    counted = next(event for event in events if event["kind"] == "counted")
    assert counted["data"]["result"].keys() <= {"format", "conflicts"}
    assert "choices" not in json.dumps(events)


def test_an_official_sees_no_figures_before_a_ruling(hall: Hall) -> None:
    poll = disputed(hall)
    page = hall.web.get(f"/polls/{poll}/desk", Cookie=f"session={hall.community}")
    assert page.status == 200
    assert 'class="bar' not in page.text
    assert hall.web.get(f"/v1/polls/{poll}", token=hall.community).json["result"] == {}


def test_nobody_silences_a_household_about_which_there_is_no_question(hall: Hall) -> None:
    poll = disputed(hall)
    answer = hall.do(poll, "rule", unit=2, ballot="", reason="not_the_owner")
    assert (answer.status, answer.fields) == (400, {"unit": "not_disputed"})
    assert rulings(hall, poll) == [""]


def test_a_ruling_that_is_refused_leaves_nothing_in_the_box(hall: Hall) -> None:
    poll = disputed(hall)
    items = hall.web.get(f"/v1/polls/{poll}/conflicts", token=hall.community).json["items"]
    first = items[0]["ballots"][0]["id"]
    stale = hall.do(poll, "rule", unit=1, ballot=first, reason="owners_agreed", version=1)
    assert (stale.status, stale.code) == (409, "changed_meanwhile")
    assert rulings(hall, poll) == [""]
    body = {"unit": 1, "ballot": first, "reason": "owners_agreed"}
    stranger = hall.web.post(f"/v1/polls/{poll}/rule", body, token=hall.specialist)
    assert stranger.status == 403
    assert rulings(hall, poll) == [""]
