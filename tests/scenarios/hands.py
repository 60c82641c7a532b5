"""The hands of the people in the newspaper's stories, on fakes: whatever they do goes through the HTTP API."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from chalicelib.core import uploads
from tests.contract.client import Answer, Web

Request = tuple[str, str]
_SESSION = timedelta(hours=11)


class FakeHands:
    """As `infra.demo.story.Hands` promises. `calls`: the AWS calls of each request on a case, by method and verb, as
    often as they were seen; `answers`: everything that anybody was told, by the token that they showed."""

    def __init__(self, web: Web) -> None:
        self.web = web
        self.world = web.world
        self.calls: dict[Request, Counter[int]] = {}
        self.poll_calls: dict[Request, Counter[int]] = {}
        self.answers: list[tuple[str, str]] = []
        self._sessions: dict[str, tuple[datetime, str]] = {}

    def get(self, path: str, token: str = "") -> Any:
        """Read a JSON document."""
        return self._counted("GET", path, None, token)

    def post(self, path: str, body: Mapping[str, Any] | None = None, token: str = "", key: str = "") -> Any:
        """Send JSON, and everybody reacts; fails when it is refused."""
        answer = self._counted("POST", path, dict(body or {}), token, key)
        self.world.settle()
        return answer

    def sign_in(self, phone: str) -> str:
        """The session's token; they stay signed in for a working day."""
        since, token = self._sessions.get(phone, (self.now(), ""))
        if token and self.now() - since < _SESSION:
            return token
        self.world.pass_time(minutes=1)
        self.post("/v1/session/code", {"phone": phone})
        session = self.post("/v1/session", {"phone": phone, "code": self.code(phone)})
        self._sessions[phone] = (self.now(), session["token"])
        return str(session["token"])

    def code(self, phone: str) -> str:
        """The newest code that was texted to a phone."""
        return self._newest(phone, r"\d{6}", {"code", "sign"})

    def invitation(self, phone: str) -> str:
        """The token of the newest link that was texted to a party."""
        return self._newest(phone, r"(?<=/p/)\w+")

    def photo(self, case: str, token: str, what: str) -> str:
        """Ask for a form, send the picture with it."""
        asked = {"kind": "image/jpeg", "bytes": len(what.encode())}
        form = self._counted("POST", f"/v1/cases/{case}/files", asked, token)
        assert self.world.files.post(form["url"], form["fields"], what.encode()) == 204
        assert uploads.kind_of(form["id"]) == "image/jpeg"
        return str(form["id"])

    def now(self) -> datetime:
        """The platform's time."""
        return self.world.clock.now()

    def wait(self, **span: float) -> None:
        """Time passes, with the sweeper coming every minute."""
        self.world.pass_time(seconds=timedelta(**span).total_seconds())

    def _newest(self, phone: str, pattern: str, templates: set[str] | None = None) -> str:
        self.world.settle()
        texts = (s.text for s in reversed(self.world.sent) if s.to.endswith(phone) and _one_of(s, templates))
        return next(found[0] for text in texts if (found := re.search(pattern, text)))

    def _counted(self, method: str, path: str, body: object, token: str, key: str = "") -> Any:
        store = self.world.store
        before = sum(store.calls.values())
        answer = self._sent(method, path, body, token, key)
        spent = sum(store.calls.values()) - before
        assert answer.status < 300, (method, path, answer.status, answer.text)
        # Polls and rolls are counted apart: what costs a case nothing may cost them a page of the roll.
        calls = self.poll_calls if path.startswith(("/v1/polls", "/v1/rolls", "/v1/vote")) else self.calls
        calls.setdefault((method, path.rpartition("/")[2]), Counter())[spent] += 1
        self.answers.append((token, answer.text))
        return answer.json

    def _sent(self, method: str, path: str, body: object, token: str, key: str) -> Answer:
        if method == "GET":
            return self.web.get(path, token=token)
        headers = {"Idempotency_Key": key} if key else {}
        return self.web.post(path, body, token=token, **headers)


def _one_of(sent: Any, templates: set[str] | None) -> bool:
    return templates is None or sent.template in templates
