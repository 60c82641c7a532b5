"""What every part of a place file is asked: ids that are there twice or nowhere, telephones that are none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from chalicelib.core import text
from chalicelib.place.shape import Problem, did_you_mean


def twice(entries: Iterable[tuple[str, Any]], what: str) -> Iterator[Problem]:
    """Every id that an earlier entry has; entries are paths with ids."""
    seen: dict[Any, str] = {None: ""}
    for path, id_ in entries:
        if id_ is not None and id_ in seen:
            yield Problem(f"{path}.id", f"{id_} is the id of another {what} ({seen[id_]}): choose another")
        seen.setdefault(id_, path)


def unknown(path: str, id_: Any, known: Iterable[Any], what: str) -> Iterator[Problem]:
    """The id when it is not among the known."""
    ids = {i for i in known if i}
    if id_ and id_ not in ids:
        yield Problem(path, f"there is no {what} {id_}: {did_you_mean(id_, ids)}")


def bad_phone(path: str, phone: str, country: str) -> Iterator[Problem]:
    """The telephone when nobody can have it."""
    if phone and text.phone(phone, country) is None:
        hint = "write a mobile number such as 13800001234, or an international one beginning with +"
        yield Problem(path, f"{phone!r} is no telephone number: {hint}")
