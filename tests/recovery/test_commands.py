"""The commands as an operator types them: they find the stage, say what they do, and end with a status."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.deploy.aws import Aws
from infra.deploy.target import Target
from infra.doctor import __main__ as doctor
from infra.recover import call, migrate, replay, restore
from tests.recovery.capture import Life, life, live

ROOT = Path(__file__).parents[2]


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Life]:
    """A stage that was lived in, and an operator in front of it."""
    with life("prod") as played:
        live(played)
        for name, value in (("STAGE", "prod"), ("REGION", played.aws.region), ("DATA", str(tmp_path))):
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(ROOT)
        yield played


def test_migrate_counts_and_writes(
    stage: Life, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert migrate.main() == 1
    assert "1 CASE" in capsys.readouterr().out
    monkeypatch.setenv("APPLY", "1")
    assert migrate.main() == 0
    assert "written: 1" in capsys.readouterr().out
    assert migrate.main() == 0
    assert "none" in capsys.readouterr().out


def test_whoever_calls_a_function_waits_for_as_long_as_it_may_run() -> None:
    """Who hangs up before calls again, and then it runs twice at once: a second trial bell, a second anchor."""
    stages = json.loads((ROOT / ".chalice/config.json").read_text("utf-8"))["stages"]
    longest = max(
        function["lambda_timeout"]
        for block in stages.values()
        for function in block["lambda_functions"].values()
    )
    waits = Aws("eu-central-1").client("lambda").meta.config.read_timeout
    assert longest < waits


def test_replay_says_that_there_is_nothing(stage: Life, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay.main() == 0
    assert "None is left" in capsys.readouterr().out


def test_news_of_providers_that_nobody_took_is_handed_over_again(
    stage: Life, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sqs = stage.aws.client("sqs")
    url = sqs.create_queue(QueueName="consultation-bell-prod-report-failures")["QueueUrl"]
    for body in ('{"Type": "Notification", "Message": "{}"}', "no json"):
        sqs.send_message(QueueUrl=url, MessageBody=body)
    called: list[Any] = []
    monkeypatch.setattr(call.Functions, "call", lambda _, name, event: called.append((name, event)))
    monkeypatch.setenv("LIST", "1")
    assert replay.main() == 1
    assert called == []
    monkeypatch.setenv("LIST", "")
    assert replay.main() == 1
    ((name, event),) = called
    assert (name, event["Records"][0]["Sns"]["Type"]) == ("report", "Notification")
    assert "2, of which 1 are left" in capsys.readouterr().out


def test_restore_asks_for_what_is_missing(stage: Life, capsys: pytest.CaptureFixture[str]) -> None:
    assert restore.main() == 2
    assert "make restore STAGE=prod TO=prod2" in capsys.readouterr().out


def test_a_scheduled_function_is_called_as_eventbridge_does(
    stage: Life, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    called: list[tuple[str, Mapping[str, Any]]] = []

    def answer(_: object, name: str, event: Mapping[str, Any]) -> Any:
        called.append((name, event))
        return {"ok": name != "canary", "failed": "timer"}

    monkeypatch.setattr(call.Functions, "call", answer)
    assert call.main(["sweep"]) == 0
    assert call.main(["canary"]) == 1
    assert call.main([]) == 2
    assert [name for name, _ in called] == ["sweep", "canary"]
    assert called[0][1]["detail"] == {}
    assert "timer" in capsys.readouterr().out


def test_the_doctor_knows_the_stage_from_its_configuration(stage: Life) -> None:
    found = doctor.deployed({"STAGE": "prod", "REGION": stage.aws.region}, ROOT / ".chalice")
    assert (found.where.name, found.where.account) == ("consultation-bell-prod", "123456789012")
    assert {"api_handler", "advance", "react", "sweep", "canary"} <= set(found.functions)
    assert found.prefixes == ["MX"]


@pytest.mark.parametrize("command", [doctor.main, replay.main, migrate.main])
def test_an_unknown_region_is_an_answer_and_no_traceback(
    stage: Life, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: Any
) -> None:
    monkeypatch.delenv("REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.delenv("AWS_REGION", raising=False)
    assert command() == 2
    assert "No region is set" in capsys.readouterr().out


def _sweep() -> int:
    return call.main(["sweep"])


@pytest.mark.parametrize("command", [doctor.main, replay.main, migrate.main, _sweep])
def test_where_there_is_no_such_stage_the_commands_say_so(
    stage: Life, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: Any
) -> None:
    monkeypatch.setenv("STAGE", "dev")
    assert command() == 2
    said = capsys.readouterr().out
    assert "✗" in said
    assert "deploy" in said, "it says what to do"


@pytest.mark.parametrize("command", [doctor.main, replay.main, migrate.main, _sweep])
def test_where_nothing_runs_the_local_commands_say_so(
    stage: Life, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: Any
) -> None:
    monkeypatch.setenv("STAGE", "local")
    assert command() == 2
    assert "make run" in capsys.readouterr().out


def test_a_permission_that_is_missing_is_named(
    stage: Life, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "dynamodb:Scan"}}, "Scan")

    monkeypatch.setattr(migrate.Migration, "run", refused)
    assert migrate.main() == 2
    said = capsys.readouterr().out
    assert "dynamodb:Scan" in said
    assert "docs/deploying.md" in said


def test_the_run_on_this_machine_is_migrated_and_replayed_like_a_stage(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with life("local") as played:
        live(played)
        there = (Aws(played.aws.region), Target("local", played.aws.region, "123456789012"))
        monkeypatch.setattr(call, "here", lambda: there)
        for name, value in (("STAGE", "local"), ("DATA", str(tmp_path)), ("LIST", "1")):
            monkeypatch.setenv(name, value)
        assert migrate.main() == 1
        assert "1 CASE" in capsys.readouterr().out
        assert replay.main() == 0
        assert "None is left" in capsys.readouterr().out


def test_the_run_on_this_machine_has_nothing_to_be_restored_from(
    stage: Life, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STAGE", "local")
    monkeypatch.setenv("TO", "local2")
    assert restore.main() == 2
    assert "DATA" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "value"), [("SEGMENTS", "many"), ("SEGMENTS", "0"), ("RATE", "-1"), ("RATE", "nan")]
)
def test_a_number_that_is_none_is_named(
    stage: Life, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert migrate.main() == 2
    assert f"{name} is a number" in capsys.readouterr().out


def test_a_row_that_was_changed_meanwhile_is_left_for_another_run(
    stage: Life, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(migrate.Migration, "_written", lambda *_: False)
    monkeypatch.setenv("APPLY", "1")
    assert migrate.main() == 1
    said = capsys.readouterr().out
    assert "the same again" in said
    assert "APPLY=1" not in said
