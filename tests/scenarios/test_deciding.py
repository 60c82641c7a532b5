"""Deciding: a bell is handed on to others, or joins a case that is open already; who hears what of it."""

from __future__ import annotations

import pytest

from chalicelib.bell import service as bells
from chalicelib.bell.changes import answer_token
from chalicelib.bell.rules import MOST_TRANSFERS, Status
from chalicelib.bell.service import Rung
from chalicelib.core.errors import Conflict, Gone
from chalicelib.core.ids import number
from chalicelib.people.staff import Channel
from chalicelib.ports import PermanentFailure
from tests.fakes.senders import Sent
from tests.fakes.world import World, token_of
from tests.scenarios.plays import after, ends_well, escalates, rings
from tests.session.people import two_communities


@pytest.fixture
def wide() -> World:
    """Two communities side by side."""
    return World(two_communities())


def hands_on(
    world: World, by: Sent | str, reason: str = "wrong_place", *, neighbourhood: str = "", desk: str = ""
) -> None:
    """Somebody hands a bell on by their link, and everybody reacts."""
    bells.transfer(world.ports, token_of(by), reason, neighbourhood=neighbourhood, desk=desk)
    world.settle()
    world.expect("transferred", to="resident", at=world.clock.now())


def asked(world: World, rung: Rung, staff: str) -> str:
    """The token of somebody's link for the bell as it rings now."""
    return answer_token(world.ports.policy.key, world.file(rung).bell, staff)


# -- handed on


def test_a_bell_of_another_community_rings_there_at_once_and_climbs_that_ladder(wide: World) -> None:
    rung, alert = rings(wide)
    wide.pass_time(minutes=2)
    hands_on(wide, alert, neighbourhood="zuojia")
    first = wide.expect("alert", to="sun", at=after(wide, minutes=2))
    wide.pass_time(minutes=5)
    wide.expect("escalated", to="qian", at=after(wide, minutes=7))
    wide.no_other_message()
    wide.tap(first)
    wide.settle()
    wide.expect("answered", to="resident")
    wide.expect("taken", to="qian")
    bell = wide.file(rung).bell
    assert (bell.neighbourhood, bell.community) == ("zuojia", "jiacheng")
    assert bell.generation == 1, "the same execution goes on"
    wide.pass_time(hours=23)
    ends_well(wide)


def test_the_levels_of_the_old_place_are_never_called_again(wide: World) -> None:
    _, alert = rings(wide)
    wide.pass_time(minutes=4, seconds=59)
    hands_on(wide, alert, neighbourhood="zuojia")
    wide.expect("alert", to="sun")
    wide.pass_time(minutes=4, seconds=59)
    ends_well(wide)  # neither Wang, who was next here, nor anybody above


def test_others_who_were_alerted_need_not_come_and_are_told_so_once(wide: World) -> None:
    rung, _ = rings(wide)
    escalated = escalates(wide, "wang")
    hands_on(wide, escalated, neighbourhood="zuojia")
    word = wide.expect("transferred_away", to="zhao", at=after(wide, minutes=5))
    assert number(rung.bell.id) in word.text
    assert "王丽芬" in word.text
    wide.expect("alert", to="sun", at=after(wide, minutes=5))
    bells.answer(wide.ports, asked(wide, rung, "sun"))
    wide.pass_time(hours=1)
    wide.expect("answered", to="resident")
    ends_well(wide)


def test_somebody_who_is_asked_there_too_is_alerted_and_not_sent_away() -> None:
    world = World()
    _, first = rings(world)
    escalates(world, "wang")
    world.pass_time(minutes=3)
    # Nobody but Wang is there for Wenyi.
    hands_on(world, first, neighbourhood="wenyi")
    world.expect("escalated", to="wang", at=after(world, minutes=8))
    ends_well(world)


def test_an_alert_that_reached_nobody_is_not_called_back(wide: World) -> None:
    wide.senders[Channel.SMS].fail(PermanentFailure("no such number"), to="+8613800001001", times=9)
    rung = wide.ring()
    wide.senders[Channel.MAIL].fail(PermanentFailure("no such box"), to="zhao@example.org", times=9)
    wide.settle()
    wide.expect("rung")
    wide.expect("alert", to="wang")
    hands_on(wide, asked(wide, rung, "wang"), neighbourhood="zuojia")
    wide.expect("alert", to="sun")
    ends_well(wide)


def test_an_answered_bell_goes_to_the_lawyers_and_the_others_hear_nothing_more() -> None:
    world = World()
    rung, alert = rings(world)
    escalates(world, "wang")
    world.tap(alert)
    world.settle()
    world.expect("answered", to="resident")
    world.expect("taken", to="wang")
    world.pass_time(hours=1)
    hands_on(world, alert, "wrong_desk", desk="lawyer")
    lawyer = world.expect("alert", to="lin", at=after(world, minutes=5, hours=1))
    world.tap(lawyer)
    world.settle()
    world.expect("answered", to="resident")
    world.pass_time(hours=23)
    assert world.file(rung).bell.answered_by is not None
    ends_well(world)


def test_links_of_before_are_refused_and_an_alert_still_waiting_is_never_sent(wide: World) -> None:
    rungs = [wide.ring(text=f"第{count}件事", phone=f"139{count:08d}") for count in range(2)]
    wide.settle()
    wide.expect("rung", times=2)
    wide.expect("alert", to="zhao")  # the second one waits for two minutes
    held = asked(wide, rungs[1], "zhao")
    hands_on(wide, held, neighbourhood="zuojia")
    wide.expect("alert", to="sun")
    with pytest.raises(Gone) as refused:
        bells.answer(wide.ports, held)
    assert refused.value.code == "link_superseded"
    wide.pass_time(minutes=4)
    ends_well(wide)


