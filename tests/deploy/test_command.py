"""The command behind the make targets: it ends with a status, and with a sentence instead of a traceback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.deploy import course
from infra.deploy.__main__ import main
from infra.recover import call
from tests.deploy.conftest import project


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return project(tmp_path / ".chalice")


def test_an_unknown_stage_ends_with_those_that_are_known(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan", "--stage", "prd", "--region", "eu-central-1"], folder) == 1
    said = capsys.readouterr().out
    assert "no stage 'prd', only dev, prod" in said
    assert "Copy the block" in said


def test_a_configuration_that_is_no_json_is_said_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "config.json").write_text("{", "utf-8")
    assert main(["check", "--stage", "prod"], folder) == 1
    assert "cannot be read" in capsys.readouterr().out


def test_checking_a_ready_account_ends_well(
    emulated: None, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--stage", "prod", "--region", "eu-central-1"], folder) == 0
    assert "Account 123456789012" in capsys.readouterr().out


def test_a_stage_that_was_deployed_is_looked_for_where_it_is(
    emulated: None, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = json.loads((folder / "config.json").read_text("utf-8"))
    machine = "arn:aws:states:eu-west-3:123456789012:stateMachine:consultation-bell-prod-escalation"
    config["stages"]["prod"]["environment_variables"]["STATE_MACHINE_ARN"] = machine
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    assert main(["check", "--stage", "prod"], folder) == 0
    assert "region eu-west-3" in capsys.readouterr().out
    monkeypatch.setattr(call, "FOLDER", folder)
    assert call.stage_of({"STAGE": "prod"})[1].region == "eu-west-3"
    assert call.stage_of({"STAGE": "prod", "REGION": "eu-north-1"})[1].region == "eu-north-1"
    assert call.stage_of({"STAGE": "dev"})[1].region == "us-east-1", "it was not deployed yet"


def test_what_would_be_sent_to_china_can_be_looked_at(
    emulated: None, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["template", "--stage", "prod", "--region", "cn-north-1"], folder) == 0
    sent = json.loads(capsys.readouterr().out)
    assert not any(r["Type"].startswith("AWS::SES") for r in sent["Resources"].values())


def test_what_aws_refuses_is_told_in_a_line(
    emulated: None, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: Any) -> None:
        error = {"Error": {"Code": "AccessDenied", "Message": "not authorized to perform: kms:CreateKey"}}
        raise ClientError(error, "CreateChangeSet")

    monkeypatch.setattr(course.Course, "plan", refused)
    assert main(["plan", "--stage", "prod", "--region", "eu-central-1"], folder) == 1
    said = capsys.readouterr().out
    assert "kms:CreateKey" in said
    assert "docs/deploying.md" in said


def test_policies_are_written_anew_from_their_sources(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["policies"], folder) == 0
    assert (folder / "policy-prod-react.json").exists()
    assert "policy-prod-react.json" in capsys.readouterr().out
    assert main(["policies"], folder) == 0
    assert "prod: as it was" in capsys.readouterr().out
