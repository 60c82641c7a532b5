"""What can be done to a poll when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.chain import SYSTEM, Actor, Happening, Tip, extend, verify
from chalicelib.core.errors import Conflict, Invalid
from chalicelib.poll import clock, commands, drafting, rules, stages
from chalicelib.poll.roll import Building
from chalicelib.poll.state import Frozen, Option, Poll, Sight, Stage, Terms, Topic

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
LIU = Actor("staff", "liu", "刘敏", "community")
FROZEN = Frozen(3, "ab" * 32, 434, (Building("1幢", 1, 434, 434),))
ABOUT = {"neighbourhood": "n1", "community": "c1", "case": ""}


def draft(matter: int = 0, notice_days: int = 0) -> commands.Draft:
    topic = Topic("1", "拆除围墙，您是否同意？", drafting.YES_NO, matter)
    return commands.Draft((topic,), Terms(), notice_days)


def begin(command: commands.Draft) -> Poll:
    return rules.fold(extend("POLL#MX1", Tip(), NOW, LIU, (rules.drafted(ABOUT, command),)))


def after(poll: Poll, happenings: tuple[Happening, ...], at: datetime = NOW, by: Actor = SYSTEM) -> Poll:
    return rules.fold(extend(poll.thing, poll.tip, at, by, happenings), poll)


def announced(poll: Poll, days: int = 7) -> Poll:
    opens = NOW + timedelta(days=poll.notice_days)
    command = commands.Announce(opens, opens + timedelta(days=days), FROZEN)
    return after(poll, rules.decide(poll, command, NOW))


def wrong(error: pytest.ExceptionInfo[Invalid]) -> set[tuple[str, str]]:
    return {(e.field, e.code) for e in error.value.errors}


def test_a_poll_goes_from_draft_to_counted_by_itself_once_it_is_announced() -> None:
    poll = announced(begin(draft(matter=5, notice_days=7)))
    assert poll.stage is Stage.ANNOUNCED
    assert poll.due_at == poll.opens_at
    opens, closes = poll.window
    poll = after(poll, clock.due(poll, opens), opens)
    assert poll.stage is Stage.OPEN
    assert poll.due_at == closes - timedelta(hours=24), "the officials are told a day before the end"
    poll = after(poll, clock.due(poll, closes - timedelta(hours=24)))
    assert (poll.warned, poll.due_at) == (True, closes)
    poll = after(poll, clock.due(poll, closes), closes)
    assert poll.stage is Stage.CLOSED
    assert poll.due_at == closes + timedelta(days=1), "paper from before the end is still entered"
    poll = after(poll, clock.due(poll, poll.due_at), poll.due_at)
    assert (poll.stage, poll.due_at) == (Stage.SEALED, None)
    done = rules.decide(poll, commands.Count({"topics": []}, "f" * 64, True, True), closes)
    poll = after(poll, done, closes)
    assert (poll.stage, poll.counts) == (Stage.COUNTED, 1)


def test_a_platform_that_slept_through_it_does_every_step_in_order() -> None:
    poll = announced(begin(draft()))
    late = poll.window[1] + timedelta(days=30)
    kinds = [happening.kind for happening in clock.due(poll, late)]
    assert kinds == ["opened", "closed", "sealed"]


def test_nothing_is_due_before_its_time() -> None:
    poll = announced(begin(draft(notice_days=3)))
    assert clock.due(poll, poll.window[0] - timedelta(milliseconds=1)) == ()


def test_no_topic_is_added_after_the_notice() -> None:
    poll = announced(begin(draft()))
    with pytest.raises(Conflict) as refusal:
        rules.decide(poll, draft(), NOW)
    assert refusal.value.params["possible"] == ["reissue", "cancel"]


def test_owners_get_seven_days_of_notice_at_least_and_five_days_to_vote() -> None:
    with pytest.raises(Invalid) as error:
        begin(draft(matter=4, notice_days=6))
    assert wrong(error) == {("notice_days", "out_of_range")}
    poll = begin(draft(matter=4, notice_days=7))
    soon = commands.Announce(NOW + timedelta(days=6), NOW + timedelta(days=10), FROZEN)
    with pytest.raises(Invalid) as error:
        rules.decide(poll, soon, NOW)
    assert wrong(error) == {("opens_at", "notice_too_short"), ("closes_at", "poll_too_short")}


def test_households_can_be_asked_at_once() -> None:
    assert announced(begin(draft())).opens_at == NOW


def test_voting_never_lasts_longer_than_sixty_days_even_with_extensions() -> None:
    poll = announced(begin(draft()), days=60)
    poll = after(poll, clock.due(poll, NOW))
    longer = commands.Extend(poll.window[1] + timedelta(seconds=1), "participation")
    with pytest.raises(Invalid) as error:
        rules.decide(poll, longer, NOW)
    assert wrong(error) == {("closes_at", "poll_too_long")}


def test_an_extension_needs_a_reason_and_a_later_end_before_the_end() -> None:
    poll = announced(begin(draft()))
    poll = after(poll, clock.due(poll, NOW))
    closes = poll.window[1]
    with pytest.raises(Invalid) as error:
        rules.decide(poll, commands.Extend(closes, "because"), NOW)
    assert wrong(error) == {("reason", "unknown"), ("closes_at", "not_later")}
    longer = commands.Extend(closes + timedelta(days=2), "participation")
    assert after(poll, rules.decide(poll, longer, NOW)).closes_at == closes + timedelta(days=2)
    with pytest.raises(Conflict, match="poll_over"):
        rules.decide(poll, longer, closes)


def test_those_who_have_not_voted_are_reminded_once_a_day_at_most() -> None:
    poll = announced(begin(draft()))
    poll = after(poll, clock.due(poll, NOW))
    poll = after(poll, rules.decide(poll, commands.Remind(), NOW))
    with pytest.raises(Conflict, match="reminded_already"):
        rules.decide(poll, commands.Remind(), NOW + timedelta(hours=19))
    assert rules.decide(poll, commands.Remind(), NOW + timedelta(hours=20))


def test_a_poll_whose_result_hangs_on_a_conflict_waits_for_a_ruling_and_is_counted_again() -> None:
    poll = replace(announced(begin(draft())), stage=Stage.SEALED)
    poll = after(poll, rules.decide(poll, commands.Count({}, "f" * 64, False, False), NOW))
    assert poll.stage is Stage.DISPUTED
    poll = after(poll, rules.decide(poll, commands.Rule(7, "", "not_the_owner"), NOW), by=LIU)
    poll = after(poll, rules.decide(poll, commands.Count({}, "e" * 64, True, True), NOW))
    assert (poll.stage, poll.counts) == (Stage.COUNTED, 2)


def test_every_wrong_field_of_a_draft_is_named_at_once() -> None:
    own = (Option("a", "甲"), Option("a", ""))
    terms = Terms(share=(2, 1), of="all", public=Sight.TALLY, silent_with_majority=True)
    topics = (
        Topic("1", " ", own, 4),
        Topic("1", "二", drafting.YES_NO, 0),
        Topic("3", "三", drafting.YES_NO, 12),
    )
    with pytest.raises(Invalid) as error:
        rules.drafted(ABOUT, commands.Draft(topics, terms, 90, -1))
    assert wrong(error) == {
        ("topics", "mixed_matters"),
        ("topics", "twice"),
        ("topics[0].question", "required"),
        ("topics[0].options", "options_fixed"),
        ("topics[0].options", "twice"),
        ("topics[0].options[1].label", "required"),
        ("topics[2].matter", "unknown"),
        ("terms.share", "out_of_range"),
        ("terms.of", "unknown"),
        ("terms.public", "never_before_the_end"),
        ("terms.silent_with_majority", "needs_covenant"),
        ("notice_days", "out_of_range"),
        ("entry_seconds", "out_of_range"),
    }


def test_two_choices_that_read_the_same_are_one_too_many() -> None:
    same = (Option("o1", "木色"), Option("o2", " 木色"), Option("o3", "绿色"))
    topic = replace(draft().topics[0], options=same)
    with pytest.raises(Invalid) as refused:
        rules.drafted(ABOUT, replace(draft(), topics=(topic,)))
    assert wrong(refused) == {("topics[0].options", "twice")}


def test_a_poll_that_ended_takes_no_command() -> None:
    assert stages.possible(Stage.COUNTED) == stages.possible(Stage.CANCELLED) == ()


COMMANDS = st.sampled_from(
    [
        draft(),
        commands.Announce(NOW, NOW + timedelta(days=7), FROZEN),
        commands.Extend(NOW + timedelta(days=9), "participation"),
        commands.Remind(),
        commands.Reissue(7),
        commands.Seal(),
        commands.Count({}, "f" * 64, True, True),
        commands.Count({}, "f" * 64, False, False),
        commands.Rule(7, "", "not_the_owner"),
        commands.Cancel("roll_wrong"),
        None,
    ]
)


@given(st.lists(st.tuples(COMMANDS, st.integers(0, 5 * 86_400)), max_size=25))
def test_whatever_is_done_in_whatever_order_the_record_verifies_and_no_step_is_outside_the_table(
    steps: list[tuple[commands.Command | None, int]],
) -> None:
    now, events = NOW, list(extend("POLL#MX1", Tip(), NOW, LIU, (rules.drafted(ABOUT, draft()),)))
    poll = rules.fold(events)
    for command, seconds in steps:
        now += timedelta(seconds=seconds)
        before = poll.stage
        try:
            happenings = rules.decide(poll, command, now) if command else clock.due(poll, now)
        except (Conflict, Invalid):
            continue
        more = extend(poll.thing, poll.tip, now, LIU, happenings)
        poll = rules.fold(more, poll)
        events += more
        if command is not None:
            wanted = stages.TRANSITIONS[before, type(command).__name__.lower()]
            assert poll.stage in {wanted, Stage.DISPUTED if wanted is Stage.COUNTED else wanted}
        assert not clock.due(poll, now) or (poll.due_at is not None and poll.due_at <= now)
    assert verify(events, poll.tip, poll.thing).intact
    assert rules.fold(events) == poll, "a poll is the fold of its events"
