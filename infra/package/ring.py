"""A ring as Lambda hands it over: API Gateway's event for POST /v1/bells, and the environment of the function.

The event is made in another process than the one that serves it: that must import nothing a request does not need.
"""

from __future__ import annotations

import json
import os
from typing import Any

from chalicelib.web.privacy import VERSION
from infra.package.project import ROOT
from infra.package.stub import NEIGHBOURHOOD

_PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH")
"""What the caller's environment says of the machine."""


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


def environment(endpoint: str) -> dict[str, str]:
    """What Lambda would set, with AWS at `endpoint`; nothing of the caller's own AWS, stage or proxy."""
    return {name: os.environ[name] for name in _PASSED if name in os.environ} | {
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": endpoint,
        "PYTHONPATH": str(ROOT),
        "STAGE": "local",
        "TABLE_NAME": "bench",
        "STATE_MACHINE_ARN": "arn:aws:states:eu-central-1:000000000000:stateMachine:bench",
        "PUBLIC_URL": "https://bell.example.org",
    }
