"""The Consultation Bell (小区协商铃): what Lambda and API Gateway call. Each entry point is two lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalice import Chalice, Response
from chalice.app import CloudWatchEvent

from chalicelib import http, openapi
from chalicelib.bell import api as bell_api
from chalicelib.bell import pages as bell_pages
from chalicelib.case import api as case_api
from chalicelib.console import pages as console_pages
from chalicelib.delivery import api as delivery_api
from chalicelib.guest import pages as guest_pages
from chalicelib.observability import asked, quiet
from chalicelib.place import api as place_api
from chalicelib.place import pages as place_pages
from chalicelib.session import api as session_api
from chalicelib.session import pages as session_pages
from chalicelib.statistics import api as statistics_api
from chalicelib.status import api as status_api
from chalicelib.status import pages as status_pages

app = Chalice(app_name="consultation-bell")
app.api.binary_types = []
quiet(app.log)
for module in (
    bell_api,
    bell_pages,
    case_api,
    console_pages,
    delivery_api,
    guest_pages,
    place_api,
    place_pages,
    session_api,
    session_pages,
    statistics_api,
    status_api,
    status_pages,
    openapi,
):
    app.register_blueprint(module.blueprint)


@app.middleware("http")
def in_our_words(event: Any, get_response: Callable[[Any], Response]) -> Response:
    """What Chalice refuses by itself (wrong method, wrong content type) is said like every other error."""
    asked.begun(event)
    answer = http.in_our_words(event, get_response(event))
    asked.answered(event, answer)
    return answer


@app.lambda_function(name="advance")
def advance(event: dict[str, Any], context: object) -> dict[str, Any]:
    """The state machine asks what is due."""
    from chalicelib import steps

    return steps.advance(event, context)


@app.lambda_function(name="react")
def react(event: dict[str, Any], context: object) -> dict[str, Any]:
    """The table's stream tells what was written."""
    from chalicelib import steps

    return steps.react(event, context)


@app.lambda_function(name="report")
def report(event: dict[str, Any], context: object) -> dict[str, int]:
    """A provider tells what became of messages."""
    from chalicelib import steps

    return steps.report(event, context)


@app.schedule("rate(1 minute)", name="sweep")
def sweep(event: CloudWatchEvent) -> dict[str, Any]:
    """Each minute: look after what nobody looked after."""
    from chalicelib import steps

    return steps.sweep(event.detail, event.context)


@app.schedule("rate(1 hour)", name="canary")
def canary(event: CloudWatchEvent) -> dict[str, Any]:
    """Each hour: ring a bell of our own and see whether it gets through."""
    from chalicelib import steps

    return steps.canary(event.context)
