"""Polls and rolls have records like everything else: each is verified, and has its head."""

from __future__ import annotations

from chalicelib.core.chain import verify
from tests.fakes import places
from tests.store.conftest import Home
from tests.store.test_polls import opened


def test_the_record_of_a_poll_and_of_a_roll_verifies_against_its_head(home: Home) -> None:
    home.store.save_directory(places.directory(), ())
    poll = opened(home)
    chains = {thing: (events, tip) for thing, events, tip in home.store.chains()}
    assert poll.thing in chains
    assert chains[poll.thing][1] == poll.tip
    assert all(verify(events, tip, thing).intact for thing, (events, tip) in chains.items())
    assert dict(home.store.heads()) == {thing: tip for thing, (_, tip) in chains.items()}
