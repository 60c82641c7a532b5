"""Lines of the log that are written without a library, where somebody waits or a metric is all there is to say."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

Write = Callable[[str], object]
_write: Write | None = None


def write(values: Mapping[str, Any]) -> None:
    """One JSON line to standard output, which Lambda hands to CloudWatch."""
    line = json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n"
    (_write or sys.stdout.write)(line)


def to(target: Write | None) -> None:
    """Write somewhere else (tests), or to standard output again (None)."""
    global _write  # noqa: PLW0603 - one log a process
    _write = target
