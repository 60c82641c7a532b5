"""What a browser posted, as the body of the API's request. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo

from chalicelib.console.forms import MOST_ROWS, Input, Plan
from chalicelib.core.errors import FieldError

Posted = Mapping[str, str]


def body(plan: Plan, posted: Posted, zone: ZoneInfo) -> tuple[dict[str, Any], tuple[FieldError, ...]]:
    """What was posted in the shape of the API's request, and every field that cannot be read as what it is."""
    wrong: list[FieldError] = []
    found = {
        field.name: _READERS[field.kind](field, posted, field.name, zone, wrong) for field in plan.inputs
    }
    if "duty" in found:
        found["duty"] = next(iter(found["duty"]), {"who": "", "text": "", "due_at": ""})
    return {name: value for name, value in found.items() if value is not None}, tuple(wrong)


def _said(field: Input, posted: Posted, name: str, zone: ZoneInfo, wrong: list[FieldError]) -> Any:
    value = posted.get(name, "").replace("\r\n", "\n")
    if field.into is bool:
        return value == "yes" if value else _missing(field, wrong)
    return _whole(field, value, wrong) if field.into is int else value


def _missing(field: Input, wrong: list[FieldError]) -> bool:
    wrong.append(FieldError(field.name, "required"))
    return False


def _whole(field: Input, value: str, wrong: list[FieldError]) -> int:
    if value.strip().isdecimal() and len(value.strip()) < 10:
        return int(value)
    wrong.append(FieldError(field.name, "not_a_number" if value.strip() else "required"))
    return 0


def _lines(field: Input, posted: Posted, name: str, zone: ZoneInfo, wrong: list[FieldError]) -> list[str]:
    return [line.strip() for line in posted.get(name, "").splitlines() if line.strip()]


def _ticked(field: Input, posted: Posted, name: str, zone: ZoneInfo, wrong: list[FieldError]) -> list[str]:
    return [
        key.removeprefix(f"{name}.") for key, value in posted.items() if key.startswith(f"{name}.") and value
    ]


def _instant(field: Input, posted: Posted, name: str, zone: ZoneInfo, wrong: list[FieldError]) -> str:
    """With the place's zone; what is no time stays as it is, for the rules to say so."""
    value = posted.get(name, "").strip()
    try:
        return datetime.fromisoformat(value).replace(tzinfo=zone).isoformat()
    except ValueError:
        return value


def _coins(field: Input, posted: Posted, name: str, zone: ZoneInfo, wrong: list[FieldError]) -> int | None:
    value = posted.get(name, "").strip().replace(",", "").lstrip("¥￥")
    if not value:
        return None
    try:
        coins = Decimal(value) * 100
        if coins == coins.to_integral_value() and abs(coins) < 10**12:
            return int(coins)
    except InvalidOperation:
        pass
    wrong.append(FieldError("options", "not_a_price"))
    return None


def _yes(field: Input, posted: Posted, name: str, zone: ZoneInfo, wrong: list[FieldError]) -> bool:
    return bool(posted.get(name))


def _ids(field: Input, posted: Posted, name: str, zone: ZoneInfo, wrong: list[FieldError]) -> list[str]:
    return list(dict.fromkeys(posted.get(name, "").replace(",", " ").split()))


def _rows(
    field: Input, posted: Posted, name: str, zone: ZoneInfo, wrong: list[FieldError]
) -> list[dict[str, Any]]:
    """The rows in which something was written."""
    return [
        {
            part.name: _READERS[part.kind](part, posted, f"{name}-{n}-{part.name}", zone, wrong)
            for part in field.rows
        }
        for n in written(field, posted)
    ]


def written(field: Input, posted: Posted) -> Iterator[int]:
    """The numbers of the rows of a field in which something was written; a choice alone is nothing."""
    typed = [part.name for part in field.rows if part.kind != "select"]
    return (
        n for n in range(MOST_ROWS) if any(posted.get(f"{field.name}-{n}-{p}", "").strip() for p in typed)
    )


_READERS: Final = {
    "text": _said,
    "textarea": _said,
    "select": _said,
    "hidden": _said,
    "number": _said,
    "lines": _lines,
    "checkboxes": _ticked,
    "datetime": _instant,
    "money": _coins,
    "yes": _yes,
    "files": _ids,
    "rows": _rows,
}
