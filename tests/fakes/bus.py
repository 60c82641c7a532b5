"""A bus in memory, which can be told to take no more."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.ports import Unpublished
from chalicelib.publishing.rules import Announcement


class FakeBus:
    """The Bus port. `told`: everything that was told, oldest first; `takes`: how many more it takes, None for all."""

    def __init__(self) -> None:
        self.told: list[Announcement] = []
        self.takes: int | None = None

    def publish(self, announcements: Sequence[Announcement]) -> None:
        """As the port says."""
        for done, one in enumerate(announcements):
            if self.takes == 0:
                raise Unpublished(done, "ThrottlingException")
            self.takes = None if self.takes is None else self.takes - 1
            self.told.append(one)
