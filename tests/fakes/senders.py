"""A channel that keeps what it was given, and fails when it is told to."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chalicelib.notice.shapes import Enclosure, Message
from chalicelib.people.staff import Channel
from chalicelib.ports import Clock


@dataclass(frozen=True, slots=True)
class Sent:
    """One message that reached its reader."""

    channel: Channel
    to: str
    text: str
    template: str
    params: Mapping[str, str | int]
    subject: str
    at: datetime
    enclosures: tuple[Enclosure, ...] = ()


@dataclass(slots=True)
class _Fault:
    error: Exception
    times: int
    to: str
    delivered: bool


class FakeSender:
    """The Sender port of one channel. `sent`: what arrived, oldest first. `tried`: every call, failed ones too."""

    def __init__(self, channel: Channel, clock: Clock, outbox: list[Sent] | None = None) -> None:
        self._channel = channel
        self._clock = clock
        self._lock = threading.Lock()
        self._faults: list[_Fault] = []
        self.sent: list[Sent] = [] if outbox is None else outbox
        self.tried: list[Message] = []

    def fail(self, error: Exception, times: int = 1, to: str = "", *, delivered: bool = False) -> None:
        """Let the next calls (to the address `to`, when given) raise; `delivered`: after the message went out."""
        self._faults.append(_Fault(error, times, to, delivered))

    def send(self, message: Message) -> str:
        """Deliver, or fail as scripted."""
        with self._lock:
            self.tried.append(message)
            fault = self._fault(message.to)
            if fault is None or fault.delivered:
                self._deliver(message)
            if fault is not None:
                raise fault.error
            return f"{self._channel}-{len(self.tried)}"

    def _fault(self, to: str) -> _Fault | None:
        fault = next((f for f in self._faults if f.times > 0 and f.to in ("", to)), None)
        if fault is not None:
            fault.times -= 1
        return fault

    def _deliver(self, message: Message) -> None:
        self.sent.append(
            Sent(
                self._channel,
                message.to,
                message.text,
                message.template,
                dict(message.params),
                message.subject,
                self._clock.now(),
                message.enclosures,
            )
        )
