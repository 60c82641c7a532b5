"""No line of any log holds a name or a phone of the roll, a ticket, or what anybody voted: not while a poll goes well,
and not when its store breaks."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from chalicelib import wiring
from chalicelib.config import Settings
from chalicelib.poll.roll import Owner
from chalicelib.poll.tickets import Ticket, encode
from tests.contract.client import Web
from tests.fakes.world import World
from tests.observability.logs import Log
from tests.poll import samples
from tests.poll.house import give_roll, open_poll
from tests.session.people import PHONES, sign_in, two_communities

NAME, PHONE, MARK, PROXY = "欧阳雪芹", "13977665544", "杭房产证9988", "端木子规"
CHOICE, LABEL, KEY = "o7wallgone", "拆了它", "key-of-the-sender-1"


@pytest.fixture
def web(log: Log) -> Iterator[Web]:
    """A deployed stage on fakes."""
    world = World(two_communities())
    found = Web(world)
    settings = Settings("prod", "t", "arn:sm", "https://bell.example.org", "https://b.cn", b"k" * 32, ("MX",))
    wiring.install(world.ports, settings)
    yield found
    wiring.install(None)


def holds_nothing(log: Log, *secrets: str) -> None:
    """Fails naming what it found."""
    log.holds_nothing_personal()
    written = (NAME, PHONE, MARK, PROXY, CHOICE, LABEL, KEY, *secrets)
    assert not [secret for secret in written if secret in log.text]


def test_a_polls_whole_life_tells_the_log_neither_who_nor_what(web: Web, log: Log) -> None:
    units = (samples.unit(1, Owner(NAME, MARK, f"+86{PHONE}")), samples.unit(2))
    options = [{"id": CHOICE, "label": LABEL}, {"id": "b", "label": "留着"}]
    staff = sign_in(web, PHONES["community"])
    poll = open_poll(web, staff, units, topics=[{"question": "墙怎么办？", "options": options}])
    staff = sign_in(web, PHONES["community"])
    ticket = encode(web.world.ports.policy.key, Ticket(poll, 1))
    door = {"building": "1幢", "room": "101", "phone": PHONE}
    assert web.post(f"/v1/polls/{poll}/codes", door).status == 202
    web.world.settle()
    web.post(f"/v1/polls/{poll}/tickets", {**door, "code": "000000"})
    body = {"choices": {"1": CHOICE}}
    voted = web.post("/v1/vote", body, token=ticket, Idempotency_Key=KEY)
    assert voted.status == 201
    web.post("/v1/vote", {"choices": {"1": "b"}}, token=ticket, Idempotency_Key=KEY)
    web.get(f"/v/{ticket}")
    entered = {**body, "unit": 2, "proxy": PROXY}
    web.post(f"/v1/polls/{poll}/ballots", entered, token=staff, Idempotency_Key=KEY)
    table = base64.b64encode(f"幢,室,面积,业主,电话\n1幢,101,x,{NAME},{PHONE}".encode()).decode()
    web.post("/v1/rolls/yiqing/preview", {"name": "roll.csv", "content": table}, token=staff)
    for path in ("missing", "conflicts", "turnout", "record"):
        assert web.get(f"/v1/polls/{poll}/{path}", token=staff).status == 200
    holds_nothing(log, ticket, str(voted.json["nonce"]), str(voted.json["receipts"]["1"]))
    assert any(line.get("route") == "POST /v1/vote" for line in log.lines())


def test_a_vote_that_breaks_in_the_store_is_not_quoted(
    web: Web, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    units = (samples.unit(1, Owner(NAME, MARK, f"+86{PHONE}")), samples.unit(2))
    poll = open_poll(web, sign_in(web, PHONES["community"]), units)
    ticket = encode(web.world.ports.policy.key, Ticket(poll, 1))

    def breaks(cast: object) -> None:
        raise RuntimeError(f"{cast} {NAME} {PHONE}")

    monkeypatch.setattr(web.world.store, "cast", breaks)
    answer = web.post("/v1/vote", {"choices": {"1": "for"}}, token=ticket, Idempotency_Key=KEY)
    assert answer.status == 503
    holds_nothing(log, ticket)
    assert NAME not in answer.text


def test_who_took_a_roll_away_is_in_the_log_and_nobody_of_the_roll(web: Web, log: Log) -> None:
    give_roll(web.world, (samples.unit(1, Owner(NAME, MARK, f"+86{PHONE}")),))
    session = sign_in(web, PHONES["specialist"])
    taken = web.send("GET", "/rolls/yiqing/export", Cookie=f"session={session}")
    assert NAME in taken.text
    (line,) = [line for line in log.lines() if line["message"] == "exported"]
    assert (line["staff"], line["roll"], line["version"]) == ("zhao", "yiqing", 1)
    holds_nothing(log)
