"""Requests nobody thought of, made from the OpenAPI document: every answer is a documented one and no fault.

`Web.send` holds each answer to the document; here is only added that nothing is a fault and no refusal writes.
"""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from requests import Request
from schemathesis import Case
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig

from chalicelib.poll import tickets
from chalicelib.poll.tickets import Ticket
from tests.contract.client import RING, Answer, Web, document, visiting
from tests.fakes.world import World
from tests.poll.house import open_poll
from tests.session.people import PHONES, sign_in, two_communities

EXAMPLES = 20
OWN = {"host", "user-agent", "accept-encoding", "connection", "content-length"}


def _config() -> SchemathesisConfig:
    generation = GenerationConfig(deterministic=True, database="none")
    return SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(generation=generation)))


schema = schemathesis.openapi.from_dict(document(), config=_config())
few = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def sent(web: Web, case: Case) -> Answer:
    """The answer to a made-up request, sent as a client's library would write it."""
    parts: dict[str, Any] = case.as_transport_kwargs(base_url="http://bell")
    request = Request(
        **{
            name: parts.get(name)
            for name in ("method", "url", "params", "data", "json", "headers", "cookies")
        }
    ).prepare()
    headers = {str(k): str(v) for k, v in request.headers.items() if k.lower() not in OWN}
    return web.send(case.method.upper(), request.path_url, request.body or b"", **headers)


def held(web: Web, case: Case) -> Answer:
    """As `sent`, and a refusal has written nothing."""
    if case.method.upper() == "OPTIONS":  # the gateway answers by itself, and Chalice's client breaks on it
        return Answer(204, {}, "")
    before = web.stored()
    answer = sent(web, case)
    assert answer.status < 500, answer.text
    assert answer.status < 400 or web.stored() == before
    return answer


@schema.parametrize()
@few
def test_a_stranger_finds_no_fault(case: Case) -> None:
    with visiting() as web:
        held(web, case)


@schema.include(path_regex="bell_id").parametrize()
@few
@pytest.mark.parametrize("holder", ["resident", "staff"])
def test_the_holder_of_a_link_finds_no_fault(case: Case, holder: str) -> None:
    with visiting() as web:
        rung = web.ring().json
        staff = web.alert("zhao")
        if holder == "staff":
            web.post(f"/v1/bells/{rung['id']}/answer", token=staff)
        token = staff if holder == "staff" else rung["tracking_token"]
        case.path_parameters = {"bell_id": rung["id"]}
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}
        assert held(web, case).status != 401


@schema.include(path="/v1/bells", method="POST").parametrize()
@few
def test_a_ring_that_is_almost_right_finds_no_fault(case: Case) -> None:
    with visiting() as web:
        if isinstance(case.body, dict):
            case.body = {**RING, **dict(list(case.body.items())[:2])}
        held(web, case)


@schema.include(path_regex="/v1/(polls|rolls)").parametrize()
@few
def test_who_runs_a_poll_finds_no_fault(case: Case) -> None:
    with visiting(World(two_communities())) as web:
        poll = open_poll(web, sign_in(web, PHONES["community"]))
        names = case.path_parameters or {}
        case.path_parameters = {name: poll if name == "poll_id" else "yiqing" for name in names}
        with_token(case, sign_in(web, PHONES["community"]))
        held(web, case)


@schema.include(path="/v1/vote").parametrize()
@few
def test_who_votes_finds_no_fault(case: Case) -> None:
    with visiting(World(two_communities())) as web:
        poll = open_poll(web, sign_in(web, PHONES["community"]))
        with_token(case, tickets.encode(web.world.ports.policy.key, Ticket(poll, 1)))
        held(web, case)


def with_token(case: Case, token: str) -> None:
    """The request is its bearer's."""
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}


def test_every_operation_is_tried() -> None:
    tried = {result.ok().label for result in schema.get_all_operations()}
    known = {f"{m.upper()} {path}" for path, methods in document()["paths"].items() for m in methods}
    assert tried == known
