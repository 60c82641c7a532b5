"""What the platform publishes while it runs here: kept in memory, shown at `/_local/events.json`."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.events.models import EventsBackend

from infra.local.embedded import EmbeddedAws

KEPT = 1_000


class Overheard:
    """The latest events that were published, oldest first."""

    def __init__(self) -> None:
        self._events: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._lock = threading.Lock()

    def add(self, entry: Mapping[str, Any]) -> None:
        """Keep an entry of PutEvents as a listener would see it."""
        event = {
            "source": entry["Source"],
            "detail-type": entry["DetailType"],
            "detail": json.loads(entry["Detail"]),
        }
        with self._lock:
            self._events.append(event)

    def as_json(self) -> list[dict[str, Any]]:
        """A copy of all of them."""
        with self._lock:
            return list(self._events)


@contextmanager
def overhearing(aws: EmbeddedAws) -> Iterator[Overheard]:
    """Make the stage's bus and listen to it while the context lasts."""
    heard = Overheard()
    aws.client("events").create_event_bus(Name=bus_of(aws))
    with patch.object(EventsBackend, "put_events", _heard(heard, EventsBackend.put_events)):
        yield heard


def bus_of(aws: EmbeddedAws) -> str:
    """The bus's name, as infra/template.yaml has it."""
    return aws.table_name


def _heard(heard: Overheard, original: Callable[..., Any]) -> Callable[..., Any]:
    def put_events(backend: EventsBackend, events: list[dict[str, Any]]) -> Any:
        answer = original(backend, events)
        for entry in events:
            heard.add(entry)
        return answer

    return put_events
