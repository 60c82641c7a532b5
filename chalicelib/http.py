"""The edge: requests become values, DomainErrors become statuses, everything speaks the caller's language.

`operation` declares a JSON route together with its shapes, so that the OpenAPI document is made of the same
declaration; `page` declares an HTML one.
"""

from __future__ import annotations

import functools
import importlib
import json
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
from chalice import Blueprint, Response

from chalicelib import wiring
from chalicelib.core import errors
from chalicelib.core.errors import DomainError, FieldError, Invalid
from chalicelib.core.times import iso
from chalicelib.ports import Ports
from chalicelib.session.rules import EVERYBODY, SIGNED_IN, Audience, Caller, Session
from chalicelib.web.i18n import negotiate
from chalicelib.web.problems import field_message, message

if TYPE_CHECKING:
    from chalicelib.session.service import Member

T = TypeVar("T")
SESSION_COOKIE = "session"
MAX_BODY = 256 * 1024
MOST_FILE = 5_500_000
"""What Lambda lets through, with the base64 around a file of 4 MB."""
FORM = "application/x-www-form-urlencoded"
_STATUS: Mapping[type[Exception], int] = {
    errors.Invalid: 400,
    errors.Unauthorized: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Gone: 410,
    errors.TooMany: 429,
}
JSON_HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


class BadRequest(DomainError):
    """The request as a whole cannot be read; `status` says how."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.status = status


class ErrorDetail(msgspec.Struct, frozen=True):
    """One wrong field."""

    field: str
    code: str
    message: str


class ErrorEvent(msgspec.Struct, frozen=True):
    """Something that others did meanwhile."""

    seq: int
    at: str
    kind: str
    who: str


class ErrorBody(msgspec.Struct, frozen=True):
    """What every error looks like: a stable code, a sentence in the caller's language, the wrong fields."""

    code: str
    message: str
    details: list[ErrorDetail] = []


class ConflictBody(ErrorBody, frozen=True):
    """A 409 also says what is `possible` now, and what others did `since` the version that the caller saw."""

    possible: list[str] = []
    since: list[ErrorEvent] = []


Named = type | str
"""A shape, or where it is (`chalicelib.case.wire:TextRequest`): a process that only rings imports nothing of a case."""


def shape_of(named: Named | None) -> type | None:
    """The shape itself."""
    return _found(named) if isinstance(named, str) else named


def later(target: str) -> Callable[..., Any]:
    """The handler at `module:name`, imported when it is first called."""

    def handler(call: Call, **params: str) -> Any:
        return _found(target)(call, **params)

    handler.__name__ = target.partition(":")[2]
    return handler


def _found(target: str) -> Any:
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)


class Operation(msgspec.Struct, frozen=True):
    """A JSON route as it was declared."""

    method: str
    path: str
    name: str
    summary: str
    body: Named | None
    answers: Mapping[int, Named | None]
    problems: tuple[int, ...]
    audience: Audience = EVERYBODY
    query: Mapping[str, str] = msgspec.field(default_factory=dict)
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    optional: bool = False

    @property
    def body_shape(self) -> type | None:
        """The body's shape."""
        return shape_of(self.body)

    @property
    def answer_shapes(self) -> Mapping[int, type | None]:
        """The shape of each answer."""
        return {status: shape_of(named) for status, named in self.answers.items()}

    @property
    def secured(self) -> bool:
        """Whether a token is needed."""
        return Caller.NOBODY not in self.audience


OPERATIONS: list[Operation] = []
AUDIENCES: dict[str, Audience] = {}
"""Who may call each route as it was declared, pages too: `"GET /v1/bells"` and so on."""


