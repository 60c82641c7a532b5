"""What the operator is told, and what he is asked."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TextIO

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.config import ConfigError


class Failed(Exception):
    """A step did not come off. `advice` says what to do; after that the same command goes on where it stopped."""

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(what)
        self.advice = advice


_COLOURS = {"good": "32", "warning": "33", "error": "31", "step": "1", "quiet": "2"}


class Teller:
    """Writes sentences to the terminal, coloured only for eyes."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._colour = self._out.isatty() and "NO_COLOR" not in os.environ

    def step(self, title: str) -> None:
        """Something larger begins."""
        self._write("step", f"\n· {title}")

    def good(self, sentence: str) -> None:
        """Something is as it should be."""
        self._write("good", f"  ✓ {sentence}")

    def warning(self, sentence: str) -> None:
        """Something goes on all the same, but should be known."""
        self._write("warning", f"  ! {sentence}")

    def error(self, sentence: str) -> None:
        """Something does not go on."""
        self._write("error", f"  ✗ {sentence}")

    def line(self, text: str) -> None:
        """Progress."""
        self._write("", f"    {text}")

    def quiet(self, text: str) -> None:
        """Progress that nobody has to read."""
        self._write("quiet", f"    {text}")

    def ask(self, question: str) -> str:
        """What the operator types; nothing when nobody is there to type."""
        self._write("warning", f"  ? {question}")
        try:
            return input("    > ").strip()
        except EOFError:
            return ""

    def _write(self, kind: str, text: str) -> None:
        colour = _COLOURS.get(kind) if self._colour else None
        print(f"\033[{colour}m{text}\033[0m" if colour else text, file=self._out, flush=True)


def attempted(tell: Teller, work: Callable[[], int], status: int = 2) -> int:
    """What the work answers; `status` when it does not come off, after a sentence that says why and one that says what
    to do."""
    try:
        return work()
    except Failed as failed:
        _say(tell, str(failed), failed.advice)
    except ClientError as error:
        _say(tell, f"AWS refuses: {error}", _advice(str(error.response["Error"].get("Code", ""))))
    except BotoCoreError as error:
        _say(
            tell,
            f"AWS cannot be reached: {error}",
            "Look at the network and your credentials, then run it again.",
        )
    except ConfigError as error:
        _say(
            tell, str(error), "The settings are in .chalice/config.json; `make deploy` fills in the stack's."
        )
    except KeyboardInterrupt:
        _say(
            tell, "Interrupted.", "What AWS has begun goes on by itself; the same command goes on from there."
        )
    return status


def _say(tell: Teller, what: str, advice: str) -> None:
    tell.error(what)
    tell.line(advice)


def _advice(code: str) -> str:
    if "NotFound" in code or "NonExistent" in code:
        return "Is the stage deployed, and in this region? `make doctor` with the same STAGE and REGION says."
    return "If a permission is missing, docs/deploying.md lists what the operator needs. Then run it again."
