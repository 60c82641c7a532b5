"""A vault in memory; and the hand of somebody who can break it open."""

from __future__ import annotations


class FakeVault:
    """The Vault port. `files`: everything in it; `writes`: how often something was put in that was not there."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.writes: list[str] = []

    def put(self, name: str, text: str) -> str:
        """As the port says."""
        if name not in self.files:
            self.files[name] = text
            self.writes.append(name)
        return self.files[name]

    def get(self, name: str) -> str | None:
        """As the port says."""
        return self.files.get(name)

    def names(self, folder: str) -> tuple[str, ...]:
        """As the port says."""
        return tuple(sorted(name for name in self.files if name.startswith(folder)))
