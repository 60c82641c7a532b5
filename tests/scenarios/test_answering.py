"""Somebody answers: early, late, twice, by the wrong link, or not at all but a scanner."""

from __future__ import annotations

import pytest

from chalicelib.bell import service as bells
from chalicelib.bell.rules import Status
from chalicelib.core.errors import Conflict, Forbidden, Gone, Unauthorized
from tests.fakes.world import World, token_of
from tests.scenarios.plays import after, ends_well, escalates, rings, silent


def test_1_an_answer_at_4_59_stops_the_second_level_for_ever(world: World) -> None:
    rung, alert = rings(world)
    world.pass_time(minutes=4, seconds=59)
    assert world.tap(alert).status is Status.ANSWERED
    world.pass_time(hours=23)
    assert "赵虹" in world.expect("answered", to="resident", at=after(world, minutes=4, seconds=59)).text
    assert world.kinds(rung) == ["rung", "alerted", "answered"]
    ends_well(world)


def test_2_without_an_answer_the_second_level_is_alerted_once_at_5_00(world: World) -> None:
    rung, _ = rings(world)
    world.pass_time(minutes=4, seconds=59.999)
    world.no_other_message()
    world.pass_time(minutes=5)
    assert "已等5分钟" in world.expect("escalated", to="wang", at=after(world, minutes=5)).text
    assert world.kinds(rung) == ["rung", "alerted", "alerted"]
    ends_well(world)


def test_3_after_the_last_level_the_supervisor_is_told_and_told_again_every_quarter_of_an_hour(
    world: World,
) -> None:
    rung, _ = rings(world)
    silent(world, rung)
    for quarter in (1, 2, 3):
        world.pass_time(minutes=15)
        world.expect("exhausted", to="he", at=after(world, minutes=15 + 15 * quarter))
    assert world.kinds(rung)[-4:] == ["exhausted"] * 4
    assert world.file(rung).bell.round == 4
    ends_well(world)


def test_3_the_supervisor_can_answer_and_everybody_asked_before_is_told(world: World) -> None:
    rung, _ = rings(world)
    *_, last = silent(world, rung)
    world.tap(last)
    world.pass_time(hours=1)
    world.expect("answered", to="resident")
    for person in ("zhao", "wang", "li"):
        assert "何建华" in world.expect("taken", to=person, at=after(world, minutes=15)).text
    ends_well(world)


def test_6_a_second_tap_by_the_same_person_changes_nothing(world: World) -> None:
    rung, alert = rings(world)
    first = world.tap(alert)
    world.pass_time(seconds=20)
    assert world.tap(alert) == world.file(rung).bell
    assert world.file(rung).bell.answered_at == first.answered_at
    world.pass_time(minutes=10)
    world.expect("answered", to="resident", at=after(world))
    assert world.kinds(rung).count("answered") == 1
    ends_well(world)


def test_6_a_second_tap_by_somebody_else_is_told_who_was_first(world: World) -> None:
    rung, first = rings(world)
    second = escalates(world, "wang")
    world.tap(second)
    world.settle()
    with pytest.raises(Conflict) as refused:
        world.tap(first)
    assert refused.value.code == "already_answered"
    assert refused.value.params["by"] == "王丽芬"
    assert refused.value.params["at"] == after(world, minutes=5)
    world.pass_time(minutes=10)
    world.expect("answered", to="resident")
    world.expect("taken", to="zhao")
    assert world.kinds(rung) == ["rung", "alerted", "alerted", "answered"]
    ends_well(world)


def test_7_the_first_level_may_answer_after_the_second_was_alerted_which_is_told(world: World) -> None:
    rung, first = rings(world)
    escalates(world, "wang")
    world.pass_time(minutes=1)
    assert world.tap(first).answered_by is not None
    world.pass_time(hours=1)
    world.expect("answered", to="resident", at=after(world, minutes=6))
    assert "赵虹" in world.expect("taken", to="wang", at=after(world, minutes=6)).text
    assert world.kinds(rung)[-1] == "answered"
    ends_well(world)


def test_8_reading_a_link_changes_nothing_however_often_a_scanner_does_it(world: World) -> None:
    rung, alert = rings(world)
    before, commits = world.file(rung), world.store.calls["commit"]
    for _ in range(20):
        assert bells.read(world.ports, token_of(alert)).file == before
        assert bells.read(world.ports, rung.token).file == before
    assert world.file(rung) == before
    assert (world.store.calls["commit"], list(world.store.stream)) == (commits, [])
    escalates(world, "wang")
    ends_well(world)


def test_9_a_link_of_an_earlier_ringing_is_refused(world: World) -> None:
    rung, first = rings(world)
    world.tap(first)
    bells.decline(world.ports, token_of(first), "not_in_scope", "归城管", "12345")
    bells.appeal(world.ports, rung.token)
    world.pass_time(minutes=1)
    with pytest.raises(Gone) as refused:
        world.tap(first)
    assert refused.value.code == "link_superseded"
    assert world.file(rung).bell.status is Status.RINGING
    world.expect("answered", to="resident")
    world.expect("declined", to="resident")
    world.expect("alert", to="wang")
    ends_well(world)


def test_9_a_link_is_good_for_a_week(world: World) -> None:
    rung, alert = rings(world)
    world.outage(minutes=7 * 24 * 60)
    with pytest.raises(Gone) as refused:
        world.tap(alert)
    assert refused.value.code == "link_expired"
    assert world.file(rung).bell.status is Status.RINGING
    ends_well(world)


def test_9_a_forged_or_truncated_link_opens_nothing(world: World) -> None:
    _, alert = rings(world)
    good = token_of(alert)
    for forged in ("", good[:-1], good[:-6] + "000000", good[:-1] + "é", good + "0", "0" * len(good)):
        with pytest.raises(Unauthorized):
            bells.answer(world.ports, forged)
        with pytest.raises(Unauthorized):
            bells.read(world.ports, forged)
    ends_well(world)


def test_9_the_residents_link_answers_nothing_and_the_one_tap_link_withdraws_nothing(world: World) -> None:
    rung, alert = rings(world)
    with pytest.raises(Forbidden):
        world.tap(rung.token)
    with pytest.raises(Forbidden):
        bells.withdraw(world.ports, token_of(alert))
    assert world.file(rung).bell.status is Status.RINGING
    ends_well(world)
