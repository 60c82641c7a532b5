"""What the tests of the embedded AWS share."""

from collections.abc import Iterator

import pytest

from infra.local.embedded import EmbeddedAws, embedded_aws


@pytest.fixture
def aws() -> Iterator[EmbeddedAws]:
    """A fresh AWS in this process."""
    with embedded_aws() as running:
        yield running
