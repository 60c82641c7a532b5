"""Providers fail: for a moment, for good, or without saying whether the message went."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.people.staff import Channel
from chalicelib.ports import PermanentFailure, TemporaryFailure, UnknownOutcome
from tests.fakes import places
from tests.fakes.world import World
from tests.scenarios.plays import after, ends_well, escalates, rings

ZHAO = places.STAFF[0]


def _fates(world: World, bell_id: str, person: str) -> list[tuple[str, str]]:
    """What the record says became of the notices to a person: channel and fate."""
    events = world.file(bell_id).events
    told = (notice for e in events if e.kind == "notified" for notice in e.data["notices"])
    return [(notice["channel"], notice["fate"]) for notice in told if notice["to"] == person]


def test_10_a_temporary_failure_is_tried_three_times_and_then_goes_by_the_next_channel(world: World) -> None:
    sms = world.senders[Channel.SMS]
    sms.fail(TemporaryFailure("throttled"), times=3, to=ZHAO.phone)
    rung = world.ring()
    world.settle()
    world.expect("rung", to="resident")
    world.expect("alert", to="zhao", channel=Channel.MAIL)
    assert sum(message.to == ZHAO.phone for message in sms.tried) == 3
    assert _fates(world, rung.bell.id, "zhao") == [("sms", "failed"), ("mail", "sent")]
    world.pass_time(minutes=4)
    ends_well(world)


def test_10_a_failure_that_passes_is_never_noticed(world: World) -> None:
    world.senders[Channel.SMS].fail(TemporaryFailure("throttled"), times=2, to=ZHAO.phone)
    rung = world.ring()
    world.settle()
    world.expect("rung", to="resident")
    alert = world.expect("alert", to="zhao", channel=Channel.SMS)
    assert (alert.at - after(world)).total_seconds() < 5
    assert _fates(world, rung.bell.id, "zhao") == [("sms", "sent")]
    ends_well(world)


def test_10_a_permanent_failure_goes_by_the_next_channel_at_once(world: World) -> None:
    world.senders[Channel.SMS].fail(PermanentFailure("opted out"), to=ZHAO.phone)
    rung = world.ring()
    world.settle()
    world.expect("rung", to="resident")
    world.expect("alert", to="zhao", channel=Channel.MAIL, at=after(world))
    assert world.clock.slept == []
    assert _fates(world, rung.bell.id, "zhao") == [("sms", "failed"), ("mail", "sent")]
    ends_well(world)


def test_10_an_unknown_outcome_is_never_repeated_on_its_channel(world: World) -> None:
    sms = world.senders[Channel.SMS]
    sms.fail(UnknownOutcome("timed out"), to=ZHAO.phone, delivered=True)
    rung = world.ring()
    world.settle()
    world.expect("rung", to="resident")
    world.expect("alert", to="zhao", channel=Channel.SMS)
    world.expect("alert", to="zhao", channel=Channel.MAIL)
    assert _fates(world, rung.bell.id, "zhao") == [("sms", "unknown"), ("mail", "sent")]
    world.pass_time(minutes=4)
    ends_well(world)


def test_10_when_no_channel_works_the_level_is_skipped_at_once_and_on_the_record(world: World) -> None:
    for sender in world.senders.values():
        sender.fail(PermanentFailure("gone"), to=ZHAO.phone)
        sender.fail(PermanentFailure("gone"), to=ZHAO.mail)
    rung = world.ring()
    world.settle()
    world.expect("rung", to="resident")
    assert _fates(world, rung.bell.id, "zhao")[-1] == ("", "unreachable")
    assert world.kinds(rung) == ["rung", "alerted", "level_skipped", "alerted"]
    world.expect("alert", to="wang", at=world.start)
    world.pass_time(minutes=4)
    ends_well(world)


def test_10_whoever_has_no_phone_is_alerted_by_mail(world: World) -> None:
    staff = (replace(ZHAO, phone=""), *places.STAFF[1:])
    world.place(replace(places.directory(), staff=staff))
    _, alert = rings(world)
    assert (alert.channel, alert.to) == (Channel.MAIL, ZHAO.mail)
    assert alert.subject
    ends_well(world)


def test_10_an_english_reader_gets_english(world: World) -> None:
    staff = (replace(ZHAO, language="en"), *places.STAFF[1:])
    world.place(replace(places.directory(), staff=staff))
    rung = world.ring(language="en")
    world.settle()
    assert world.expect("rung", to="resident").text.startswith("Bell rung MX-")
    alert = world.expect("alert", to="zhao")
    assert alert.text.startswith("Bell ringing: Yiqing ")
    world.tap(alert)
    world.settle()
    assert world.expect("answered", to="resident").text.startswith("Answered by")
    assert world.kinds(rung)[-1] == "answered"
    ends_well(world)


def test_10_an_erased_contact_is_written_to_no_more_and_the_bell_still_escalates(world: World) -> None:
    rung, _ = rings(world)
    world.store.erase_contact(rung.bell.id)
    world.tap(escalates(world, "wang"))
    world.settle()
    world.expect("taken", to="zhao")
    ends_well(world)
