"""Ports for the platforms that tests start."""

from __future__ import annotations

import contextlib
import os
import socket

_FIRST, _ONES_OWN, _PROCESSES = 20_000, 10, 1_100
"""All below 32,768, where the kernel begins to give ports to whoever connects."""


def two_free_ports() -> int:
    """A port that is free together with the next one, which the AWS endpoint takes. Each process begins to look in ten
    of its own, so that workers which look at the same moment do not find the same."""
    first = _FIRST + os.getpid() % _PROCESSES * _ONES_OWN
    for port in range(first, first + 1_000, 2):
        with socket.socket() as one, socket.socket() as two, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            two.bind(("127.0.0.1", port + 1))
            return port
    raise AssertionError("no free ports")
