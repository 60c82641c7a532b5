"""What the operator is told, and what he is asked."""

from __future__ import annotations

import os
import sys
from typing import TextIO


class Failed(Exception):
    """A step did not come off. `advice` says what to do; after that the same command goes on where it stopped."""

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(what)
        self.advice = advice


_COLOURS = {"good": "32", "warning": "33", "error": "31", "step": "1", "quiet": "2"}


class Teller:
    """Writes sentences to the terminal, coloured only for eyes."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._colour = self._out.isatty() and "NO_COLOR" not in os.environ

    def step(self, title: str) -> None:
        """Something larger begins."""
        self._write("step", f"\n· {title}")

    def good(self, sentence: str) -> None:
        """Something is as it should be."""
        self._write("good", f"  ✓ {sentence}")

    def warning(self, sentence: str) -> None:
        """Something goes on all the same, but should be known."""
        self._write("warning", f"  ! {sentence}")

    def error(self, sentence: str) -> None:
        """Something does not go on."""
        self._write("error", f"  ✗ {sentence}")

    def line(self, text: str) -> None:
        """Progress."""
        self._write("", f"    {text}")

    def quiet(self, text: str) -> None:
        """Progress that nobody has to read."""
        self._write("quiet", f"    {text}")

    def ask(self, question: str) -> str:
        """What the operator types; nothing when nobody is there to type."""
        self._write("warning", f"  ? {question}")
        try:
            return input("    > ").strip()
        except EOFError:
            return ""

    def _write(self, kind: str, text: str) -> None:
        colour = _COLOURS.get(kind) if self._colour else None
        print(f"\033[{colour}m{text}\033[0m" if colour else text, file=self._out, flush=True)
