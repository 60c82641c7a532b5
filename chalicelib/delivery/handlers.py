"""A provider's push, read and answered."""

from __future__ import annotations

import msgspec

from chalicelib.delivery import service
from chalicelib.delivery.wire import Taken
from chalicelib.http import BadRequest, Call


def take_reports(call: Call, provider: str, secret: str) -> Taken:
    """Whatever the JSON says is taken or passed over, and answered as the provider wants it; no JSON is a 400."""
    try:
        raw = msgspec.json.decode(call.body() or b"[]")
    except (msgspec.DecodeError, RecursionError):
        raise BadRequest("broken_json") from None
    service.pushed(call.ports, provider, secret, raw)
    return Taken()
