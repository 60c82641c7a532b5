"""What each function may do, in each stage and place.

Written by hand in policies/<function>.json, with `${Name}` and the like for what differs; `OnlyWith` keeps a statement
for stages that are set up that way (`?*`: whatever the setting says). Chalice wants one file a function and stage and
passes it to IAM as it is, so these are written out: once with `*` for a place that is not known yet, and by
`make deploy` with the place filled in.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from string import Template
from typing import Any

from infra.deploy.target import Target

SOURCES = Path(__file__).with_name("policies")
DEFAULTS = {"SMS_PROVIDER": "sns", "MAIL_PROVIDER": "ses"}
"""What a stage uses that says nothing."""
_ANYWHERE = "*"


@dataclass(frozen=True)
class Where:
    """A partition, region and account; each `*` while it is not known."""

    partition: str = _ANYWHERE
    region: str = _ANYWHERE
    account: str = _ANYWHERE

    @classmethod
    def of(cls, target: Target) -> Where:
        """The place of a target."""
        return cls(target.partition, target.region, target.account)

    @classmethod
    def noted(cls, environment: Mapping[str, str]) -> Where:
        """The place that a stage's settings tell; anywhere before it was deployed."""
        arn = environment.get("STATE_MACHINE_ARN", "").split(":")
        return cls(arn[1], arn[3], arn[4]) if arn[0] == "arn" else cls()


def functions() -> list[str]:
    """The functions that have a policy."""
    return sorted(path.stem for path in SOURCES.glob("*.json"))


def policy(
    function: str, app: str, stage: str, where: Where, environment: Mapping[str, str]
) -> dict[str, Any]:
    """The policy of a function of a stage, as IAM takes it."""
    names = {
        "App": app,
        "Stage": stage,
        "Name": f"{app}-{stage}",
        "Partition": where.partition,
        "Region": where.region,
        "Account": where.account,
    }
    text = Template((SOURCES / f"{function}.json").read_text("utf-8")).substitute(names)
    document: dict[str, Any] = json.loads(text)
    settings = {**DEFAULTS, **{k: v for k, v in environment.items() if v}}
    kept = [s for s in document["Statement"] if _set_up(s.pop("OnlyWith", {}), settings)]
    return {**document, "Statement": kept}


def _set_up(only_with: Mapping[str, str], settings: Mapping[str, str]) -> bool:
    return all(fnmatchcase(settings.get(name, ""), value) for name, value in only_with.items())


def names(app: str, stage: str, wanted: list[str]) -> dict[str, Any]:
    """What `chalice package` has to be told, so that its functions have the names `chalice deploy` gives by itself."""
    resources = {
        _logical(function): {
            "Properties": {
                "FunctionName": f"{app}-{stage}" + ("" if function == "api_handler" else f"-{function}")
            }
        }
        for function in wanted
    }
    return {"Resources": resources}


def write(
    folder: Path, app: str, stage: str, where: Where, environment: Mapping[str, str], wanted: list[str]
) -> list[str]:
    """Write the policies of a stage, and its names, into a `.chalice` folder; the files that changed."""
    files = {
        f"policy-{stage}-{function}.json": policy(function, app, stage, where, environment)
        for function in wanted
    }
    files[f"names-{stage}.json"] = names(app, stage, wanted)
    return [name for name, document in files.items() if _written(folder / name, document)]


def _written(path: Path, document: Mapping[str, Any]) -> bool:
    text = json.dumps(document, indent=2) + "\n"
    if path.exists() and path.read_text("utf-8") == text:
        return False
    path.write_text(text, "utf-8")
    return True


def _logical(function: str) -> str:
    """Chalice's name for a function in a template."""
    if function == "api_handler":
        return "APIHandler"
    return "".join(part.title() for part in re.split("[^A-Za-z0-9]", function))
