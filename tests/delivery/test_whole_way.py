"""From a ring to the provider and back: signed out, reported in, and reached another way."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from chalicelib.delivery.rules import secret_of
from chalicelib.people.staff import Channel
from tests.contract.client import Web, visiting
from tests.fakes import places
from tests.fakes.senders import Sent
from tests.fakes.world import World
from tests.notify.providers import (
    Watch,
    aliyun_sender,
    aliyun_with_account,
    tencent_sender,
    tencent_with_account,
)


@dataclasses.dataclass
class Line:
    """The platform with a provider of SMS."""

    name: str
    provider: Any
    web: Web

    def report(self, *, arrived: bool) -> None:
        """The provider pushes what became of everything it took, and everybody reacts."""
        secret = secret_of(self.web.world.ports.policy.key, self.name)
        code = {} if arrived else {"code": "MK:0001"}
        told = self.provider.reports(arrived=arrived, **code)
        assert self.web.post(f"/v1/reports/{self.name}/{secret}", told).status == 200
        self.web.world.settle()

    @property
    def mails(self) -> list[Sent]:
        return [sent for sent in self.web.world.sent if sent.channel is Channel.MAIL]

    def fates(self, person: str) -> dict[str, str]:
        (bell,) = self.web.world.store.ringing("MX").items
        return {d.channel: str(d.fate) for d in self.web.world.file(bell).dispatches if d.recipient == person}


@pytest.fixture(params=["aliyun", "tencent"])
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    watch, world = Watch(), World()
    with ExitStack() as stack:
        provider: Any
        if request.param == "aliyun":
            provider = stack.enter_context(aliyun_with_account(watch))
            sender: Any = aliyun_sender(provider.url, watch)
        else:
            provider = stack.enter_context(tencent_with_account(watch))
            sender = tencent_sender(provider.url, watch)
        senders = {**world.ports.senders, Channel.SMS: sender}
        world.ports = dataclasses.replace(world.ports, senders=senders)
        web = stack.enter_context(visiting(world))
        web.ring()
        world.settle()
        yield Line(request.param, provider, web)


def test_a_ring_is_two_messages_that_arrive(line: Line) -> None:
    assert len(line.provider.sent) == 2
    line.report(arrived=True)
    line.report(arrived=True)
    assert (line.fates("zhao"), line.fates("resident")) == ({"sms": "delivered"}, {"sms": "delivered"})
    assert line.mails == []


def test_an_alert_that_did_not_arrive_is_mailed_once(line: Line) -> None:
    line.report(arrived=False)
    line.report(arrived=False)
    line.report(arrived=True)
    assert [mail.to for mail in line.mails] == [places.STAFF[0].mail]
    assert line.fates("zhao") == {"sms": "undelivered", "mail": "sent"}
    assert line.fates("resident") == {"sms": "undelivered", "": "unreachable"}
    assert len(line.provider.sent) == 2


def test_a_provider_that_is_down_is_no_reason_to_be_silent(line: Line) -> None:
    line.provider.reset = True
    line.web.world.pass_time(minutes=5)
    assert [mail.to for mail in line.mails] == [places.STAFF[1].mail]
    (bell,) = line.web.world.store.ringing("MX").items
    asked = [d for d in line.web.world.file(bell).dispatches if d.recipient == "wang"]
    assert {d.channel: str(d.fate) for d in asked} == {"sms": "unknown", "mail": "sent"}
