"""Publishing what was appended to the record."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.core.chain import Event
from chalicelib.ports import Ports, Unpublished
from chalicelib.publishing.rules import announcement


class NotPublished(Exception):
    """The bus did not take everything. `place`: of the first event that is not on it; `code`: what the bus said."""

    def __init__(self, place: str, code: str) -> None:
        super().__init__(code)
        self.place = place
        self.code = code


def publish(ports: Ports, events: Iterable[tuple[str, Event]]) -> int:
    """Put what is public of these events on the bus, in their order; they come with their places in the stream. Answers
    how many that were; raises NotPublished."""
    told = [(place, found) for place, event in events if (found := announcement(event))]
    if ports.bus is None or not told:
        return 0
    try:
        ports.bus.publish([found for _, found in told])
    except Unpublished as missed:
        raise NotPublished(told[missed.done][0], missed.code) from None
    return len(told)
