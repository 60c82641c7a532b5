"""Checking that nothing was quietly changed."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.core.chain import Verdict, verify
from chalicelib.ports import BellFile, Ports


def verdict(file: BellFile) -> Verdict:
    """Whether a bell's record is whole and unaltered up to the tip its head holds."""
    return verify(file.events, file.bell.tip, file.bell.thing)


def verify_all(ports: Ports) -> Iterator[tuple[str, Verdict]]:
    """Every chain of the table with its verdict. Maintenance: reads everything."""
    for thing, events, tip in ports.store.chains():
        yield thing, verify(events, tip, thing)
