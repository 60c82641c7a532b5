"""After the answer: accepted, declined, appealed, withdrawn, or left lying."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.bell import service as bells
from chalicelib.bell.rules import Status
from chalicelib.bell.service import Rung
from chalicelib.core.chain import verify
from chalicelib.core.errors import Conflict, Forbidden, Gone, Invalid
from chalicelib.core.ids import number
from chalicelib.core.timers import MAX_HOPS
from tests.fakes.senders import Sent
from tests.fakes.world import World, token_of
from tests.scenarios.plays import after, ends_well, escalates, intact, rings


def _answered(world: World, **changes: str) -> tuple[Rung, Sent]:
    rung, alert = rings(world, **changes)
    world.tap(alert)
    world.settle()
    world.expect("answered", to="resident")
    return rung, alert


def _decline(world: World, alert: Sent) -> None:
    bells.decline(world.ports, token_of(alert), "not_in_scope", "违建归城管", "城管 12345")
    world.settle()
    world.expect("declined", to="resident")


def test_accepting_opens_a_case_with_a_record_of_its_own(world: World) -> None:
    rung, alert = _answered(world)
    bell = bells.accept(world.ports, token_of(alert))
    world.settle()
    (case,) = world.store.all_cases()
    assert number(case.id) in world.expect("accepted", to="resident").text
    assert (bell.status, bell.case) == (Status.ACCEPTED, case.id)
    assert (case.bells, case.owner, case.neighbourhood) == ((rung.bell.id,), "zhao", "yiqing")
    events = world.store.events(case.thing)
    assert [event.kind for event in events] == ["opened"]
    assert verify(events, case.tip).intact
    assert [execution.thing for execution in world.engine.running()] == [case.thing]
    world.pass_time(hours=18)
    ends_well(world)


def test_accepting_twice_opens_one_case(world: World) -> None:
    _, alert = _answered(world)
    first = bells.accept(world.ports, token_of(alert))
    assert bells.accept(world.ports, token_of(alert)).case == first.case
    world.settle()
    world.expect("accepted", to="resident")
    assert len(world.store.all_cases()) == 1
    ends_well(world)


def test_only_whoever_answered_decides(world: World) -> None:
    rung, first = rings(world)
    second = escalates(world, "wang")
    world.tap(first)
    for act in (
        lambda: bells.accept(world.ports, token_of(second)),
        lambda: bells.decline(world.ports, token_of(second), "not_in_scope", "不管", "12345"),
    ):
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.params["by"] == "赵虹"
    world.settle()
    assert (world.file(rung).bell.status, world.store.all_cases()) == (Status.ANSWERED, ())
    world.expect("answered", to="resident")
    world.expect("taken", to="wang")
    ends_well(world)


def test_a_refusal_names_its_reason_and_where_to_go_or_is_none(world: World) -> None:
    rung, alert = _answered(world)
    with pytest.raises(Invalid) as refused:
        bells.decline(world.ports, token_of(alert), "because", " ", "x" * 501)
    assert {(e.field, e.code) for e in refused.value.errors} == {
        ("reason_code", "unknown"),
        ("reason", "required"),
        ("go_to", "too_long"),
    }
    assert world.file(rung).bell.status is Status.ANSWERED
    _decline(world, alert)
    assert world.file(rung).events[-2].data["go_to"] == "城管 12345"
    world.pass_time(hours=48)
    ends_well(world)


def test_an_appeal_rings_one_level_higher_by_new_links_and_only_once(world: World) -> None:
    rung, alert = _answered(world)
    _decline(world, alert)
    world.pass_time(hours=1)
    assert bells.appeal(world.ports, rung.token).status is Status.RINGING
    world.settle()
    again = world.expect("alert", to="wang", at=after(world, hours=1))
    with pytest.raises(Gone):
        world.tap(alert)
    with pytest.raises(Conflict):
        bells.appeal(world.ports, rung.token)
    world.tap(again)
    _decline(world, again)
    world.expect("answered", to="resident")
    with pytest.raises(Conflict) as refused:
        bells.appeal(world.ports, rung.token)
    assert refused.value.code == "no_appeal"
    world.pass_time(hours=48)
    assert world.file(rung).bell.generation == 2
    ends_well(world)


def test_an_appeal_that_nobody_answers_climbs_on(world: World) -> None:
    rung, alert = _answered(world)
    _decline(world, alert)
    bells.appeal(world.ports, rung.token)
    world.settle()
    world.expect("alert", to="wang", at=after(world))
    escalates(world, "li")
    world.pass_time(minutes=5)
    world.expect("exhausted", to="he", at=after(world, minutes=10))
    ends_well(world)


def test_only_a_declined_bell_can_be_appealed_and_only_by_its_resident(world: World) -> None:
    rung, alert = _answered(world)
    with pytest.raises(Conflict):
        bells.appeal(world.ports, rung.token)
    _decline(world, alert)
    with pytest.raises(Forbidden):
        bells.appeal(world.ports, token_of(alert))
    ends_well(world)


def test_withdrawing_a_ringing_bell_tells_everybody_who_was_alerted_and_nobody_else(world: World) -> None:
    rung, first = rings(world)
    escalates(world, "wang")
    bells.withdraw(world.ports, rung.token)
    world.settle()
    for person in ("zhao", "wang"):
        world.expect("withdrawn", to=person, at=after(world, minutes=5))
    world.pass_time(hours=48)
    with pytest.raises(Conflict) as refused:
        world.tap(first)
    assert refused.value.code == "already_withdrawn"
    assert world.engine.running() == []
    ends_well(world)


def test_withdrawing_an_answered_bell_tells_its_answerer_and_not_those_told_before(world: World) -> None:
    rung, first = rings(world)
    escalates(world, "wang")
    world.tap(first)
    world.settle()
    world.expect("answered", to="resident")
    world.expect("taken", to="wang")
    bells.withdraw(world.ports, rung.token)
    bells.withdraw(world.ports, rung.token)
    world.pass_time(hours=48)
    world.expect("withdrawn", to="zhao")
    assert world.kinds(rung).count("withdrawn") == 1
    ends_well(world)


def test_a_decision_overdue_reminds_its_answerer_and_the_second_time_the_next_level_too(
    world: World,
) -> None:
    rung, _ = _answered(world, category="elevator")  # urgent: two hours to decide
    world.pass_time(hours=2)
    world.expect("decide", to="zhao", at=after(world, hours=2))
    world.no_other_message()
    world.pass_time(hours=2)
    world.expect("decide", to="zhao", at=after(world, hours=4))
    world.expect("decide", to="wang", at=after(world, hours=4))
    assert world.file(rung).bell.reminders == 2
    ends_well(world)


def test_an_answerer_who_left_is_not_reminded_and_the_next_level_is_at_once(world: World) -> None:
    _answered(world, category="elevator")
    world.without("zhao")
    world.pass_time(hours=2)
    world.expect("decide", to="wang", at=after(world, hours=2))
    ends_well(world)


def test_an_ordinary_reminder_due_at_night_waits_for_the_end_of_quiet_hours() -> None:
    world = World(start=datetime(2026, 11, 23, 15, 0, tzinfo=UTC))  # 23:00 in Hangzhou
    _answered(world)
    world.pass_time(hours=31, minutes=59)
    world.no_other_message()
    world.pass_time(minutes=2)
    morning = world.expect("decide", to="zhao").at - after(world, hours=32)
    assert timedelta(0) <= morning <= timedelta(minutes=1)
    world.pass_time(hours=23)
    ends_well(world)


def test_the_reminder_after_it_is_planned_for_the_morning_at_once() -> None:
    world = World(start=datetime(2026, 11, 23, 15, 0, tzinfo=UTC))
    rung, _ = _answered(world)
    world.pass_time(hours=24)
    assert world.file(rung).bell.due_at == after(world, hours=56)  # 07:00 on the second morning
    ends_well(world)


def test_a_reminder_of_an_urgent_bell_comes_at_night() -> None:
    world = World(start=datetime(2026, 11, 23, 15, 0, tzinfo=UTC))
    _answered(world, category="elevator")
    world.pass_time(hours=2)
    world.expect("decide", to="zhao", at=after(world, hours=2))  # 01:00
    ends_well(world)


@pytest.mark.parametrize("why", ["hops", "days"])
def test_an_old_timer_is_followed_by_its_next_generation(world: World, why: str) -> None:
    """A bell that nobody answers for months: the history of an execution must not grow without end."""
    world.without("zhao", "wang", "li", "he", "lin", "zheng")
    rung = world.ring()
    world.settle()
    world.expect("rung", to="resident")
    if why == "hops":
        bell = world.file(rung).bell
        for _ in range(MAX_HOPS):  # as often as an execution of many small changes begins to wait
            assert world.store.write_token(bell.thing, bell.version, "waiting again")
        world.pass_time(minutes=15)
    else:
        world.outage(minutes=300 * 24 * 60)
        world.settle()
    assert [e.name[-2:] for e in world.engine.running()] == ["g2"], "the old one ended with its last step"
    world.pass_time(hours=1)
    bell = world.file(rung).bell
    assert (bell.generation, bell.status) == (2, Status.RINGING)
    assert bell.hops < 20
    assert [e.name[-2:] for e in world.engine.running()] == ["g2"]
    assert intact(world, rung)
    world.no_other_message()


def test_figures_count_each_thing_once(world: World) -> None:
    _, alert = _answered(world)
    bells.accept(world.ports, token_of(alert))
    records = world.take_stream()
    world.deliver([*records, *records])
    world.expect("accepted", to="resident")
    counted = world.store.counters("MX#2026-11-23")
    assert counted == {
        "rung": 1,
        "cases_opened": 1,
        "answered": 1,
        "answered_seconds": 0,
        "answered_in_time": 1,
        "accepted": 1,
    }
    ends_well(world)
