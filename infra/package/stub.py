"""A DynamoDB of a few lines on loopback: it answers at once what a ring asks, so that only the application is timed."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from chalicelib.place import codec
from chalicelib.store import keys
from infra.package.project import ROOT
from infra.place import load

PLACE = ROOT / "infra/places/mishixiang.yaml"
NEIGHBOURHOOD = "yiqing"
_JSON = "application/x-amz-json-1.0"


def directory_item() -> dict[str, Any]:
    """The sample subdistrict's row, as DynamoDB sends it."""
    directory = load(PLACE)
    pk, sk = keys.head(keys.place(directory.subdistrict.prefix))
    document = codec.encode(directory).decode()
    return {
        "pk": {"S": pk},
        "sk": {"S": sk},
        "kind": {"S": "DIRECTORY"},
        "version": {"N": "1"},
        "directory": {"S": document},
    }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Header and body go out as one packet; else the client waits for the kernel's delayed acknowledgement.
    wbufsize = -1
    item: dict[str, Any]
    calls: list[str]

    def do_POST(self) -> None:
        operation = self.headers["X-Amz-Target"].partition(".")[2]
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.calls.append(operation)
        answer = self._answer(operation, request)
        body = json.dumps({} if answer is None else answer).encode()
        self.send_response(400 if answer is None else 200)
        self.send_header("Content-Type", _JSON)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _answer(self, operation: str, request: dict[str, Any]) -> dict[str, Any] | None:
        if operation == "TransactWriteItems":
            return {}
        if operation == "GetItem":
            return {"Item": self.item} if request["Key"]["pk"] == self.item["pk"] else {}
        if operation == "BatchGetItem":
            return {"Responses": {table: [self.item] for table in request["RequestItems"]}}
        return None

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        """Say nothing."""


@contextmanager
def stub() -> Iterator[tuple[str, list[str]]]:
    """Serve while the context lasts; gives the address, and the list to which each operation is added."""
    calls: list[str] = []
    handler = type("Handler", (_Handler,), {"item": directory_item(), "calls": calls})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", calls
        server.shutdown()
