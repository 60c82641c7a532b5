"""What may be written of an error and of a thing. A traceback's own text may quote what a resident typed, a phone
that did not parse or a row that did not fit: of those only the type and the places in the code are kept."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from traceback import extract_tb
from typing import Any

from chalicelib.core import ids, links
from chalicelib.core.errors import DomainError

# Errors whose words come from code and names in code, never from data.
_PLAIN = frozenset(
    {
        "AttributeError",
        "ConfigError",
        "ImportError",
        "ModuleNotFoundError",
        "NameError",
        "NotPublished",
        "Unavailable",
    }
)
_DEEP = 3
_FRAMES = 12


def handled() -> dict[str, Any]:
    """What may be said of the exception that is being handled; nothing when there is none."""
    error = sys.exc_info()[1]
    return described(error) if error else {}


def described(error: BaseException) -> dict[str, Any]:
    """The type, what it said if that is safe, the places it passed (`file:line function`, the last ones), and the
    types behind it."""
    behind = [_named(cause) for cause in _causes(error)]
    said = _said(error)
    found = {"error": type(error).__name__, "trace": _places(error)}
    return found | ({"said": said} if said else {}) | ({"because": behind} if behind else {})


def identity(thing: str) -> dict[str, str]:
    """The key of a bell, case or poll and the number people know it by; a link's token is no key and is left out."""
    kind, _, name = thing.partition("#")
    meant = ids.parse(name) if name else None
    return {"thing": f"{kind}#{meant}", "number": ids.number(meant)} if meant else {}


def number_in(values: Mapping[str, str]) -> dict[str, str]:
    """The number that a request's path names: by an id, or in front of a link's secret."""
    for value in values.values():
        if meant := ids.parse(value) or links.thing_id_of(value):
            return {"number": ids.number(meant)}
    return {}


def _said(error: BaseException) -> str:
    if isinstance(error, DomainError):
        return error.code
    if type(error).__name__ in _PLAIN:
        return str(error)
    return _aws(error)


def _aws(error: BaseException) -> str:
    """What AWS answered, by its code: `TransactWriteItems: ThrottlingException`."""
    answer = getattr(error, "response", None)
    if not isinstance(answer, Mapping) or not isinstance(answer.get("Error"), Mapping):
        return ""
    return f"{getattr(error, 'operation_name', '')}: {answer['Error'].get('Code', '')}"


def _named(error: BaseException) -> str:
    said = _said(error)
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def _places(error: BaseException) -> list[str]:
    frames = extract_tb(error.__traceback__)[-_FRAMES:]
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _short(path: str) -> str:
    """A file as seen from the package or the libraries, whatever machine it lies on."""
    for mark in ("/site-packages/", "/var/task/", "/chalicelib/"):
        before, found, rest = path.rpartition(mark)
        if found and before is not None:
            return f"chalicelib/{rest}" if mark == "/chalicelib/" else rest
    return path.rpartition("/")[2]


def _causes(error: BaseException) -> Iterator[BaseException]:
    behind = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    for _ in range(_DEEP):
        if behind is None:
            return
        yield behind
        behind = behind.__cause__ or behind.__context__
