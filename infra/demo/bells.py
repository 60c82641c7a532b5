"""The ten bells of the newspaper article: rung at once, answered, declined or withdrawn as the article has it."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from chalicelib.core.times import parse_iso
from infra.demo.client import Client
from infra.demo.records import bell_intact
from infra.demo.table import Row, lines

BELLS = json.loads((Path(__file__).parent / "bells.json").read_text("utf-8"))["bells"]
_GIVE_UP_AFTER_SECONDS = 30 * 60
_PAUSE_SECONDS = 0.25
_SLOW = 5
_ENDED = frozenset({"accepted", "declined", "withdrawn"})


@dataclass
class Played:
    """One bell of the article while it is played."""

    script: dict[str, Any]
    rung: dict[str, Any]
    body: dict[str, Any] = field(default_factory=dict)
    record: dict[str, Any] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Whether nothing more is to be done."""
        return self.body.get("status") in _ENDED

    def row(self) -> Row:
        """The bell's line in the table."""
        return Row(self.script["title"], self.rung["number"], self.body["status"], self.record["events"])


def play(client: Client) -> bool:
    """Ring them all and see to each as the article has it; whether all were settled and every record verifies."""
    speed = float(client.clock()["speed"])
    print(f"\n  按响报纸上的十个铃 Ringing the ten bells of the article at {client.url}, speed ×{speed:g}\n")
    played = [_ring(client, script) for script in BELLS]
    if speed < _SLOW:
        print(
            "  约二十分钟；SPEED=30 make run 快得多。 Takes about twenty minutes; SPEED=30 make run is faster.\n"
        )
    _watch(client, played, speed)
    return _conclude(client, played)


def _ring(client: Client, script: dict[str, Any]) -> Played:
    places = {p["name"]: p["id"] for p in _neighbourhoods(client.get("/v1/places")["items"])}
    body = {k: script[k] for k in ("desk", "category", "where", "text", "name", "phone")}
    body["neighbourhood"] = places[script["neighbourhood"]]
    body["consent_version"] = client.get("/v1/privacy-notice")["version"]
    return Played(script, client.post("/v1/bells", body, key=f"demo-{script['key']}"))


def _neighbourhoods(places: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for place in places:
        if place["kind"] == "neighbourhood":
            yield place
        yield from _neighbourhoods(place["children"])


def _watch(client: Client, played: list[Played], speed: float) -> None:
    screen, began = _Screen(), time.monotonic()
    while True:
        for bell in played:
            if not bell.ended:
                _play(client, bell)
        settled = sum(bell.ended for bell in played)
        passed = (time.monotonic() - began) * speed
        screen.draw(
            [bell.row() for bell in played],
            f"{settled}/{len(played)} 已了结 settled · +{passed / 60:.0f} min",
        )
        if settled == len(played) or passed > _GIVE_UP_AFTER_SECONDS:
            return
        time.sleep(_PAUSE_SECONDS)


def _play(client: Client, bell: Played) -> None:
    """Look at the bell, and do what the script says when its moment has come."""
    path, token = f"/v1/bells/{bell.rung['id']}", bell.rung["tracking_token"]
    bell.body, bell.record = client.get(path, token), client.get(f"{path}/record", token)
    play = bell.script["play"]
    if bell.body["status"] == "ringing" and _moment_has_come(bell, play):
        _act(client, path, token, bell, play)
        bell.body, bell.record = client.get(path, token), client.get(f"{path}/record", token)


def _moment_has_come(bell: Played, play: dict[str, Any]) -> bool:
    steps = [e for e in bell.record["events"] if e["kind"] in {"alerted", "exhausted"}]
    if len(steps) < play["level"]:
        return False
    since = parse_iso(bell.body["now"]) - parse_iso(steps[play["level"] - 1]["at"])
    return bool(since.total_seconds() >= play["after_seconds"])


def _act(client: Client, path: str, token: str, bell: Played, play: dict[str, Any]) -> None:
    if play["do"] == "withdraw":
        client.post(f"{path}/withdraw", token=token)
        return
    sent = client.links_of(bell.rung["id"])
    if len(sent) < play["level"]:
        return  # the message waits in a bundle: look again in a moment
    link = sent[play["level"] - 1]
    try:
        client.post(f"{path}/answer", token=link)
        words = {"reason_code": "other_authority", "reason": "不归街道管", "go_to": play["go_to"]}
        client.post(f"{path}/{play['do']}", words if play["do"] == "decline" else None, token=link)
    except HTTPError as error:
        print(f"{bell.script['key']}: {error.code} {error.read().decode()}", file=sys.stderr)


class _Screen:
    """Draws over itself on a terminal; elsewhere prints a line whenever something changed."""

    def __init__(self) -> None:
        self._drawn, self._last = 0, set[tuple[str, ...]]()
        self._terminal = sys.stdout.isatty()

    def draw(self, rows: list[Row], progress: str) -> None:
        """Show the table as it is now."""
        text, cells = lines(rows), {row.cells() for row in rows}
        if self._terminal:
            print(f"\033[{self._drawn}A\033[J" * bool(self._drawn), end="")
            print("\n".join([*text, "", progress]), flush=True)
            self._drawn = len(text) + 2
        elif news := [row.cells() for row in rows if row.cells() not in self._last]:
            print("\n".join(f"{progress} │ {' · '.join(filter(None, row))}" for row in news), flush=True)
        self._last = cells


def _conclude(client: Client, played: list[Played]) -> bool:
    if not sys.stdout.isatty():
        print("\n" + "\n".join(lines([bell.row() for bell in played])))
    intact = sum(bell_intact(bell.record) for bell in played)
    messages = client.get("/_local/outbox.json")
    sms = sum(message["channel"] == "sms" for message in messages)
    unsettled = [bell.script["key"] for bell in played if not bell.ended]
    print(
        f"\n短信 {sms} SMS, 邮件 {len(messages) - sms} mails · 铃录完整 records intact {intact}/{len(played)}"
    )
    if unsettled:
        print(f"未了结 not settled: {', '.join(unsettled)}", file=sys.stderr)
    return intact == len(played) and not unsettled
