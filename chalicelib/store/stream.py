"""The table's stream: what its records mean to whoever reacts to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from chalicelib.core.times import parse_iso
from chalicelib.record.shapes import CodeAsked, EventAppended, HeadMoved, StreamRecord, Undelivered
from chalicelib.store import codec, keys
from chalicelib.store.models import CodeRow, EventRow

Image = Mapping[str, Any]


def parse(records: Iterable[Mapping[str, Any]]) -> list[tuple[str, StreamRecord]]:
    """The records of a Lambda batch that concern anybody, each with its sequence number, in order.

    A head whose clock was created or whose version changed, an event that was added, a code that was asked for, a
    notice that did not arrive. All else (the token that the state machine writes, other notices, guards, tries,
    removals by age) is left out.
    """
    parsed = ((record["dynamodb"]["SequenceNumber"], _parse(record["dynamodb"])) for record in records)
    return [(sequence, record) for sequence, record in parsed if record is not None]


def _parse(change: Mapping[str, Any]) -> StreamRecord | None:
    new, old = change.get("NewImage"), change.get("OldImage")
    if not new:
        return None
    if new["sk"]["S"] == keys.HEAD:
        return _moved(new, old or {})
    if new["sk"]["S"].startswith(keys.EVENTS) and not old:
        row = codec.row_of(new)
        return EventAppended(codec.event_of(row)) if isinstance(row, EventRow) else None
    if new["sk"]["S"].startswith(keys.NOTICES):
        return _lost(new, old or {})
    if new["sk"]["S"] == keys.CODE and _text(new, "salt") != _text(old or {}, "salt"):
        row = codec.row_of(new)
        return CodeAsked(codec.code_of(row)) if isinstance(row, CodeRow) else None
    return None


def _lost(new: Image, old: Image) -> Undelivered | None:
    """A fate that became `undelivered`: only a report makes it so, and long after the sender had looked away."""
    if _text(new, "fate") != "undelivered" or _text(old, "fate") == "undelivered":
        return None
    version = new["sk"]["S"].removeprefix(keys.NOTICES).partition("#")[0]
    return Undelivered(_text(new, "pk"), int(version))


def _moved(new: Image, old: Image) -> HeadMoved | None:
    version, was_version = _number(new, "version"), _number(old, "version")
    generation = _number(new, "generation")
    if version is None or generation is None or version == was_version:
        return None
    due_at = _text(new, "due_at")
    return HeadMoved(
        thing=_text(new, "pk"),
        version=version,
        generation=generation,
        due_at=parse_iso(due_at) if due_at else None,
        was_version=was_version,
        was_generation=_number(old, "generation"),
        token=_text(old, "task_token"),
        by_timeline=bool(new.get("by_timeline", {}).get("BOOL", False)),
    )


def _number(image: Image, name: str) -> int | None:
    return int(image[name]["N"]) if name in image else None


def _text(image: Image, name: str) -> str:
    text: str = image[name]["S"] if name in image else ""
    return text