class Call:
    """One request. Programs bring their session in the Authorization header, browsers in a cookie; neither way is
    open to the other, so that no foreign page can make a browser call the API."""

    def __init__(self, request: Any, *, browser: bool = False) -> None:
        self._request = request
        self._browser = browser
        self._member: Member | None = None
        self.query: Mapping[str, str] = dict(request.query_params or {})
        self.cookies = _cookies(request.headers.get("cookie", ""))
        accepted = request.headers.get("accept-language")
        self.language = negotiate(self.query.get("lang"), self.cookies.get("lang"), accepted)

    @property
    def ports(self) -> Ports:
        """The ports of this process."""
        return wiring.ports()

    def header(self, name: str) -> str:
        """A header's value, empty when there is none."""
        return str(self._request.headers.get(name, "") or "")

    @property
    def path(self) -> str:
        """The path as the client asked for it, below the stage."""
        resource: str = self._request.path
        for name, value in (self._request.uri_params or {}).items():
            resource = resource.replace(f"{{{name}}}", value)
        return resource

    @property
    def address(self) -> str:
        """The caller's network address as API Gateway saw it; of IPv6 the line (/64), which one caller has."""
        return _line_of(str(self._request.context.get("identity", {}).get("sourceIp", "")))

    @property
    def prefix(self) -> str:
        """The subdistrict asked for, the first one by default; raises NotFound when it is not served here."""
        served = self.ports.policy.prefixes
        asked = self.query.get("prefix") or served[0]
        if asked not in served:
            raise errors.NotFound("no_such_place")
        return asked

    @property
    def bearer(self) -> str:
        """The token of the Authorization header; raises Unauthorized without one."""
        scheme, _, token = self.header("authorization").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise errors.Unauthorized("token_missing")
        return token.strip()

    @property
    def session_token(self) -> str:
        """The token of a session, or the empty string; links' tokens have no dot, sessions' have two."""
        if self._browser:
            return self.cookies.get(SESSION_COOKIE, "")
        scheme, _, token = self.header("authorization").partition(" ")
        return token.strip() if scheme.lower() == "bearer" and "." in token else ""

    @property
    def member(self) -> Member | None:
        """Who has signed in, None when nobody has; raises Unauthorized for a session that is over or not ours."""
        if self._member is None and self.session_token:
            from chalicelib.session import service

            self._member = service.resume(self.ports, self.session_token)
        return self._member

    @property
    def signed_in(self) -> Member:
        """Who has signed in; raises Unauthorized when nobody has."""
        if (member := self.member) is None:
            raise errors.Unauthorized("sign_in_first")
        return member

    @property
    def credential(self) -> str | Session:
        """What opens a bell: the session of a member of staff, or a link's token."""
        member = self.member
        return member.session if member else self.bearer

    def admit(self, audience: Audience) -> None:
        """Raise unless this caller may call a route of that audience. What a link opens is judged by who opens it."""
        # On a page the link decides where there is one: whose browser it is opened in does not matter.
        if Caller.NOBODY in audience or (self._browser and not audience <= SIGNED_IN):
            return
        member = self.member
        if member and member.session.caller not in audience:
            raise errors.Forbidden("role_not_for_this")
        if member is None and audience <= SIGNED_IN:
            raise errors.Unauthorized("sign_in_first")

    def body(self, most: int = MAX_BODY) -> bytes:
        """The raw body; raises BadRequest when it is larger than `most` bytes."""
        raw: bytes = self._request.raw_body or b""
        if len(raw) > most:
            raise BadRequest("body_too_large", 413)
        return raw

    def form(self, most: int = MAX_BODY) -> dict[str, str]:
        """The fields of a posted form, the last one wins; raises BadRequest when it is none."""
        if (kind := self.header("content-type")) and FORM not in kind.lower():
            raise BadRequest("unsupported_media_type", 415)
        try:
            text = self.body(most).decode()
            return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=100, errors="strict"))
        except ValueError:  # not UTF-8, or more fields than any form of ours has
            raise BadRequest("broken_form") from None

    def read(
        self, shape: type[T], *, optional: bool = False, most: int = MAX_BODY
    ) -> tuple[T, tuple[FieldError, ...]]:
        """The JSON body in this shape, and every field that has not the right type or is missing.

        Wrong fields hold their type's empty value, so that the rules can look at the others too. `optional`: no body
        at all is an empty object.
        """
        body = self.body(most)
        raw = _json_of(body) if body.strip() or not optional else {}
        if not isinstance(raw, dict):
            raise BadRequest("not_an_object")
        return _shape(raw, shape)


def _json_of(body: bytes) -> Any:
    """The value; raises BadRequest. Msgspec refuses what is no JSON and half characters, the other reader
    fields that are there twice: which of the two was meant?"""
    try:
        msgspec.json.decode(body)
        return json.loads(body, object_pairs_hook=_once_each)
    except (ValueError, RecursionError, msgspec.DecodeError):
        raise BadRequest("broken_json") from None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise BadRequest("duplicate_field")
    return found


def _shape(raw: Mapping[str, Any], shape: type[T]) -> tuple[T, tuple[FieldError, ...]]:
    values: dict[str, Any] = {}
    problems: list[FieldError] = []
    for info in msgspec.structs.fields(shape):  # type: ignore[arg-type]  # every shape is a Struct
        if info.encode_name not in raw:
            if info.required:
                problems.append(FieldError(info.encode_name, "required"))
                values[info.name] = info.type()
            continue
        try:
            values[info.name] = msgspec.convert(raw[info.encode_name], info.type)
        except msgspec.ValidationError:
            problems.append(FieldError(info.encode_name, "wrong_type"))
            values[info.name] = info.type()
    return shape(**values), tuple(problems)


def _line_of(address: str) -> str:
    if ":" not in address:
        return address
    if "." in address:  # one of IPv4 as IPv6 writes it
        return address.rpartition(":")[2]
    from ipaddress import IPv6Network

    return str(IPv6Network((address.partition("%")[0], 64), strict=False).network_address)


