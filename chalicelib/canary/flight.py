"""One flight of the canary: ring, be reacted to, be answered, be verified, leave nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from chalicelib.bell import service as bells
from chalicelib.bell.changes import answer_token
from chalicelib.bell.ringing import Draft, person_of
from chalicelib.bell.rules import Bell
from chalicelib.bell.service import Caller
from chalicelib.canary import place
from chalicelib.core import ids, links
from chalicelib.core.errors import DomainError, Stale
from chalicelib.core.links import Purpose
from chalicelib.observability import logger
from chalicelib.ports import BellFile, Ports
from chalicelib.record.service import verdict
from chalicelib.status import service as status
from chalicelib.status.rules import CANARY

Door = Callable[[], str]
"""What the public address answers to `GET /v1/health`; raises OSError."""
# The stream takes a second or two; whoever waits longer has found something.
PATIENCE_SECONDS = 45
_LOOK_EVERY = 1.0


class Lost(Exception):
    """The canary did not get past a step: `door`, `ring`, `timer`, `answer`, `signal`, `record` or `traces`."""


@dataclass(frozen=True)
class Flight:
    """How it went: `failed` names the step that did not come off, empty when all did."""

    failed: str
    seconds: float


def fly(ports: Ports, door: Door) -> Flight:
    """Fly once and keep the result as a pulse; whatever happens, nothing of the bell is left behind."""
    began = ports.clock.now()
    failed = _flown(ports, door)
    seconds = round((ports.clock.now() - began).total_seconds(), 1)
    status.came_round(ports, CANARY, ok=not failed, detail=failed, seconds=seconds)
    return Flight(failed, seconds)


def _flown(ports: Ports, door: Door) -> str:
    """The step at which it was lost, empty when it came home."""
    try:
        _forget_all(ports)
        _knock(door)
        _rung_and_answered(ports)
        _forget_all(ports)
    except Exception as error:  # noqa: BLE001 - whatever it is, the canary is what finds it
        logger().exception("canary lost")
        with suppress(Exception):
            _forget_all(ports)
        return str(error) if isinstance(error, Lost) else "fault"
    return ""


def _knock(door: Door) -> None:
    """The public address leads here, and here is a place."""
    try:
        answer = json.loads(door())
    except (OSError, ValueError):
        raise Lost("door") from None
    if not isinstance(answer, dict) or answer.get("status") != "ok":
        raise Lost("door")


def _rung_and_answered(ports: Ports) -> None:
    bell = _ring(ports)
    _wait(ports, bell, "timer", lambda file: file.bell.hops >= 1)
    answered = _answer(ports, bell)
    _wait(ports, bell, "signal", lambda file: file.bell.hops >= 2)
    file = ports.store.bell(bell.id)
    if file is None or not verdict(file).intact or file.bell.tip.seq < answered.tip.seq:
        raise Lost("record")


def _ring(ports: Ports) -> Bell:
    """The bell; its place is made when it is not there yet."""
    if ports.store.directory(ids.CANARY) is None:
        ports.store.save_directory(place.directory(), ())
    words = f"canary {ports.clock.now().isoformat()} {ports.entropy.number(32):08x}"
    own = replace(ports, directories=place.Alone())
    try:
        return bells.ring(own, Draft(**place.draft_fields(ports.policy, words)), Caller()).bell
    except DomainError:
        raise Lost("ring") from None


def _answer(ports: Ports, bell: Bell) -> Bell:
    try:
        return bells.answer(ports, answer_token(ports.policy.key, bell, place.STAFF))
    except DomainError:
        raise Lost("answer") from None


def _wait(ports: Ports, bell: Bell, step: str, arrived: Callable[[BellFile], bool]) -> None:
    """Look until it has happened; raises Lost when it takes too long."""
    for _ in range(int(PATIENCE_SECONDS / _LOOK_EVERY)):
        file = ports.store.bell(bell.id)
        if file is not None and arrived(file):
            return
        ports.clock.sleep(_LOOK_EVERY)
    raise Lost(step)


def _forget_all(ports: Ports) -> None:
    """End and remove every bell the canary ever rang that is still there: this one, and those of flights that died."""
    person = person_of(ports.policy.key, place.PHONE)
    for bell in ports.store.rung_by(person).items:
        if ids.is_canary(bell.thing):
            _end(ports, bell)
            ports.store.forget_canary(bell.id)


def _end(ports: Ports, bell: Bell) -> None:
    """Take it back, so that its timer ends and its guard is given up."""
    try:
        bells.withdraw(ports, links.token(ports.policy.key, bell.id, Purpose.TRACK))
    except (DomainError, Stale):
        return  # It is over already, or somebody is at it: its row goes, and a timer without a row ends by itself.
