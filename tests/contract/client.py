"""Chalice's test client over the fakes, as a caller of the API and as a browser without JavaScript.

Every answer is held to what every answer promises: JSON validates against the OpenAPI document, errors have the
one shape, pages carry their headers and nothing inline.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urlsplit

from chalice.test import Client
from jsonschema_rs import Draft202012Validator

import app as application
from chalicelib import openapi, wiring
from chalicelib.web.headers import CONTENT_SECURITY_POLICY
from tests.fakes.world import CONSENT, World

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
RING = {
    "desk": "community",
    "category": "noise",
    "neighbourhood": "yiqing",
    "text": "楼上半夜装修",
    "name": "张三",
    "phone": "13900000001",
    "consent_version": CONSENT,
}
TYPED = {**RING, "consent": "yes"}
"""The fields of the form as a browser posts them."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response. `headers` by lower-case name."""

    status: int
    headers: dict[str, Any]
    text: str

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """The error's code."""
        return str(self.json["code"])

    @property
    def fields(self) -> dict[str, str]:
        """The wrong fields and the code of each."""
        return {detail["field"]: detail["code"] for detail in self.json["details"]}

    @property
    def location(self) -> str:
        """Where a redirect leads."""
        return str(self.headers["location"])


class Web:
    """Somebody in front of the platform. `world` is the platform."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world or World()
        wiring.install(self.world.ports)
        self._http = Client(application.app).http

    def send(
        self,
        method: str,
        path: str,
        body: bytes | str = b"",
        *,
        token: str = "",
        language: str = "",
        **headers: str,
    ) -> Answer:
        """One request; header names are written with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= {"Authorization": f"Bearer {token}"} if token else {}
        sent |= {"Accept-Language": language} if language else {}
        raw = body.encode() if isinstance(body, str) else body
        found = self._http.request(method, path, headers=sent, body=raw)
        answer = Answer(
            found.status_code, {k.lower(): v for k, v in found.headers.items()}, found.body.decode()
        )
        check(method, path, answer)
        return answer

    def get(self, path: str, **options: str) -> Answer:
        """Read."""
        return self.send("GET", path, **options)

    def post(self, path: str, value: object = None, **options: str) -> Answer:
        """Send a value as JSON, or nothing at all."""
        body = b"" if value is None else json.dumps(value).encode()
        return self.send("POST", path, body, **{"Content_Type": JSON, **options})

    def form(self, path: str, fields: dict[str, str] | None = None, **options: str) -> Answer:
        """Post a form as a browser does."""
        return self.send("POST", path, urlencode(fields or {}), **{"Content_Type": FORM, **options})

    def ring(self, key: str = "", language: str = "", **changes: object) -> Answer:
        """Ring over JSON."""
        options = {"Idempotency_Key": key} if key else {}
        return self.post("/v1/bells", {**RING, **changes}, language=language, **options)

    def alert(self, who: str) -> str:
        """The token of the link in the newest text message to a member of staff."""
        self.world.settle()
        links = (
            re.search(r"/a/(\w+)", sent.text)
            for sent in reversed(self.world.sent)
            if self.world.who(sent) == who
        )
        return next(found[1] for found in links if found)

    @contextmanager
    def nothing_written(self) -> Iterator[None]:
        """Fails when anything in the store is different afterwards."""
        before = self.stored()
        yield
        assert self.stored() == before, "something was written"

    def stored(self) -> dict[str, str]:
        store = vars(self.world.store)
        return {name: repr(store[name]) for name in store if name not in ("lock", "calls", "_faults")}


@contextmanager
def visiting(world: World | None = None) -> Iterator[Web]:
    """The platform, put in place for one test."""
    try:
        yield Web(world)
    finally:
        wiring.install(None)


def check(method: str, path: str, answer: Answer) -> None:
    """What every answer promises."""
    if "x-amzn-errortype" in answer.headers:  # the gateway knows no such route: nothing of ours was asked
        return
    kind = str(answer.headers.get("content-type", ""))
    if kind.startswith("text/html"):
        _check_page(answer)
    elif path.startswith("/v1/"):
        assert kind == "application/json; charset=utf-8"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        validate(method, urlsplit(path).path, answer)


def validate(method: str, path: str, answer: Answer) -> None:
    """The answer is one that the OpenAPI document announces."""
    shapes = operation(method, path)["responses"] if answer.status != 405 else {}
    if answer.status == 405:
        _valid({"$ref": "#/components/schemas/ErrorBody"}, answer.json)
        return
    assert str(answer.status) in shapes, f"{method} {path} answers {answer.status}, which is not documented"
    _valid(shapes[str(answer.status)]["content"][JSON]["schema"], answer.json)


def operation(method: str, path: str) -> Any:
    """The documented operation behind a request."""
    for pattern, methods in _patterns():
        if pattern.fullmatch(path):
            return methods[method.lower()]
    raise AssertionError(f"{path} is not documented")


@cache
def _patterns() -> list[tuple[re.Pattern[str], Any]]:
    paths = document()["paths"].items()
    return [(re.compile(re.sub(r"{\w+}", "[^/]+", path)), methods) for path, methods in paths]


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document of the application."""
    return openapi.document()


def _valid(schema: dict[str, Any], value: object) -> None:
    _validator(json.dumps(schema)).validate(value)


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator({**json.loads(schema), "components": document()["components"]})


class _Inline(HTMLParser):
    """Collects what a strict Content-Security-Policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One tag."""
        names = dict(attrs)
        if tag == "style" or (tag == "script" and not names.get("src")):
            self.found.append(tag)
        self.found += [name for name in names if name == "style" or name.startswith("on")]
        self.found += [str(v) for v in names.values() if v and v.strip().lower().startswith("javascript:")]


def _check_page(answer: Answer) -> None:
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    # Once seen, never again in the clear: who types the address would else begin there.
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    inline = _Inline()
    inline.feed(answer.text)
    assert inline.found == []
