"""Directories that are never out of date."""

from __future__ import annotations

from chalicelib.core.errors import NotFound
from chalicelib.place.rules import Directory
from tests.fakes.store import FakeStore


class FakeDirectories:
    """The Directories port over a fake store, seen at once and without a call."""

    def __init__(self, store: FakeStore) -> None:
        self._store = store

    def all(self) -> tuple[Directory, ...]:
        """Every subdistrict stored."""
        return tuple(self._store.places.values())

    def of(self, prefix: str) -> Directory:
        """The directory of a prefix; raises NotFound."""
        if prefix not in self._store.places:
            raise NotFound("no_such_place")
        return self._store.places[prefix]

    def having(self, neighbourhood: str) -> Directory | None:
        """The directory that has that neighbourhood."""
        return next((d for d in self.all() if d.neighbourhood(neighbourhood)), None)
