"""A query of the emulator looks at the items it can find, not at the whole table.

Pinned to moto 5.2.5, whose `Table.query` sorts all items of the table before it compares their keys, under
the lock under which every other request waits. `narrowed` leaves all that the original decides to the
original (order, pages, filters, projections, errors) and only shows it fewer items: those with the hash key
that is asked for.
"""

import inspect
from collections.abc import Callable
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

Items = dict[Any, Any]
"""A table's items as moto keeps them: by hash key, below it by range key where the table has one."""


def narrowed(original: Callable[..., Any]) -> Callable[..., Any]:
    """`Table.query` with the same answers, whose cost does not grow with what else is in the table.

    A query on the table looks its partition up; one on an index passes over all items once, comparing text.
    Keys that are not text are left to the original as they are.
    """
    signature = inspect.signature(original)

    def query(table: Table, *args: Any, **kwargs: Any) -> Any:
        asked = signature.bind(table, *args, **kwargs).arguments
        return original(_showing(table, _candidates(table, asked)), *args, **kwargs)

    return query


def _candidates(table: Table, asked: dict[str, Any]) -> Items:
    items: Items = table.items
    if asked.get("index_name"):
        conditions = asked.get("hash_key_conditions") or []
        return _matching(table, {name: key.value for name, key in conditions if key.type == "S"})
    hash_key = asked["hash_key"]
    if hash_key is None or hash_key.type != "S":
        return items
    return {hash_key: items[hash_key]} if hash_key in items else {}


def _matching(table: Table, texts: dict[str, str]) -> Items:
    items: Items = table.items
    if not texts:
        return items
    if table.range_key_attr is None:
        return {key: item for key, item in items.items() if _has(item, texts)}
    found: Items = {}
    for hash_key, shelf in items.items():
        rows = {range_key: item for range_key, item in shelf.items() if _has(item, texts)}
        if rows:
            found[hash_key] = rows
    return found


def _has(item: Any, texts: dict[str, str]) -> bool:
    for name, text in texts.items():
        value: DynamoType | None = item.attrs.get(name)
        # The original's own comparison converts both sides each time.
        if value is None or value.value != text or value.type != "S":
            return False
    return True


def _showing(table: Table, items: Items) -> Table:
    """The table with other items, for reading; the table itself stays as it is for other threads."""
    if items is table.items:
        return table
    # Not through the constructor, which would make another table with a stream of its own.
    view = object.__new__(type(table))
    view.__dict__.update(table.__dict__, items=items)
    return view
