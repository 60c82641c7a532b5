"""Where providers of SMS push what became of their messages, and what people answered."""

from __future__ import annotations

from chalice import Blueprint

from chalicelib.http import later, operation
from chalicelib.session.rules import EVERYBODY

blueprint = Blueprint(__name__)
operation(
    blueprint,
    "POST",
    "/v1/reports/{provider}/{secret}",
    summary="What became of messages, pushed by their provider to the address that only it knows",
    answers={200: "chalicelib.delivery.wire:Taken"},
    problems=(400, 404, 413),
    audience=EVERYBODY,
)(later("chalicelib.delivery.handlers:take_reports"))
