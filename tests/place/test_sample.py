"""The sample subdistrict that `make run` loads."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.case.deadlines import Policy
from chalicelib.people.rules import duty, on_duty
from chalicelib.place.casework import calendar_for, policy_for
from chalicelib.place.file import dump, parse, review
from chalicelib.place.ladder import Desk, Role, Urgency
from tests.place.sample import mishixiang

HOURS = [datetime(2026, 11, 23, tzinfo=UTC) + timedelta(hours=n) for n in range(24 * 7 * 3)]
PLACES = [neighbourhood.id for _, neighbourhood in mishixiang().neighbourhoods()]


def test_it_has_the_places_of_the_newspaper_page() -> None:
    directory = mishixiang()
    names = {
        community.name: [n.name for n in community.neighbourhoods] for community in directory.communities
    }
    assert directory.subdistrict.name == "米市巷街道"
    assert names == {
        "半道红社区": ["密渡桥路小区"],
        "米市社区": ["一清新村", "文一大院"],
        "夹城巷社区": ["左家新村", "小河东村"],
    }
    midu = directory.neighbourhood("midu-bridge")
    assert midu is not None
    assert midu.households == 434


@pytest.mark.parametrize("place", PLACES)
def test_every_level_of_every_ladder_has_somebody_at_every_hour_of_three_weeks(place: str) -> None:
    directory = mishixiang()
    for roles in {level.roles for u in Urgency for d in Desk for level in directory.ladder(u, d).levels} | {
        (Role.SUPERVISOR,)
    }:
        assert all(duty(directory, place, roles, hour).staff for hour in HOURS), roles


def test_the_specialists_of_the_article_answer_for_their_neighbourhoods() -> None:
    directory = mishixiang()
    for place, name in (("midu-bridge", "赵虹"), ("yiqing", "陈思阳")):
        assert [s.name for s in duty(directory, place, [Role.SPECIALIST], HOURS[0]).staff] == [name]


def test_zuojia_hands_over_each_monday_at_nine() -> None:
    directory = mishixiang()
    monday = datetime(2026, 11, 30, 1, tzinfo=UTC)
    before, after = (
        on_duty(directory, "zuojia", Role.SPECIALIST, at) for at in (monday - timedelta(seconds=1), monday)
    )
    assert before != after
    assert on_duty(directory, "zuojia", Role.SPECIALIST, monday - timedelta(days=6)) == before


def test_nothing_about_it_is_unwise_and_nothing_is_lost_when_written_back() -> None:
    assert review(mishixiang()) == ()
    assert parse(dump(mishixiang())) == mishixiang()


def test_short_names_fit_an_sms_in_both_languages() -> None:
    for _, neighbourhood in mishixiang().neighbourhoods():
        assert 0 < len(neighbourhood.short) <= 8
        assert 0 < len(neighbourhood.short_en) <= 8


def test_everybody_in_the_newspapers_stories_can_be_invited() -> None:
    directory = mishixiang()
    assert {o.kind for o in directory.organisations} >= {
        "property_company",
        "renovation_office",
        "police",
        "contractor",
        "supervising_engineer",
        "lawyer",
        "mediator",
        "representative",
    }
    assert {"运河物业", "街道旧改办"} <= {o.name for o in directory.organisations_of("midu-bridge")}
    assert all(o.phone and o.mail and o.person and o.name_en for o in directory.organisations)
    assert directory.committee == "米市巷街道人民调解委员会"


def test_the_terms_it_says_are_the_platforms_own() -> None:
    """What the file explains is what a place without it has."""
    said, usual = policy_for(mishixiang()), Policy()
    assert replace(said, stages=()) == replace(usual, stages=())
    assert said.stages[: len(usual.stages)] == usual.stages
    assert calendar_for(mishixiang()) == calendar_for(replace(mishixiang(), casework={}, version=1))


def test_people_are_made_up() -> None:
    for staff in (*mishixiang().staff, *mishixiang().organisations):
        assert staff.phone.startswith("+86138000010")
        assert staff.mail.endswith("@example.org")
