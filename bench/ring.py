"""The ring that is timed: API Gateway's event for POST /v1/bells, and the program of the measured process.

The event is made here, in the measuring process: the measured one must import nothing that a request does not need.
"""

from __future__ import annotations

import json
import textwrap
from typing import Any

from bench.stub import NEIGHBOURHOOD
from chalicelib.web.privacy import VERSION


def event() -> dict[str, Any]:
    """What API Gateway (REST, payload version 1) hands to the function."""
    body = {
        "desk": "community",
        "category": "noise",
        "neighbourhood": NEIGHBOURHOOD,
        "text": "楼上半夜装修，睡不着。",
        "name": "张三",
        "phone": "13900000001",
        "consent_version": VERSION,
    }
    headers = {"Content-Type": "application/json", "Accept": "application/json", "Host": "bell.example.org"}
    return {
        "resource": "/v1/bells",
        "path": "/v1/bells",
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": "/v1/bells",
            "httpMethod": "POST",
            "stage": "api",
            "path": "/api/v1/bells",
            "identity": {"sourceIp": "203.0.113.7"},
        },
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }


FIRST_RING = f"""\
import json
EVENT = json.loads({json.dumps(event())!r})
import app
answer = app.app(EVENT, None)
if answer["statusCode"] != 201:
    raise SystemExit(str(answer))
"""

WARM_RINGS = FIRST_RING + textwrap.dedent("""\
    import sys, time
    spent = []
    for number in range(300):
        ring = dict(EVENT, body=json.dumps(json.loads(EVENT["body"]) | {"text": f"第 {number} 次"}))
        start = time.perf_counter(), time.process_time()
        assert app.app(ring, None)["statusCode"] == 201
        spent.append((time.perf_counter() - start[0], time.process_time() - start[1]))
    json.dump(spent, sys.stdout)
    """)
