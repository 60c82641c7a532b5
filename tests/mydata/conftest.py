"""What tests of one's own data begin with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.case.house import House, living


@pytest.fixture
def house() -> Iterator[House]:
    """A case that was just opened."""
    with living() as found:
        yield found
