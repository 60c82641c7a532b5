"""The line that each request leaves: what was asked, what was answered, about which bell or case. Never a token, a
query, a body or an address."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from chalicelib import wiring
from chalicelib.core.times import iso
from chalicelib.observability import LOGGER, begin, lines, note, safe
from chalicelib.observability.traces import span

_NUMBER = re.compile(r'"number":"([0-9A-Z]{2}-[0-9A-Z]{4}-[0-9A-Z]{4})"')
_TO = re.compile(r"/[a-z]+/([0-9A-Za-z]+)(?:[?#]|$)")


@contextmanager
def watched(request: Any) -> Iterator[Callable[[Any], Any]]:
    """A request on its way; give its answer to what is yielded, which hands it on."""
    begun(request)

    def answered_by(answer: Any) -> Any:
        answered(request, answer)
        return answer

    with span("http"):
        yield answered_by


def begun(request: Any) -> None:
    """A request begins: whatever is logged on its way says which. Like `answered` it never raises."""
    with suppress(Exception):
        begin("http", **_identity(request), **safe.number_in(request.uri_params or {}))


def answered(request: Any, answer: Any) -> None:
    """It was answered."""
    with suppress(Exception):
        if wiring.meter().on:
            found = safe.number_in(request.uri_params or {}) or _number_made(answer)
            note(**found)
            lines.write(_line(request, answer, found))


def _line(request: Any, answer: Any, found: Mapping[str, str]) -> dict[str, Any]:
    at = iso(wiring.now())
    line = {"level": "INFO", "message": "request", "timestamp": at, "service": LOGGER, "entry": "http"}
    return {**line, **_identity(request), "status": int(answer.status_code), **found}


def _identity(request: Any) -> dict[str, str]:
    """The route as it is declared (its parameters are not in it), and AWS's numbers of the request."""
    context: Mapping[str, Any] = request.context or {}
    trace = _root(str((request.headers or {}).get("x-amzn-trace-id", "")))
    named = {
        "request_id": str(context.get("requestId", "")),
        "function_request_id": str(getattr(request.lambda_context, "aws_request_id", "")),
        "xray_trace_id": trace,
    }
    return {"route": f"{request.method} {request.path}", **{k: v for k, v in named.items() if v}}


def _root(header: str) -> str:
    parts = (part.partition("=") for part in header.split(";"))
    return next((value for name, _, value in parts if name.strip() == "Root"), "")


def _number_made(answer: Any) -> dict[str, str]:
    """The number of a bell that this very request rang: it is in the answer, or in the address it leads to."""
    if answer.status_code == 201 and isinstance(answer.body, str) and (found := _NUMBER.search(answer.body)):
        return {"number": found[1]}
    location = answer.headers.get("Location", "") if answer.status_code == 303 else ""
    led = _TO.search(location) if isinstance(location, str) else None
    return safe.number_in({"led": led[1]}) if led else {}
