"""A canary bell through the deployed stage: rung, answered and closed over HTTPS, its traces deleted.

It tells nobody and is in no figure (`chalicelib.canary`). What it proves that no test can: the API's routes lead to the
function, the functions may do what they do, the stream reaches `react`, and a timer was started and took the signal.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from chalicelib.bell.changes import answer_token
from chalicelib.canary import door, place
from chalicelib.core import ids
from chalicelib.ports import Ports
from infra.deploy.telling import Failed, Teller

Answer = tuple[int, dict[str, Any]]
Ask = Callable[[str, str, Mapping[str, Any] | None, Mapping[str, str]], Answer]
"""(method, path, body, headers) to (status, JSON); raises OSError when nobody answers."""
PATIENCE_SECONDS = 90
_LOOK_EVERY = 1.5


def over_https(base: str) -> Ask:
    """Asks a deployed API; `base` is its address without a slash at the end."""

    def ask(method: str, path: str, body: Mapping[str, Any] | None, headers: Mapping[str, str]) -> Answer:
        data = None if body is None else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", "User-Agent": "smoke", **headers}
        request = Request(base + path, data, sent, method=method)  # noqa: S310 - the address comes from our own configuration
        try:
            with urlopen(request, timeout=30, context=ssl.create_default_context()) as answer:  # noqa: S310
                return answer.status, json.loads(answer.read() or b"{}")
        except HTTPError as refusal:
            return refusal.code, _json(refusal.read())

    return ask


@dataclass
class Smoke:
    """One run. `ports` are the stage's own, used by the operator: to know the key, to look, and to clean up."""

    ports: Ports
    ask: Ask
    tell: Teller
    sleep: Callable[[float], None] = time.sleep
    _rung: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Ring, answer, close; raises Failed with what to look at. Whatever happens, the traces go."""
        try:
            self._run()
        except (URLError, TimeoutError, ConnectionError) as error:
            raise Failed(
                f"The API does not answer: {error}",
                "A fresh API can take a minute: run the same command again. In China, look at the ICP filing.",
            ) from None
        finally:
            self._clean()

    def _run(self) -> None:
        self._knock()
        bell, track = self._ring()
        self._wait(
            bell, 1, "no timer was started", "react's log group, the queue stream-failures, the state machine"
        )
        self.tell.good("The stream was reacted to and a timer started")
        self._answer(bell)
        self._wait(bell, 2, "the timer did not take the signal", "react's log group and the executions")
        shown = self._expect(200, "GET", f"/v1/bells/{bell}", token=track, look="the HTTP function's log")
        kinds = [event["kind"] for event in shown["timeline"]]
        if shown["status"] != "answered" or "answered" not in kinds:
            raise Failed(
                f"The bell was answered but is shown as {shown['status']}.",
                "Look at the HTTP function's log.",
            )
        record = self._expect(
            200, "GET", f"/v1/bells/{bell}/record", token=track, look="the HTTP function's log"
        )
        if not record["intact"]:
            raise Failed("The record of the canary bell is broken.", "Do not go into service: docs/runbooks.")
        self.tell.good("Answered; its record is intact")
        self._expect(200, "POST", f"/v1/bells/{bell}/withdraw", token=track, look="the HTTP function's log")
        self.tell.good("Closed")

    def _knock(self) -> None:
        """A stage that is new has no place yet and says so; it can be tried all the same."""
        status, answer = self.ask("GET", "/v1/health", None, {})
        if status != 200 and answer.get("status") != "no_place":
            raise Failed(
                f"GET /v1/health answers {status} ({answer.get('code') or answer}), not 200.",
                "Look at the log group of the HTTP function.",
            )
        self.tell.good("The API answers" + ("" if status == 200 else "; it has no place yet"))

    def _ring(self) -> tuple[str, str]:
        """(id, the resident's token)"""
        if self.ports.store.directory(ids.CANARY) is None:
            self.ports.store.save_directory(place.directory(), ())
        now = self.ports.clock.now()
        words = f"smoke {now.isoformat()} {self.ports.entropy.number(32):08x}"
        fields = dict(place.draft_fields(self.ports.policy, words))
        fields.pop("language", None)
        opening = {door.HEADER: door.opening(self.ports.policy.key, words)}
        body = self._expect(
            201, "POST", "/v1/bells", fields, headers=opening, look="the HTTP function's log and policy"
        )
        self._rung.append(body["id"])
        self.tell.good(f"Rung: {body['number']}")
        return body["id"], body["tracking_token"]

    def _answer(self, bell: str) -> None:
        file = self.ports.store.bell(bell)
        if file is None:
            raise Failed(
                "The bell is not in the table.", "Is TABLE_NAME of this stage what the functions use?"
            )
        token = answer_token(self.ports.policy.key, file.bell, place.STAFF)
        self._expect(200, "POST", f"/v1/bells/{bell}/answer", {}, token=token, look="the HTTP function's log")

    def _expect(
        self,
        status: int,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        token: str = "",
        headers: Mapping[str, str] | None = None,
        look: str,
    ) -> dict[str, Any]:
        bearer = {"Authorization": f"Bearer {token}"} if token else {}
        given = body if method == "GET" else body or {}
        found, answer = self.ask(method, path, given, {**bearer, **(headers or {})})
        if found != status:
            said = answer.get("code") or answer.get("message") or answer
            raise Failed(f"{method} {path} answers {found} ({said}), not {status}.", f"Look at {look}.")
        return answer

    def _wait(self, bell: str, hops: int, what: str, look: str) -> None:
        for _ in range(int(PATIENCE_SECONDS / _LOOK_EVERY)):
            file = self.ports.store.bell(bell)
            if file is not None and file.bell.hops >= hops:
                return
            self.sleep(_LOOK_EVERY)
        raise Failed(f"After {PATIENCE_SECONDS} s {what}.", f"Look at {look}, then run again.")

    def _clean(self) -> None:
        for bell in self._rung:
            self.ports.store.forget_canary(bell)
            self.tell.good("Its traces are deleted")


def _json(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