def test_handed_on_before_the_first_alert_went_out_nobody_there_hears_of_it(wide: World) -> None:
    rung = wide.ring()
    records = wide.take_stream()
    bells.transfer(wide.ports, asked(wide, rung, "zhao"), "wrong_place", neighbourhood="zuojia")
    wide.deliver(records)
    wide.settle()
    for template, to in (("rung", "resident"), ("transferred", "resident"), ("alert", "sun")):
        wide.expect(template, to=to)
    ends_well(wide)


def test_the_same_records_again_tell_nobody_twice(wide: World) -> None:
    _, alert = rings(wide)
    bells.transfer(wide.ports, token_of(alert), "wrong_place", neighbourhood="zuojia")
    records = wide.take_stream()
    wide.deliver([*records, *records, *reversed(records)])
    wide.settle()
    wide.expect("transferred", to="resident")
    wide.expect("alert", to="sun")
    ends_well(wide)


def test_an_emergency_handed_on_alerts_all_levels_there_and_calls_the_others_back_at_once(
    wide: World,
) -> None:
    rung = wide.ring(category="gas")
    wide.settle()
    wide.expect("rung")
    for person in ("zhao", "wang", "li"):
        wide.expect("emergency", to=person)
    wide.no_other_message()
    bells.transfer(wide.ports, asked(wide, rung, "zhao"), "wrong_place", neighbourhood="zuojia")
    wide.settle()
    wide.expect("transferred", to="resident")
    wide.expect("transferred_away", to="wang")
    for person in ("sun", "qian", "li"):
        wide.expect("emergency", to=person)
    ends_well(wide)


def test_of_two_who_hand_it_on_at_once_the_second_is_told_that_it_is_gone(wide: World) -> None:
    rung, alert = rings(wide)
    escalates(wide, "wang")
    wang = asked(wide, rung, "wang")
    hands_on(wide, alert, neighbourhood="zuojia")
    with pytest.raises(Gone):
        bells.transfer(wide.ports, wang, "wrong_desk", desk="lawyer")
    wide.settle()
    wide.expect("transferred_away", to="wang")
    wide.expect("alert", to="sun")
    ends_well(wide)


def test_it_cannot_be_handed_round_for_ever() -> None:
    world = World()
    rung = world.ring()
    desks = {"community": "zhao", "lawyer": "lin"}
    for count in range(MOST_TRANSFERS):
        here, there = list(desks) if count % 2 == 0 else list(reversed(desks))
        bells.transfer(world.ports, asked(world, rung, desks[here]), "other_competence", desk=there)
    with pytest.raises(Conflict) as refused:
        bells.transfer(world.ports, asked(world, rung, "lin"), "other_competence", desk="community")
    assert refused.value.code == "too_many_transfers"
    world.settle()
    world.expect("rung", to="resident")
    world.expect("transferred", to="resident", times=MOST_TRANSFERS)
    world.expect("alert", to="lin")  # those of before were over when their turn came
    ends_well(world)


def test_handing_on_is_one_transition_and_the_next_deadline_is_armed(wide: World) -> None:
    rung, alert = rings(wide)
    execution = wide.engine.of(rung.bell.thing)
    before = execution.transitions
    hands_on(wide, alert, neighbourhood="zuojia")
    wide.expect("alert", to="sun")
    assert execution.transitions == before + 1
    assert execution.wakes_at == wide.file(rung).bell.due_at
    ends_well(wide)


# -- joined


def test_a_neighbours_bell_joins_the_case_and_only_they_are_told(world: World) -> None:
    rung, alert = rings(world)
    world.tap(alert)
    case = bells.accept(world.ports, token_of(alert)).case
    world.settle()
    world.expect("answered", to="resident")
    world.expect("accepted", to="resident")
    world.pass_time(minutes=10)
    second = world.ring(phone="13900000002", text="我家也听得到")
    world.settle()
    world.expect("rung", to="+8613900000002")
    also = world.expect("alert", to="zhao")
    world.tap(also)
    bell = bells.accept(world.ports, token_of(also), join=number(case))
    world.settle()
    world.expect("answered", to="+8613900000002")
    joined = world.expect("joined", to="+8613900000002")
    assert number(case) in joined.text
    assert (bell.status, bell.case) == (Status.ACCEPTED, case)
    assert world.case(case).bells == (rung.bell.id, second.bell.id)
    assert world.case_kinds(case) == ["opened", "joined"]
    assert [execution.thing for execution in world.engine.running()] == [f"CASE#{case}"]
    world.pass_time(hours=12)
    ends_well(world)


def test_joining_leaves_the_clock_of_the_case_as_it_is(world: World) -> None:
    rung, _ = rings(world)
    case = world.accept(rung)
    world.expect("answered", to="resident")
    world.expect("accepted", to="resident")
    due = world.case(case).due_at
    world.pass_time(hours=1)
    second = world.ring(phone="13900000002", text="我家也听得到")
    world.settle()
    world.tap(asked(world, second, "zhao"))
    bells.accept(world.ports, asked(world, second, "zhao"), join=case)
    world.settle()
    assert world.case(case).due_at == due
    for template in ("rung", "answered", "joined"):
        world.expect(template, to="+8613900000002")
    world.expect("alert", to="zhao")
    ends_well(world)
