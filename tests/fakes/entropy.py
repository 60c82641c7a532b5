"""Chance that is the same every time."""

from __future__ import annotations

import hashlib
import threading


class FakeEntropy:
    """The Entropy port. `next_numbers` are given out first, then a fixed sequence that looks random."""

    def __init__(self, seed: str = "bell") -> None:
        self._seed = seed
        self._count = 0
        self._lock = threading.Lock()
        self.next_numbers: list[int] = []

    def number(self, bits: int) -> int:
        """An integer of that many bits."""
        with self._lock:
            if self.next_numbers:
                return self.next_numbers.pop(0) & ((1 << bits) - 1)
            self._count += 1
            block = hashlib.shake_256(f"{self._seed}/{self._count}".encode()).digest((bits + 7) // 8)
        return int.from_bytes(block, "big") >> (-bits % 8)
