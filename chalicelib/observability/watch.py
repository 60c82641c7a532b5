"""Entry points that are not HTTP, watched: each begins its lines, and what it raises reaches nobody's log as it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from chalicelib import wiring
from chalicelib.observability import begin, logger
from chalicelib.observability.metrics import METRICS, Measure
from chalicelib.observability.traces import span


class Faulted(Exception):
    """Something failed. Only the type's name goes on: Lambda writes what its function raises into the log, and the
    state machine into the history of the execution."""


@contextmanager
def entry(
    name: str, context: object, fault: str = "", *, means: tuple[type[Exception], ...] = ()
) -> Iterator[None]:
    """A call of an entry point. What it raises is logged and counted as `fault`, then raised as Faulted; `means` are
    exceptions that are answers."""
    begin(name, function_request_id=str(getattr(context, "aws_request_id", "") or ""))
    try:
        with span(name, means):
            yield
    except means:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, its words stay here
        failed(fault)
        raise Faulted(type(error).__name__) from None


def failed(fault: str, **values: str) -> None:
    """Log the exception that is being handled, and count it. Never raises: another traceback would quote the first."""
    with suppress(Exception):
        logger().exception("fault", **values)
    with suppress(Exception):
        measure(*([Measure(fault, 1)] if fault in METRICS else []))


def measure(*measures: Measure) -> None:
    """Write these measures, now."""
    if measures:
        wiring.meter().write(wiring.now(), measures)
