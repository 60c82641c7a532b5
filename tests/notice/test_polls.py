"""Whoever drafted a poll hears what they have to do next, and nobody else hears of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.core import ids
from chalicelib.notice import polls, texts
from chalicelib.people.staff import Channel
from chalicelib.poll import commands
from chalicelib.poll.ballots import Via
from chalicelib.poll.roll import Kind, Owner, Unit
from chalicelib.poll.shapes import Cast
from chalicelib.poll.state import Poll, Sight, Stage, Terms
from tests.fakes.clock import START
from tests.fakes.world import World
from tests.notice.polloffice import PollOffice
from tests.poll import samples

WORDS = sorted({name for name in texts.TEMPLATES if name.startswith("poll_")})


def test_announcing_and_opening_tell_nobody() -> None:
    office = PollOffice()
    assert office.kinds() == ["drafted", "announced", "opened"]
    office.world.no_other_message()


def test_a_day_before_the_end_whoever_drafted_it_hears_how_many_took_part() -> None:
    office = PollOffice()
    office.votes(1, 2)
    office.world.pass_time(days=6)
    sent = office.world.expect("poll_warned", to="wang", channel=Channel.SMS)
    assert sent.text == f"协商铃：已投2/6，将截止 https://ling.cn/polls/{office.poll}/desk"
    office.world.no_other_message()


def test_owners_who_are_too_few_are_named_as_such() -> None:
    office = PollOffice(matter=8)
    office.votes(1, 2, 3)
    office.world.pass_time(days=6)
    sent = office.world.expect("poll_short", to="wang")
    assert "3/6，未达2/3" in sent.text
    office.world.no_other_message()


def test_two_thirds_of_owners_and_area_are_enough() -> None:
    office = PollOffice(matter=8)
    office.votes(1, 2, 3, 4)
    office.world.pass_time(days=6)
    office.world.expect("poll_warned", to="wang")
    office.world.no_other_message()


def test_after_the_end_comes_the_paper_and_then_the_result() -> None:
    office = PollOffice()
    office.votes(1, 2, 3, 4)
    office.world.pass_time(days=7)
    office.world.expect("poll_warned", to="wang")
    closed = office.world.expect("poll_closed", to="wang")
    assert "纸票录至12月1日10:0" in closed.text
    office.world.no_other_message()
    office.world.pass_time(days=1)
    assert office.head.stage is Stage.COUNTED
    office.world.expect("poll_carried", to="wang")
    office.world.no_other_message()


def test_a_poll_that_was_not_carried_says_so() -> None:
    office = PollOffice()
    office.votes(1, 2, 3, 4, choice="against")
    office.world.pass_time(days=8, minutes=1)
    for template in ("poll_warned", "poll_closed", "poll_lost"):
        office.world.expect(template, to="wang")
    office.world.no_other_message()


def test_conflicts_that_decide_it_are_to_be_ruled_on() -> None:
    couple = (Owner("甲", phone="+8613900000011"), Owner("乙", phone="+8613900000012"))
    office = PollOffice([samples.unit(1, *couple), samples.unit(2), samples.unit(3)], matter=1)
    at = office.world.clock.now()
    for voter, choice in enumerate(("for", "against")):
        ballot = replace(samples.ballot(20 + voter, choice, at=at, via=Via.SMS), voter=voter)
        office.world.store.cast(Cast(office.poll, 1, ballot))
    office.votes(2)
    office.votes(3, choice="against")
    office.world.pass_time(days=8, minutes=1)
    assert office.head.stage is Stage.DISPUTED
    for template in ("poll_warned", "poll_closed", "poll_disputed"):
        office.world.expect(template, to="wang")
    office.world.no_other_message()


@pytest.mark.parametrize(
    "command",
    [commands.Cancel("roll_wrong"), commands.Extend(START.replace(month=12, day=20), "bad_weather")],
)
def test_what_is_cancelled_or_extended_is_on_the_record_and_in_no_message(command: commands.Command) -> None:
    office = PollOffice()
    office.does(command)
    office.world.settle()
    office.world.no_other_message()


def test_at_night_it_waits_for_the_morning() -> None:
    world = World(start=START.replace(hour=15))  # 23:00 in Hangzhou
    office = PollOffice(world=world)
    world.pass_time(days=6, minutes=2)
    assert "warned" in office.kinds()
    world.no_other_message()
    world.pass_time(hours=9)
    world.expect("poll_warned", to="wang")
    world.no_other_message()


def test_what_waits_for_the_morning_is_dropped_when_the_poll_has_gone_on() -> None:
    world = World(start=START.replace(hour=15))
    office = PollOffice(world=world)
    world.pass_time(days=6, minutes=2)
    office.does(commands.Cancel("settled_otherwise"))
    world.pass_time(hours=9)
    world.no_other_message()


def test_when_they_have_left_those_on_duty_go_on_with_it() -> None:
    office = PollOffice()
    office.world.without("wang")
    office.world.pass_time(days=6)
    office.world.expect("poll_warned", to="li")
    office.world.no_other_message()


def test_the_same_record_again_tells_nobody_again() -> None:
    office = PollOffice()
    office.world.pass_time(days=5, hours=23)
    office.world.clock.advance(hours=2)
    office.world.engine.run_due()
    records = office.world.take_stream()
    office.world.deliver([*records, *records])
    office.world.settle()
    office.world.deliver(records)
    office.world.expect("poll_warned", to="wang")
    office.world.no_other_message()


@pytest.mark.parametrize("template", WORDS)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_message_of_a_poll_is_one_segment_with_the_longest_link_and_figures(
    template: str, language: str
) -> None:
    limit = texts.TICKET_LIMIT if template == polls.REMINDER else texts.LINK_LIMIT
    params: dict[str, str | int] = {
        "link": "h" * limit,
        "number": "MX-7F3K-92QD",
        "voted": 10**8,
        "units": 10**8,
        "when": "12月31日23:59" if language == "zh-CN" else "31 Dec 23:59",
    }
    text = texts.render(template, language, params, Channel.SMS).text
    assert texts.units(text) <= texts.SEGMENT, text
    assert text.endswith("h" * limit)


def poll(**terms: object) -> Poll:
    drafted = samples.drafted(ids.new_id("MX", samples.NOW, 5), matter=8).after
    return replace(drafted, terms=replace(Terms(), **terms))  # type: ignore[arg-type]


def test_an_owner_who_voted_through_one_unit_took_part_with_all() -> None:
    rich = Owner("甲", mark="1")
    units = (
        samples.unit(1, rich, area=1_000),
        samples.unit(2, rich, area=5_000),
        samples.unit(3, area=3_000),
    )
    assert polls.standing(poll(), units, {1}).short, "two thirds of the area, but one of two owners"
    assert polls.standing(poll(), (*units[:2],), {1}) == polls.Standing(1, 2, short=False)


def test_parking_spaces_are_no_units_that_are_asked() -> None:
    space = Unit(2, "1幢", "B1", 1_200, (Owner("甲", mark="1"),), kind=Kind.PARKING)
    assert polls.standing(poll(), (samples.unit(1), space), {1, 2}) == polls.Standing(1, 1)


def test_what_officials_may_not_see_before_the_end_is_in_no_message() -> None:
    office = PollOffice(officials=Sight.NOTHING)
    office.votes(1)
    office.world.pass_time(days=6)
    sent = office.world.expect("poll_ending", to="wang")
    assert "1" not in sent.text.partition(" ")[0]
    office.world.no_other_message()
