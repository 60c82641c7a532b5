"""Each day's anchor goes by mail to whoever the stage's setting names: at least once, and once if all is well."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.anchor import mailing, service
from chalicelib.config import ConfigError, Settings
from chalicelib.delivery.rules import key_of
from chalicelib.people.staff import Channel
from chalicelib.ports import OptedOut, PermanentFailure, TemporaryFailure, UnknownOutcome
from tests.fakes.world import World

NOTARY, PAPER = "notary@example.org", "Editor@example.com"


@pytest.fixture
def world() -> World:
    built = World()
    built.ports = replace(built.ports, policy=replace(built.ports.policy, anchor_mail=(NOTARY, PAPER)))
    built.ring()
    return built


def told(world: World) -> int:
    """One hour's run: how many mails went out."""
    return mailing.tell(world.ports, service.take(world.ports)[0]).sent


def next_day(world: World) -> None:
    """It is the next day, at the same hour."""
    world.clock.go_to(world.clock.now() + timedelta(days=1))


def dates(world: World, address: str) -> list[str]:
    """The days of whose anchors that address was sent mails, in the order in which they went out."""
    return [sent.subject.split()[1] for sent in world.sent if sent.to == address]


def test_every_subscriber_is_sent_each_anchor_once(world: World) -> None:
    assert told(world) == 2
    assert told(world) == 0
    world.clock.go_to(world.clock.now() + timedelta(days=1))
    assert told(world) == 2
    assert [sent.to for sent in world.sent] == [NOTARY, PAPER, NOTARY, PAPER]


def test_the_mail_says_all_that_a_check_needs_and_nothing_about_anybody(world: World) -> None:
    told(world)
    anchor, mail = service.read(world.ports, "2026-11-23"), world.sent[0]
    for part in (anchor.date, anchor.at, anchor.root, anchor.hash, anchor.previous, "/anchors"):
        assert part in mail.text
    assert anchor.date in mail.subject
    bell = next(thing for thing, _ in world.store.heads() if thing.startswith("BELL#"))
    assert bell.partition("#")[2] not in mail.text
    assert "{" not in mail.text + mail.subject


@pytest.mark.parametrize("error", [TemporaryFailure("busy"), UnknownOutcome("lost")])
def test_a_mail_whose_fate_is_not_known_goes_again_and_delays_nobody_elses(
    world: World, error: Exception
) -> None:
    world.senders[Channel.MAIL].fail(error, to=NOTARY)
    assert told(world) == 1
    assert told(world) == 1
    assert told(world) == 0
    assert [sent.to for sent in world.sent] == [PAPER, NOTARY]


@pytest.mark.parametrize("error", [TemporaryFailure("busy"), UnknownOutcome("lost")])
def test_a_mail_that_failed_all_day_goes_the_next_once(world: World, error: Exception) -> None:
    for hour in range(3):
        world.senders[Channel.MAIL].fail(error, to=NOTARY)
        assert told(world) == (hour == 0), "the other subscriber has theirs"
        world.clock.advance(hours=1)
    next_day(world)
    assert told(world) == 3
    assert told(world) == 0
    assert dates(world, NOTARY) == ["2026-11-24", "2026-11-23"]
    assert dates(world, PAPER) == ["2026-11-23", "2026-11-24"]
    next_day(world)
    assert told(world) == 2, "and no other message was sent"


def test_what_is_owed_is_tried_for_a_week_and_said_to_be(world: World) -> None:
    world.senders[Channel.MAIL].fail(TemporaryFailure("busy"), 1_000, to=NOTARY)
    owed = []
    for _ in range(9):
        owed.append(mailing.tell(world.ports, service.take(world.ports)[0]).overdue)
        next_day(world)
    assert owed == [0, 1, 2, 3, 4, 5, 6, 6, 6]
    assert len(world.senders[Channel.MAIL].tried) == 2 * 9, (
        "older ones are not tried while today's does not go"
    )
    world.sent.clear()
    world.senders[Channel.MAIL]._faults.clear()
    assert mailing.tell(world.ports, service.take(world.ports)[0]) == mailing.Told(8, 0)
    assert dates(world, NOTARY) == [f"2026-{day}" for day in ("12-02", *reversed(LATE))]


LATE = ("11-26", "11-27", "11-28", "11-29", "11-30", "12-01")


def test_a_new_subscriber_is_sent_the_anchors_from_now_on(world: World) -> None:
    told(world)
    next_day(world)
    told(world)
    policy = replace(world.ports.policy, anchor_mail=(NOTARY, PAPER, "new@example.org"))
    world.ports = replace(world.ports, policy=policy)
    assert told(world) == 1
    assert dates(world, "new@example.org") == ["2026-11-24"]


def test_whoever_is_no_subscriber_any_more_is_owed_nothing(world: World) -> None:
    world.senders[Channel.MAIL].fail(TemporaryFailure("busy"), to=NOTARY)
    told(world)
    next_day(world)
    world.ports = replace(world.ports, policy=replace(world.ports.policy, anchor_mail=(PAPER,)))
    assert mailing.tell(world.ports, service.take(world.ports)[0]) == mailing.Told(1, 0)
    assert dates(world, NOTARY) == []


@pytest.mark.parametrize("error", [PermanentFailure("no_such_address"), OptedOut("complained")])
def test_an_address_that_cannot_be_reached_is_not_tried_again_for_that_day(
    world: World, error: Exception
) -> None:
    world.senders[Channel.MAIL].fail(error, to=NOTARY)
    assert told(world) == 1
    assert told(world) == 0
    assert len(world.senders[Channel.MAIL].tried) == 2


def test_whoever_wants_no_more_mail_gets_none(world: World) -> None:
    key = key_of(world.ports.policy.key, Channel.MAIL, PAPER)
    world.store.wish(key, world.clock.now(), out=True)
    assert told(world) == 1
    assert [sent.to for sent in world.sent] == [NOTARY]


def test_no_address_is_kept(world: World) -> None:
    told(world)
    kept = repr(world.store.dispatches("ANCHOR#2026-11-23"))
    assert NOTARY not in kept
    assert PAPER.lower() not in kept.lower()


def test_without_subscribers_nothing_is_asked_or_sent() -> None:
    world = World()
    world.store.fail("dispatches")
    assert told(world) == 0
    assert world.sent == []


ENVIRONMENT = {"TABLE_NAME": "t", "STATE_MACHINE_ARN": "arn", "PUBLIC_URL": "https://bell.example.org"}


def test_the_setting_names_addresses_with_commas_between_them() -> None:
    said = Settings.from_env({**ENVIRONMENT, "ANCHOR_MAIL": f" {NOTARY}, {PAPER},{NOTARY}, "})
    assert said.anchor_mail == (NOTARY, PAPER)
    assert Settings.from_env(ENVIRONMENT).anchor_mail == ()


@pytest.mark.parametrize("wrong", ["notary", "a@b c@d", "a@b;c@d", "a@b\n, c"])
def test_what_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(ConfigError, match="ANCHOR_MAIL"):
        Settings.from_env({**ENVIRONMENT, "ANCHOR_MAIL": wrong})
