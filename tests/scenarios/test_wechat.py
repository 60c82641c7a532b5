"""Messages in WeChat: one for each acceptance, never beside another that arrived, never one that nobody accepted."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from chalicelib.bell.ringing import person_of
from chalicelib.bell.service import Rung
from chalicelib.delivery import service as deliveries
from chalicelib.delivery.rules import Report, Wish
from chalicelib.notice import courier
from chalicelib.notice.types import Fate, Notice, Recipient
from chalicelib.people.staff import Channel
from chalicelib.ports import NotAccepted, PermanentFailure, TemporaryFailure, UnknownOutcome
from tests.fakes import places
from tests.fakes.store import When
from tests.fakes.world import World
from tests.scenarios.plays import ends_well, escalates

SMS, MAIL, WECHAT = Channel.SMS, Channel.MAIL, Channel.WECHAT
RESIDENT = places.RESIDENT_PHONE
ZHAO = places.STAFF[0]
NAMES = {"rung": "T-1", "answered": "T-2", "accepted": "T-3", "alert": "T-4", "taken": "T-5", "cases": "T-6"}


@pytest.fixture
def world() -> World:
    return World(templates=NAMES)


def fates(world: World, rung: Rung, person: str, template: str = "") -> list[tuple[str, str]]:
    """What the record says became of the notices to a person."""
    events = world.file(rung).events
    told = (notice for e in events if e.kind == "notified" for notice in e.data["notices"])
    return [
        (notice["channel"], notice["fate"])
        for notice in told
        if notice["to"] == person and template in ("", notice["template"])
    ]


def rings(world: World, channel: Channel = SMS) -> Rung:
    """A resident rings; they are told by that channel, and the specialist is alerted by SMS."""
    rung = world.ring()
    world.settle()
    world.expect("rung", to="resident", channel=channel)
    world.expect("alert", to="zhao", channel=SMS)
    return rung


# -- what was accepted goes first


def test_news_that_was_accepted_comes_in_wechat_and_costs_no_sms(world: World) -> None:
    openid = world.subscribes(RESIDENT, "rung")
    rung = world.ring()
    world.settle()
    assert world.expect("rung", channel=WECHAT).to == openid
    world.tap(world.expect("alert", to="zhao", channel=SMS))
    world.settle()
    world.expect("answered", to="resident", channel=SMS)
    assert fates(world, rung, "resident") == [("wechat", "sent"), ("sms", "sent")]
    ends_well(world)


def test_one_acceptance_is_one_message(world: World) -> None:
    world.subscribes(RESIDENT, "rung", "rung")
    for number, channel in enumerate((WECHAT, WECHAT, SMS)):
        world.ring(text=f"第{number}件事", category="road")
        world.settle()
        world.expect("rung", to="resident", channel=channel)
        world.tap(world.expect("alert", to="zhao"))
        world.settle()
        world.expect("answered", to="resident", channel=SMS)
        world.pass_time(minutes=3)
    assert world.accepted(RESIDENT, "rung") == 0
    ends_well(world)


def test_staff_who_accepted_news_get_it_there_but_are_alerted_by_sms(world: World) -> None:
    world.subscribes(ZHAO.phone, "taken", "alert")
    rung = rings(world)
    world.tap(escalates(world, "wang"))
    world.settle()
    world.expect("answered", to="resident", channel=SMS)
    world.expect("taken", to="zhao", channel=WECHAT)
    assert fates(world, rung, "zhao") == [("sms", "sent"), ("wechat", "sent")]
    assert (world.accepted(ZHAO.phone, "alert"), world.accepted(ZHAO.phone, "taken")) == (1, 0)
    ends_well(world)


def test_whoever_bound_and_accepted_something_else_gets_an_sms(world: World) -> None:
    world.subscribes(RESIDENT, "accepted")
    rings(world)
    assert world.senders[WECHAT].tried == []
    ends_well(world)


def test_whoever_unbound_gets_an_sms(world: World) -> None:
    world.subscribes(RESIDENT, "rung")
    assert world.wechat is not None
    world.wechat.bindings.unbind(person_of(world.ports.policy.key, RESIDENT))
    rings(world)
    ends_well(world)


def test_news_that_waits_together_is_one_message_and_uses_one_acceptance(world: World) -> None:
    world.subscribes(ZHAO.phone, "cases", "cases")
    to = Recipient("zhao", ZHAO.name, "specialist", "zh-CN", ((SMS, ZHAO.phone), (MAIL, ZHAO.mail)))
    notices = [Notice(f"CASE#MX0000000{n}", 4, "case_new", to, {"link": "x"}) for n in range(2)]
    found = courier.convey(world.ports, notices)
    assert [(dispatch.channel, dispatch.fate) for _, dispatch in found] == [(WECHAT, Fate.SENT)] * 2
    world.expect("cases", to="zhao", channel=WECHAT)
    assert world.accepted(ZHAO.phone, "cases") == 1
    world.no_other_message()


# -- when WeChat fails


@pytest.mark.parametrize(
    ("error", "times", "left"),
    [
        (TemporaryFailure("-1"), 3, 1),
        (PermanentFailure("47003"), 1, 1),
        (NotAccepted("43101"), 1, 0),
    ],
)
def test_what_wechat_refuses_goes_by_sms_and_uses_up_nothing_that_is_there(
    world: World, error: Exception, times: int, left: int
) -> None:
    world.subscribes(RESIDENT, "rung")
    world.senders[WECHAT].fail(error, times=times)
    rung = rings(world)
    assert len(world.senders[WECHAT].tried) == times
    assert fates(world, rung, "resident") == [("wechat", "failed"), ("sms", "sent")]
    assert world.accepted(RESIDENT, "rung") == left
    ends_well(world)


def test_a_failure_that_passes_is_never_noticed(world: World) -> None:
    world.subscribes(RESIDENT, "rung")
    world.senders[WECHAT].fail(TemporaryFailure("-1"), times=2)
    rings(world, WECHAT)
    assert world.accepted(RESIDENT, "rung") == 0
    ends_well(world)


def test_where_wechat_knows_of_no_acceptance_it_is_not_asked_again(world: World) -> None:
    world.subscribes(RESIDENT, "rung", "rung", "rung")
    world.senders[WECHAT].fail(NotAccepted("43101"), times=9)
    rings(world)
    world.pass_time(minutes=3)
    world.ring(text="又一件事", category="road")
    world.settle()
    world.expect("rung", to="resident", channel=SMS)
    world.expect("alert", to="zhao")
    assert len(world.senders[WECHAT].tried) == 1
    ends_well(world)


def test_when_nobody_knows_whether_it_went_it_comes_by_sms_too_and_is_not_repeated(world: World) -> None:
    world.subscribes(RESIDENT, "rung", "rung")
    world.senders[WECHAT].fail(UnknownOutcome("died"), delivered=True)
    rung = world.ring()
    records = world.take_stream()
    world.deliver(records * 3)
    world.settle()
    world.expect("rung", to="resident", channel=WECHAT)
    world.expect("rung", to="resident", channel=SMS)
    world.expect("alert", to="zhao")
    assert len(world.senders[WECHAT].tried) == 1
    assert fates(world, rung, "resident") == [("wechat", "unknown"), ("sms", "sent")]
    assert world.accepted(RESIDENT, "rung") == 1, "that one may be used up"
    ends_well(world)


def test_an_acceptance_that_somebody_else_has_just_used_is_not_used_twice(world: World) -> None:
    openid = world.subscribes(RESIDENT, "rung")
    assert world.wechat is not None
    bindings, person = world.wechat.bindings, person_of(world.ports.policy.key, RESIDENT)
    standing = bindings.standing("k", person, ())
    bindings.spend(person, openid, "T-1")
    bindings.standing = lambda *_: standing  # type: ignore[method-assign]  # read before the other one wrote
    rung = rings(world)
    assert fates(world, rung, "resident") == [("wechat", "failed"), ("sms", "sent")]
    assert world.senders[WECHAT].tried == []
    ends_well(world)


# -- the last way out


def test_an_alert_that_neither_sms_nor_mail_brings_comes_in_wechat(world: World) -> None:
    world.subscribes(ZHAO.phone, "alert")
    for channel in (SMS, MAIL):
        world.senders[channel].fail(PermanentFailure("gone"), to=ZHAO.phone if channel is SMS else ZHAO.mail)
    rung = world.ring()
    world.settle()
    world.expect("rung", to="resident")
    world.expect("alert", to="zhao", channel=WECHAT, at=world.start)
    assert fates(world, rung, "zhao") == [("sms", "failed"), ("mail", "failed"), ("wechat", "sent")]
    assert world.kinds(rung) == ["rung", "alerted"]
    world.pass_time(minutes=4)
    ends_well(world)


def test_without_an_acceptance_the_level_is_skipped_as_ever(world: World) -> None:
    world.subscribes(ZHAO.phone, "taken")
    for channel, address in ((SMS, ZHAO.phone), (MAIL, ZHAO.mail)):
        world.senders[channel].fail(PermanentFailure("gone"), to=address)
    rung = world.ring()
    world.settle()
    world.expect("rung", to="resident")
    world.expect("alert", to="wang", at=world.start)
    assert fates(world, rung, "zhao") == [("sms", "failed"), ("mail", "failed"), ("", "unreachable")]
    ends_well(world)


def test_news_whose_sms_did_not_arrive_comes_in_wechat_when_it_was_accepted_since(world: World) -> None:
    rung = rings(world)
    world.subscribes(RESIDENT, "rung")
    (sent,) = [d for d in world.file(rung).dispatches if d.recipient == "resident"]
    deliveries.take(world.ports, [Report(SMS, sent.detail, arrived=False)])
    world.settle()
    world.expect("rung", to="resident", channel=WECHAT)
    assert fates(world, rung, "resident") == [("sms", "sent"), ("sms", "undelivered"), ("wechat", "sent")]
    ends_well(world)


def test_what_arrived_by_sms_does_not_come_again_because_something_was_accepted_since(world: World) -> None:
    rung = rings(world)
    world.subscribes(RESIDENT, "rung")
    notice = Notice(
        rung.bell.thing, 1, "rung", Recipient("resident", "", "resident", "zh-CN", ((SMS, RESIDENT),))
    )
    assert [dispatch.fate for _, dispatch in courier.convey(world.ports, [notice])] == [Fate.SENT]
    assert world.accepted(RESIDENT, "rung") == 1
    ends_well(world)


def test_what_arrived_in_wechat_does_not_come_again_by_sms(world: World) -> None:
    world.subscribes(RESIDENT, "rung")
    rung = rings(world, WECHAT)
    assert world.wechat is not None
    world.wechat.bindings.unbind(person_of(world.ports.policy.key, RESIDENT))
    notice = Notice(
        rung.bell.thing, 1, "rung", Recipient("resident", "", "resident", "zh-CN", ((SMS, RESIDENT),))
    )
    assert [dispatch.fate for _, dispatch in courier.convey(world.ports, [notice])] == [Fate.SENT]
    ends_well(world)


def test_whoever_has_no_phone_is_not_looked_up(world: World) -> None:
    staff = (replace(ZHAO, phone=""), *places.STAFF[1:])
    world.place(replace(places.directory(), staff=staff))
    world.senders[MAIL].fail(PermanentFailure("gone"), to=ZHAO.mail)
    world.ring()
    world.settle()
    world.expect("rung", to="resident")
    world.expect("alert", to="wang")
    assert world.store.calls["wechat.standing"] == 1, "the resident only"
    ends_well(world)


# -- who wants none


def opts_out(world: World, address: str) -> None:
    deliveries.take(world.ports, [Wish(SMS, address, out=True)])


def test_whoever_wants_no_sms_still_gets_what_they_accepted_in_wechat_and_nothing_else(world: World) -> None:
    opts_out(world, RESIDENT)
    world.subscribes(RESIDENT, "rung")
    rung = world.ring()
    world.settle()
    world.expect("rung", to="resident", channel=WECHAT)
    world.tap(world.expect("alert", to="zhao"))
    world.settle()
    assert fates(world, rung, "resident") == [("wechat", "sent"), ("sms", "opted_out"), ("", "unreachable")]
    ends_well(world)


def test_whoever_wants_no_sms_and_accepted_nothing_gets_nothing(world: World) -> None:
    opts_out(world, RESIDENT)
    world.subscribes(RESIDENT)
    world.ring()
    world.settle()
    world.expect("alert", to="zhao")
    ends_well(world)


# -- what it costs, and what survives


def calls(world: World) -> Counter[str]:
    """The calls of one ring's reactions."""
    world.ring()
    world.store.calls.clear()
    world.settle()
    world.expect("rung", to="resident")
    world.expect("alert", to="zhao")
    made = Counter(world.store.calls)
    ends_well(world)
    return made


