"""Who has not voted is reminded when an official asks for it: each head once, and nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.delivery.rules import key_of
from chalicelib.notice import polls_reminding, texts
from chalicelib.notice.shapes import Message
from chalicelib.people.staff import Channel
from chalicelib.poll import commands, tickets
from chalicelib.poll.roll import Owner
from chalicelib.poll.tickets import Ticket
from chalicelib.ports import PermanentFailure
from chalicelib.record.shapes import EventAppended, Undelivered
from tests.fakes.clock import START
from tests.fakes.store import When
from tests.fakes.world import World
from tests.notice.polloffice import PollOffice
from tests.poll import samples

REMIND = commands.Remind()
NIGHT = START.replace(hour=15)  # 23:00 in Hangzhou


def phone(unit: int) -> str:
    return f"+8613900{unit:06d}"


def reminded(office: PollOffice) -> list[str]:
    """Whom the reminders went to; fails if anything else was sent."""
    assert {sent.template for sent in office.world.sent} <= {"poll_reminder"}, "and no other message was sent"
    return office.phones()


def test_who_has_not_voted_gets_the_link_of_the_unit_and_nobody_else_gets_anything() -> None:
    office = PollOffice(units=6)
    office.votes(1, 4)
    office.does(REMIND)
    office.world.settle()
    assert reminded(office) == [phone(unit) for unit in (2, 3, 5, 6)]
    first = min(office.world.sent, key=lambda sent: sent.to)
    ticket = first.text.rpartition("/v/")[2]
    assert tickets.read(office.world.ports.policy.key, ticket) == Ticket(office.poll, 2)
    assert first.text == f"协商铃：意向征询待您表态 https://ling.cn/v/{ticket}"
    assert texts.units(first.text) <= texts.SEGMENT


def test_the_record_says_how_many_and_never_who() -> None:
    office = PollOffice(units=3)
    office.votes(1)
    (event,) = office.does(REMIND)
    office.world.settle()
    assert office.kinds()[-2:] == ["reminded", "reminded_on"]
    assert office.events()[-1].data == {"after": event.seq, "next": 0, "sent": 2, "not_sent": 0}
    file = office.world.store.poll(office.poll)
    assert file is not None
    assert file.dispatches == (), "whoever reads the poll does not read who has not voted"


def test_an_owner_of_several_units_is_reminded_once_and_not_at_all_after_one_vote() -> None:
    many, other = Owner("甲", phone=phone(1)), Owner("乙", phone=phone(2))
    units = [samples.unit(1, many), samples.unit(2, other), samples.unit(3, many), samples.unit(4, other)]
    office = PollOffice(units, matter=8)
    office.votes(4)
    office.does(REMIND)
    office.world.settle()
    assert reminded(office) == [phone(1)]


def test_of_co_owners_the_named_voter_is_reminded_or_the_first_with_a_phone() -> None:
    without, first, second = Owner("甲"), Owner("乙", phone=phone(11)), Owner("丙", phone=phone(12))
    units = [
        samples.unit(1, without, first, second),
        samples.unit(2, first, second, voter=1),
        samples.unit(3, second, without, voter=1),
        samples.unit(4, without),
    ]
    office = PollOffice(units)
    office.does(REMIND)
    office.world.settle()
    assert reminded(office) == sorted([phone(11), phone(12), phone(12)])


def test_a_hundred_at_a_time_and_each_once() -> None:
    office = PollOffice(units=250)
    office.votes(*range(1, 11))
    office.does(REMIND)
    sizes = []
    while office.world.store.stream:
        before = len(office.world.sent)
        office.world.deliver([office.world.store.stream.popleft()])
        sizes.append(len(office.world.sent) - before)
    assert [size for size in sizes if size] == [100, 100, 40]
    assert reminded(office) == [phone(unit) for unit in range(11, 251)]
    assert [event.data["next"] for event in office.events() if event.kind == "reminded_on"] == [111, 211, 0]


def test_an_owner_reminded_in_one_portion_is_not_reminded_in_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(polls_reminding, "PORTION", 20)
    many = Owner("甲", phone=phone(1))
    units = [samples.unit(n, *([many] if n in (1, 30, 50) else [])) for n in range(1, 51)]
    office = PollOffice(units, matter=8)
    office.does(REMIND)
    office.world.settle()
    assert reminded(office) == [phone(unit) for unit in range(1, 51) if unit not in (30, 50)]


def test_a_slow_provider_makes_the_portion_shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    office = PollOffice(units=60)
    sms = office.world.senders[Channel.SMS]
    send = sms.send

    def slowly(message: Message) -> str:
        office.world.clock.advance(seconds=1)
        return send(message)

    monkeypatch.setattr(sms, "send", slowly)
    office.does(REMIND)
    office.world.settle()
    assert reminded(office) == [phone(unit) for unit in range(1, 61)]
    assert [event.data["sent"] for event in office.events() if event.kind == "reminded_on"] == [40, 20]


def test_who_votes_before_their_portion_comes_is_not_reminded() -> None:
    office = PollOffice(units=120)
    office.does(REMIND)
    office.world.deliver([office.world.store.stream.popleft() for _ in range(len(office.world.store.stream))])
    office.votes(110, 120)
    office.world.settle()
    assert reminded(office) == [phone(unit) for unit in range(1, 121) if unit not in (110, 120)]


def test_a_link_that_was_replaced_is_not_sent() -> None:
    office = PollOffice(units=1)
    assert office.world.store.reissue(office.poll, 1) == 1
    office.does(REMIND)
    office.world.settle()
    (sent,) = office.world.sent
    ticket = tickets.read(office.world.ports.policy.key, sent.text.rpartition("/v/")[2])
    assert ticket == Ticket(office.poll, 1, 1)


@pytest.mark.parametrize("over", [commands.Cancel("roll_wrong"), None])
def test_a_poll_that_is_over_by_then_reminds_nobody(over: commands.Command | None) -> None:
    office = PollOffice(units=4)
    office.does(REMIND)
    records = office.world.take_stream()
    if over:
        office.does(over)
    else:
        # The timer is late, the end is not.
        office.world.clock.go_to(START + timedelta(days=7))
    office.world.take_stream()
    office.world.deliver(records)
    assert reminded(office) == []


def test_at_night_they_wait_for_the_morning() -> None:
    world = World(start=NIGHT)
    office = PollOffice(units=3, world=world)
    office.does(REMIND)
    world.settle()
    world.pass_time(hours=7, minutes=50)
    assert world.sent == []
    office.votes(2)
    world.pass_time(minutes=11)
    assert reminded(office) == [phone(1), phone(3)]
    assert {sent.at for sent in world.sent} == {NIGHT + timedelta(hours=8)}
    assert office.kinds()[-4:] == ["reminded", "reminders_held", "reminders_resumed", "reminded_on"]
    world.pass_time(hours=2)
    assert len(world.sent) == 2, "and not again"


def test_what_waits_for_the_morning_is_forgotten_when_the_poll_ends_at_night() -> None:
    world = World(start=NIGHT)
    office = PollOffice(units=3, world=world)
    office.does(REMIND)
    world.settle()
    office.does(commands.Cancel("roll_wrong"))
    world.pass_time(hours=10)
    assert reminded(office) == []


def test_the_same_record_again_reminds_nobody_again() -> None:
    office = PollOffice(units=120)
    office.does(REMIND)
    office.world.settle()
    for again in [e for e in office.events() if e.kind in {"reminded", "reminded_on"}] * 2:
        office.world.deliver([EventAppended(again)])
    office.world.settle()
    assert reminded(office) == [phone(unit) for unit in range(1, 121)]
    assert office.kinds().count("reminded_on") == 2


def test_a_crash_between_claim_and_sending_repeats_nothing_and_keeps_nobody_else_back() -> None:
    office = PollOffice(units=3)
    office.world.store.fail("claim", when="after")
    office.does(REMIND)
    office.world.settle()
    # Whether the first one went out nobody can know, so it is not sent again.
    assert reminded(office) == [phone(2), phone(3)]
    assert office.events()[-1].data["not_sent"] == 1


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("operation", ["claim", "settle", "append", "poll", "papers", "voted", "polls_of"])
def test_dying_at_any_call_tells_nobody_twice(operation: str, when: When) -> None:
    for times in (1, 2, 3):
        office = PollOffice(units=130)
        office.does(REMIND)
        office.world.store.fail(operation, times=times, when=when)
        office.world.settle()
        told = reminded(office)
        assert len(set(told)) == len(told)
        lost = times if (operation, when) == ("claim", "after") else 0
        assert len(told) == 130 - lost
        assert office.kinds().count("reminded_on") == 2


def test_a_phone_that_takes_nothing_keeps_nobody_else_back() -> None:
    office = PollOffice(units=3)
    office.world.senders[Channel.SMS].fail(PermanentFailure("no such number"))
    office.does(REMIND)
    office.world.settle()
    assert reminded(office) == [phone(2), phone(3)]
    assert office.events()[-1].data["not_sent"] == 1


def test_who_wants_no_messages_gets_none() -> None:
    office = PollOffice(units=2)
    key = office.world.ports.policy.key
    office.world.store.wish(key_of(key, Channel.SMS, phone(1)), office.world.clock.now(), out=True)
    office.does(REMIND)
    office.world.settle()
    assert reminded(office) == [phone(2)]


def test_the_next_day_they_are_reminded_anew() -> None:
    office = PollOffice(units=2)
    office.does(REMIND)
    office.world.settle()
    office.votes(1)
    office.world.pass_time(hours=21)
    office.world.clock.advance(hours=4)
    office.does(REMIND)
    office.world.settle()
    assert reminded(office) == [phone(1), phone(2), phone(2)]


def test_that_a_reminder_did_not_arrive_is_told_to_nobody() -> None:
    office = PollOffice(units=1)
    office.does(REMIND)
    office.world.settle()
    office.world.deliver([Undelivered(f"REMINDER#{office.poll}", 5)])
    assert reminded(office) == [phone(1)]
