"""Requests of AWS tools from outside, answered by the AWS embedded in this process."""

import re
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.core.models import botocore_stubber

_SCOPE = re.compile(r"Credential=[^/]*/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")
_HOSTS = {"ses": "email"}
"""Where the name in a signature is not the name of the host."""


def forward(method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any], Any]:
    """Answer a signed request: (status, headers, body).

    The signature says which service is meant; it is not checked.
    """
    authorization = next((value for name, value in headers.items() if name.lower() == "authorization"), "")
    scope = _SCOPE.search(authorization)
    if scope is None:
        return 403, {"Content-Type": "text/plain"}, "A signed AWS request is expected here."
    host = f"{_HOSTS.get(scope['service'], scope['service'])}.{scope['region']}.amazonaws.com"
    answer = botocore_stubber.process_request(_prepared(method, f"https://{host}{path}", headers, host, body))
    if answer is None:
        return 501, {"Content-Type": "text/plain"}, f"{scope['service']} is not here."
    status, answer_headers, content = answer
    return int(status), dict(answer_headers), content


def _prepared(method: str, url: str, headers: dict[str, str], host: str, body: bytes) -> AWSPreparedRequest:
    sent = HTTPHeaders()
    sent["Host"] = host
    for name, value in headers.items():
        if name.lower() != "host":
            sent[name] = value
    return AWSPreparedRequest(method=method, url=url, headers=sent, body=body, stream_output=False)
