"""The stage that is looked at, and how looking goes on when one look fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from infra.deploy.aws import Aws
from infra.deploy.checks import Finding, Kind
from infra.deploy.policies import DEFAULTS
from infra.deploy.target import Target

Look = Callable[["Stage"], Iterator[Finding]]


@dataclass(frozen=True)
class Stage:
    """A stage: where it is, what it was told (`environment_variables`), which functions it has, what time it is."""

    aws: Aws
    where: Target
    told: Mapping[str, str]
    functions: tuple[str, ...]
    now: datetime

    def client(self, service: str) -> Any:
        """A client in the stage's region."""
        return self.aws.client(service)

    @property
    def settings(self) -> Mapping[str, str]:
        """What it was told, and what holds where nothing was said."""
        return {**DEFAULTS, **{name: value for name, value in self.told.items() if value}}

    @property
    def prefixes(self) -> list[str]:
        """The subdistricts it serves."""
        return [p.strip() for p in self.settings.get("PREFIXES", "MX").split(",") if p.strip()]


def good(sentence: str) -> Finding:
    """As it should be."""
    return Finding(Kind.GOOD, sentence)


def warning(sentence: str) -> Finding:
    """Works, and should be known."""
    return Finding(Kind.WARNING, sentence)


def error(sentence: str) -> Finding:
    """Unhealthy: somebody has to do what the sentence says."""
    return Finding(Kind.ERROR, sentence)


def examine(stage: Stage, looks: Mapping[str, Look]) -> Iterator[tuple[str, Finding]]:
    """Every finding with the title of its look. A look that fails is a finding; the others go on."""
    for title, look in looks.items():
        try:
            for finding in look(stage):
                yield title, finding
        except ClientError as failed:
            yield title, _unseen(failed)
        except (BotoCoreError, ResponseParserError, NotImplementedError) as failed:
            yield title, warning(f"Could not be looked at: {failed}")


def _unseen(failed: ClientError) -> Finding:
    code = str(failed.response["Error"].get("Code", ""))
    what = f"{failed.operation_name} answered {code}"
    if "Denied" in code or "Unauthorized" in code:
        return warning(f"Could not be looked at: {what}. Use credentials that may read the stage.")
    return error(f"{what}: what it asks for is missing. Run `make deploy`, then look again.")
