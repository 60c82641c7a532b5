"""The OpenAPI document, made of the declarations of `chalicelib.http.operation`; committed as docs/openapi.json."""

from __future__ import annotations

import json
import re
import sys
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
from chalice import Blueprint

from chalicelib.http import OPERATIONS, Call, ConflictBody, ErrorBody, Operation, operation
from chalicelib.session.rules import EVERYBODY
from chalicelib.web.problems import FIELD_MESSAGES, MESSAGES

blueprint = Blueprint(__name__)
VERSION = "1.0.0"
_REF = "#/components/schemas/{name}"
_PLACE = re.compile(r"%\((\w+)\)s")
_PARAMETER = re.compile(r"{(\w+)}")


@operation(
    blueprint, "GET", "/v1/openapi.json", audience=EVERYBODY, summary="This document", answers={200: dict}
)
def openapi(call: Call) -> dict[str, Any]:
    """The document, with this deployment as its server."""
    return {**document(), "servers": [{"url": call.ports.policy.public_url}]}


def document() -> dict[str, Any]:
    """OpenAPI 3.1: every JSON route with its shapes and errors."""
    shapes = sorted(_shapes(), key=lambda shape: shape.__name__)
    _, components = msgspec.json.schema_components(shapes, ref_template=_REF)
    _name_codes(components)
    paths: dict[str, dict[str, Any]] = {}
    for declared in sorted(OPERATIONS, key=lambda o: (o.path, o.method)):
        paths.setdefault(declared.path, {})[declared.method.lower()] = _operation(declared)
    return {
        "openapi": "3.1.0",
        "info": {"title": "The Consultation Bell 小区协商铃", "version": VERSION},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def rendered() -> str:
    """The text of docs/openapi.json."""
    return json.dumps(document(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _name_codes(components: dict[str, Any]) -> None:
    """Clients may rely on the codes, so the document lists them all."""
    named = (("ErrorBody", MESSAGES), ("ConflictBody", MESSAGES), ("ErrorDetail", FIELD_MESSAGES))
    for shape, meanings in named:
        shown = {code: _PLACE.sub(r"{\1}", text) for code, text in sorted(meanings.items())}
        lines = (f"- `{code}`: {text}" for code, text in shown.items())
        described = {"enum": sorted(meanings), "description": "\n".join(lines)}
        components[shape]["properties"]["code"] |= described


def _shapes() -> set[type]:
    named = {
        shape for declared in OPERATIONS for shape in (declared.body_shape, *declared.answer_shapes.values())
    }
    return {shape for shape in named if shape and shape is not dict} | {ErrorBody, ConflictBody}


def _operation(declared: Operation) -> dict[str, Any]:
    answers = {str(status): _answer(status, shape) for status, shape in declared.answer_shapes.items()}
    for status in (*declared.problems, *_of_body(declared), 503):
        shape = ConflictBody if status == HTTPStatus.CONFLICT else ErrorBody
        answers[str(status)] = _either(answers.get(str(status)), _answer(status, shape))
    found: dict[str, Any] = {
        "operationId": declared.name,
        "summary": declared.summary,
        "parameters": _parameters(declared),
        "responses": dict(sorted(answers.items())),
    }
    if declared.body_shape is not None:
        found["requestBody"] = {"required": not declared.optional, "content": _content(declared.body_shape)}
    if declared.secured:
        found["security"] = [{"token": []}]
    return found


def _of_body(declared: Operation) -> tuple[int, ...]:
    """What can be wrong with a body as a whole; one that may be left away can have any type."""
    if declared.body is None:
        return ()
    return (413,) if declared.optional else (413, 415)


def _parameters(declared: Operation) -> list[dict[str, Any]]:
    in_path = [_parameter(name, "path", "", required=True) for name in _PARAMETER.findall(declared.path)]
    in_query = [_parameter(name, "query", text) for name, text in declared.query.items()]
    in_header = [_parameter(name, "header", text) for name, text in declared.headers.items()]
    return in_path + in_query + in_header


def _parameter(name: str, place: str, text: str, *, required: bool = False) -> dict[str, Any]:
    described = {"description": text} if text else {}
    return {"name": name, "in": place, "required": required, "schema": {"type": "string"}, **described}


def _answer(status: int, shape: type | None) -> dict[str, Any]:
    return {"description": HTTPStatus(status).phrase, "content": _content(shape)}


def _either(own: dict[str, Any] | None, problem: dict[str, Any]) -> dict[str, Any]:
    """An answer that may also be an error, such as a 503."""
    if own is None:
        return problem
    schemas = [answer["content"]["application/json"]["schema"] for answer in (own, problem)]
    return {**own, "content": {"application/json": {"schema": {"anyOf": schemas}}}}


def _content(shape: type | None) -> dict[str, Any]:
    if shape is None or shape is dict:
        return {"application/json": {"schema": {"type": "object"}}}
    schema = {"$ref": _REF.format(name=shape.__name__)}
    return {"application/json": {"schema": schema}}


if __name__ == "__main__":
    import app  # noqa: F401 - declares every route

    Path(sys.argv[1] if sys.argv[1:] else "docs/openapi.json").write_text(rendered(), "utf-8")
