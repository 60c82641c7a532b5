"""How the platform's state looks on the wire."""

from __future__ import annotations

from msgspec import Struct


class PulseBody(Struct, frozen=True):
    """When something that comes round by itself last did, whether it went well, and since when it has gone that way."""

    at: str
    ok: bool
    since: str
    seconds: float
    detail: str = ""


class StatusBody(Struct, frozen=True):
    """`status` is ok, starting, late, failing or no_place; `since` is empty when nobody knows. `sweep` comes each
    minute, `canary` each hour; one that never came is null."""

    status: str
    since: str
    now: str
    places: int
    sweep: PulseBody | None
    canary: PulseBody | None
