"""JSON routes, declared together with their shapes and with who may call them."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from chalice import Blueprint, Response

from chalicelib.http.answers import Reply, as_json, problem
from chalicelib.http.call import Call
from chalicelib.session.rules import EVERYBODY, Audience, Caller

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
        name = handler.__name__
        AUDIENCES[f"{method} {path}"] = audience
        shapes = (body, answers, problems, audience, query or {}, headers or {}, optional)
        OPERATIONS.append(Operation(method, path, name, summary, *shapes))
        # Where nothing need be read its type does not matter: curl -d "" names a form's.
        types = ["*/*"] if body is None or optional else ["application/json"]
        view = _view(blueprint, handler, audience)
        blueprint.route(path, methods=[method], content_types=types, name=name)(view)
        return handler

    return declare


def _view(blueprint: Blueprint, handler: Callable[..., Any], audience: Audience) -> Callable[..., Response]:
    """What Chalice calls: lets in whom the route is for, and makes an answer of whatever comes out."""

    @functools.wraps(handler)
    def view(**params: str) -> Response:
        call = Call(blueprint.current_request)
        try:
            call.admit(audience)
            answer = handler(call, **params)
        except Exception as error:  # noqa: BLE001 - the edge turns every error into an answer
            return problem(error, call.language)
        return as_json(answer if isinstance(answer, Reply) else Reply(answer))

    return view
