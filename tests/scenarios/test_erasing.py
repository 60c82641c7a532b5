"""Somebody has their data erased: who hears of it, who is written to no more, and what goes on all the same."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.bell.rules import Status
from chalicelib.case import commands as do
from chalicelib.core.chain import Actor
from chalicelib.core.errors import Conflict
from chalicelib.mydata import service
from tests.fakes.world import World
from tests.scenarios import case_plays
from tests.scenarios.case_plays import ZHAO, opens, text
from tests.scenarios.plays import ends_well, escalates, intact, rings

OPERATOR = Actor("staff", "li.na", role="operator")


def test_a_bell_that_is_taken_back_and_erased_calls_nobody_any_more(world: World) -> None:
    rung, alert = rings(world)
    escalates(world, "wang")
    service.erase(world.ports, rung.token, withdraw=True)
    world.pass_time(hours=30)
    world.expect("withdrawn", to="zhao")
    world.expect("withdrawn", to="wang")
    bell = world.file(rung).bell
    assert (bell.status, bell.erased_at is not None) == (Status.WITHDRAWN, True)
    assert alert.to not in repr(world.file(rung).contact)
    ends_well(world)


def test_whoever_erases_at_once_is_not_even_told_that_it_rang(world: World) -> None:
    rung = world.ring()
    service.erase(world.ports, rung.token, withdraw=True)
    world.pass_time(hours=1)
    assert intact(world, rung)
    ends_well(world)


def test_an_answered_bell_is_taken_back_from_who_had_answered(world: World) -> None:
    rung, alert = rings(world)
    world.tap(alert)
    world.settle()
    world.expect("answered", to="resident")
    service.erase(world.ports, rung.token, withdraw=True)
    world.pass_time(hours=30)
    world.expect("withdrawn", to="zhao")
    ends_well(world)


def test_after_the_end_of_a_case_nobody_asks_her_for_a_rating_any_more(world: World) -> None:
    rung = world.ring(category=case_plays.URGENT)
    world.settle()
    case_id = case_plays.accepts(world, rung)
    world.does(case_id, do.Visit(text("notes")), ZHAO)
    world.does(case_id, do.CarryOut(), ZHAO)
    world.does(case_id, do.Finish(text("f")), ZHAO)
    world.settle()
    world.expect("rate", to="resident")
    service.erase(world.ports, rung.token)
    world.pass_time(days=90)
    assert world.case(case_id).stage == "closed", "the rating lapses and the case is filed as ever"
    world.no_other_message()  # another "rate", for one
    assert intact(world, rung)


def test_a_case_that_was_given_up_is_filed_after_its_resident_is_erased(world: World) -> None:
    rung = world.ring(category=case_plays.URGENT)
    world.settle()
    case_id = case_plays.accepts(world, rung)
    world.does(case_id, do.Fail("withdrawn", text("why")), ZHAO)
    world.settle()
    world.expect("failed", to="resident")
    service.erase(world.ports, rung.token)
    world.pass_time(days=70)
    assert world.case_kinds(case_id)[-2:] == ["erased", "closed"]
    case_plays.ends_well(world)


def test_a_case_that_goes_on_is_left_as_it_is(world: World) -> None:
    case_id = opens(world)
    (bell_id,) = world.case(case_id).bells
    before = world.case_file(case_id)
    with pytest.raises(Conflict, match="case_still_open"):
        service.erase_for(world.ports, bell_id, OPERATOR)
    assert world.case_file(case_id) == before


def test_the_operator_erases_what_was_asked_for_by_letter(world: World) -> None:
    rung, _ = rings(world)
    service.erase_for(world.ports, rung.bell.id, OPERATOR)
    service.erase_for(world.ports, rung.bell.id, OPERATOR)
    world.pass_time(hours=1)
    world.expect("withdrawn", to="zhao")
    taken_back, erased = world.file(rung).events[-2:]
    if erased.kind == "notified":
        taken_back, erased = world.file(rung).events[-3:-1]
    assert [taken_back.kind, erased.kind] == ["withdrawn", "erased"]
    assert erased.actor == {"kind": "staff", "id": "li.na", "role": "operator"}
    assert erased.data["asked"] == "request"
    ends_well(world)


def test_her_wechat_goes_with_the_last_bell_and_not_before() -> None:
    world = World(templates={"rung": "t"})
    assert world.wechat is not None
    phone = "+8613900000001"
    first, second = world.ring(), world.ring(text="另一件事")
    world.settle()
    world.subscribes(phone, "rung")
    assert not service.erase(world.ports, first.token, withdraw=True).wechat
    assert len(world.wechat.bindings.rows) == 1
    assert service.erase(world.ports, second.token, withdraw=True).wechat
    assert len(world.wechat.bindings.rows) == 0


def test_a_link_that_has_expired_erases_nothing_and_the_operator_still_can(world: World) -> None:
    rung, _ = rings(world)
    world.clock.go_to(world.start + timedelta(days=181))
    with pytest.raises(Exception, match="link_expired"):
        service.erase(world.ports, rung.token, withdraw=True)
    assert service.erase_for(world.ports, rung.bell.id, OPERATOR).bell.erased_at is not None
