"""Anchors and proofs over HTTP: anchors are for everybody, a proof for whoever may read its record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.anchor import codec, rules, service
from chalicelib.anchor.rules import Anchor, Leaf, Proof
from tests.contract.client import Answer, Web, visiting
from tests.poll.house import open_poll
from tests.session.people import PHONES, sign_in


@pytest.fixture
def web() -> Iterator[Web]:
    with visiting() as web:
        yield web


def anchor(web: Web) -> Anchor:
    """Today's anchor."""
    return service.take(web.world.ports)[0]


def a_day_passes(web: Web) -> None:
    web.world.clock.go_to(web.world.clock.now() + timedelta(days=1))


def proof(answer: Answer) -> Proof:
    """A proof as a client reads it."""
    assert answer.status == 200, answer.text
    said: dict[str, Any] = answer.json["proof"]
    leaf = Leaf(answer.json["thing"], said["seq"], said["hash"])
    return Proof(leaf, said["index"], tuple(said["path"]), Anchor(**said["anchor"]))


def test_the_anchors_are_listed_newest_first_a_page_at_a_time(web: Web) -> None:
    made = []
    for _ in range(service.PAGE + 1):
        made.append(anchor(web))
        a_day_passes(web)
    first = web.get("/v1/anchors").json
    assert [one["hash"] for one in first["anchors"]] == [one.hash for one in reversed(made[1:])]
    second = web.get(f"/v1/anchors?cursor={first['cursor']}").json
    assert [one["date"] for one in second["anchors"]] == [made[0].date]
    assert second["cursor"] == ""


def test_before_the_first_anchor_the_list_is_empty(web: Web) -> None:
    assert web.get("/v1/anchors").json == {"anchors": [], "cursor": ""}
    assert web.get("/v1/anchors?cursor=yesterday").status == 400


def test_the_anchor_of_a_day_is_what_was_sealed(web: Web) -> None:
    made = anchor(web)
    assert Anchor(**web.get(f"/v1/anchors/{made.date}").json) == made
    for other in ("2026-11-22", "today", "..%2Fleaves%2F2026-11-23"):
        missing = web.get(f"/v1/anchors/{other}")
        assert (missing.status, missing.code) == (404, "no_such_anchor")


def test_whoever_holds_the_tracking_link_gets_the_proof_of_the_bell_and_nobody_else(web: Web) -> None:
    rung, other = web.ring().json, web.ring(text="楼道灯坏了", phone="13900000002").json
    path = f"/v1/bells/{rung['id']}/proof"
    young = web.get(path, token=rung["tracking_token"])
    assert young.json == {"thing": f"BELL#{rung['id']}", "proof": None}
    made = anchor(web)
    found = web.get(path, token=rung["tracking_token"])
    assert rules.holds(proof(found))
    assert proof(found).anchor == made
    assert found.json["proof"]["fits"]
    record = web.get(f"/v1/bells/{rung['id']}/record", token=rung["tracking_token"]).json
    assert record["events"][found.json["proof"]["seq"] - 1]["hash"] == found.json["proof"]["hash"]
    assert web.get(path, token=other["tracking_token"]).status == 401
    assert web.get(path).status == 401


def test_a_link_of_an_earlier_ringing_gets_no_proof_as_it_gets_no_record(web: Web) -> None:
    rung = web.ring().json
    early = web.alert("zhao")
    anchor(web)
    moved = {"reason": "wrong_place", "neighbourhood": "wenyi"}
    assert web.post(f"/v1/bells/{rung['id']}/transfer", moved, token=early).status == 200
    for kind in ("record", "proof"):
        assert web.get(f"/v1/bells/{rung['id']}/{kind}", token=early).code == "link_superseded"


def test_the_proof_of_another_day_can_be_asked_for(web: Web) -> None:
    rung = web.ring().json
    first = anchor(web)
    web.world.settle()
    a_day_passes(web)
    web.world.settle()
    second = anchor(web)
    path, token = f"/v1/bells/{rung['id']}/proof", rung["tracking_token"]
    assert proof(web.get(path, token=token)).anchor == second
    early = web.get(f"{path}?date={first.date}", token=token)
    assert proof(early).anchor == first
    assert early.json["proof"]["fits"]
    assert web.get(f"{path}?date=2026-11-01", token=token).code == "no_such_anchor"


def test_a_record_that_was_changed_since_does_not_fit(web: Web) -> None:
    rung = web.ring().json
    anchor(web)
    thing = f"BELL#{rung['id']}"
    events = web.world.store._things[thing].events
    events[-1] = type(events[-1])(**{**vars(events[-1]), "hash": "0" * 64})
    found = web.get(f"/v1/bells/{rung['id']}/proof", token=rung["tracking_token"])
    assert not found.json["proof"]["fits"]
    assert rules.holds(proof(found))


def test_nothing_fits_an_anchor_that_was_altered(web: Web) -> None:
    rung = web.ring().json
    made = anchor(web)
    files = web.world.ports.vault.files  # type: ignore[attr-defined]
    name = codec.root_name(made.date)
    files[name] = files[name].replace(made.root, "00" * 32)
    found = web.get(f"/v1/bells/{rung['id']}/proof", token=rung["tracking_token"])
    assert not found.json["proof"]["fits"]
    assert not rules.holds(proof(found))


def test_a_case_and_a_poll_have_proofs_like_a_bell(web: Web) -> None:
    rung = web.world.ring()
    case = web.world.accept(rung)
    community = sign_in(web, PHONES["community"])
    poll = open_poll(web, community)
    anchor(web)
    assert rules.holds(proof(web.get(f"/v1/cases/{case}/proof", token=rung.token)))
    assert web.get(f"/v1/cases/{case}/proof").status == 401
    of_poll = proof(web.get(f"/v1/polls/{poll}/proof"))
    assert rules.holds(of_poll)
    assert of_poll.leaf.thing == f"POLL#{poll}"
    assert web.get("/v1/polls/MX00000000/proof").status == 404


def test_the_page_shows_the_roots_and_leads_to_older_ones(web: Web) -> None:
    assert "within an hour" in web.get("/anchors?lang=en").text
    for _ in range(service.PAGE + 1):
        last = anchor(web)
        a_day_passes(web)
    shown = web.get("/anchors?lang=en").text
    assert last.root.replace(" ", "") in shown.replace(" ", "")
    assert f'href="/v1/anchors/{last.date}"' in shown
    assert shown.count('class="digest"') == service.PAGE
    older = web.get("/anchors?lang=en&cursor=2026-11-24").text
    assert older.count('class="digest"') == 1
    assert web.get("/anchors?cursor=nonsense").status == 200


def test_the_page_of_a_bell_leads_to_its_proof_and_to_the_anchors(web: Web) -> None:
    rung = web.ring().json
    shown = web.get(f"/t/{rung['tracking_token']}").text
    assert f'data-proof="/v1/bells/{rung["id"]}/proof"' in shown
    assert 'href="/anchors"' in shown
