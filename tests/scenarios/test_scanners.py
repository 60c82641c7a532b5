"""Scanners and previews open every link they see, long before its reader does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from chalice.test import Client

from app import app
from chalicelib import wiring
from chalicelib.bell.rules import Status
from tests.fakes.world import World, token_of
from tests.scenarios.plays import ends_well, escalates, rings


@pytest.fixture
def client(world: World) -> Iterator[Client]:
    """The whole app over the world's fakes."""
    wiring.install(world.ports)
    with Client(app) as client:
        yield client
    wiring.install(None)


def test_8_a_get_of_any_link_changes_nothing_and_the_second_level_still_comes(
    world: World, client: Client
) -> None:
    rung, alert = rings(world)
    before = world.file(rung)
    for _ in range(5):
        for path in (f"/a/{token_of(alert)}", f"/t/{rung.token}"):
            answer = client.http.get(path, headers={"User-Agent": "a scanner", "Accept": "text/html"})
            assert answer.status_code == 200, answer.body
        answer = client.http.get(
            f"/v1/bells/{rung.bell.id}", headers={"Authorization": f"Bearer {rung.token}"}
        )
        assert answer.status_code == 200
    assert world.file(rung) == before
    assert world.store.calls["commit"] == 0
    assert not world.store.stream
    escalates(world, "wang")
    ends_well(world)


def test_8_only_the_button_answers(world: World, client: Client) -> None:
    rung, alert = rings(world)
    path = f"/a/{token_of(alert)}"
    assert "+8613900000001" not in client.http.get(path).body.decode()
    client.http.post(
        path, headers={"Content-Type": "application/x-www-form-urlencoded"}, body=b"action=answer"
    )
    assert world.file(rung).bell.status is Status.ANSWERED
    assert world.file(rung).bell.answered_by is not None
    assert "13900000001" in client.http.get(path).body.decode()
    world.pass_time(hours=1)
    world.expect("answered", to="resident")
    ends_well(world)