def test_a_platform_without_a_mini_program_makes_not_one_call_more() -> None:
    without, bound_elsewhere = calls(World()), calls(World(templates={"declined": "T-9"}))
    assert not any(name.startswith("wechat.") for name in without)
    assert bound_elsewhere == without, "nor for news that goes by no template"


def test_with_one_who_has_not_bound_costs_as_much_as_before_and_each_message_two_calls_more(
    world: World,
) -> None:
    without, unbound = calls(World()), calls(world)
    assert unbound - without == {"wechat.standing": 1}
    assert without - unbound == {"opted_out": 1}
    bound = World(templates=NAMES)
    bound.subscribes(RESIDENT, "rung")
    more = calls(bound)
    assert more - unbound == {"wechat.spend": 1}
    assert unbound - more == {}


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", ["wechat.standing", "claim", "wechat.spend", "settle", "append"])
def test_dying_at_any_call_sends_nothing_twice_and_leaves_nobody_untold(
    world: World, call: str, when: When
) -> None:
    world.subscribes(RESIDENT, "rung", "rung")
    world.ring()
    world.store.fail(call, when=when)
    world.settle()
    assert world.failures, "it did die"
    told = [sent.channel for sent in world.sent if sent.template == "rung"]
    assert len(told) == len(set(told)), "twice on one channel"
    unsure = (call, when) in {("claim", "after"), ("wechat.spend", "before"), ("wechat.spend", "after")}
    lost = (call, when) == ("settle", "before")
    assert told == ([SMS] if unsure else [WECHAT, SMS] if lost else [WECHAT])
    assert world.accepted(RESIDENT, "rung") >= 1, "one message uses one"
    for channel in told:
        world.expect("rung", to="resident", channel=channel)
    world.expect("alert", to="zhao")
    ends_well(world)


