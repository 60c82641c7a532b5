"""Cursors: opaque to clients, so that what is in them may change."""

from __future__ import annotations

import base64
import binascii

from chalicelib.core.errors import FieldError, Invalid


def pack(place: str) -> str:
    """The cursor of a place in a list."""
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def unpack(cursor: str) -> str:
    """The place that a cursor names; raises Invalid for what is none."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        place = base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error) as error:
        raise Invalid(FieldError("cursor", "unknown")) from error
    moment, _, thing_id = place.rpartition("#")
    if not moment or not thing_id:
        raise Invalid(FieldError("cursor", "unknown"))
    return place
