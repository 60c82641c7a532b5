"""Ringing, answering and deciding: what each costs, whom it lets in, what it survives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.bell import service as bells
from chalicelib.bell.rules import Status
from chalicelib.bell.service import committed
from chalicelib.core.errors import (
    Collision,
    FieldError,
    Gone,
    Invalid,
    Stale,
    TooMany,
    Unauthorized,
    Unavailable,
)
from tests.fakes import places
from tests.fakes.senders import Sent
from tests.fakes.world import World, draft, token_of, usual_policy


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def alert(world: World) -> Sent:
    """A bell rings and zhao was alerted."""
    world.ring()
    world.settle()
    return world.expect("alert", to="zhao")


def calls_of(world: World, act: Callable[[], object]) -> dict[str, int]:
    """The calls to the store that the act makes."""
    before = Counter(world.store.calls)
    act()
    return dict(world.store.calls - before)


# -- what it costs


def test_a_ring_is_one_call(world: World) -> None:
    assert calls_of(world, lambda: world.ring(key="tap-1")) == {"ring": 1}


def test_an_answer_an_acceptance_a_refusal_a_withdrawal_and_an_appeal_are_two_calls_each(
    world: World, alert: Sent
) -> None:
    two, token = {"opening": 1, "commit": 1}, token_of(alert)
    rung = world.ring(text="另一件事")
    assert calls_of(world, lambda: world.tap(alert)) == two
    assert calls_of(world, lambda: bells.accept(world.ports, token)) == two
    assert calls_of(world, lambda: bells.withdraw(world.ports, rung.token)) == two
    third = world.ring(text="第三件事", phone="13900000002")
    world.pass_time(minutes=3)
    world.expect("alert", to="zhao")
    other = token_of(next(s for s in world.sent if s.template == "alert" and s.text != alert.text))
    world.tap(other)
    refusal = ("not_in_scope", "归城管", "12345")
    assert calls_of(world, lambda: bells.decline(world.ports, other, *refusal)) == two
    assert calls_of(world, lambda: bells.appeal(world.ports, third.token)) == two


def test_reading_and_answering_again_are_one_call(world: World, alert: Sent) -> None:
    world.tap(alert)
    assert calls_of(world, lambda: bells.read(world.ports, token_of(alert))) == {"bell": 1}
    assert calls_of(world, lambda: world.tap(alert)) == {"opening": 1}
    assert calls_of(world, lambda: bells.ringing_now(world.ports, "MX")) == {"ringing": 1}


def test_a_token_that_cannot_be_one_costs_nothing(world: World) -> None:
    def refused() -> None:
        with pytest.raises(Unauthorized):
            bells.answer(world.ports, "not a token")

    assert calls_of(world, refused) == {}


# -- what a ring writes


def test_a_ring_holds_everything_a_resident_typed_and_its_record_commits_to_it(world: World) -> None:
    text = " 楼上👩‍🔧\u202e <b>半夜</b>装修\n"
    rung = world.ring(
        text=text, name=" 张三 ", phone="139 0000 0001", where="东门", building="3幢", unit="502"
    )
    file = world.file(rung)
    assert file.contact is not None
    assert (file.contact.text, file.contact.name, file.contact.phone) == (text, "张三", "+8613900000001")
    assert (file.contact.where, file.contact.building, file.contact.unit) == ("东门", "3幢", "502")
    assert file.events[0].data["contact"] == committed(file.contact)
    assert committed(replace(file.contact, text="别的话")) != committed(file.contact)
    assert committed(replace(file.contact, salt="0")) != committed(file.contact)


def test_the_same_words_are_committed_to_differently_each_time(world: World) -> None:
    first, second = world.ring(), world.ring(neighbourhood="wenyi")
    third = World().ring()
    contacts = {world.file(rung).events[0].data["contact"] for rung in (first, second)}
    assert len(contacts) == 2
    assert third.bell.id == first.bell.id, "the fakes' chance is the same every time"


def test_a_wrong_ring_writes_nothing_and_names_what_was_found_wrong_before(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        bells.ring(world.ports, draft(phone="x"), bells.Caller(), [FieldError("unit", "not_text")])
    assert {(e.field, e.code) for e in refused.value.errors} == {
        ("phone", "not_a_phone"),
        ("unit", "not_text"),
    }
    assert world.store.calls == {}


def test_a_taken_number_is_made_anew(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    chance, given = world.entropy.number, iter([7, 7, 8])
    monkeypatch.setattr(world.entropy, "number", lambda bits: next(given) if bits == 16 else chance(bits))
    first, second = world.ring(), world.ring(text="另一件事")
    assert next(given, None) is None, "the second ring met the first one's number"
    assert first.bell.id != second.bell.id
    assert not second.repeated


def test_numbers_that_are_always_taken_end_in_come_back_later(world: World) -> None:
    world.store.fail("ring", times=99, error=Collision("taken"))
    with pytest.raises(Unavailable):
        world.ring()


def test_a_change_that_always_comes_second_ends_in_come_back_later(world: World, alert: Sent) -> None:
    world.store.fail("commit", times=99, error=Stale("busy"))
    with pytest.raises(Unavailable):
        world.tap(alert)


def test_a_change_that_came_second_is_decided_anew(world: World, alert: Sent) -> None:
    world.store.fail("commit", times=3, error=Stale("busy"))
    assert world.tap(alert).status is Status.ANSWERED


# -- limits


def test_an_address_is_limited_too_and_an_emergency_more_widely() -> None:
    world = World(policy=replace(usual_policy(), rings_per_phone=1, rings_per_address=2))
    world.ring(phone="13900000001")
    with pytest.raises(TooMany):
        world.ring(phone="13900000001", text="另一件事")
    world.ring(phone="13900000002")
    with pytest.raises(TooMany):
        world.ring(phone="13900000003")
    assert world.ring(address="198.51.100.9", phone="13900000003").bell.status is Status.RINGING
    for count in range(3):
        world.ring(category="gas", text=f"煤气味{count}")
    with pytest.raises(TooMany):
        world.ring(category="gas", text="煤气味")


def test_a_refused_ring_does_not_keep_the_words_from_being_rung_later() -> None:
    world = World(policy=replace(usual_policy(), rings_per_phone=1))
    world.ring()
    with pytest.raises(TooMany) as refused:
        world.ring(text="另一件事")
    world.clock.go_to(refused.value.again_at)
    assert not world.ring(text="另一件事").repeated


# -- links


def test_a_link_for_another_bell_opens_nothing(world: World, alert: Sent) -> None:
    other = world.ring(text="另一件事")
    for act in (bells.answer, bells.accept, bells.read):
        with pytest.raises(Unauthorized):
            act(world.ports, token_of(alert), other.bell.id)
    with pytest.raises(Unauthorized):
        bells.withdraw(world.ports, other.token, world.file(other).bell.id[:-1])


def test_a_bells_number_may_be_given_as_people_write_it(world: World, alert: Sent) -> None:
    bell_id = next(iter(world.store.persons.values()))[0]
    typed = f"{bell_id[:2].lower()}-{bell_id[2:6]} {bell_id[6:]}"
    assert bells.read(world.ports, token_of(alert), typed).file.bell.id == bell_id


def test_the_tracking_link_is_good_for_half_a_year(world: World) -> None:
    rung = world.ring()
    world.clock.advance(days=180, seconds=-1)
    assert bells.read(world.ports, rung.token).file.bell.id == rung.bell.id
    world.clock.advance(seconds=1)
    with pytest.raises(Gone):
        bells.read(world.ports, rung.token)
    with pytest.raises(Gone):
        bells.withdraw(world.ports, rung.token)


def test_whoever_is_alerted_again_has_a_link_that_is_good_for_another_week(world: World) -> None:
    rung = world.ring(category="gas")
    world.settle()
    alert = world.expect("emergency", to="zhao")
    world.pass_time(minutes=4)
    world.clock.advance(days=7, minutes=-1)
    assert world.tap(alert).id == rung.bell.id


def test_a_bundle_is_refused_by_anybody_elses_token_after_a_week_and_when_its_holder_left(
    world: World,
) -> None:
    for count in range(3):
        world.ring(text=f"第{count}件事", phone=f"139{count:08d}")
    world.pass_time(minutes=3)
    token = token_of(world.expect("bundle", to="zhao"))
    assert len(bells.waiting(world.ports, token).bells) == 2
    with pytest.raises(Unauthorized):
        bells.waiting(world.ports, token[:-1] + ("0" if token[-1] != "0" else "1"))
    with pytest.raises(Unauthorized):
        bells.waiting(world.ports, world.ring(text="另一件事").token)
    world.without("zhao")
    with pytest.raises(Gone) as refused:
        bells.waiting(world.ports, token)
    assert refused.value.code == "link_of_former_staff"
    world.place(places.directory())
    world.clock.advance(days=7)
    with pytest.raises(Gone) as refused:
        bells.waiting(world.ports, token)
    assert refused.value.code == "link_expired"


def test_the_list_of_open_bells_puts_the_most_pressing_first(world: World) -> None:
    calm = world.ring(text="不急")
    world.clock.advance(seconds=30)
    gas = world.ring(category="gas", text="煤气味")
    page = bells.ringing_now(world.ports, "MX", limit=1)
    assert [bell.id for bell in page.items] == [gas.bell.id]
    rest = bells.ringing_now(world.ports, "MX", page.cursor, limit=1)
    assert [bell.id for bell in rest.items] == [calm.bell.id]
    assert (bool(page.cursor), rest.cursor) == (True, "")
    assert timedelta(0) < gas.bell.due_at - world.clock.now() <= timedelta(minutes=2)
