"""JSON that nobody can change: what leaves a fake store is as immutable as what leaves the real one is private."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NoReturn

from chalicelib.core.chain import Event


def _refuse(*_: object, **__: object) -> NoReturn:
    raise TypeError("what the store gave out must not be changed")


class FrozenDict(dict[str, Any]):
    """A dictionary that refuses to change."""

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse


class FrozenList(list[Any]):
    """A list that refuses to change."""

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse


def frozen(value: Any) -> Any:
    """A deep copy as JSON would give it back (tuples become lists), which refuses to change."""
    if isinstance(value, Mapping):
        return FrozenDict({key: frozen(item) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return FrozenList(map(frozen, value))
    return value


def frozen_event(event: Event) -> Event:
    """The event with frozen data."""
    return replace(event, actor=frozen(event.actor), data=frozen(event.data))
