"""The Consultation Bell (小区协商铃): what Lambda and API Gateway call. Each entry point is two lines."""

from __future__ import annotations

# First of all what every function speaks through: in this order a cold start is a tenth shorter, and on Lambda it
# falls into the time when a function has the whole processor (docs/decisions/0022-package.md).
# isort: off
import chalicelib.store  # noqa: F401
# isort: on

import sys
from collections.abc import Callable
from typing import Any

from chalice import Chalice, Response
from chalice.app import CloudWatchEvent

from chalicelib import blueprints, http
from chalicelib.observability import asked, quiet

# Chalice's command line, never a function: let the zip that it ships be ours (docs/decisions/0022-package.md).
if "chalice.deploy.packager" in sys.modules:
    from infra.package import packager

    packager.install()

app = Chalice(app_name="consultation-bell")
app.api.binary_types = []
quiet(app.log)
for blueprint in blueprints.ALL:
    app.register_blueprint(blueprint)


@app.middleware("http")
def in_our_words(event: Any, get_response: Callable[[Any], Response]) -> Response:
    """What Chalice refuses by itself (wrong method, wrong content type) is said like every other error."""
    with asked.watched(event) as answered:
        return answered(http.in_our_words(event, get_response(event)))


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


@app.lambda_function(name="publish")
def publish(event: dict[str, Any], context: object) -> dict[str, Any]:
    """The table's stream, for whoever follows from outside."""
    from chalicelib import steps

    return steps.publish(event, context)


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


@app.schedule("rate(1 hour)", name="anchor")
def anchor(event: CloudWatchEvent) -> dict[str, Any]:
    """Each hour: make the day's anchor unless it is there."""
    from chalicelib import steps

    return steps.anchor(event.context)
