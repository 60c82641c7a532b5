"""Calling an entry point of a stage: `python -m infra.recover.call canary` (STAGE, REGION; STAGE=local: here)."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from infra.connect import data_folder
from infra.deploy.aws import Aws, region_of, target
from infra.deploy.configuration import FOLDER, Configuration
from infra.deploy.target import Target
from infra.deploy.telling import Failed, Teller, attempted
from infra.local.surroundings import attach
from infra.local.ticker import scheduled


class Functions:
    """The functions of a stage."""

    def __init__(self, client: Any, where: Target) -> None:
        self._client, self._where = client, where

    def exists(self, name: str) -> bool:
        """Whether the stage has a function of that name."""
        try:
            self._client.get_function_configuration(FunctionName=self._where.function(name))
        except self._client.exceptions.ResourceNotFoundException:
            return False
        return True

    def call(self, name: str, event: Mapping[str, Any]) -> Any:
        """What it answers to the event; raises Failed when it fails, with what it said."""
        answer = self._client.invoke(
            FunctionName=self._where.function(name), Payload=json.dumps(event, ensure_ascii=False).encode()
        )
        body = answer["Payload"].read().decode("utf-8", "replace")
        if answer.get("FunctionError"):
            raise Failed(f"{name} failed: {body}", "Its log says where: look for `fault`.")
        return json.loads(body or "null")

    def on_schedule(self, name: str, detail: Mapping[str, Any]) -> Any:
        """As EventBridge calls it, with this detail."""
        return self.call(name, scheduled(dict(detail)))


def stage_of(environment: Mapping[str, str]) -> tuple[Aws, Target]:
    """The stage that STAGE names, in the account of the operator's credentials and where it was deployed unless REGION
    says otherwise, or the run on this machine (STAGE=local); raises Failed."""
    stage = environment.get("STAGE", "dev")
    if stage == "local":
        return here()
    region = environment.get("REGION") or Configuration.read(FOLDER).region(stage)
    aws = Aws(region_of(region))
    return aws, target(aws, stage)


def here() -> tuple[Aws, Target]:
    """The run on this machine, which this process then speaks to; raises Failed when there is none."""
    if not attach(data_folder()):
        raise Failed(
            "Nothing runs on this machine.", "Start it with `make run`; DATA names its folder, here as there."
        )
    region = os.environ["AWS_DEFAULT_REGION"]
    return Aws(region), Target("local", region, os.environ["STATE_MACHINE_ARN"].split(":")[4])


def _there(name: str) -> Any:
    aws, where = stage_of(os.environ)
    return Functions(aws.client("lambda"), where).on_schedule(name, {})


def _here(name: str) -> Any:
    """The code of this folder, on the run of this machine."""
    from chalicelib import steps

    here()
    if name == "sweep":
        return steps.sweep({})
    return steps.canary() if name == "canary" else steps.anchor()


def main(arguments: list[str]) -> int:
    """Call a scheduled entry point once and print what it answers. Exit status: 0 it went well, 1 it did not, 2 it was
    not called."""
    tell = Teller()
    name = arguments[0] if arguments else ""
    if name not in ("sweep", "canary", "anchor"):
        tell.error("Name an entry point: make call STAGE=prod FUNCTION=canary (or sweep, or anchor)")
        return 2
    return attempted(tell, lambda: _called(name, tell))


def _called(name: str, tell: Teller) -> int:
    answer = _here(name) if os.environ.get("STAGE") == "local" else _there(name)
    tell.good(f"{name}: {json.dumps(answer)}")
    return 0 if not isinstance(answer, dict) or answer.get("ok", True) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
