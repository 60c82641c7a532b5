"""HTTP for the local run: Chalice's own local server with the manners of a public address.

What it adds: `/_local/…`; 404 and 405 as `{code, message, details}` (a small page for a browser) where API
Gateway answers 403; decoded path parameters, text bodies and the caller's address as API Gateway hands them
over; limits on a request's size; silence in the terminal unless an access log is asked for.
"""

import json
import sys
import time
import traceback
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import unquote, urlsplit

from chalice import Chalice
from chalice.config import Config
from chalice.local import (
    ChaliceRequestHandler,
    CustomLocalChalice,
    LocalChalice,
    LocalDevServer,
    MatchResult,
    RouteMatcher,
    ThreadedHTTPServer,
)

from chalicelib.core.times import iso
from infra.local.bus import Overheard
from infra.local.outbox import Outbox
from infra.local.pages import error_page, outbox_page
from infra.local.passing import LONGEST, Passing
from infra.local.uploads import MOST_BYTES, Door

MAX_BODY = 10 * 1024 * 1024
"""What API Gateway lets through, in bytes."""

Answer = tuple[int, str, str]
"""(status, content type, body)"""

_CLOCK = "/_local/clock"
JSON = "application/json"
HTML = "text/html; charset=utf-8"


class _Server(ThreadedHTTPServer):  # type: ignore[misc]  # Chalice ships no types
    request_queue_size = 128

    def handle_error(self, *_: Any) -> None:
        """A caller who hangs up is no news; anything else is."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            traceback.print_exc()


class _DecodingMatcher(RouteMatcher):  # type: ignore[misc]  # Chalice ships no types
    def match_route(self, url: str) -> MatchResult:
        found = super().match_route(url)
        captured = {name: unquote(value) for name, value in found.captured.items()}
        return MatchResult(found.route, captured, found.query_params)


class _Handler(ChaliceRequestHandler):  # type: ignore[misc]  # Chalice ships no types
    server_version = "ConsultationBell"
    sys_version = ""
    timeout = 75
    command: str
    outbox: Outbox
    heard: Overheard
    passing: Passing
    access_log = False

    def __init__(self, *connection: Any, app_object: Chalice, config: Config) -> None:
        self._app = app_object
        # The parent makes a gateway and then serves at once, so what has to differ is set in `setup`.
        super().__init__(*connection, app_object=app_object, config=config)

    def setup(self) -> None:
        """Called once a connection."""
        super().setup()
        self._matcher = _DecodingMatcher(list(self._app.routes))
        converter = self.local_gateway.event_converter
        converter._route_matcher = self._matcher  # noqa: SLF001  # Chalice offers no other way to choose it
        converter.LOCAL_SOURCE_IP = self.client_address[0]

    def _generic_handle(self) -> None:
        self._began = time.perf_counter()
        try:
            refused = self._refusal()
            if refused is not None:
                self._answer(*refused)
            elif self._route() == "":
                self._answer(*self._local())
            else:
                super()._generic_handle()
        except ConnectionError:
            self.close_connection = True
        except Exception:  # noqa: BLE001  # one bad request must not end without an answer
            traceback.print_exc()
            self._answer(*self._problem(500, "internal", "出错了，请稍后再试。 Something went wrong."))

    # http.server finds its methods by these names.
    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = do_PATCH = do_OPTIONS = _generic_handle

    def _route(self) -> str | None:
        """The route that fits the path; "" for the local pages, None when nothing fits."""
        path = urlsplit(self.path).path
        if path.startswith("/_local/") or path == "/_local":
            return ""
        try:
            found: str = self._matcher.match_route(self.path).route
        except ValueError:
            return None
        return found

    def _methods(self, route: str) -> set[str]:
        methods = set(self._app.routes[route]) if route else self._local_methods()
        return methods | {"HEAD"} if "GET" in methods else methods

    def _local_methods(self) -> set[str]:
        return {"GET", "POST"} if self._local_path() == _CLOCK else {"GET"}

    def _local_path(self) -> str:
        return urlsplit(self.path).path.rstrip("/")

    def _refusal(self) -> Answer | None:
        """The answer to a request that no handler should see."""
        length = self.headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or self.headers.get("transfer-encoding"):
            self.close_connection = True
            return self._problem(411, "length_required", "请求长度有误。 The length is missing or wrong.")
        if int(length) > MAX_BODY:
            self.close_connection = True
            return self._problem(413, "too_large", "内容太大。 The request is too large.")
        route = self._route()
        if route is None:
            self.rfile.read(int(length))
            return self._problem(404, "not_found", "没有这个页面。 There is nothing at this address.")
        if self.command not in self._methods(route):
            self.rfile.read(int(length))
            return self._problem(405, "method_not_allowed", "此处不支持这个操作。 Not possible here.")
        return None

    def _problem(self, status: int, code: str, message: str) -> Answer:
        if "text/html" in self.headers.get("accept", ""):
            return status, HTML, error_page(status, code.replace("_", " "), message)
        return status, JSON, json.dumps({"code": code, "message": message, "details": []}, ensure_ascii=False)

    def _local(self) -> Answer:
        path = self._local_path()
        if path == _CLOCK:
            return self._clock()
        if path == "/_local/outbox.json":
            return 200, JSON, json.dumps(self.outbox.as_json(), ensure_ascii=False)
        if path == "/_local/events.json":
            return 200, JSON, json.dumps(self.heard.as_json(), ensure_ascii=False)
        if path in ("/_local/outbox", "/_local"):
            return 200, HTML, outbox_page(self.outbox.messages())
        return self._problem(404, "not_found", "没有这个页面。 There is nothing at this address.")

    def _clock(self) -> Answer:
        """What time it is here; `POST {"seconds": n}` lets so much time pass first."""
        if self.command == "POST":
            span = self._span()
            if not timedelta() < span <= LONGEST:
                return self._problem(
                    400, "invalid", 'JSON 如 {"seconds": 3600}。 JSON like {"seconds": 3600}.'
                )
            self.passing.let_pass(span)
        clock = self.passing.clock
        return 200, JSON, json.dumps({"now": iso(clock.now()), "speed": clock.speed})

    def _span(self) -> timedelta:
        """How long the body says; nothing when it says nothing sensible."""
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        # Of all types only this one needs a permission to come from another site's page, and nobody gives it.
        if self.headers.get_content_type() != JSON:
            return timedelta()
        try:
            return timedelta(seconds=float(json.loads(body)["seconds"]))
        except (ValueError, TypeError, KeyError, OverflowError):
            return timedelta()

    def _answer(self, status: int, content_type: str, body: str) -> None:
        headers: dict[str, Any] = {"Content-Type": content_type, "Cache-Control": "no-store"}
        if status == 405:
            headers["Allow"] = ", ".join(sorted(self._methods(self._route() or "")))
        if self.close_connection:
            headers["Connection"] = "close"
        self._send_http_response(status, headers, body)

    def _parse_payload(self) -> tuple[dict[str, Any], Any]:
        headers, body = super()._parse_payload()
        if self.command == "HEAD":
            # A HEAD is a GET whose body stays here.
            self._head, self.command = True, "GET"
        binary = self.headers.get("content-type", "") in self._app.api.binary_types
        text = body if body is None or binary else body.decode("utf-8", "replace")
        return headers, text

    _head = False

    def _send_http_response(self, code: int, headers: Any, body: str | bytes | None) -> None:
        content = body.encode("utf-8") if isinstance(body, str) else body or b""
        self.send_response(code)
        if code >= 200 and code not in (204, 304):
            self.send_header("Content-Length", str(len(content)))
        if not any(name.lower() == "content-type" for name in headers) and content:
            self.send_header("Content-Type", JSON)
        self._send_headers(headers)
        if not self._head and self.command != "HEAD" and code not in (204, 304):
            self.wfile.write(content)
        self._head = False

    def log_message(self, *_: Any) -> None:
        """The parent's lines are replaced by ours."""

    def log_request(self, code: Any = "-", _size: Any = "-") -> None:
        """One JSON line a request, if asked for; never the query or a token, which may be a secret."""
        if self.access_log:
            took = round((time.perf_counter() - getattr(self, "_began", time.perf_counter())) * 1000, 1)
            line = {"method": self.command, "route": self._route() or "-", "status": int(code), "ms": took}
            print(json.dumps(line), file=sys.stderr, flush=True)


