"""The stack's outputs in .chalice/config.json: only the stage's own block, only what comes from the stack."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.deploy.telling import Failed

FOLDER = Path(__file__).parents[2] / ".chalice"
OUTPUTS = {
    "TABLE_NAME": "TableName",
    "STATE_MACHINE_ARN": "StateMachineArn",
    "PHOTOS_BUCKET": "PhotosBucket",
    "ANCHORS_BUCKET": "AnchorsBucket",
    "SECRETS": "SecretKeyArn",
    "PROVIDER_SECRETS": "ProviderSecretsArn",
    "MAIL_CONFIGURATION_SET": "MailConfigurationSet",
    "EVENT_BUS": "EventBusName",
}
"""Which setting is which output; what a stage has no output for is taken out."""


@dataclass(frozen=True)
class Configuration:
    """The file, as it was read."""

    path: Path
    document: dict[str, Any]

    @classmethod
    def read(cls, folder: Path) -> Configuration:
        """`config.json` of a `.chalice` folder; raises Failed when it cannot be understood."""
        path = folder / "config.json"
        try:
            return cls(path, json.loads(path.read_text("utf-8")))
        except (OSError, ValueError) as error:
            raise Failed(f"{path} cannot be read: {error}", "Mend it: it is JSON.") from None

    @property
    def stages(self) -> list[str]:
        """The stages it knows."""
        return sorted(self.document.get("stages", {}))

    def stage(self, name: str) -> dict[str, Any]:
        """The block of a stage; raises Failed when there is none."""
        stages: dict[str, dict[str, Any]] = self.document.get("stages", {})
        if name in stages:
            return stages[name]
        known = ", ".join(self.stages)
        raise Failed(
            f"{self.path} has no stage {name!r}, only {known}.",
            "Copy the block of another stage under that name, with its own PUBLIC_URL, LINK_URL and policy files.",
        )

    def environment(self, stage: str) -> dict[str, str]:
        """The settings of a stage. Its functions trace (`TRACES`) when Chalice has Lambda do so (`"xray": true`)."""
        block = self.stage(stage)
        found = {k: v for k, v in block.get("environment_variables", {}).items() if k != "TRACES"}
        return found | ({"TRACES": "on"} if block.get("xray") else {})

    def region(self, stage: str) -> str:
        """Where a stage was deployed, as its deployment has noted it; nothing before the first."""
        machine = machine_of(stage, self.environment(stage))
        return machine[3] if machine else ""

    def merged(self, stage: str, outputs: Mapping[str, str]) -> dict[str, Any]:
        """The document with the outputs in the stage's settings; every other entry and their order stay."""
        settings = {name: outputs[output] for name, output in OUTPUTS.items() if outputs.get(output)}
        block = self._named(stage)
        environment = {**self.environment(stage), "STAGE": stage, **settings}
        for gone in OUTPUTS.keys() - settings:
            environment.pop(gone, None)
        # An empty secret would be read before the one in the safe.
        if environment.get("SECRETS") and not environment.get("SECRET_KEY"):
            environment.pop("SECRET_KEY", None)
        stages = {**self.document["stages"], stage: {**block, "environment_variables": environment}}
        return {**self.document, "stages": stages}

    def _named(self, stage: str) -> dict[str, Any]:
        """Its block, with the names in it that are the stage's: it may have been copied from another's."""
        block = {**self.stage(stage)}
        if "stage" in block.get("tags", {}):
            block["tags"] = {**block["tags"], "stage": stage}
        if functions := block.get("lambda_functions"):
            block["lambda_functions"] = {
                name: {**settings, "iam_policy_file": f"policy-{stage}-{name}.json"}
                for name, settings in functions.items()
            }
        return block

    def merge(self, stage: str, outputs: Mapping[str, str]) -> bool:
        """Write them; whether that changed anything. The file is replaced whole, never half."""
        document = self.merged(stage, outputs)
        if document == self.document:
            return False
        beside = self.path.with_suffix(".json.new")
        beside.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")
        beside.replace(self.path)
        return True


def machine_of(stage: str, environment: Mapping[str, str]) -> list[str]:
    """The parts of the state machine's ARN that a deployment of this very stage has noted among its settings; nothing
    before the first, nor in a block that was copied from another stage."""
    machine = environment.get("STATE_MACHINE_ARN", "").split(":")
    return machine if machine[0] == "arn" and environment.get("STAGE", stage) == stage else []
