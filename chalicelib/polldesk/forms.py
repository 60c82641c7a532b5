"""What was typed into the forms of a desk."""

from __future__ import annotations


def number(typed: str) -> int:
    """A number that was typed, 0 for what is none."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 8 else 0
