"""A browser without JavaScript in which a member of staff has signed in."""

from __future__ import annotations

import re

from tests.contract.client import Answer, Web
from tests.session.people import code_for


class Browser:
    """Somebody who has signed in."""

    def __init__(self, web: Web, phone: str, language: str = "zh-CN") -> None:
        self.web, self.language = web, language
        web.world.clock.advance(minutes=1)
        web.form("/sign-in", {"action": "code", "phone": phone})
        entered = web.form("/sign-in", {"action": "enter", "phone": phone, "code": code_for(web, phone)})
        self.cookie = entered.headers["set-cookie"][0].partition(";")[0]

    def get(self, path: str) -> Answer:
        """Look."""
        return self.web.get(path, Cookie=self.cookie, language=self.language)

    def post(self, path: str, **fields: str) -> Answer:
        """Send a form as the page before had it, with its token."""
        found = re.search(r'name="csrf" value="(\w+)"', self.get(path).text)
        assert found
        return self.web.form(path, {"csrf": found[1], **fields}, Cookie=self.cookie, language=self.language)

    def act(self, case_id: str, action: str, **fields: str) -> Answer:
        """Send the form of a verb as it stands on the page."""
        version = re.search(r'name="version" value="(\d+)"', self.get(f"/c/{case_id}").text)
        assert version
        return self.post(f"/c/{case_id}", **{"action": action, "version": version[1], **fields})
