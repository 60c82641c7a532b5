"""What a poll means for its case reaches the resident by the case's own messages, at the result and once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.core.times import parse_iso
from chalicelib.poll.shapes import Cast
from tests.contract.client import Web, visiting
from tests.fakes.world import World
from tests.poll import samples
from tests.poll.house import announce, draft_poll, give_roll
from tests.session.people import PHONES, sign_in, two_communities

RESIDENT = "+8613900009999"


@pytest.fixture
def web() -> Iterator[Web]:
    with visiting(World(two_communities())) as web:
        yield web


@pytest.mark.parametrize(("choice", "told"), [("for", "agreed"), ("against", "voted_down")])
def test_the_resident_hears_what_the_neighbours_decided(web: Web, choice: str, told: str) -> None:
    world = web.world
    community, specialist = sign_in(web, PHONES["community"]), sign_in(web, PHONES["specialist"])
    case = world.accept(world.ring(phone="13900009999"))
    assert web.post(f"/v1/cases/{case}/negotiate", {}, token=specialist).status == 200
    give_roll(world, samples.roll())
    poll = draft_poll(web, community, case=case, neighbourhood="")
    announce(web, community, poll)
    world.pass_time(seconds=1)
    for unit in range(1, 7):
        world.store.cast(Cast(poll, unit, samples.ballot(unit, choice, at=world.clock.now())))
    before = len(world.sent)
    world.pass_time(until=parse_iso(web.get(f"/v1/polls/{poll}").json["counts_at"]) + timedelta(minutes=5))
    heard = [sent.template for sent in world.sent[before:] if sent.to == RESIDENT]
    assert heard == [told], "and no other message was sent"
