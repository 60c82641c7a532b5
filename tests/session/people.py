"""Signing in as a person does: ask for a code, read the message, type it."""

from __future__ import annotations

import re
from dataclasses import replace

from chalicelib.people.staff import Staff
from chalicelib.place.ladder import Role
from chalicelib.place.rules import Community, Directory, Neighbourhood
from tests.contract.client import Answer, Web
from tests.fakes import places

RESIDENT = "13900000001"
PHONES = {
    "resident": RESIDENT,
    "specialist": "13800001001",
    "community": "13800001011",
    "subdistrict": "13800001021",
    "supervisor": "13800001031",
    "lawyer": "13800001041",
    "police": "13800001051",
    "neighbouring specialist": "13800002001",
    "neighbouring community": "13800002011",
}


def two_communities() -> Directory:
    """The small subdistrict with a second community beside the first, and its own people."""
    place = places.directory()
    beside = Community("jiacheng", "夹城巷社区", "", (Neighbourhood("zuojia", "左家新村"),))
    people = (
        Staff("sun", "孙燕", Role.SPECIALIST, ("zuojia",), "+8613800002001"),
        Staff("qian", "钱塘", Role.COMMUNITY, ("jiacheng",), "+8613800002011"),
    )
    return replace(place, communities=(*place.communities, beside), staff=(*place.staff, *people))


def code_for(web: Web, phone: str) -> str:
    """The newest code that was texted to a phone."""
    web.world.settle()
    texts = [sent.text for sent in web.world.sent if sent.to.endswith(phone) and sent.template == "code"]
    found = re.search(r"\d{6}", texts[-1])
    assert found
    return found[0]


def ask(web: Web, phone: str) -> Answer:
    """Ask for a code."""
    return web.post("/v1/session/code", {"phone": phone})


def sign_in(web: Web, phone: str) -> str:
    """The token of a fresh session."""
    web.world.clock.advance(minutes=1)
    assert ask(web, phone).status == 202
    answer = web.post("/v1/session", {"phone": phone, "code": code_for(web, phone)})
    assert answer.status == 200, answer.text
    return str(answer.json["token"])
