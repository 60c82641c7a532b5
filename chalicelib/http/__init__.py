"""The edge: requests become values, DomainErrors become statuses, everything speaks the caller's language.

`routes.operation` declares a JSON route together with its shapes, so that the OpenAPI document is made of the same
declaration; `web.edge.page` declares an HTML one. What comes in is a `Call`, what goes out is in `answers`.
"""

from __future__ import annotations

from chalicelib.http.answers import (
    JSON_HEADERS,
    ConflictBody,
    ErrorBody,
    Reply,
    explain,
    in_our_words,
    problem,
)
from chalicelib.http.bodies import MAX_BODY, MOST_FILE, BadRequest
from chalicelib.http.call import SESSION_COOKIE, Call
from chalicelib.http.routes import AUDIENCES, OPERATIONS, Operation, later, operation

__all__ = [
    "AUDIENCES",
    "JSON_HEADERS",
    "MAX_BODY",
    "MOST_FILE",
    "OPERATIONS",
    "SESSION_COOKIE",
    "BadRequest",
    "Call",
    "ConflictBody",
    "ErrorBody",
    "Operation",
    "Reply",
    "explain",
    "in_our_words",
    "later",
    "operation",
    "problem",
]
