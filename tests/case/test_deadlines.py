"""Every deadline of a case: when it is reminded of, who is told that it is late, and what stops it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.case import commands as do
from chalicelib.case.deadlines import Policy, Term
from chalicelib.case.due import due
from chalicelib.case.folding import after
from chalicelib.case.rules import Stage, decide
from chalicelib.core.chain import RESIDENT, Happening, Tip, extend
from chalicelib.core.errors import Conflict, Forbidden, Invalid
from chalicelib.core.timers import MAX_HOPS
from chalicelib.place.ladder import Urgency
from tests.case.lives import CALENDAR, LI, SHANGHAI, START, WANG, ZHAO, Life, kinds, text

T = text()
DISSATISFIED = do.Rate(True, False, False, ("not_fixed",))


@pytest.mark.parametrize(
    ("urgency", "category", "hours"),
    [
        (Urgency.EMERGENCY, "gas", 2),
        (Urgency.URGENT, "elevator", 24),
        (Urgency.ORDINARY, "noise", 7 * 24),
        (Urgency.ORDINARY, "illegal-structure", 15 * 24),
    ],
)
def test_a_case_has_its_overall_target_by_class(urgency: Urgency, category: str, hours: int) -> None:
    assert Life(urgency, category).left("target") == timedelta(hours=hours)


def test_the_visit_is_reminded_of_at_four_fifths_and_late_after_a_day() -> None:
    life = Life(Urgency.ORDINARY)
    # 19.2 hours after ten is 05:12: the message waits for the office to open, the deadline does not.
    (reminder,) = life.pass_time(hours=23.5)
    assert (reminder.kind, reminder.data["key"], reminder.data["to"]) == (
        "reminded",
        "stage",
        {"owner": "zhao"},
    )
    assert life.events[-1].at == "2026-11-25T01:00:00.000Z"
    (late,) = life.pass_time(hours=1)
    assert (late.kind, late.data["to"]) == ("overdue", {"owner": "zhao", "role": "community"})
    assert kinds(life.pass_time(days=2)) == ["overdue", "overdue"], "daily until it is moved"
    life.does(do.Visit(T))
    assert life.pass_time(days=2) == (), "and no other message was sent"


def test_what_hurries_is_told_at_night_too() -> None:
    life = Life(Urgency.URGENT, now=datetime(2026, 11, 28, 2, tzinfo=SHANGHAI).astimezone(UTC))
    assert kinds(life.pass_time(hours=4)) == ["reminded", "overdue"]


def test_after_an_outage_each_deadline_makes_one_step_and_waits_a_day_again() -> None:
    life = Life().later(days=30)
    happened = life.falls_due()
    assert sorted(h.data["key"] for h in happened) == ["stage", "target"]
    assert kinds(happened) == ["overdue", "overdue"]
    assert life.falls_due() == ()
    assert life.case.due_at == life.now + timedelta(days=1)


def test_before_anything_is_due_the_clock_does_nothing() -> None:
    life = Life()
    assert life.case.due_at is not None
    assert due(life.case, CALENDAR, life.case.due_at - timedelta(milliseconds=1)) == ()


def test_a_question_stops_the_clock_until_the_last_day_and_no_longer() -> None:
    life = Life()
    life.does(do.Ask(T, days=3))
    left = life.left("stage")
    assert kinds(life.pass_time(days=3)) == ["resumed"]
    assert life.left("stage") == left == timedelta(hours=24)


def test_while_paused_the_case_does_not_move_and_says_what_is_possible() -> None:
    life = Life()
    life.does(do.Hold("weather", "wuye", life.now + timedelta(days=2)))
    with pytest.raises(Conflict, match="paused") as refused:
        life.does(do.Negotiate())
    assert "resume" in refused.value.params["possible"]
    assert "negotiate" not in refused.value.params["possible"]


def test_an_obligation_is_reminded_of_then_late_and_then_looked_at() -> None:
    life = Life(Urgency.URGENT)
    life.does(do.Visit(T))
    life.does(do.CarryOut())
    life.does(do.Promise(do.Duty("community", T, life.now + timedelta(days=2), 6 * 3_600)))
    happened = [h for h in life.pass_time(days=3) if h.data["key"] == "obligation:1"]
    assert kinds(tuple(happened)) == ["reminded", "overdue", "overdue"]
    life.does(do.Perform(1, T))
    assert life.left("acceptance:1") == timedelta(days=7)
    life.resident(do.SendBack(1, T, life.now + timedelta(days=1)))
    assert life.left("obligation:1") == timedelta(days=1)


def test_more_time_is_granted_one_level_up_and_never_by_oneself() -> None:
    life, until = Life(), START + timedelta(days=10)
    life.does(do.Extend("target", until, "weather", T))
    with pytest.raises(Forbidden):
        life.does(do.DecideExtension(True), ZHAO)
    life.does(do.DecideExtension(True), WANG)
    target = life.case.deadline("target")
    assert target is not None
    assert (target.due_at, life.case.extension) == (until, None)


def test_a_superior_presses_and_a_report_is_due_in_a_day_even_in_a_pause() -> None:
    life = Life()
    life.does(do.Hold("weather", "wuye", life.now + timedelta(days=9)))
    with pytest.raises(Forbidden):
        life.does(do.Press(T), ZHAO)
    life.does(do.Press(T), LI)
    assert kinds(life.pass_time(days=1)) == ["reminded", "overdue"]
    life.does(do.Report(T))
    assert life.pass_time(days=5) == ()


def test_rating_has_two_weeks_one_reminder_and_the_case_is_filed_after_sixty_days() -> None:
    life = _done()
    with pytest.raises(Conflict):
        life.does(do.Close())
    happened = life.pass_time(days=60)
    assert kinds(happened) == ["reminded", "lapsed", "closed"]
    assert happened[0].data["to"] == {"resident": True}
    assert life.pass_time(days=400) == ()


def test_an_engine_that_slept_for_a_year_files_the_case_and_tells_nobody() -> None:
    assert kinds(_done().later(days=365).falls_due()) == ["closed"]


def test_who_is_dissatisfied_may_reopen_at_any_time_and_others_for_sixty_days() -> None:
    quiet, angry = _done(), _done()
    angry.resident(DISSATISFIED)
    for life in (quiet, angry):
        life.pass_time(days=61)
        assert life.case.stage is Stage.CLOSED
    with pytest.raises(Conflict, match="reopening_over"):
        quiet.resident(do.Reopen(T))
    angry.resident(do.Reopen(T))
    assert (angry.case.stage, angry.case.generation, angry.case.rating) == (Stage.NEGOTIATING, 2, None)


def test_who_fails_to_settle_is_told_of_the_three_routes() -> None:
    (failed,) = Life().does(do.Fail("no_agreement", T))
    assert failed.data["routes"] == ["arbitration", "administrative", "court"]


def test_a_merged_case_ends_and_names_where_it_goes_on() -> None:
    life = Life()
    life.does(do.MergeInto("MX99999999"))
    assert life.case.due_at is None
    with pytest.raises(Conflict, match="merged_into") as refused:
        life.does(do.Reopen(T))
    assert refused.value.params["into"] == "MX99999999"


def test_every_wrong_field_is_named_at_once() -> None:
    life = Life()
    with pytest.raises(Invalid) as refused:
        life.does(do.Hold("because", "", life.now))
    assert [e.field for e in refused.value.errors] == ["reason", "waits_for", "until"]


def test_working_days_count_working_days() -> None:
    friday = datetime(2026, 11, 27, 16, 30, tzinfo=SHANGHAI).astimezone(UTC)
    policy = Policy(targets={Urgency.ORDINARY: Term(days=1, working=True)})
    target = Life(policy=policy, now=friday).case.deadline("target")
    assert target is not None
    assert target.due_at == datetime(2026, 11, 30, 16, 30, tzinfo=SHANGHAI)


def test_an_old_timer_gets_its_next_generation_with_the_step_that_is_due() -> None:
    life = Life().later(days=301)
    assert kinds(life.falls_due())[-1] == "rearmed"
    assert (life.case.generation, life.case.hops, MAX_HOPS) == (2, 0, 1_000)


def test_a_case_opened_before_there_were_deadlines_gets_one_with_its_next_stage() -> None:
    owner = {"id": "zhao", "name": "赵虹", "role": "specialist"}
    data = {"bell": "B", "neighbourhood": "n", "community": "c", "category": "noise", "urgency": "ordinary"}
    first = Happening("opened", data | {"owner": owner, "stage": "looking_into"})
    from chalicelib.case.rules import apply

    (event,) = extend("CASE#MX7F3K92QD", Tip(), START, ZHAO, (first,))
    case = apply(None, event)
    assert case.due_at is None
    happened = decide(case, do.Negotiate(), ZHAO, CALENDAR, START)
    case = after(case, extend(case.thing, case.tip, START, ZHAO, happened)[0])
    assert case.due_at is not None


def test_what_was_chosen_stands() -> None:
    life = _done()
    with pytest.raises(Conflict, match="not_possible_now"):
        life.does(do.Choose(1, "a"), RESIDENT)


def _done() -> Life:
    life = Life()
    life.does(do.CarryOut())
    life.does(do.Finish(T))
    return life
