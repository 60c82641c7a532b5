"""Commands find the stage they are told to work on."""

from __future__ import annotations

import json
import os
from pathlib import Path
from unittest.mock import patch

import pytest

from infra.connect import NotConnected, to_stage
from tests.deploy.conftest import project

DEPLOYED = {
    "TABLE_NAME": "consultation-bell-prod",
    "STATE_MACHINE_ARN": "arn:aws-cn:states:cn-north-1:123456789012:stateMachine:consultation-bell-prod-escalation",
    "SECRETS": "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:consultation-bell/prod/key-AbCdEf",
}


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    path = project(tmp_path / ".chalice") / "config.json"
    document = json.loads(path.read_text("utf-8"))
    document["stages"]["prod"]["environment_variables"] |= DEPLOYED
    path.write_text(json.dumps(document), "utf-8")
    return path


def test_a_deployed_stage_is_found_in_its_region(configuration: Path) -> None:
    with patch.dict(os.environ, {"STAGE": "prod"}):
        os.environ.pop("TABLE_NAME", None)
        assert to_stage(configuration)
        assert os.environ["TABLE_NAME"] == "consultation-bell-prod"
        assert os.environ["AWS_REGION"] == os.environ["AWS_DEFAULT_REGION"] == "cn-north-1"
        assert os.environ["SECRETS"].startswith("arn:aws-cn:secretsmanager")


@pytest.mark.parametrize("stage", ["dev", "nowhere"])
def test_a_stage_that_is_not_deployed_says_so(configuration: Path, stage: str) -> None:
    with patch.dict(os.environ, {"STAGE": stage}):
        os.environ.pop("TABLE_NAME", None)
        with pytest.raises(NotConnected, match=f"make deploy STAGE={stage}"):
            to_stage(configuration)


def test_who_names_the_table_or_no_stage_is_left_alone(configuration: Path) -> None:
    with patch.dict(os.environ, {"STAGE": "prod", "TABLE_NAME": "mine"}):
        assert not to_stage(configuration)
        assert os.environ["TABLE_NAME"] == "mine"
    with patch.dict(os.environ, {"STAGE": ""}):
        os.environ.pop("TABLE_NAME", None)
        assert not to_stage(configuration)
