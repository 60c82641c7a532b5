"""A platform whose neighbourhood is asked: the roll of the newspaper's story, and polls as far as a test needs them."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from playwright.sync_api import Page

from chalicelib.core.times import parse_iso
from infra.demo import story
from infra.demo.asking import ENGLISH, QUESTION, ROLL
from infra.demo.people import People
from tests.browser.running import Platform, until
from tests.browser.visits import Visitors

OFFICE, GRID_WORKER = story.WANG, story.ZHAO
WINDOW = timedelta(hours=5)


@dataclass(frozen=True)
class Hall:
    """The community's office, and whoever comes to it."""

    platform: Platform
    people: People

    def import_roll(self) -> None:
        """454 units in eight buildings and a yard, as `infra/demo/roll.csv` has them."""
        file = {"name": ROLL.name, "content": base64.b64encode(ROLL.read_bytes()).decode()}
        office = self.people.sign_in(OFFICE)
        taken = self.people.post("/v1/rolls/midu-bridge/versions", file, office)
        number = taken["versions"][-1]["number"]
        self.people.post("/v1/rolls/midu-bridge/adopt", {"number": number}, office)

    def drafted(self, topics: Sequence[Mapping[str, Any]] = (), **terms: Any) -> str:
        """A draft; households are asked about the wall unless `topics` says otherwise."""
        asked = list(topics) or [{"question": QUESTION, "question_en": ENGLISH}]
        draft = {"neighbourhood": "midu-bridge", "topics": asked, "terms": terms, "notice_days": 0}
        return str(self.people.post("/v1/polls", draft, self.people.sign_in(OFFICE))["id"])

    def opened(self, topics: Sequence[Mapping[str, Any]] = (), **terms: Any) -> str:
        """A poll on which households can vote."""
        poll, opens = self.drafted(topics, **terms), self.people.now()
        window = {"opens_at": opens.isoformat(), "closes_at": (opens + WINDOW).isoformat()}
        self.people.post(f"/v1/polls/{poll}/announce", window, self.people.sign_in(OFFICE))
        self.reaches(poll, "open")
        return poll

    def reaches(self, poll: str, stage: str) -> None:
        """Wait for a stage that the platform comes to by itself."""
        until(f"the poll is {stage}", lambda: self.people.get(f"/v1/polls/{poll}")["stage"] == stage)

    def wait_until(self, poll: str, moment: str) -> None:
        """Let time pass until a moment of the poll: `opens_at` or `closes_at`, as its notice has it."""
        at = parse_iso(self.people.get(f"/v1/polls/{poll}")[moment])
        self.people.wait(seconds=(at - self.people.now()).total_seconds() + 1)

    def enter(self, poll: str, unit: int, choice: str, voter: int = -1) -> None:
        """A ballot from a door."""
        self.enter_all(poll, {unit: {"1": choice}}, voter)

    def enter_all(self, poll: str, ballots: Mapping[int, Mapping[str, str]], voter: int = -1) -> None:
        """Ballots from doors: what was chosen, by the number of the unit."""
        session = self.people.sign_in(GRID_WORKER)
        for unit, choices in ballots.items():
            key = f"{poll}-{unit}-{voter}-{'-'.join(choices.values())}"
            ballot = {"unit": unit, "choices": choices, "voter": voter}
            self.people.post(f"/v1/polls/{poll}/ballots", ballot, session, key)

    def voted(self, poll: str) -> int:
        """How many units have a ballot, as everybody reads it."""
        found: int = self.people.get(f"/v1/polls/{poll}/turnout")["voted"]
        return found

    def ticket(self, poll: str, unit: int) -> str:
        """The path of a unit's ballot, as its newest sheet has it."""
        fresh = self.people.post(f"/v1/polls/{poll}/reissue", {"unit": unit}, self.people.sign_in(OFFICE))
        return f"/v/{fresh['ticket']}"

    def vote_code(self, phone: str, after: int) -> str:
        """The code that was texted for a vote, among the messages after so many."""
        texts = until(
            "a code", lambda: [m for m in self.platform.outbox()[after:] if m["to"].endswith(phone)]
        )
        return next(word for word in texts[-1]["text"].replace("，", " ").split("验证码")[1].split())

    def page(self, visitors: Visitors, phone: str, path: str, **options: Any) -> Page:
        """Somebody who has signed in opens the address."""
        context = visitors.context(**options)
        token = self.people.sign_in(phone)
        context.add_cookies([{"name": "session", "value": token, "url": self.platform.url}])
        page = context.new_page()
        page.goto(path)
        return page
