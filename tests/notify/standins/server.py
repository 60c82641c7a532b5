"""What every stand-in over HTTP is made of: it reads a request whole, and answers or misbehaves as it is told."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Asked:
    """A request as it came over the wire: header names in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Misdeeds:
    """`reset`: it hangs up after reading. `silent`: it never answers until `release`. `raw`: it answers this instead,
    with that status."""

    reset: bool = False
    silent: bool = False
    raw: tuple[int, bytes] | None = None
    release: threading.Event = field(default_factory=threading.Event)


Reply = tuple[int, bytes]


@contextmanager
def serving(answer: Callable[[Asked], Reply], misdeeds: Misdeeds) -> Iterator[str]:
    """Serve on loopback while the context lasts; gives the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, body = answer(Asked(self.command, self.path, headers, self.rfile.read(length)))
            if misdeeds.silent:
                misdeeds.release.wait(10)
                self.close_connection = True
                return
            if misdeeds.reset:
                hard = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, hard)
                self.close_connection = True
                self.connection.close()
                return
            status, body = misdeeds.raw or (status, body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST

        def finish(self) -> None:
            if not misdeeds.reset:
                super().finish()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        misdeeds.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
