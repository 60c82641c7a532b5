"""The platform's state for programs."""

from __future__ import annotations

from chalice import Blueprint

from chalicelib.core.times import iso
from chalicelib.http import Call, Reply, operation
from chalicelib.session.rules import EVERYBODY

blueprint = Blueprint(__name__)


@operation(
    blueprint,
    "GET",
    "/v1/health/deep",
    audience=EVERYBODY,
    summary="Whether what comes round by itself comes round",
    answers={200: "chalicelib.status.wire:StatusBody", 503: "chalicelib.status.wire:StatusBody"},
)
def deep_health(call: Call) -> Reply:
    """The minute's sweep and the hour's trial bell: when, how, since when. 503 when somebody has to look."""
    from chalicelib.status import service, wire

    found = service.report(call.ports)
    pulses = [
        wire.PulseBody(iso(p.at), p.ok, iso(p.since), p.seconds, p.detail) if p else None
        for p in (found.sweep, found.canary)
    ]
    body = wire.StatusBody(
        str(found.state),
        iso(found.since) if found.since else "",
        iso(call.ports.clock.now()),
        len(call.ports.directories.all()),
        *pulses,
    )
    return Reply(body, 200 if found.state.well else 503)
