"""A community that runs a poll over the API, on fakes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from chalicelib.core.times import parse_iso
from chalicelib.poll import tickets
from chalicelib.poll.ballots import Via
from chalicelib.poll.tickets import Ticket
from tests.contract.client import Answer, Web
from tests.session.people import PHONES, sign_in


class Hall:
    """A community with a poll."""

    def __init__(self, web: Web) -> None:
        self.web, self.world = web, web.world
        self._sessions: dict[str, tuple[str, datetime]] = {}

    @property
    def community(self) -> str:
        """The session of somebody who runs polls."""
        return self._session("community")

    @property
    def specialist(self) -> str:
        """The session of somebody who goes from door to door."""
        return self._session("specialist")

    def _session(self, who: str) -> str:
        """Staff sign in anew each half day."""
        now = self.world.clock.now()
        token, since = self._sessions.get(who, ("", now - timedelta(days=1)))
        if now - since > timedelta(hours=11):
            token = sign_in(self.web, PHONES[who])
            self._sessions[who] = token, now
        return token

    def ticket(self, poll: str, unit: int, round_: int = 0, via: Via = Via.LINK) -> str:
        return tickets.encode(self.world.ports.policy.key, Ticket(poll, unit, round_, via))

    def vote(self, poll: str, unit: int, choice: str = "for", key: str = "", **more: Any) -> Answer:
        token = self.ticket(poll, unit)
        return self.web.post(
            "/v1/vote",
            {"choices": {"1": choice}, **more},
            token=token,
            Idempotency_Key=key or f"{unit}-{choice}",
        )

    def enter(self, poll: str, unit: int, choice: str = "for", **more: Any) -> Answer:
        key = more.pop("key", f"door-{unit}-{choice}")
        body = {"unit": unit, "choices": {"1": choice}, "via": "door", **more}
        path = f"/v1/polls/{poll}/ballots"
        return self.web.post(path, body, token=self.specialist, Idempotency_Key=key)

    def do(self, poll: str, verb: str, **body: Any) -> Answer:
        return self.web.post(f"/v1/polls/{poll}/{verb}", body, token=self.community)

    def read(self, poll: str) -> Any:
        return self.web.get(f"/v1/polls/{poll}").json

    def ends(self, poll: str) -> None:
        """Time passes until it is counted."""
        last = parse_iso(self.read(poll)["counts_at"])
        self.world.pass_time(seconds=int((last - self.world.clock.now()).total_seconds()) + 1)
        self.world.settle()
