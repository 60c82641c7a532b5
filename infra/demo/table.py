"""What happened to each bell, as a table that grows while one looks."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from chalicelib.core.times import parse_iso

HEADINGS = (
    "事 Bell",
    "编号 Number",
    "几时叫了谁 Alerted whom, when",
    "升级 Up",
    "谁接铃 Answered by",
    "结果 Result",
)
RESULTS = {
    "ringing": "响铃中 ringing",
    "answered": "已接铃 answered",
    "accepted": "已受理 accepted",
    "declined": "不予受理 declined",
    "withdrawn": "已撤回 withdrawn",
}


@dataclass(frozen=True)
class Row:
    """One bell: `events` as its record has them."""

    title: str
    number: str
    status: str
    events: Sequence[dict[str, Any]]

    def cells(self) -> tuple[str, ...]:
        """The row's texts."""
        alerted = [e for e in self.events if e["kind"] in {"alerted", "exhausted"}]
        calls = "; ".join(f"+{self._after(e)} {_names(e)}" for e in alerted[:5])
        ups = sum(1 for e in alerted if e["kind"] == "exhausted" or e["data"]["level"] > 0)
        answer = next((e for e in self.events if e["kind"] == "answered"), None)
        by = f"{answer['data']['by']['name']} +{self._after(answer)}" if answer else ""
        return (self.title, self.number, calls, str(ups or ""), by, RESULTS[self.status])

    def _after(self, event: dict[str, Any]) -> str:
        passed = parse_iso(event["at"]) - parse_iso(self.events[0]["at"])
        minutes, seconds = divmod(int(passed / timedelta(seconds=1)), 60)
        return f"{minutes}:{seconds:02d}"


def lines(rows: Iterable[Row]) -> list[str]:
    """The table as lines of text, aligned though Chinese is twice as wide."""
    return aligned(HEADINGS, [row.cells() for row in rows])


def aligned(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Any table as lines of text: the headings, a line, the rows."""
    cells = [headings, *rows]
    widths = [max(map(width, column)) for column in zip(*cells, strict=True)]
    table = ["  ".join(pad(cell, w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in cells]
    return [table[0], "─" * (sum(widths) + 2 * len(widths) - 2), *table[1:]]


def width(text: str) -> int:
    """Columns a terminal needs for the text."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def pad(text: str, columns: int) -> str:
    """The text filled up with spaces."""
    return text + " " * (columns - width(text))


def _names(event: dict[str, Any]) -> str:
    return "、".join(person["name"] for person in event["data"]["staff"])
