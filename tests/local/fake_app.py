"""A small application with the entry points of app.py, enough to try the embedded AWS by."""

import json
import os
import threading
from functools import cache
from typing import Any

from botocore.session import get_session
from chalice import Chalice, Response

from chalicelib.files import S3Files
from infra.local.clock import ScaledClock

app = Chalice(app_name="consultation-bell")
seen: list[dict[str, Any]] = []
sweeps: list[dict[str, Any]] = []


class TimelineClosed(Exception):
    """Nothing is left to wait for."""


@cache
def client(service: str) -> Any:
    """A client as the application would make it."""
    return get_session().create_client(service)


def key(thing: str) -> dict[str, Any]:
    """The key of a thing's row."""
    return {"pk": {"S": thing}, "sk": {"S": "HEAD"}}


@app.route("/")
def home() -> Response:
    """A page."""
    return Response("<h1>铃</h1>", headers={"Content-Type": "text/html; charset=utf-8"})


@app.route("/v1/bells", methods=["POST"])
def ring() -> dict[str, Any]:
    """Write what was sent."""
    body = app.current_request.json_body
    client("dynamodb").put_item(
        TableName=os.environ["TABLE_NAME"],
        Item={**key(body["id"]), "version": {"N": "1"}, "text": {"S": body["text"]}},
    )
    return {"id": body["id"]}


@app.route("/v1/bells/{name}")
def bell(name: str) -> dict[str, Any]:
    """Read it back, with what the request looked like."""
    item = client("dynamodb").get_item(TableName=os.environ["TABLE_NAME"], Key=key(name)).get("Item", {})
    source = app.current_request.context["identity"]["sourceIp"]
    return {"name": name, "item": item, "source": source, "thread": threading.current_thread().name}


@app.route("/photos/{case}/{photo}", methods=["POST"])
def keep(case: str, photo: str) -> dict[str, Any]:
    """Keep a photo that was sent."""
    files = S3Files(os.environ["PHOTOS_BUCKET"], os.environ["AWS_REGION"], ScaledClock(), get_session)
    return {"kept": files.keep(case, photo)}


def react(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Send one SMS for each new row."""
    for record in event["Records"]:
        seen.append(record)
        if record["eventName"] == "INSERT":
            text = f"新铃 {record['dynamodb']['Keys']['pk']['S']} {os.environ['LINK_URL']}/a/abc"
            client("sns").publish(PhoneNumber="+8613800000001", Message=text)
    return {"batchItemFailures": []}


def sweep(event: dict[str, Any], context: Any) -> None:
    """Note that it was called."""
    sweeps.append(event)
    print(json.dumps({"sweep": event}), flush=True)


def advance(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Close at once."""
    raise TimelineClosed(event["id"])
