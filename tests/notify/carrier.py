"""A provider on loopback that counts what it is asked, and answers or misbehaves as it is told."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import botocore.session

SNS_OK = (
    b'<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m-1</MessageId>'
    b"</PublishResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></PublishResponse>"
)
SES_OK = b'{"MessageId": "m-1"}'


class Carrier:
    """`requests`: the bodies received. `status`/`body`: its answer. `reset`: it hangs up instead. `silent`: it never
    answers until `release`."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.status, self.body = 200, b""
        self.reset = self.silent = False
        self.release = threading.Event()
        self.url = ""


@contextmanager
def carrier() -> Iterator[Carrier]:
    """A carrier that is there while the context lasts."""
    state = Carrier()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            state.requests.append(self.rfile.read(length).decode())
            if state.silent:
                state.release.wait(10)
                self.close_connection = True
                return
            if state.reset:
                hard = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, hard)
                self.close_connection = True
                self.connection.close()
                return
            self.send_response(state.status)
            self.send_header("Content-Length", str(len(state.body)))
            self.end_headers()
            self.wfile.write(state.body)

        def finish(self) -> None:
            if not state.reset:
                super().finish()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        state.release.set()
        server.shutdown()
        server.server_close()
        thread.join()


@cache
def session(region: str = "eu-central-1") -> botocore.session.Session:
    """A session with made-up credentials that reads nobody's files."""
    made = botocore.session.Session(session_vars={"config_file": (None, None, "/dev/null", None)})
    made.set_credentials("testing", "testing")
    made.set_config_variable("region", region)
    return made


def unused_url() -> str:
    """An address on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"
