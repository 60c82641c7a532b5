"""The one exception that rules and services raise, and its families.

A `DomainError` has a stable `code` that clients may rely on and parameters for
its sentence; the edge (`chalicelib.http`) turns the family into an HTTP status and
the code into a sentence in the caller's language.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime


@dataclasses.dataclass(frozen=True)
class FieldError:
    """One wrong field: its name as the client wrote it, a stable code, parameters of the sentence."""

    field: str
    code: str
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)


class DomainError(Exception):
    """Something a person asked for cannot be done; nothing was written."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class Invalid(DomainError):
    """The request is wrong: every wrong field at once (400)."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__("invalid")
        self.errors = errors


def check(*errors: FieldError | None) -> None:
    """Raise Invalid with every error there is."""
    if found := [error for error in errors if error]:
        raise Invalid(*found)


def wrong(bad: bool, field: str, code: str = "unknown") -> FieldError | None:
    """The error of a field, if it is bad."""
    return FieldError(field, code) if bad else None


class Unauthorized(DomainError):
    """No token, or one that opens nothing (401)."""


class Forbidden(DomainError):
    """The caller is known and may not do this (403)."""


class NotFound(DomainError):
    """There is no such thing, or the caller may not know of it (404)."""


class Conflict(DomainError):
    """The thing has moved on; `params` say what happened instead (409)."""


class Gone(DomainError):
    """The link was good once and is no longer: expired, or of an earlier ringing (410)."""


class TooMany(DomainError):
    """A limit is reached; `again_at` says when it makes sense to come back (429)."""

    def __init__(self, code: str, again_at: datetime, **params: object) -> None:
        super().__init__(code, **params)
        self.again_at = again_at


class Stale(Exception):
    """Somebody else wrote first: load again and decide again. Never reaches a client."""


class Collision(Exception):
    """A freshly made id is taken already: make another. Never reaches a client."""


class Unavailable(Exception):
    """The store is too busy to write this now; nothing was lost and it may be tried again (503)."""
