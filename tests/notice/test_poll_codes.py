"""The code with which somebody votes by phone: one message to the phone on the roll, none to any other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.notice import texts
from chalicelib.people.staff import Channel
from chalicelib.poll import phones
from chalicelib.session import service
from chalicelib.session.shapes import Code
from tests.fakes.world import World
from tests.notice.polloffice import PollOffice


def code(world: World, phone: str, language: str = "zh-CN") -> Code:
    now = world.clock.now()
    later = now + timedelta(minutes=5)
    asked = Code("person", phone, "5a17", language, later, later, template="vote")
    world.store.ask_code(asked, now, ())
    world.take_stream()
    return asked


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_message_says_that_the_code_is_for_voting(language: str) -> None:
    world = World()
    assert service.send_code(world.ports, code(world, "+8613900000001", language))
    (sent,) = world.sent
    assert (sent.to, sent.template) == ("+8613900000001", "vote")
    assert ("投票" if language == "zh-CN" else "VOTE") in sent.text
    assert texts.units(sent.text) <= texts.SEGMENT


def test_a_code_without_a_phone_goes_nowhere_however_often_the_stream_tells_of_it() -> None:
    world = World()
    asked = code(world, "")
    assert [service.send_code(world.ports, asked) for _ in range(3)] == [False] * 3
    assert not world.senders[Channel.SMS].tried
    # It was the missing phone that kept it back.
    assert service.send_code(world.ports, replace(asked, phone="+8613900000001"))


def test_only_the_phone_on_the_roll_gets_the_code() -> None:
    office = PollOffice(units=4)
    for phone in ("13900000002", "13911111111"):
        door = phones.Door("1幢", "102", phone)
        phones.ask_code(office.world.ports, office.poll, door, "203.0.113.7", "zh-CN")
    office.world.settle()
    assert [(s.to, s.template) for s in office.world.sent] == [("+8613900000002", "vote")]
