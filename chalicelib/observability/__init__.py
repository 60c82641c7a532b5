"""Structured logs and metrics. Personal data never goes in: only ids, codes, numbers and names of types are written.

`logger()` is Powertools' Logger, imported when the first line is written: whoever rings must not wait for it. Metrics
and the line that each request leaves are written by `lines`, which imports nothing.
"""

from __future__ import annotations

import logging
from contextvars import ContextVar
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from chalicelib.observability import safe

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

LOGGER = "bell"
_about: ContextVar[dict[str, Any]] = ContextVar("about")


def begin(entry: str, **values: Any) -> None:
    """Another call of an entry point begins: each of its lines says so, with these values (`request_id` …)."""
    _about.set({"entry": entry, **{name: value for name, value in values.items() if value}})


def about(thing: str) -> None:
    """What is worked on from now on: lines carry its key and the number that people know it by."""
    kept = {name: value for name, value in current().items() if name not in ("thing", "number")}
    _about.set({**kept, **safe.identity(thing)})


def note(**values: str) -> None:
    """Something more that is known of what is worked on."""
    _about.set({**current(), **values})


def current() -> dict[str, Any]:
    """What every line says at present."""
    return _about.get({})


class _Log:
    """A logger whose extra values are keywords."""

    def __init__(self, real: Logger) -> None:
        self._real = real

    def info(self, message: str, **values: Any) -> None:
        """Something worth knowing. The message is one of ours, the values are ids, codes and numbers."""
        self._real.info(message, extra=current() | values)

    def exception(self, message: str, **values: Any) -> None:
        """The exception being handled: its type, where it came from, and what it said if that is safe to say."""
        self._real.error(message, extra=current() | safe.handled() | values)


@lru_cache(maxsize=1)
def logger() -> _Log:
    """The logger of this process."""
    from aws_lambda_powertools import Logger

    # A line that cannot be written is lost; by default it would be told with a traceback, values and all.
    logging.raiseExceptions = False
    # Not the application's own name: Chalice has given that logger a handler that writes plain text.
    return _Log(Logger(service=LOGGER, location=None))


def quiet(log: logging.Logger) -> None:
    """What Chalice logs by itself: the words stay, the traceback goes, since it quotes what was stumbled over."""
    log.addFilter(_without_traceback)


def _without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info = record.exc_text = None
    return True