@pytest.mark.parametrize("call", ["wechat.give_back", "wechat.void"])
def test_dying_while_an_acceptance_is_given_back_loses_it_and_no_message(world: World, call: str) -> None:
    error = PermanentFailure("47003") if call == "wechat.give_back" else NotAccepted("43101")
    world.subscribes(RESIDENT, "rung")
    world.senders[WECHAT].fail(error)
    world.store.fail(call)
    rung = rings(world)
    assert fates(world, rung, "resident") == [("wechat", "unknown"), ("sms", "sent")]
    assert world.accepted(RESIDENT, "rung") == 0
    ends_well(world)


def test_the_same_news_delivered_again_and_again_comes_once(world: World) -> None:
    world.subscribes(RESIDENT, "rung", "rung", "rung")
    world.ring()
    records = world.take_stream()
    world.deliver(records * 4)
    world.settle()
    world.expect("rung", to="resident", channel=WECHAT)
    world.expect("alert", to="zhao")
    assert world.accepted(RESIDENT, "rung") == 2
    ends_well(world)


def test_no_openid_is_on_the_record_or_among_the_fates(world: World) -> None:
    openid = world.subscribes(RESIDENT, "rung", "answered")
    rung = rings(world, WECHAT)
    file = world.file(rung)
    assert openid not in repr((file.bell, file.events, file.dispatches, file.contact))
    ends_well(world)