def app_server(
    app: Chalice,
    outbox: Outbox,
    heard: Overheard,
    passing: Passing,
    host: str,
    port: int,
    *,
    access_log: bool,
) -> LocalDevServer:
    """A server for the application, bound and not yet serving; raises OSError when the port is taken."""
    # As chalice.local.create_local_server does: `current_request` becomes a thread's own.
    # An application that is served a second time in a process is one already.
    if not isinstance(app, LocalChalice):
        CustomLocalChalice.__bases__ = (LocalChalice, app.__class__)
        app.__class__ = CustomLocalChalice
    given = {"outbox": outbox, "heard": heard, "passing": passing, "access_log": access_log}
    handler = type("Handler", (_Handler,), given)
    config = Config.create(lambda_timeout=29)
    return LocalDevServer(app, config, host, port, handler_cls=handler, server_cls=_Server)


class _AwsHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 75
    forward: Callable[..., Any]
    door: Door

    def _handle(self) -> None:
        length = self.headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > MOST_BYTES:
            self.close_connection = True
            self._send(413, {}, b"")
            return
        self._send(*self._answer(self.rfile.read(int(length))))

    def _answer(self, body: bytes) -> tuple[int, dict[str, Any], Any]:
        request = (self.command, self.path, dict(self.headers), body)
        if "authorization" not in self.headers:
            return self.door.answer(*request)
        if self.client_address[0] not in ("127.0.0.1", "::1", self.connection.getsockname()[0]):
            # Nobody is asked who he is, so nobody but this machine may use tools here.
            return 403, {"Content-Type": "text/plain"}, "AWS tools can be used on this machine only."
        answer: tuple[int, dict[str, Any], Any] = type(self).forward(*request)
        return answer

    def _send(self, status: int, headers: dict[str, Any], content: Any) -> None:
        payload = content.encode("utf-8") if isinstance(content, str) else content or b""
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "status"):
                self.send_header(name, str(value))
        if self.close_connection:
            self.send_header("Connection", "close")
        if status != 204:
            self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(payload)

    # http.server's names
    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = _handle

    def log_message(self, *_: Any) -> None:
        """Silence."""


def aws_server(forward: Callable[..., Any], door: Door, host: str, port: int) -> ThreadedHTTPServer:
    """An endpoint for AWS tools (`AWS_ENDPOINT_URL`), and for browsers that send or fetch photos; bound and not yet
    serving."""
    handler = type("AwsHandler", (_AwsHandler,), {"forward": staticmethod(forward), "door": door})
    return _Server((host, port), handler)
