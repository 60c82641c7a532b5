"""What is heard of reports."""

from tests.observability.conftest import log

__all__ = ["log"]
