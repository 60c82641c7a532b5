"""A process that runs a traced stage on fakes, as Lambda would: `python -m tests.observability.traced`.

X-Ray's library decides when it is imported whether it is on Lambda and where the daemon listens, so it is tried in a
process of its own. Prints the number of the bell that it rings.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Any
from unittest.mock import patch

import app
from chalicelib import steps, wiring
from chalicelib.bell.changes import answer_token
from chalicelib.config import Settings
from tests.contract.client import Web
from tests.fakes.world import World
from tests.observability.personal import NAME, PHONE, TEXT, WHERE

SETTINGS = Settings("prod", "t", "arn:sm", "https://bell.example.org", "https://b.cn", b"k" * 32, ("MX",))


def react(web: Web) -> dict[str, Any]:
    """Whatever is in the stream is delivered to the function."""
    records = enumerate(web.world.take_stream())
    with patch.object(wiring, "stream_records", lambda _: iter([(str(n), r) for n, r in records])):
        answer: dict[str, Any] = app.react({"Records": []}, None)
        return answer


def main() -> None:
    """A bell is rung, reacted to, answered, and looked after; then two things break and quote whom they broke on."""
    web = Web(World())
    wiring.install(web.world.ports, SETTINGS)
    rung = web.ring(name=NAME, phone=PHONE, text=TEXT, where=WHERE).json
    react(web)
    bell = web.world.file(rung["id"]).bell
    web.form(f"/a/{answer_token(web.world.ports.policy.key, bell, 'zhao')}")
    web.get(f"/t/{rung['tracking_token']}")
    app.advance({"id": bell.thing, "version": 1, "seconds": 1}, None)
    web.world.store.fail("bell", error=ValueError(f"{NAME} {PHONE}"))
    react(web)
    web.world.store.fail("overdue", error=ValueError(f"{NAME} {PHONE}"))
    with suppress(Exception):
        steps.sweep({})
    print("aws_xray_sdk" in sys.modules, rung["number"], rung["tracking_token"])


if __name__ == "__main__":
    main()
