"""What whoever answers can rely on when a bell belongs elsewhere: the page hands it on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bell.test_pages import press, ring, taken, words
from tests.console.browser import Browser
from tests.contract.client import Web, visiting
from tests.fakes.world import World
from tests.session.people import PHONES, two_communities

MOVED = {"transfer_reason": "wrong_place", "transfer_neighbourhood": "zuojia"}


@pytest.fixture
def web() -> Iterator[Web]:
    with visiting(World(two_communities())) as found:
        yield found


def test_a_bell_that_rings_is_handed_on_by_a_press(web: Web) -> None:
    track = ring(web)
    page = f"/a/{web.alert('zhao')}"
    assert 'name="transfer_reason"' in web.get(page).text
    answer = press(web, page, "transfer", **MOVED)
    assert (answer.status, answer.location) == (303, f"{page}?told=transferred")
    after = web.get(answer.location)
    assert after.status == 200
    assert "已转交" in words(after)
    assert "属于其他小区" in words(web.get(track))


def test_whoever_answered_hands_on_to_another_desk(web: Web) -> None:
    _, page = taken(web)
    moved = {"transfer_reason": "wrong_desk", "transfer_desk": "lawyer"}
    assert press(web, page, "transfer", **moved).status == 303
    assert press(web, page, "answer").status == 410


def test_a_wrong_field_is_said_beside_it_and_what_was_chosen_is_kept(web: Web) -> None:
    _, page = taken(web)
    again = press(web, page, "transfer", transfer_desk="lawyer", transfer_reason="")
    assert again.status == 400
    assert '<a href="#transfer_reason">' in again.text
    assert '<option value="lawyer" selected>' in again.text
    assert '<details class="more" id="transfer" open>' in again.text
    assert '<details class="more" id="decline">' in again.text


def test_the_place_where_it_rings_already_is_no_other_place(web: Web) -> None:
    _, page = taken(web)
    again = press(web, page, "transfer", transfer_reason="wrong_place")
    assert again.status == 400
    assert '<a href="#transfer_neighbourhood">' in again.text


def test_after_five_times_nothing_is_offered_any_more(web: Web) -> None:
    page = f"/a/{web.ring().json['id']}"
    li = Browser(web, PHONES["subdistrict"])
    for place in ("zuojia", "wenyi", "zuojia", "wenyi", "zuojia"):
        moved = {"transfer_reason": "wrong_place", "transfer_neighbourhood": place}
        assert li.post(page, action="transfer", **moved).status == 303
    assert 'name="transfer_reason"' not in li.get(page).text


def test_staff_who_signed_in_hand_on_what_they_then_see_no_more(web: Web) -> None:
    page = f"/a/{web.ring().json['id']}"
    wang = Browser(web, PHONES["community"])
    answer = wang.post(page, action="transfer", **MOVED) if wang.get(page).status == 200 else None
    assert answer is not None
    assert answer.status == 303
    assert "已转交" in words(wang.get(answer.location))


def test_saying_that_it_was_handed_on_shows_others_nothing(web: Web) -> None:
    page = f"/a/{web.ring().json['id']}?told=transferred"
    stranger = Browser(web, PHONES["neighbouring community"])
    assert "文一" not in words(stranger.get(page))
