"""How a story is played: what its people can do, and who of them does what to its case.

Everything goes through the public HTTP API, by whoever does it: residents with the link of their bell, staff signed in
by phone and code, parties with the link of their invitation. The demo plays on a real platform, a test on fakes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from infra.demo.words import did

Body = Mapping[str, Any]
# Phones of infra/places/mishixiang.yaml: all invented.
ZHAO, CHEN, SHEN = "13800001001", "13800001003", "13800001004"
WANG, XU = "13800001011", "13800001012"
PHONES = {
    "yunhe": "13800001061",
    "jiugaiban": "13800001062",
    "paichusuo": "13800001063",
    "shigong": "13800001064",
    "anzhuang": "13800001065",
    "jianli": "13800001066",
    "lvshi": "13800001067",
    "tiaojieyuan": "13800001068",
    "jumin-daibiao": "13800001069",
    "xiaozuzhang": "13800001070",
}


class Hands(Protocol):
    """What the people of a story can do."""

    def get(self, path: str, token: str = "") -> Any:
        """Read a JSON document."""

    def post(self, path: str, body: Body | None = None, token: str = "", key: str = "") -> Any:
        """Send JSON, with a key that makes a repeat the same; raises when it is refused."""

    def sign_in(self, phone: str) -> str:
        """Sign in by phone and the code that was texted; the session's token."""

    def code(self, phone: str) -> str:
        """The newest code that was texted to a phone."""

    def invitation(self, phone: str) -> str:
        """The token of the newest link that was texted to a party."""

    def photo(self, case: str, token: str, what: str) -> str:
        """Upload a picture of something; the file's id."""

    def now(self) -> datetime:
        """The platform's time."""

    def wait(self, **span: float) -> None:
        """Time passes, as `timedelta` counts it."""


@dataclass
class Story:
    """One story while it is played: who does what to its case. `say` hears what happens, in Chinese and English."""

    hands: Hands
    say: Callable[[str], None]
    bell: str = ""
    resident: str = ""
    case: str = ""
    phone: str = ""
    poll: str = ""

    def ring(self, body: Body) -> None:
        """The resident rings."""
        consent = self.hands.get("/v1/privacy-notice")["version"]
        rung = self.hands.post("/v1/bells", {**body, "consent_version": consent})
        self.bell, self.resident, self.phone = rung["id"], rung["tracking_token"], str(body["phone"])
        self.say(f"按铃 Rung: {rung['number']}")

    def answered_by(self, phone: str) -> None:
        """Somebody on duty answers and accepts."""
        token = self.hands.sign_in(phone)
        self.hands.post(f"/v1/bells/{self.bell}/answer", {}, token)
        accepted = self.hands.post(f"/v1/bells/{self.bell}/accept", {}, token)
        self.case = accepted["case_id"]
        self.say(
            f"接铃并受理 Answered and accepted: {accepted['answered_by']['name']}, {accepted['case_number']}"
        )

    def staff(self, phone: str, verb: str, body: Body | None = None) -> Any:
        """A member of staff does something to the case."""
        return self._do(phone, verb, body, self.hands.sign_in(phone))

    def ringer(self, verb: str, body: Body | None = None) -> Any:
        """The resident does something to the case."""
        return self._do("resident", verb, body, self.resident)

    def party(self, who: str, verb: str, body: Body | None = None) -> Any:
        """A party does something to the case, with the link it was sent."""
        return self._do(who, verb, body, self.hands.invitation(PHONES[who]))

    def signs(self, who: str) -> None:
        """A party, or the resident, signs with a code that is texted to them."""
        token = self.resident if who == "resident" else self.hands.invitation(PHONES[who])
        phone = self.phone if who == "resident" else PHONES[who]
        self.hands.post(f"/v1/cases/{self.case}/signature-code", {}, token)
        self._do(who, "sign", {"code": self.hands.code(phone)}, token)

    def photo(self, phone: str, what: str) -> str:
        """A member of staff takes a picture."""
        return self.hands.photo(self.case, self.hands.sign_in(phone), what)

    def in_time(self, **span: float) -> str:
        """An instant from now, as the API takes it."""
        return (self.hands.now() + timedelta(**span)).isoformat()

    def _do(self, who: str, verb: str, body: Body | None, token: str) -> Any:
        answer = self.hands.post(f"/v1/cases/{self.case}/{verb}", body or {}, token)
        self.say(did(who, verb, answer["stage"]))
        return answer
