"""Who may call each route: the table, the declarations and what really happens agree, for every route and caller."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import app as application
from chalicelib.anchor import service as anchors
from chalicelib.core.links import Purpose
from chalicelib.core.links import token as link_token
from chalicelib.http import AUDIENCES
from chalicelib.notice.types import Bundle
from chalicelib.poll import tickets
from chalicelib.poll.tickets import Ticket
from chalicelib.session.rules import EVERYBODY, STAFF, TABLE, Caller, csrf_of
from tests.contract.client import Answer, Web, visiting
from tests.fakes.world import World
from tests.poll.house import open_poll
from tests.session.people import PHONES, sign_in, two_communities

ROUTES = sorted(f"{method} {path}" for path, methods in application.app.routes.items() for method in methods)
LINKS = (Caller.TRACKING, Caller.ONE_TAP, Caller.BUNDLE, Caller.PARTY, Caller.TICKET)
PEOPLE = ("resident", *sorted(STAFF), "neighbouring specialist", "neighbouring community")
REFUSED = {401, 403}
# What a link's token and a session open is one bell or case; these callers are asked about one of another community.
NEIGHBOURS = ("neighbouring specialist", "neighbouring community")
# Its own desk's staff: the bell of the walk was rung at the desk of the community.
OTHER_DESKS = ("lawyer", "police")


def test_the_table_names_every_route_and_nothing_else() -> None:
    assert sorted(TABLE) == ROUTES


def test_every_route_declares_what_the_table_says() -> None:
    assert AUDIENCES == TABLE


def test_no_route_is_the_operators() -> None:
    assert not any(Caller.OPERATOR in audience for audience in TABLE.values())


def test_whoever_needs_no_name_may_come_with_one() -> None:
    assert all(audience == EVERYBODY for audience in TABLE.values() if Caller.NOBODY in audience)


ACTS = {
    "POST /t/{token}": b"action=withdraw",
    "POST /t/{token}/data": b"action=erase",
    "POST /p/{token}": b"action=message&text=x",
    "POST /p/{token}/data": b"action=erase",
    "POST /c/{case_id}": b"action=resume",
    "POST /polls/{poll_id}/desk": b"action=remind",
    "POST /v/{ticket}": b"key=1&topic-1=for",
}
"""What each form asks for; all others: to answer."""


@pytest.fixture(scope="module")
def walk() -> Iterator[Walk]:
    with visiting(World(two_communities())) as web:
        yield Walk(web)


class Walk:
    """One bell at Yiqing, a case that came of another of the same resident, and everybody who could come."""

    def __init__(self, web: Web) -> None:
        self.web = web
        rung = web.ring().json
        self.id = rung["id"]
        key, now = web.world.ports.policy.key, web.world.clock.now()
        bundle_token = link_token(key, self.id, Purpose.BUNDLE, "zhao")
        one_tap = web.alert("zhao")
        other = web.world.ring(text="门口的灯坏了", category="road")
        self.case = web.world.accept(other)
        self.sessions = {who: sign_in(web, PHONES[who]) for who in PEOPLE}
        invited = web.post(
            f"/v1/cases/{self.case}/invite", {"organisation": "yunhe"}, token=self.sessions["specialist"]
        )
        assert invited.status == 200, invited.text
        self.tokens = {
            Caller.TRACKING: rung["tracking_token"],
            Caller.ONE_TAP: one_tap,
            Caller.BUNDLE: bundle_token,
            Caller.PARTY: link_token(key, self.case, Purpose.PARTY, "yunhe"),
        }
        self.tracking_of_case = other.token
        self.poll = open_poll(web, self.sessions["community"])
        self.tokens[Caller.TICKET] = tickets.encode(key, Ticket(self.poll, 1))
        from chalicelib.core import links

        ends = now.replace(year=now.year + 1)
        self.anchored = anchors.take(web.world.ports)[0].date
        web.world.store.save_bundle(Bundle(self.id, "zhao", (self.id,), links.hash_of(bundle_token), ends))

    def call(self, route: str, who: str) -> Answer:
        """The route, called by them with what they have and nothing else."""
        method, path = route.split(" ")
        token = self.sessions.get(who) or self.tokens.get(who, "")  # type: ignore[call-overload]  # a StrEnum is a str
        if who == Caller.TRACKING and "{case_id}" in path:
            token = self.tracking_of_case
        path = (
            path.replace("{bell_id}", self.id).replace("{name}", "style.css").replace("{date}", self.anchored)
        )
        path = (
            path.replace("{neighbourhood}", "yiqing")
            .replace("{poll_id}", self.poll)
            .replace("{ticket}", token or "0" * tickets.LENGTH)
        )
        path = path.replace("{case_id}", self.case).replace("{paper}", "case").replace("{number}", "1")
        if path.startswith("/v1/"):
            body = b"{}" if method == "POST" else b""
            return self.web.send(method, path, body, token=token, Content_Type="application/json")
        in_path = self.id if who in self.sessions else token or "0" * 19
        headers = {"Content_Type": "application/x-www-form-urlencoded"}
        body = ACTS.get(route, b"action=answer")
        if who in self.sessions:
            headers["Cookie"] = f"session={token}"
            body += f"&csrf={csrf_of(self.web.world.ports.policy.key, token)}".encode()
        body = body if method == "POST" else b""
        return self.web.send(method, path.replace("{token}", in_path), body, **headers)


def refused(answer: Answer) -> bool:
    """Not let in: by status, or led to the sign-in page. What came too late (409, 410) was let in, and so was whoever
    would have to be of a higher level than the case's owner."""
    if answer.status == 403 and "not_a_superior" in answer.text:
        return False
    return answer.status in REFUSED or (answer.status == 303 and answer.location.endswith("/sign-in"))


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("who", ["nobody", *LINKS, *PEOPLE])
def test_a_route_lets_in_whom_the_table_names_and_nobody_else(walk: Walk, route: str, who: str) -> None:
    caller = Caller(who.removeprefix("neighbouring "))
    allowed = caller in TABLE[route]
    if any(
        part in route for part in ("{bell_id}", "{case_id}", " /a/{token}", "{poll_id}", "{neighbourhood}")
    ):
        allowed = allowed and (TABLE[route] == EVERYBODY or who not in (*NEIGHBOURS, *OTHER_DESKS))
    answer = walk.call(route, who)
    assert refused(answer) is not allowed, f"{who} at {route}: {answer.status} {answer.text[:200]}"
