"""A message did not arrive, or its reader wants none: who is reached how, and what the record says of it."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from chalicelib.bell.service import Rung
from chalicelib.delivery import service
from chalicelib.delivery.rules import Report, Wish, key_of
from chalicelib.people.staff import Channel
from chalicelib.ports import OptedOut
from tests.fakes import places
from tests.fakes.world import World
from tests.scenarios.plays import after, ends_well, escalates, rings

SMS, MAIL = Channel.SMS, Channel.MAIL
ZHAO = places.STAFF[0]


@pytest.fixture
def world() -> World:
    return World()


def fates(world: World, rung: Rung, person: str) -> list[tuple[str, str]]:
    """What the record says became of the notices to a person."""
    events = world.file(rung).events
    told = (notice for e in events if e.kind == "notified" for notice in e.data["notices"])
    return [(notice["channel"], notice["fate"]) for notice in told if notice["to"] == person]


def kept(world: World, rung: Rung, person: str) -> dict[str, str]:
    """The fates as they are stored, by channel."""
    return {d.channel: str(d.fate) for d in world.file(rung).dispatches if d.recipient == person}


def id_of(world: World, rung: Rung, person: str, channel: Channel = SMS) -> str:
    """The provider's id of the message to a person."""
    (found,) = [d for d in world.file(rung).dispatches if (d.recipient, d.channel) == (person, channel)]
    return found.detail


def reported(world: World, message: str, channel: Channel = SMS, *, arrived: bool) -> None:
    """The provider reports, and everybody reacts."""
    service.take(world.ports, [Report(channel, message, arrived, "MK:0001")])
    world.settle()


def test_a_delivered_alert_is_known_as_such_and_nothing_else_happens(world: World) -> None:
    rung, _ = rings(world)
    before = world.file(rung).events
    reported(world, id_of(world, rung, "zhao"), arrived=True)
    assert kept(world, rung, "zhao") == {"sms": "delivered"}
    assert world.file(rung).events == before
    ends_well(world)


def test_an_alert_that_did_not_arrive_goes_by_the_next_channel_at_once(world: World) -> None:
    rung, _ = rings(world)
    world.pass_time(seconds=20)
    reported(world, id_of(world, rung, "zhao"), arrived=False)
    world.expect("alert", to="zhao", channel=MAIL, at=after(world, seconds=20))
    assert fates(world, rung, "zhao") == [("sms", "sent"), ("sms", "undelivered"), ("mail", "sent")]
    world.pass_time(until=after(world, minutes=5))
    world.tap(world.expect("escalated", to="wang", at=after(world, minutes=5)))
    world.settle()
    world.expect("answered", to="resident")
    world.expect("taken", to="zhao")
    ends_well(world)


def test_the_providers_word_for_it_is_kept_but_no_novel(world: World) -> None:
    rung, _ = rings(world)
    message = id_of(world, rung, "zhao")
    service.take(world.ports, [Report(SMS, message, arrived=True, code="MK:0001\n" + "x" * 1000)])
    (found,) = [d for d in world.file(rung).dispatches if d.recipient == "zhao"]
    assert found.detail == "MK:0001" + "x" * 72


def test_when_no_channel_is_left_the_level_is_skipped_at_once(world: World) -> None:
    world.place(replace(places.directory(), staff=(replace(ZHAO, mail=""), *places.STAFF[1:])))
    rung, _ = rings(world)
    world.pass_time(seconds=20)
    reported(world, id_of(world, rung, "zhao"), arrived=False)
    world.expect("alert", to="wang", at=after(world, seconds=20))
    assert world.kinds(rung) == ["rung", "alerted", "level_skipped", "alerted"]
    assert fates(world, rung, "zhao")[1:] == [("sms", "undelivered"), ("", "unreachable")]
    world.pass_time(minutes=4)
    ends_well(world)


def test_mail_that_bounces_after_the_sms_did_not_arrive_skips_the_level_too(world: World) -> None:
    rung, _ = rings(world)
    reported(world, id_of(world, rung, "zhao"), arrived=False)
    world.expect("alert", to="zhao", channel=MAIL)
    reported(world, id_of(world, rung, "zhao", MAIL), MAIL, arrived=False)
    world.expect("alert", to="wang")
    assert world.kinds(rung)[-2:] == ["level_skipped", "alerted"]
    ends_well(world)


@pytest.mark.parametrize("order", list(itertools.product([True, False], repeat=3)))
def test_repeated_and_disordered_reports_send_nothing_twice(world: World, order: tuple[bool, ...]) -> None:
    rung, _ = rings(world)
    message = id_of(world, rung, "zhao")
    for arrived in order * 2:
        reported(world, message, arrived=arrived)
    lost = not all(order)
    assert kept(world, rung, "zhao")["sms"] == ("undelivered" if lost else "delivered")
    if lost:
        world.expect("alert", to="zhao", channel=MAIL)
    ends_well(world)


