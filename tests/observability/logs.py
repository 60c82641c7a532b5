"""The log of a stage as tests hear it, and what must never be in it."""

from __future__ import annotations

import json
import logging
import re
from typing import Any

import pytest

from chalicelib.observability import LOGGER, logger
from tests.observability.personal import PERSONAL

_REQUEST_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Log:
    """Everything that reaches standard output, standard error or any logger."""

    def __init__(self, capsys: pytest.CaptureFixture[str], records: pytest.LogCaptureFixture) -> None:
        self._capsys, self._records = capsys, records
        self._seen = ""

    @property
    def text(self) -> str:
        """All of it so far."""
        out, err = self._capsys.readouterr()
        self._seen += out + err
        return self._seen + self._records.text

    def lines(self) -> list[dict[str, Any]]:
        """The JSON lines among it."""
        found = [line for line in self.text.splitlines() if line.startswith("{")]
        return [json.loads(line) for line in found]

    def holds_nothing_personal(self) -> None:
        """Fails naming what it found."""
        text = self.text
        spoken = text + re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)
        found = [value for value in PERSONAL if value in spoken]
        assert not found, (found, text)
        # The random id of a request now and then ends like one.
        numbers = re.search(r"(?<![\d.])1[3-9]\d{9}(?!\d)", _REQUEST_ID.sub("", text))
        assert not numbers, "a telephone number"


def forget_logger() -> None:
    """The next line makes a logger anew: the one before writes to an output that is gone."""
    logger.cache_clear()
    logging.Logger.manager.loggerDict.pop(LOGGER, None)