def _cookies(header: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in header.split(";"))
    return {name: value for name, _, value in pairs if name}


class Reply(msgspec.Struct, frozen=True):
    """What a handler answers: a value for the body, its status, further headers."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)


def operation(
    blueprint: Blueprint,
    method: str,
    path: str,
    *,
    summary: str,
    answers: Mapping[int, Named | None],
    body: Named | None = None,
    audience: Audience,
    problems: tuple[int, ...] = (),
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    optional: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a JSON route: the handler gets a `Call` and the path's parameters and answers a value or a `Reply`.

    `optional`: the body may be left away.
    """

    def declare(handler: Callable[..., Any]) -> Callable[..., Any]:
        AUDIENCES[f"{method} {path}"] = audience
        OPERATIONS.append(
            Operation(
                method,
                path,
                handler.__name__,
                summary,
                body,
                answers,
                problems,
                audience,
                query or {},
                headers or {},
                optional,
            )
        )

        @functools.wraps(handler)
        def view(**params: str) -> Response:
            call = Call(blueprint.current_request)
            try:
                call.admit(audience)
                answer = handler(call, **params)
            except Exception as error:  # noqa: BLE001 - the edge turns every error into an answer
                return problem(error, call.language)
            reply = answer if isinstance(answer, Reply) else Reply(answer)
            return _json(reply)

        # Where nothing need be read its type does not matter: curl -d "" names a form's.
        types = ["*/*"] if body is None or optional else ["application/json"]
        blueprint.route(path, methods=[method], content_types=types, name=handler.__name__)(view)
        return handler

    return declare


def _json(reply: Reply) -> Response:
    body = msgspec.json.encode(reply.body).decode()
    return Response(body, status_code=reply.status, headers={**JSON_HEADERS, **reply.headers})


def problem(error: Exception, language: str) -> Response:
    """The answer to an error, as JSON."""
    status, body, headers = explain(error, language)
    return _json(Reply(body, status, headers))


def explain(error: Exception, language: str) -> tuple[int, ErrorBody, dict[str, str]]:
    """Status, body and headers of an error. What is not a DomainError is a fault of ours: it is logged, nothing
    of it is shown, and the caller is told to try again."""
    if not isinstance(error, DomainError):
        from chalicelib.observability.watch import failed

        failed("HttpFaults")
        return 503, ErrorBody("unavailable", message(language, "unavailable")), {"Retry-After": "5"}
    details = [
        ErrorDetail(e.field, e.code, field_message(language, e.field, e.code, e.params))
        for e in (error.errors if isinstance(error, Invalid) else ())
    ]
    status = error.status if isinstance(error, BadRequest) else _STATUS[type(error)]
    said = message(language, error.code, _params(error))
    if isinstance(error, errors.Conflict):
        return status, ConflictBody(error.code, said, details, _possible(error), _since(error)), {}
    return status, ErrorBody(error.code, said, details), _headers(error)


def _possible(error: DomainError) -> list[str]:
    verbs = error.params.get("possible")
    return [str(verb).replace("_", "-") for verb in verbs] if isinstance(verbs, list) else []


def _since(error: DomainError) -> list[ErrorEvent]:
    """Who did what: staff by name, the others by what they are; the words are for whoever may read the case."""
    events = error.params.get("since")
    if not isinstance(events, tuple):
        return []
    return [ErrorEvent(e.seq, e.at, e.kind, e.actor.get("name") or e.actor["kind"]) for e in events]


def _params(error: DomainError) -> dict[str, object]:
    again = {"minutes": -(-_seconds_left(error) // 60)} if isinstance(error, errors.TooMany) else {}
    return {**error.params, **again}


def _seconds_left(error: errors.TooMany) -> int:
    left = (error.again_at - wiring.ports().clock.now()).total_seconds()
    return max(1, math.ceil(left))


def _headers(error: DomainError) -> dict[str, str]:
    if isinstance(error, errors.TooMany):
        return {"Retry-After": str(_seconds_left(error)), "X-Again-At": iso(error.again_at)}
    if isinstance(error, errors.Unauthorized):
        left = {"X-Tries-Left": str(error.params["left"])} if "left" in error.params else {}
        return {"WWW-Authenticate": "Bearer", **left}
    return {}


def in_our_words(request: Any, answer: Response) -> Response:
    """A refusal by Chalice itself, as one of ours; anything else unchanged."""
    codes = {405: "method_not_allowed", 415: "unsupported_media_type", 500: "unavailable"}
    if not (isinstance(answer.body, dict) and "Code" in answer.body):
        return answer
    code = codes.get(answer.status_code, "invalid")
    allowed = {k: v for k, v in answer.headers.items() if k == "Allow"}
    body = ErrorBody(code, message(Call(request).language, code))
    return _json(Reply(body, answer.status_code, allowed))
