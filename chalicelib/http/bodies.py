"""The bodies of requests: how large, and what they say in the shape that a route names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from chalicelib.core.errors import DomainError, FieldError

T = TypeVar("T")
MAX_BODY = 256 * 1024
MOST_FILE = 5_500_000
"""What Lambda lets through, with the base64 around a file of 4 MB."""


class BadRequest(DomainError):
    """The request as a whole cannot be read; `status` says how."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(code)
        self.status = status


def json_of(body: bytes) -> Any:
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


def in_shape(raw: Mapping[str, Any], shape: type[T]) -> tuple[T, tuple[FieldError, ...]]:
    """The value in this shape, and every field that has not the right type or is missing; these hold their type's empty
    value."""
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
