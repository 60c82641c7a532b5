"""DynamoDB's units: how large an item is, and what a write or a read of it is charged.

Rules as in "DynamoDB item sizes and formats" and "read/write capacity mode" of the Developer Guide: a write unit is
1 KB, a read unit 4 KB read strongly (two such reads when eventually consistent), a transaction costs twice as much,
and every index that an item is in, or was in, is written once for each change of what it projects.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Item = Mapping[str, Mapping[str, Any]]
_WRITE, _READ = 1024, 4096
_OVERHEAD = 3


@dataclass(frozen=True)
class Index:
    """A secondary index: its key attributes, and whether it projects everything or keys alone; `also`: these besides
    the keys."""

    name: str
    keys: tuple[str, ...]
    whole: bool
    also: tuple[str, ...] = ()

    def entry(self, item: Item | None, table_keys: Sequence[str] = ("pk", "sk")) -> Item | None:
        """What the index holds of an item; None when the item is not in it."""
        if item is None or any(key not in item for key in self.keys):
            return None
        kept = {*self.keys, *table_keys, *self.also}
        return item if self.whole else {name: value for name, value in item.items() if name in kept}


def indexes(table: Mapping[str, Any]) -> tuple[Index, ...]:
    """The secondary indexes of a table's CloudFormation properties."""
    return tuple(
        Index(
            each["IndexName"],
            tuple(key["AttributeName"] for key in each["KeySchema"]),
            each["Projection"]["ProjectionType"] == "ALL",
            tuple(each["Projection"].get("NonKeyAttributes", ())),
        )
        for each in table["GlobalSecondaryIndexes"]
    )


def size(item: Item | None) -> int:
    """The bytes of an item, names included; 0 for none."""
    return sum(len(name.encode()) + _value(value) for name, value in (item or {}).items())


def _value(value: Mapping[str, Any]) -> int:
    (kind, content), *_ = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return math.ceil(len(content.lstrip("-").replace(".", "")) / 2) + 1
        case "B":
            return len(content)
        case "M":
            return _OVERHEAD + sum(len(name.encode()) + _value(each) + 1 for name, each in content.items())
        case "L":
            return _OVERHEAD + sum(_value(each) + 1 for each in content)
        case "SS" | "NS" | "BS":
            return sum(len(each) for each in content)
    return 1


def write_units(old: Item | None, new: Item | None, *, transaction: bool) -> int:
    """What the table charges for a write that led from the one to the other; a mere check costs as much."""
    units = max(1, math.ceil(max(size(old), size(new)) / _WRITE))
    return units * 2 if transaction else units


def index_units(index: Index, old: Item | None, new: Item | None) -> int:
    """What one index charges for the same write: nothing when its entry did not change, two when it moved."""
    before, after = index.entry(old), index.entry(new)
    if before == after:
        return 0
    moved = before and after and any(before[key] != after[key] for key in index.keys)
    sizes = [size(before), size(after)] if moved else [max(size(before), size(after))]
    return sum(max(1, math.ceil(each / _WRITE)) for each in sizes)


def read_units(bytes_read: int, *, strong: bool) -> float:
    """What a read of so many bytes together is charged; at least one (strong) or half a unit."""
    return max(1, math.ceil(bytes_read / _READ)) * (1.0 if strong else 0.5)
