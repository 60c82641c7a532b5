"""Traces: what one call of a function was about, as a subsegment of X-Ray's. Off unless the stage has `"xray": true`.

An annotation is a number that people know a bell or a case by, a route or an error's type, so that X-Ray finds "all of
MX-7F3K-92QD". What an exception said is never among them: the library's own way of closing a subsegment would quote it.
Nothing is imported before X-Ray has chosen a call to be traced.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any

from chalicelib import wiring
from chalicelib.observability import LOGGER, current

# Of what the lines of the log say, this is what one looks for; the rest has a line of its own.
_ANNOTATED = ("number", "route")


@contextmanager
def span(name: str, means: tuple[type[BaseException], ...] = ()) -> Iterator[None]:
    """Whatever happens while the context lasts is one subsegment, annotated with what was worked on last; `means` are
    exceptions that are answers. Tracing itself never raises."""
    if not wiring.traced():
        yield
        return
    opened = _opened(name)
    failed = ""
    try:
        yield
    except BaseException as error:
        failed = "" if isinstance(error, means) else type(error).__name__
        raise
    finally:
        with suppress(Exception):
            _close(opened, failed)


def _opened(name: str) -> Any:
    with suppress(Exception):
        return _recorder().begin_subsegment(name)
    return None


def _close(opened: Any, failed: str) -> None:
    if opened is None:
        return
    said = {key: value for key, value in current().items() if key in _ANNOTATED}
    for key, value in (said | ({"error": failed} if failed else {})).items():
        opened.put_annotation(key, value)
    if failed:
        opened.add_fault_flag()
    _recorder().end_subsegment()


@lru_cache(maxsize=1)
def _recorder() -> Any:
    """X-Ray's recorder as Powertools sets it up; no library is patched, so no call to AWS is slowed or quoted."""
    from aws_lambda_powertools import Tracer

    return Tracer(service=LOGGER, auto_patch=False).provider
