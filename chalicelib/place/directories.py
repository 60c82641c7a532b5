"""The directories of the subdistricts served here, remembered for a few seconds."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.core.errors import NotFound
from chalicelib.place.rules import Directory
from chalicelib.ports import Clock, Store

REMEMBERED = timedelta(seconds=15)


class CachedDirectories:
    """Reads each directory at most once every `REMEMBERED`, so that a request costs no call for it.

    Whoever is asked is looked up afresh when a later step fires (`Store.opening`), so an edit reaches everything
    within this time.
    """

    def __init__(self, store: Store, clock: Clock, prefixes: tuple[str, ...]) -> None:
        self._store, self._clock, self._prefixes = store, clock, prefixes
        self._kept: dict[str, tuple[datetime, Directory]] = {}

    def all(self) -> tuple[Directory, ...]:
        """Every subdistrict served here that has been loaded."""
        found = (self._read(prefix) for prefix in self._prefixes)
        return tuple(directory for directory in found if directory)

    def of(self, prefix: str) -> Directory:
        """The directory of a prefix; raises NotFound."""
        if directory := self._read(prefix):
            return directory
        raise NotFound("no_such_place")

    def having(self, neighbourhood: str) -> Directory | None:
        """The directory that has that neighbourhood."""
        return next((d for d in self.all() if d.neighbourhood(neighbourhood)), None)

    def _read(self, prefix: str) -> Directory | None:
        now = self._clock.now()
        kept = self._kept.get(prefix)
        if kept and kept[0] <= now < kept[0] + REMEMBERED:
            return kept[1]
        directory = self._store.directory(prefix)
        if directory:
            self._kept[prefix] = (now, directory)
        return directory
