"""The calendar and the policy that cases of a place get."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.case.deadlines import STAGE_TERMS, TARGETS, Policy, Term
from chalicelib.case.stages import Stage
from chalicelib.core.calendar import OFFICE_HOURS
from chalicelib.place.casework import calendar_for, policy_for, term_of
from chalicelib.place.file import decode, encode, parse
from chalicelib.place.ladder import Urgency
from chalicelib.place.rules import Directory
from tests.fakes import places
from tests.place.sample import small

NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)  # a Monday in Berlin


def deciding(**casework: Any) -> Directory:
    """The small Chinese subdistrict with these rules of cases."""
    return replace(places.directory(), casework=casework)


class TestTerms:
    @pytest.mark.parametrize(
        ("written", "term"),
        [
            ("7d", Term(days=7)),
            ("24h", Term(hours=24)),
            ("90 min", Term(minutes=90)),
            ("1 day", Term(days=1)),
            ("2 hours", Term(hours=2)),
            ("15天", Term(days=15)),
            ("24小时", Term(hours=24)),
            ("30分钟", Term(minutes=30)),
            ("7 working days", Term(days=7, working=True)),
            ("1 Working Day", Term(days=1, working=True)),
            ("4 working hours", Term(hours=4, working=True)),
            ("5个工作日", Term(days=5, working=True)),
            ("4个工作小时", Term(hours=4, working=True)),
        ],
    )
    def test_a_term_is_written_as_people_write_it(self, written: str, term: Term) -> None:
        assert term_of(written) == term

    @pytest.mark.parametrize(
        "written", ["", "7", "d", "-1d", "1.5h", "7 weeks", "1m1", "0h", "367 working days", "1099d"]
    )
    def test_anything_else_is_none(self, written: str) -> None:
        with pytest.raises(ValueError, match="no term"):
            term_of(written)


class TestPolicy:
    def test_a_place_that_says_nothing_has_the_platforms(self) -> None:
        assert policy_for(deciding()) == Policy()

    def test_a_stage_has_the_places_term_for_its_cases_and_the_platforms_for_others(self) -> None:
        policy = policy_for(parse(small()))
        assert policy.stage(Stage.NEGOTIATING, Urgency.ORDINARY, "noise") == Term(days=3, working=True)
        assert policy.stage(Stage.NEGOTIATING, Urgency.ORDINARY, "road") == Term(days=7)
        assert policy.stage(Stage.LOOKING_INTO, Urgency.URGENT, "power") == Term(minutes=90)
        assert policy.stage(Stage.LOOKING_INTO, Urgency.EMERGENCY, "gas") == Term(hours=1)
        assert policy.stages[2:] == STAGE_TERMS

    def test_targets_and_hard_categories_are_the_places_where_it_names_them(self) -> None:
        policy = policy_for(parse(small()))
        assert policy.target(Urgency.ORDINARY, "parking") == Term(days=10)
        assert policy.target(Urgency.ORDINARY, "noise") == TARGETS["hard"]
        assert policy.target(Urgency.ORDINARY, "illegal-structure") == Term(days=10), "no longer a hard one"
        assert policy.target(Urgency.EMERGENCY, "gas") == TARGETS[Urgency.EMERGENCY]

    @pytest.mark.parametrize(
        "key", ["rating", "archive", "reopen", "acceptance", "report", "minutes", "court"]
    )
    def test_every_other_term_can_be_the_places(self, key: str) -> None:
        policy = policy_for(deciding(**{key: "2 working days"}))
        assert getattr(policy, key) == Term(days=2, working=True)
        assert replace(policy, **{key: getattr(Policy(), key)}) == Policy()

    def test_so_can_how_long_a_question_may_wait(self) -> None:
        assert policy_for(deciding(question_days=10)).question_days == 10


class TestCalendar:
    def test_a_place_in_china_has_chinas_days_and_office_hours(self) -> None:
        calendar = calendar_for(deciding())
        assert not calendar.works(date(2026, 10, 1))
        assert calendar.hours == OFFICE_HOURS
        assert str(calendar.zone) == "Asia/Shanghai"

    def test_a_place_elsewhere_does_not_rest_on_chinas_holidays(self) -> None:
        abroad = parse({**small(), "casework": {}})
        assert calendar_for(abroad).works(date(2026, 10, 1))
        assert not calendar_for(abroad).provisional(datetime(2040, 1, 1, tzinfo=UTC))

    def test_weekend_hours_and_days_are_the_places(self) -> None:
        calendar = calendar_for(parse(small()))
        assert calendar.works(date(2026, 11, 28)), "a Saturday, and only Sundays are free"
        assert not calendar.works(date(2026, 12, 25))
        assert calendar.works(date(2026, 12, 27)), "a Sunday that is worked"
        assert calendar.day_length == timedelta(hours=15)
        assert calendar.add(NOON, timedelta(hours=1)) == NOON + timedelta(hours=2), "after the lunch break"
        assert calendar.provisional(datetime(2027, 1, 2, tzinfo=UTC))

    def test_the_days_of_a_chinese_place_overrule_what_is_published(self) -> None:
        calendar = calendar_for(
            deciding(days=["2026-10-01 work 值守", "2027-02-08 rest 春节", "2027 published"])
        )
        assert calendar.works(date(2026, 10, 1))
        assert not calendar.works(date(2027, 2, 8))
        assert not calendar.provisional(datetime(2027, 6, 1, tzinfo=UTC))


class TestKept:
    def test_what_was_made_of_a_version_is_made_once_however_often_it_is_read(self) -> None:
        one, two = (decode(encode(parse(small()))) for _ in range(2))
        assert one is not two
        assert calendar_for(one) is calendar_for(two)
        assert policy_for(one) is policy_for(two)

    def test_a_directory_that_says_something_else_never_gets_it(self) -> None:
        before, after = deciding(report="1h"), deciding(report="2h")
        assert before.version == after.version
        assert policy_for(before).report == Term(hours=1)
        assert policy_for(after).report == Term(hours=2)
        assert policy_for(before).report == Term(hours=1)

    def test_neither_does_one_in_another_time_zone(self) -> None:
        here = deciding()
        there = replace(here, subdistrict=replace(here.subdistrict, timezone="Asia/Urumqi"))
        assert [str(calendar_for(place).zone) for place in (here, there)] == ["Asia/Shanghai", "Asia/Urumqi"]
