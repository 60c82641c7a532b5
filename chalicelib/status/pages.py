"""The status page: one sentence for whoever wonders whether the bell works."""

from __future__ import annotations

from chalice import Blueprint, Response

from chalicelib.http import Call
from chalicelib.session.rules import EVERYBODY
from chalicelib.web.edge import page, show

blueprint = Blueprint(__name__)


@page(blueprint, "GET", "/status", audience=EVERYBODY)
def status(call: Call) -> Response:
    """Whether it works, since when, and when that was last tried."""
    from chalicelib.status import service
    from chalicelib.web.views import StatusView

    found = service.report(call.ports)
    swept = found.sweep.at if found.sweep else None
    tried, went = (found.canary.at, found.canary.ok) if found.canary else (None, None)
    view = StatusView(str(found.state), found.since, swept, tried, went)
    return show(call, "status.html", view)
