"""A WeChat for the local run: a mini program whose readers are whoever has a code that begins with `local-`.

It listens on loopback and answers as WeChat does; messages go to the outbox. How many somebody accepted is what the
application counts: this one takes them all.
"""

import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from chalicelib.notice.texts import TEMPLATES
from chalicelib.notice.words.codes import CODES
from chalicelib.notify.templates import parameters
from infra.local.outbox import Outbox

CODE = "local-"
_APP, _SECRET, _TOKEN = "wx-local", "local-only", "local-token"
_OK = {"errcode": 0, "errmsg": "ok"}


@contextmanager
def wechat(outbox: Outbox) -> Iterator[dict[str, str]]:
    """Be there while the context lasts; gives the settings of the application for it."""
    handler = type("Handler", (_Handler,), {"outbox": outbox})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, name="wechat", daemon=True).start()
    try:
        yield _settings(f"http://127.0.0.1:{server.server_address[1]}")
    finally:
        server.shutdown()
        server.server_close()


def _settings(endpoint: str) -> dict[str, str]:
    shown = {name: _shown(name) for name in TEMPLATES if name not in CODES and _shown(name)}
    return {
        "WECHAT_APP_ID": _APP,
        "WECHAT_SECRET": _SECRET,
        "WECHAT_ENDPOINT": endpoint,
        "WECHAT_PAGE": "pages/track/track?token=",
        "WECHAT_TEMPLATES": ",".join(
            f"{name}={CODE}{name}/" + "/".join(f"{keyword}:{own}" for keyword, own in keywords.items())
            for name, keywords in shown.items()
        ),
    }


def _shown(template: str) -> dict[str, str]:
    """What the keywords of a template show: all but the link, which the page has."""
    names = (name for name in parameters(template) if name != "link")
    return {f"thing{number}": name for number, name in enumerate(names, 1)}


class _Handler(BaseHTTPRequestHandler):
    outbox: Outbox

    def do_GET(self) -> None:
        """Whatever is asked for, as JSON and 200."""
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        raw = self.rfile.read(int(self.headers.get("content-length", "0")))
        answer = json.dumps(self._said(parts.path, query, json.loads(raw or b"{}"))).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    # http.server finds its methods by these names.
    do_POST = do_GET

    def log_message(self, *_: Any) -> None:
        """Nothing: codes are in the addresses."""

    def _said(self, path: str, query: Mapping[str, str], body: Mapping[str, Any]) -> dict[str, Any]:
        known: dict[str, Callable[[], dict[str, Any]]] = {
            "/sns/jscode2session": lambda: _session(query.get("js_code", "")),
            "/cgi-bin/stable_token": lambda: {"access_token": _TOKEN, "expires_in": 7200},
            "/wxa/business/getuserphonenumber": lambda: _phone(body["code"]),
            "/cgi-bin/message/subscribe/send": lambda: self._sent(body),
        }
        return known[path]() if path in known else {"errcode": 40066, "errmsg": "invalid url"}

    def _sent(self, body: Mapping[str, Any]) -> dict[str, Any]:
        name = body["template_id"].removeprefix(CODE)
        values = defaultdict(
            str, {own: body["data"][keyword]["value"] for keyword, own in _shown(name).items()}
        )
        words = TEMPLATES[name]["en" if body["lang"] == "en_US" else "zh-CN"]
        self.outbox.add("wechat", body["touser"], body["page"], words.subject.format_map(values))
        return _OK


def _session(code: str) -> dict[str, Any]:
    """The reader of a code. Unlike WeChat's it is good for ever: who tries it types it more than once."""
    if not code.startswith(CODE):
        return {"errcode": 40029, "errmsg": "invalid code"}
    return {"openid": f"openid-of-{code.removeprefix(CODE)}", "session_key": "none"}


def _phone(code: str) -> dict[str, Any]:
    """`local-13900000001` is that number."""
    number = code.removeprefix(CODE)
    if not (code.startswith(CODE) and number.isdecimal()):
        return {"errcode": 40029, "errmsg": "invalid code"}
    return _OK | {"phone_info": {"phoneNumber": number, "purePhoneNumber": number, "countryCode": "86"}}
