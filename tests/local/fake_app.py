"""A small application with the entry points of app.py, enough to try the embedded AWS by."""

import json
import os
import threading
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from botocore.session import get_session
from chalice import Chalice, Response

from chalicelib.core.uploads import file_id, small
from chalicelib.files import S3Files
from infra.local.clock import ScaledClock

app = Chalice(app_name="consultation-bell")
seen: list[dict[str, Any]] = []
sweeps: list[dict[str, Any]] = []
flights: list[dict[str, Any]] = []
asked: list[dict[str, str]] = []
A_DAY = 86_400
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Case</title>
{% from "_uploads.html" import uploads, uploads_scripts with context %}{{ uploads_scripts() }}</head><body>
{% if plain %}<form method="post" action="{{ plain.url }}" enctype="multipart/form-data" data-upload>
{% for name, value in plain.fields.items() %}<input type="hidden" name="{{ name }}" value="{{ value }}">{% endfor %}
<input type="file" name="file" aria-label="Photo"><button type="submit">Upload</button></form>
{% else %}<p>{{ query.get("told", "") }}</p><form method="post" action="/c/X">
<input type="hidden" name="csrf" value="the token">
{{ uploads("/c/X", "photos", "Photos", value=query.get("kept", "")) }}
<button type="submit">Save</button></form>{% endif %}</body></html>"""


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


def files() -> S3Files:
    """The file store as wiring builds it, by the wall clock."""
    where = os.environ["PHOTOS_BUCKET"], os.environ["AWS_REGION"]
    return S3Files(*where, ScaledClock(), get_session, os.environ["PHOTOS_ENDPOINT"])


@app.route("/photos/{case}/{photo}", methods=["POST"])
def keep(case: str, photo: str) -> dict[str, Any]:
    """Keep a photo that was sent."""
    return {"kept": files().keep(case, photo)}


@app.route("/static/{name}")
def static(name: str) -> Response:
    """A static file of the real application."""
    from chalicelib.web.assets import asset

    found = asset(name)
    assert found is not None
    return Response(found.body, headers={"Content-Type": found.content_type})


@app.route("/c/{case}")
def case_page(case: str) -> Response:
    """A page with a form that takes photos; `?plain=<id>` has the form for browsers without a script."""
    from chalicelib.files import origin
    from chalicelib.web.headers import page_headers
    from chalicelib.web.render import environment
    from tests.web.samples import frame

    query = app.current_request.query_params or {}
    plain = files().upload(
        case, query["plain"], "image/jpeg", 10**7, A_DAY, f"{os.environ['PUBLIC_URL']}/c/{case}?told=added"
    ) if "plain" in query else None  # fmt: skip
    page = environment("en").from_string(PAGE).render(frame=frame(f"/c/{case}"), plain=plain, query=query)
    store = origin(os.environ["PHOTOS_BUCKET"], os.environ["AWS_REGION"], os.environ["PHOTOS_ENDPOINT"])
    return Response(page, headers=page_headers(store, os.environ["PUBLIC_URL"]))


@app.route("/c/{case}", methods=["POST"], content_types=["application/x-www-form-urlencoded"])
def case_form(case: str) -> Response:
    """A form for a photo, or all that was posted, each as JSON; the first photo asked for is refused."""
    posted = dict(parse_qsl((app.current_request.raw_body or b"").decode()))
    if posted.get("action") != "upload":
        return Response(json.dumps(posted))
    asked.append(posted)
    if len(asked) == 1:
        return Response(json.dumps({"message": "Not just now."}), status_code=409)
    made = file_id(posted["kind"], len(asked))
    whole = files().upload(case, made, posted["kind"], 10**7, A_DAY)
    drawn = files().upload(case, small(made), "image/jpeg", 200_000, A_DAY)
    answer = {"id": made, "url": whole.url, "fields": whole.fields}
    return Response(json.dumps({**answer, "thumbnail": {"url": drawn.url, "fields": drawn.fields}}))


def react(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Send one SMS for each new row."""
    for record in event["Records"]:
        seen.append(record)
        if record["eventName"] == "INSERT":
            text = f"新铃 {record['dynamodb']['Keys']['pk']['S']} {os.environ['LINK_URL']}/a/abc"
            client("sns").publish(PhoneNumber="+8613800000001", Message=text)
    return {"batchItemFailures": []}


def publish(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Publish that there is something."""
    for record in event["Records"]:
        detail = json.dumps({"row": record["dynamodb"]["Keys"]["pk"]["S"]})
        entry = {
            "EventBusName": os.environ["EVENT_BUS"],
            "Source": "fake",
            "DetailType": "row",
            "Detail": detail,
        }
        client("events").put_events(Entries=[entry])
    return {"batchItemFailures": []}


def sweep(event: dict[str, Any], context: Any) -> None:
    """Note that it was called."""
    sweeps.append(event)
    print(json.dumps({"sweep": event}), flush=True)


def canary(event: dict[str, Any], context: Any) -> None:
    """Note that it was called."""
    flights.append(event)


def anchor(event: dict[str, Any], context: Any) -> None:
    """Keep the hour's anchor as the real one does: once, in its bucket."""
    where = {"Bucket": os.environ["ANCHORS_BUCKET"], "Key": "roots/2026-11-24.json"}
    client("s3").put_object(**where, Body=b"{}", ChecksumAlgorithm="SHA256")


def advance(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Close at once."""
    raise TimelineClosed(event["id"])
