"""What every scenario begins with."""

from __future__ import annotations

import pytest

from tests.fakes.world import World


@pytest.fixture
def world() -> World:
    """A quiet Monday morning in Hangzhou."""
    return World()
