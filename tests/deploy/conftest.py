"""A project folder of its own, an AWS that is emulated, and a stand-in for `chalice deploy`."""

from __future__ import annotations

import io
import json
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from moto import mock_aws
from moto.awslambda.models import LambdaFunction
from moto.cloudformation.models import ChangeSet, Stack
from moto.cloudformation.parsing import ResourceMap

from infra.deploy.aws import Aws, target
from infra.deploy.course import Course
from infra.deploy.target import Target
from infra.deploy.telling import Teller

REGION = "eu-central-1"
CHALICE = Path(__file__).parents[2] / ".chalice"
SET = {
    "PUBLIC_URL": "https://bell.mishixiang.gov.cn",
    "LINK_URL": "https://ling.cn",
    "MAIL_FROM": "bell@mishixiang.gov.cn",
}


class Listener(Teller):
    """Keeps what the operator was told, and answers what he is asked with what was laid ready."""

    def __init__(self, *answers: str) -> None:
        super().__init__(io.StringIO())
        self.answers = list(answers)

    def ask(self, question: str) -> str:
        super().line(question)
        return self.answers.pop(0) if self.answers else ""

    @property
    def told(self) -> str:
        """Everything, as the terminal shows it."""
        assert isinstance(self._out, io.StringIO)
        return self._out.getvalue()


def project(folder: Path) -> Path:
    """A `.chalice` folder like ours, whose operator has filled in what he must."""
    folder.mkdir(parents=True)
    config = json.loads((CHALICE / "config.json").read_text("utf-8"))
    for stage in config["stages"].values():
        stage["environment_variables"] |= SET
    (folder / "config.json").write_text(json.dumps(config, indent=2), "utf-8")
    return folder


@dataclass
class FakeChalice:
    """Stands in for `chalice deploy` and `chalice delete`: makes the functions and leaves the record."""

    aws: Aws
    target: Target
    folder: Path
    calls: list[list[str]] = field(default_factory=list)
    regions: list[str] = field(default_factory=list)
    status: int = 0

    def __call__(self, command: Sequence[str], region: str) -> int:
        self.calls.append([*command[1:]])
        self.regions.append(region)
        if self.status:
            return self.status
        if "delete" in command:
            self._write([])
            return 0
        return self._deploy()

    def _deploy(self) -> int:
        role = self._role()
        client = self.aws.client("lambda")
        known = {f["FunctionName"] for f in client.list_functions()["Functions"]}
        for name in ("api_handler", "advance", "react", "sweep", "canary", "anchor", "publish", "report"):
            if self.target.function(name) not in known:
                client.create_function(
                    FunctionName=self.target.function(name),
                    Runtime="python3.11",
                    Role=role,
                    Handler=f"app.{name}",
                    Code={"ZipFile": _zip()},
                )
        url = f"https://api123.execute-api.{self.target.region}.{self.target.suffix}/api/"
        self._write([{"name": "rest_api", "resource_type": "rest_api", "rest_api_url": url}])
        return 0

    def _role(self) -> str:
        iam = self.aws.client("iam")
        try:
            arn: str = iam.create_role(RoleName="chalice", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        except iam.exceptions.EntityAlreadyExistsException:
            arn = iam.get_role(RoleName="chalice")["Role"]["Arn"]
        return arn

    def _write(self, resources: list[dict[str, Any]]) -> None:
        path = self.folder / "deployed" / f"{self.target.stage}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"resources": resources, "schema_version": "2.0"}), "utf-8")


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("app.py", "")
    return buffer.getvalue()


def _apply(self: ChangeSet) -> None:
    """moto leaves a stack that a change set made without outputs, and without what the next one compares with."""
    _APPLY(self)
    stack = self.stack
    stack.template, stack.template_dict, stack.parameters = self.template, self.template_dict, self.parameters
    stack.output_map = stack._create_output_map()


_APPLY = ChangeSet.apply


def _diff(self: ResourceMap, new: dict[str, Any], _: object = None) -> dict[str, list[str]]:
    """moto forgets what it cannot modify, and never makes what a condition allows later. Here: what is not there yet
    is made, nothing is modified."""
    old = {name for name, resource in self._parsed_resources.items() if resource is not None}
    return {"Add": [name for name in new["Resources"] if name not in old], "Modify": [], "Remove": []}


def _has_parameters(self: Stack, other: dict[str, Any]) -> bool:
    """moto compares what was given with what was given; a value that was left as it was is the same, too."""
    known = {name: _flat(value) for name, value in self.stack_parameters.items()}
    return all(known.get(name) == _flat(value) for name, value in other.items())


def _flat(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _not_invoked(self: LambdaFunction, event: object = None) -> tuple[str, bool, str]:
    """moto would look for Docker as soon as something is written to the table."""
    return "{}", False, ""


def _parse(self: ChangeSet) -> None:
    """moto reads every template as YAML, our JSON too, which takes it longer than all else that it does here."""
    self.template_dict = json.loads(self.template)


MENDED = (
    (Stack, "parse_template", staticmethod(json.loads)),
    (ChangeSet, "_parse_template", _parse),
    (LambdaFunction, "_invoke_lambda", _not_invoked),
    (Stack, "has_parameters", _has_parameters),
    (ChangeSet, "apply", _apply),
    (ResourceMap, "build_resource_diff", _diff),
)


@pytest.fixture
def emulated() -> Iterator[None]:
    """An empty AWS. Of what the template describes, moto's CloudFormation leaves some out and says so."""
    with ExitStack() as stack:
        stack.enter_context(mock_aws())
        for owner, name, mended in MENDED:
            stack.enter_context(patch.object(owner, name, mended))
        stack.enter_context(warnings.catch_warnings())
        warnings.filterwarnings("ignore", "Tried to parse .* but it's not supported", UserWarning)
        yield


@pytest.fixture
def tell() -> Listener:
    """Who listens."""
    return Listener()


@pytest.fixture
def course(emulated: None, tmp_path: Path, tell: Listener) -> Course:
    """A deployment of `prod` into an empty account; the trial bell is not rung."""
    return make_course(tmp_path / ".chalice", tell)


def make_course(folder: Path, tell: Teller, stage: str = "prod", region: str = REGION) -> Course:
    """A deployment with a stand-in for Chalice, which waits for nothing."""
    aws = Aws(region)
    place = target(aws, stage)
    if not folder.exists():
        project(folder)
    return Course(
        aws, place, folder, tell, execute=FakeChalice(aws, place, folder), sleep=lambda _: None, settings={}
    )
