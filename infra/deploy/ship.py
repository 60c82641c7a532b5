"""`chalice deploy` for a stage, and the record it leaves.

Chalice remembers what it deployed in .chalice/deployed/<stage>.json, on the machine that did it. Whoever deploys
from another machine without that file gets a second REST API under another address. So the record is kept in the
stage's own parameter: fetched before, stored after.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.deploy.aws import Aws
from infra.deploy.target import Target
from infra.deploy.telling import Failed, Teller

Run = Callable[[Sequence[str], str], int]
"""Runs a command in the project's folder for a region, its output going to the terminal; answers its exit status."""
REGION = "AWS_DEFAULT_REGION"
_EMPTY = "nothing yet"


def shipped(target: Target, arguments: tuple[str, ...] = ()) -> list[str]:
    """The command that ships code; Chalice's own command line cannot be run as a module."""
    return _command("deploy", target, *arguments)


def removed(target: Target) -> list[str]:
    """The command that takes functions and API away."""
    return _command("delete", target)


def _command(verb: str, target: Target, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "infra.package", verb, "--stage", target.stage, *arguments]


def run(command: Sequence[str], region: str) -> int:
    """The real `Run`. Chalice asks nobody but the environment where it is: code must not land beside its stack."""
    there = {**os.environ, REGION: region}
    return subprocess.run(command, check=False, cwd=Path(__file__).parents[2], env=there).returncode


def by_hand(target: Target) -> str:
    """What the operator types, in the project's folder, to ship code alone."""
    return f"{REGION}={target.region} {Path('.venv', 'bin', 'chalice')} deploy --stage {target.stage}"


class Record:
    """Chalice's record of a stage, on this machine and in the stage's parameter."""

    def __init__(self, aws: Aws, target: Target, folder: Path) -> None:
        self._client = aws.client("ssm")
        self._name = target.deployed_parameter
        self.path = folder / "deployed" / f"{target.stage}.json"

    def fetch(self) -> bool:
        """Put the stored record where Chalice looks for it; whether there was one. The stored one counts: another
        machine may have deployed since."""
        stored = self._stored()
        if stored is None:
            return False
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(stored, "utf-8")
        return True

    def store(self) -> None:
        """Keep what Chalice just wrote."""
        if not self.path.exists():
            return
        text = self.path.read_text("utf-8")
        packed = base64.b85encode(zlib.compress(text.encode(), 9)).decode()
        if text != self._stored():
            self._client.put_parameter(Name=self._name, Value=packed, Type="String", Overwrite=True)

    def resources(self) -> list[dict[str, Any]]:
        """What Chalice deployed, in its own words; empty when it never did."""
        if not self.path.exists():
            return []
        found: list[dict[str, Any]] = json.loads(self.path.read_text("utf-8"))["resources"]
        return found

    def api_url(self) -> str:
        """The address that AWS gave the API, without a slash at its end; empty when there is none."""
        urls = [r["rest_api_url"] for r in self.resources() if r.get("resource_type") == "rest_api"]
        return str(urls[0]).rstrip("/") if urls else ""

    def _stored(self) -> str | None:
        try:
            value = self._client.get_parameter(Name=self._name)["Parameter"]["Value"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ParameterNotFound":
                return None
            raise
        return None if value == _EMPTY else zlib.decompress(base64.b85decode(value)).decode()


def ship(record: Record, target: Target, tell: Teller, execute: Run = run) -> str:
    """Deploy the code and keep the record; answers the API's address. What was done before a failure is kept, too."""
    if record.fetch():
        tell.line("What was deployed before is known")
    command = shipped(target)
    tell.line(f"{REGION}={target.region} " + " ".join(["python", *command[1:]]))
    try:
        status = execute(command, target.region)
    finally:
        record.store()
    if status != 0:
        raise Failed(
            f"Shipping the code ended with status {status}.",
            "Chalice says above what it could not do. Mend that, then run the same command again.",
        )
    if not record.api_url():
        raise Failed(
            "Chalice says that it is done but left no record of an API.",
            f"Look at {record.path}; delete it and run again if it is broken.",
        )
    return record.api_url()
