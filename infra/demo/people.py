"""The hands of the people in the stories on a real platform: HTTP, and the phones in its outbox."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.error import HTTPError

from chalicelib.core import links
from chalicelib.core.times import parse_iso
from infra.demo.client import Client, send_file
from infra.demo.pictures import card
from infra.demo.story import Body

_CODE = re.compile(r"验证码(\d{6})")
_INVITATION = re.compile(rf"/p/([0-9A-Za-z]{{{links.LENGTH}}})")
_SESSION = timedelta(hours=11)
_TOO_MANY, _TRIES = 429, 4
_PATIENCE_SECONDS, _LOOK_SECONDS = 15.0, 0.1


class Refused(Exception):
    """The platform said no; the message says to what and why."""


class People:
    """As `infra.demo.story.Hands` promises. `passing` hears how much time is about to pass; `case` says which case
    is at stake: a party may have been invited to others."""

    def __init__(
        self,
        client: Client,
        passing: Callable[[timedelta], None] = lambda _: None,
        case: Callable[[], str] = lambda: "",
    ) -> None:
        self._client, self._passing, self._case = client, passing, case
        self._sessions: dict[str, tuple[datetime, str]] = {}
        self._used: set[tuple[str, str]] = set()

    def get(self, path: str, token: str = "") -> Any:
        """Read a JSON document."""
        return _asked(f"GET {path}", lambda: self._client.get(path, token))

    def post(self, path: str, body: Body | None = None, token: str = "", key: str = "") -> Any:
        """Send JSON; whoever is told to come back later does. Raises Refused."""
        for _ in range(_TRIES):
            try:
                return self._client.post(path, dict(body or {}), token, key)
            except HTTPError as error:
                if error.code != _TOO_MANY:
                    raise _refused(f"POST {path}", error) from None
                self.wait(seconds=int(error.headers.get("Retry-After") or 60) + 1)
        raise Refused(f"POST {path}: {_TOO_MANY} again and again")

    def sign_in(self, phone: str) -> str:
        """The session's token; they stay signed in for a working day."""
        since, token = self._sessions.get(phone, (self.now(), ""))
        if token and self.now() - since < _SESSION:
            return token
        self.post("/v1/session/code", {"phone": phone})
        session = self.post("/v1/session", {"phone": phone, "code": self.code(phone)})
        self._sessions[phone] = (self.now(), session["token"])
        return str(session["token"])

    def code(self, phone: str) -> str:
        """The newest code that was texted to a phone and not yet used; raises Refused when none arrives."""
        at, code = self._arriving(phone, _CODE, "a code")
        self._used.add((phone, at))
        return code

    def invitation(self, phone: str) -> str:
        """The token of the newest link that was texted to a party; raises Refused when none arrives."""
        case = self._case()
        return self._arriving(phone, _INVITATION, "an invitation", lambda t: links.thing_id_of(t) == case)[1]

    def photo(self, case: str, token: str, what: str) -> str:
        """Draw a picture and upload it with the form that the platform signs; the file's id."""
        content = card(what)
        asked = {"kind": "image/png", "bytes": len(content), "name": f"{what}.png"}
        form = self.post(f"/v1/cases/{case}/files", asked, token)
        _asked("upload", lambda: send_file(form["url"], form["fields"], f"{what}.png", content))
        return str(form["id"])

    def now(self) -> datetime:
        """The platform's time."""
        return parse_iso(self._client.clock()["now"])

    def wait(self, **span: float) -> None:
        """Time passes, and what is due on the way happens."""
        passed = timedelta(**span)
        self._passing(passed)
        _asked("waiting", lambda: self._client.let_pass(passed.total_seconds()))

    def _arriving(
        self, phone: str, pattern: re.Pattern[str], what: str, fits: Callable[[str], bool] = lambda _: True
    ) -> tuple[str, str]:
        given_up = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < given_up:
            if found := next((t for t in self._texts(phone, pattern) if fits(t[1])), None):
                return found
            time.sleep(_LOOK_SECONDS)
        raise Refused(f"{what} never arrived at {phone}")

    def _texts(self, phone: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
        """When what was texted, the newest first."""
        for message in reversed(self._client.get("/_local/outbox.json")):
            fresh = message["channel"] == "sms" and message["to"].endswith(phone)
            if (
                fresh
                and (phone, message["at"]) not in self._used
                and (found := pattern.search(message["text"]))
            ):
                yield message["at"], found[1]


def _asked(what: str, ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except HTTPError as error:
        raise _refused(what, error) from None


def _refused(what: str, error: HTTPError) -> Refused:
    text = error.read().decode("utf-8", "replace")
    try:
        text = json.loads(text)["message"]
    except (ValueError, KeyError, TypeError):
        text = text[:200]
    return Refused(f"{what}: {error.code} {text}")
