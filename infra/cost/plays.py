"""The days that are played and counted, each on a stage of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from unittest.mock import patch

from infra.cost.client import InProcess
from infra.cost.stage import Stage, staged
from infra.demo import asking
from infra.demo.people import People
from infra.demo.stories import STORIES
from infra.demo.story import Story

Counts = dict[str, dict[str, float]]
"""What each function did: function to kind to amount."""

_BELL = {
    "desk": "community",
    "category": "noise",
    "neighbourhood": "yiqing",
    "text": "楼上半夜装修，电钻声很响，孩子睡不着，请帮忙问问能不能换个时间。",
    "where": "3幢2单元501室",
    "name": "张三",
    "phone": "13900000001",
}


def answered() -> Counts:
    """Rung, alerted, the link opened, answered and accepted by one tap each; the resident looks three times. The case
    that it opens is left at its first stage."""
    with staged() as stage:
        client = InProcess(stage)
        rung = _rung(client)
        stage.let_pass(60)
        _looked(client, rung)
        link = client.links_of(rung["id"])[0]
        client.text(f"/a/{link}")
        client.post(f"/v1/bells/{rung['id']}/answer", token=link)
        _looked(client, rung)
        client.post(f"/v1/bells/{rung['id']}/accept", token=link)
        _looked(client, rung)
        return counts(stage)


def exhausted() -> Counts:
    """Rung, and nobody answers: every level is alerted, then the supervisor."""
    with staged() as stage:
        client = InProcess(stage)
        rung = _rung(client)
        for _ in range(60):
            if "exhausted" in _kinds(stage, rung["id"]):
                break
            stage.let_pass(60)
        else:
            raise RuntimeError("an hour has passed, and the bell is not exhausted")
        return counts(stage)


def case() -> Counts:
    """The story of the glass door, from the bell to the rating: a visit, five parties, a meeting, an agreement with
    three signatures by code, two obligations, four photos."""
    with staged() as stage:
        _story(stage, "door")
        return counts(stage)


def service() -> Counts:
    """The story of the medicine, from the bell to the rating: no party and no meeting, one thing to be done."""
    with staged() as stage:
        _story(stage, "medicine")
        return counts(stage)


def poll() -> Counts:
    """The 434 households of the wall: the roll, the notice, 396 ballots, the count. What goes before and after in the
    same case is not in it."""
    found: list[Counts] = []
    with staged() as stage, patch.object(asking, "households", _between(stage, asking.households, found)):
        _story(stage, "wall")
    return found[0]


def minute() -> Counts:
    """A minute's sweep in which nothing is due."""
    with staged() as stage:
        stage.sweep()
        stage.ledger.by.clear()
        stage.clock.sleep(60)
        stage.sweep()
        return counts(stage)


PLAYS: dict[str, Callable[[], Counts]] = {
    "answered": answered,
    "exhausted": exhausted,
    "service": service,
    "case": case,
    "poll": poll,
    "minute": minute,
}


def counts(stage: Stage, since: Mapping[tuple[str, str], float] | None = None) -> Counts:
    """What was counted, sorted, without what is zero."""
    found: Counts = {"table": {"bytes kept": stage.kept()}} if since is None else {}
    for (function, kind), amount in sorted(stage.ledger.by.items()):
        if amount := amount - (since or {}).get((function, kind), 0):
            found.setdefault(function, {})[kind] = amount
    return found


def _rung(client: InProcess) -> dict[str, Any]:
    consent = client.get("/v1/privacy-notice")["version"]
    rung: dict[str, Any] = client.post("/v1/bells", {**_BELL, "consent_version": consent})
    return rung


def _looked(client: InProcess, rung: dict[str, Any]) -> None:
    client.text(f"/t/{rung['tracking_token']}")


def _kinds(stage: Stage, bell: str) -> list[str]:
    """The kinds of a bell's events, asked by nobody who is charged."""
    from chalicelib import wiring

    return [event.kind for event in wiring.ports().store.events(f"BELL#{bell}")]


def _story(stage: Stage, name: str) -> Story:
    client = InProcess(stage)
    story = Story(People(client, case=lambda: story.case), lambda _: None)
    STORIES[name](story)
    return story


def _between(stage: Stage, ask: Callable[..., Any], found: list[Counts]) -> Callable[..., Any]:
    def households(*given: Any) -> Any:
        before = stage.ledger.by.copy()
        answer = ask(*given)
        found.append(counts(stage, before))
        return answer

    return households
