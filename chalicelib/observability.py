"""Structured logs. Personal data never goes in: only ids, codes and numbers are logged."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger


class _Log:
    """A logger whose extra values are keywords."""

    def __init__(self, real: Logger) -> None:
        self._real = real

    def info(self, message: str, **values: Any) -> None:
        """Something worth knowing."""
        self._real.info(message, extra=values)

    def exception(self, message: str, **values: Any) -> None:
        """The exception being handled, with its trace."""
        self._real.exception(message, extra=values)


@lru_cache(maxsize=1)
def logger() -> _Log:
    """The logger of this process. Powertools is imported when the first line is written: most requests write none."""
    from aws_lambda_powertools import Logger

    return _Log(Logger(service="consultation-bell"))
