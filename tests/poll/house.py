"""Polls in the whole application: a roll is there, a poll is drafted, announced and open."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from chalicelib.core.chain import Happening
from chalicelib.core.times import iso
from chalicelib.poll import changes
from chalicelib.poll.roll import Roll, RollVersion, Unit, digest
from tests.contract.client import Web
from tests.fakes.world import World
from tests.poll import samples

WALL = {"question": samples.WALL, "question_en": "Take down the wall of Midu Bridge Road?"}


def give_roll(world: World, units: Sequence[Unit], neighbourhood: str = "yiqing") -> None:
    """The neighbourhood's roll, imported and adopted."""
    now = world.clock.now()
    version = RollVersion(1, len(units), sum(u.area for u in units), digest(units), now, "liu", adopted=True)
    world.store.write_roll(neighbourhood, version, units)
    after = Roll(neighbourhood, "MX", 1, (version,))
    told = (Happening("adopted", {"version": 1}),)
    before = Roll(neighbourhood, "MX")
    world.store.save_roll(changes.roll_after(before, after, told, samples.LIU, now))


def draft_poll(web: Web, token: str, **body: Any) -> str:
    """A draft over the API; its id."""
    wanted = {"neighbourhood": "yiqing", "topics": [WALL], "notice_days": 0, **body}
    answer = web.post("/v1/polls", wanted, token=token)
    assert answer.status == 201, answer.text
    return str(answer.json["id"])


def announce(web: Web, token: str, poll: str, *, days: int = 7) -> None:
    """The notice: it opens when the notice allows, and lasts so many days."""
    read = web.get(f"/v1/polls/{poll}", token=token).json
    opens = web.world.clock.now() + timedelta(days=read["notice_days"])
    body = {"opens_at": iso(opens), "closes_at": iso(opens + timedelta(days=days))}
    answer = web.post(f"/v1/polls/{poll}/announce", body, token=token)
    assert answer.status == 200, answer.text


def open_poll(web: Web, token: str, units: Sequence[Unit] | None = None, **body: Any) -> str:
    """A poll on which people vote now; its id."""
    give_roll(web.world, units or samples.roll())
    poll = draft_poll(web, token, **body)
    announce(web, token, poll)
    web.world.settle()
    days = web.get(f"/v1/polls/{poll}", token=token).json["notice_days"]
    web.world.pass_time(days=days, seconds=1)
    assert web.get(f"/v1/polls/{poll}").json["stage"] == "open"
    return poll
