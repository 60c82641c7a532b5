"""What a bell can be about. A place may switch some off; ids are stable, names are translations."""

from __future__ import annotations

from chalicelib.place.ladder import Category, Urgency

_EMERGENCY = ("gas", "fire", "trapped", "injury")
_URGENT = ("water-leak", "power", "elevator", "fire-safety", "quarantine-help")
_ORDINARY = (
    "illegal-structure",
    "noise",
    "greenery",
    "road",
    "parking",
    "sanitation",
    "property-management",
    "neighbour-dispute",
    "other",
)

CATEGORIES: tuple[Category, ...] = (
    *(Category(id_, Urgency.EMERGENCY) for id_ in _EMERGENCY),
    *(Category(id_, Urgency.URGENT) for id_ in _URGENT),
    *(Category(id_, Urgency.ORDINARY) for id_ in _ORDINARY),
)
BY_ID = {category.id: category for category in CATEGORIES}