def test_reactions_that_come_twice_send_nothing_twice(world: World) -> None:
    rung, _ = rings(world)
    service.take(world.ports, [Report(SMS, id_of(world, rung, "zhao"), arrived=False)])
    records = world.take_stream()
    world.deliver(records * 3)
    world.settle()
    world.expect("alert", to="zhao", channel=MAIL)
    ends_well(world)


def test_a_report_after_the_answer_disturbs_nobody(world: World) -> None:
    rung, alert = rings(world)
    world.tap(alert)
    world.settle()
    world.expect("answered", to="resident")
    (message,) = [
        d.detail for d in world.file(rung).dispatches if (d.recipient, d.template) == ("zhao", "alert")
    ]
    reported(world, message, arrived=False)
    assert fates(world, rung, "zhao")[-1] == ("mail", "moot")
    ends_well(world)


def test_news_for_the_resident_that_did_not_arrive_is_on_the_record(world: World) -> None:
    rung, _ = rings(world)
    reported(world, id_of(world, rung, "resident"), arrived=False)
    assert fates(world, rung, "resident") == [("sms", "sent"), ("sms", "undelivered"), ("", "unreachable")]
    ends_well(world)


@pytest.mark.parametrize("arrived", [True, False])
def test_a_report_of_a_message_that_is_none_of_ours_changes_nothing(world: World, *, arrived: bool) -> None:
    rung, _ = rings(world)
    before = world.file(rung)
    reported(world, "somebody-elses", arrived=arrived)
    reported(world, id_of(world, rung, "zhao"), MAIL, arrived=arrived)
    assert world.file(rung) == before
    ends_well(world)


# -- who wants none


def opts_out(world: World, address: str, channel: Channel = SMS, *, out: bool = True) -> None:
    service.take(world.ports, [Wish(channel, address, out)])


def test_a_resident_who_wants_no_sms_gets_none_and_the_record_says_why(world: World) -> None:
    opts_out(world, places.RESIDENT_PHONE)
    rung = world.ring()
    world.settle()
    alert = world.expect("alert", to="zhao")
    assert fates(world, rung, "resident") == [("sms", "opted_out"), ("", "unreachable")]
    world.tap(alert)
    world.settle()
    ends_well(world)


def test_whoever_wants_them_again_gets_them_again(world: World) -> None:
    opts_out(world, places.RESIDENT_PHONE)
    opts_out(world, places.RESIDENT_PHONE, out=False)
    rings(world)
    ends_well(world)


def test_staff_who_want_no_sms_are_told_by_mail_but_alerted_all_the_same(world: World) -> None:
    opts_out(world, ZHAO.phone)
    rung, alert = rings(world)
    assert alert.channel is SMS
    world.tap(escalates(world, "wang"))
    world.settle()
    world.expect("answered", to="resident")
    world.expect("taken", to="zhao", channel=MAIL)
    assert ("sms", "opted_out") in fates(world, rung, "zhao")
    ends_well(world)


def test_whoever_complained_about_mail_gets_it_by_sms_only(world: World) -> None:
    staff = (replace(ZHAO, channels=(MAIL, SMS)), *places.STAFF[1:])
    world.place(replace(places.directory(), staff=staff))
    opts_out(world, "Zhao@example.org", MAIL)
    world.ring()
    world.settle()
    world.expect("rung", to="resident")
    world.expect("alert", to="zhao", channel=MAIL)
    world.tap(escalates(world, "wang"))
    world.settle()
    world.expect("answered", to="resident")
    world.expect("taken", to="zhao", channel=SMS)
    ends_well(world)


def test_a_provider_that_refuses_for_the_reader_is_not_asked_again(world: World) -> None:
    sms = world.senders[SMS]
    sms.fail(OptedOut("FailedOperation.PhoneNumberInBlacklist"), to=places.RESIDENT_PHONE)
    rung = world.ring()
    world.settle()
    alert = world.expect("alert", to="zhao")
    assert fates(world, rung, "resident") == [("sms", "opted_out"), ("", "unreachable")]
    world.tap(alert)
    world.settle()
    assert sum(message.to == places.RESIDENT_PHONE for message in sms.tried) == 1
    assert world.ports.store.opted_out(key_of(world.ports.policy.key, SMS, places.RESIDENT_PHONE))
    ends_well(world)


def test_an_alert_that_is_refused_for_its_reader_goes_by_the_next_channel(world: World) -> None:
    world.senders[SMS].fail(OptedOut("OptedOut"), to=ZHAO.phone)
    rung = world.ring()
    world.settle()
    world.expect("rung", to="resident")
    world.expect("alert", to="zhao", channel=MAIL)
    assert fates(world, rung, "zhao") == [("sms", "opted_out"), ("mail", "sent")]
    ends_well(world)
