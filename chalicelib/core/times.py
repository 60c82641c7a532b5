"""Instants as the store and the wire write them, and the opening of what quiet hours hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def iso(at: datetime) -> str:
    """`2026-11-23T20:00:00.123Z`: UTC, milliseconds, sorts as text."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def parse_iso(text: str) -> datetime:
    """The reverse of `iso`; raises ValueError on anything without a zone."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"no zone: {text}")
    return at.astimezone(UTC)


def tick(at: datetime) -> datetime:
    """The instant as `iso` keeps it (milliseconds), so that what is stored equals what was decided."""
    return at.astimezone(UTC).replace(microsecond=at.microsecond // 1000 * 1000)


@dataclass(frozen=True)
class QuietHours:
    """Local hours in which nothing that can wait is sent; `start == end` means there are none."""

    start: time = time(22)
    end: time = time(7)

    def opening(self, at: datetime, zone: ZoneInfo) -> datetime:
        """`at` itself outside quiet hours, else the instant they end, across daylight-saving changes too."""
        local = at.astimezone(zone)
        if not self._holds(local.time()):
            return at
        later = timedelta(days=1 if self.end <= local.time() else 0)
        # The same fold: in the hour that comes twice, quiet hours must not end before `at`.
        return datetime.combine(local.date() + later, self.end, zone).replace(fold=local.fold).astimezone(UTC)

    def _holds(self, at: time) -> bool:
        if self.start <= self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end
