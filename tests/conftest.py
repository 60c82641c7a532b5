"""What holds for every test: no AWS, no network but loopback, an odd time zone, the same examples each time."""

from __future__ import annotations

import functools
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from hypothesis import Phase, settings

Calls = Counter[str]

# Fails a session in which a function asks AWS for something that its policy does not allow.
pytest_plugins = ("tests.architecture.recording",)

# Before anything of AWS is imported: credentials that open nothing, and no look at the developer's own.
for _name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[_name]
os.environ |= {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "cn-north-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}

# A quarter of an hour off everybody: code that takes the machine's zone for the place's shows at once.
os.environ["TZ"] = "Asia/Kathmandu"
time.tzset()

# Explaining a failure traces every line; with the many steps of some tests that takes minutes.
_PHASES = [phase for phase in Phase if phase is not Phase.explain]
settings.register_profile("same-each-time", derandomize=True, deadline=None, max_examples=60, phases=_PHASES)
settings.load_profile("same-each-time")


# -- no network but loopback

_LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")  # noqa: S104 - connecting there stays on this machine
_connect, _connect_ex, _getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo


def _stay_here(host: object) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    if name and not str(name).startswith(_LOOPBACK):
        pytest.fail(f"A test wanted to reach {name}; tests stay on loopback", pytrace=True)


def _guarded(real: Callable[..., Any]) -> Callable[..., Any]:
    def connect(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _stay_here(address[0])
        return real(self, address)

    return connect


def _resolve(host: Any, *args: Any, **options: Any) -> Any:
    _stay_here(host)
    return _getaddrinfo(host, *args, **options)


socket.socket.connect = _guarded(_connect)  # type: ignore[method-assign]
socket.socket.connect_ex = _guarded(_connect_ex)  # type: ignore[method-assign]
socket.getaddrinfo = _resolve


# -- what services look like is read once


def _share_what_services_look_like() -> None:
    """Each session of botocore parses the models of the services it speaks to, and the tests make thousands."""
    from botocore import session

    session.create_loader = functools.cache(session.create_loader)


_share_what_services_look_like()


# -- counting calls to AWS

_counters: list[Calls] = []
_counting = threading.Lock()


def _count(event_name: str, **_: Any) -> None:
    operation = event_name.rpartition(".")[2]
    with _counting:
        for counter in _counters:
            counter[operation] += 1


def _watch_every_client() -> None:
    """Sees each request as it leaves, retries too. Builtin handlers reach all sessions made from now on, pynamodb's
    among them; the first place, because moto's handler answers and ends the round."""
    from botocore import handlers

    handlers.BUILTIN_HANDLERS.insert(0, ("before-send", _count, handlers.REGISTER_FIRST))


_watch_every_client()


@pytest.fixture
def count_aws_calls() -> Callable[[], AbstractContextManager[Calls]]:
    """Counts requests to AWS by operation, from all threads: `with count_aws_calls() as calls: …`, then
    `assert calls == {"TransactWriteItems": 1}`."""

    @contextmanager
    def counting() -> Iterator[Calls]:
        counter: Calls = Counter()
        with _counting:
            _counters.append(counter)
        try:
            yield counter
        finally:
            with _counting:
                _counters[:] = [c for c in _counters if c is not counter]

    return counting
