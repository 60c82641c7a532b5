"""What is answered: values as JSON, and errors with a status and a sentence in the caller's language."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec
from chalice import Response

from chalicelib import wiring
from chalicelib.core import errors
from chalicelib.core.errors import DomainError, Invalid
from chalicelib.core.times import iso
from chalicelib.http.bodies import BadRequest
from chalicelib.http.call import Call
from chalicelib.web.problems import field_message, message

_STATUS: Mapping[type[Exception], int] = {
    errors.Invalid: 400,
    errors.Unauthorized: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Gone: 410,
    errors.TooMany: 429,
}
JSON_HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


class ErrorDetail(msgspec.Struct, frozen=True):
    """One wrong field."""

    field: str
    code: str
    message: str


class ErrorEvent(msgspec.Struct, frozen=True):
    """Something that others did meanwhile."""

    seq: int
    at: str
    kind: str
    who: str


class ErrorBody(msgspec.Struct, frozen=True):
    """What every error looks like: a stable code, a sentence in the caller's language, the wrong fields."""

    code: str
    message: str
    details: list[ErrorDetail] = []


class ConflictBody(ErrorBody, frozen=True):
    """A 409 also says what is `possible` now, and what others did `since` the version that the caller saw."""

    possible: list[str] = []
    since: list[ErrorEvent] = []


class Reply(msgspec.Struct, frozen=True):
    """What a handler answers: a value for the body, its status, further headers."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)


def as_json(reply: Reply) -> Response:
    """The answer on the wire."""
    body = msgspec.json.encode(reply.body).decode()
    return Response(body, status_code=reply.status, headers={**JSON_HEADERS, **reply.headers})


def problem(error: Exception, language: str) -> Response:
    """The answer to an error, as JSON."""
    status, body, headers = explain(error, language)
    return as_json(Reply(body, status, headers))


def explain(error: Exception, language: str) -> tuple[int, ErrorBody, dict[str, str]]:
    """Status, body and headers of an error. What is not a DomainError is a fault of ours: it is logged, nothing
    of it is shown, and the caller is told to try again."""
    if not isinstance(error, DomainError):
        from chalicelib.observability.watch import failed

        failed("HttpFaults")
        return 503, ErrorBody("unavailable", message(language, "unavailable")), {"Retry-After": "5"}
    details = [
        ErrorDetail(e.field, e.code, field_message(language, e.field, e.code, e.params))
        for e in (error.errors if isinstance(error, Invalid) else ())
    ]
    status = error.status if isinstance(error, BadRequest) else _STATUS[type(error)]
    said = message(language, error.code, _params(error))
    if isinstance(error, errors.Conflict):
        return status, ConflictBody(error.code, said, details, _possible(error), _since(error)), {}
    return status, ErrorBody(error.code, said, details), _headers(error)


def _possible(error: DomainError) -> list[str]:
    verbs = error.params.get("possible")
    return [str(verb).replace("_", "-") for verb in verbs] if isinstance(verbs, list) else []


def _since(error: DomainError) -> list[ErrorEvent]:
    """Who did what: staff by name, the others by what they are; the words are for whoever may read the case."""
    events = error.params.get("since")
    if not isinstance(events, tuple):
        return []
    return [ErrorEvent(e.seq, e.at, e.kind, e.actor.get("name") or e.actor["kind"]) for e in events]


def _params(error: DomainError) -> dict[str, object]:
    again = {"minutes": -(-_seconds_left(error) // 60)} if isinstance(error, errors.TooMany) else {}
    return {**error.params, **again}


def _seconds_left(error: errors.TooMany) -> int:
    left = (error.again_at - wiring.ports().clock.now()).total_seconds()
    return max(1, math.ceil(left))


def _headers(error: DomainError) -> dict[str, str]:
    if isinstance(error, errors.TooMany):
        return {"Retry-After": str(_seconds_left(error)), "X-Again-At": iso(error.again_at)}
    if isinstance(error, errors.Unauthorized):
        left = {"X-Tries-Left": str(error.params["left"])} if "left" in error.params else {}
        return {"WWW-Authenticate": "Bearer", **left}
    return {}


def in_our_words(request: Any, answer: Response) -> Response:
    """A refusal by Chalice itself, as one of ours; anything else unchanged."""
    codes = {405: "method_not_allowed", 415: "unsupported_media_type", 500: "unavailable"}
    if not (isinstance(answer.body, dict) and "Code" in answer.body):
        return answer
    code = codes.get(answer.status_code, "invalid")
    allowed = {k: v for k, v in answer.headers.items() if k == "Allow"}
    body = ErrorBody(code, message(Call(request).language, code))
    return as_json(Reply(body, answer.status_code, allowed))
