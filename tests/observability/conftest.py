"""What tests of observing listen to."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from tests.observability.logs import Log, forget_logger


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Iterator[Log]:
    """The log of a deployed stage."""
    caplog.set_level(logging.DEBUG)
    forget_logger()
    yield Log(capsys, caplog)
    forget_logger()
