"""`make deploy`, `make plan` and `make destroy` against an emulated account, with a stand-in for Chalice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from infra.connect import NotConnected, to_stage
from infra.deploy import ship
from infra.deploy.course import Course
from infra.deploy.telling import Failed
from tests.deploy.conftest import FakeChalice, Listener, make_course


@pytest.fixture(autouse=True)
def _no_trial_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has tests of its own (`test_smoke.py`), with a platform behind it."""
    monkeypatch.setattr(Course, "smoke", lambda self, url: self.tell.good(f"smoke at {url}"))


def _environment(course: Course) -> dict[str, str]:
    found = json.loads((course.folder / "config.json").read_text("utf-8"))
    environment: dict[str, str] = found["stages"][course.target.stage]["environment_variables"]
    return environment


def _mappings(course: Course) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = course.aws.client("lambda").list_event_source_mappings()[
        "EventSourceMappings"
    ]
    return found


def test_an_empty_account_comes_into_service(course: Course, tell: Listener) -> None:
    course.deploy()
    environment = _environment(course)
    assert environment["TABLE_NAME"] == "consultation-bell-prod"
    assert environment["PHOTOS_BUCKET"] == "consultation-bell-prod-photos-123456789012"
    assert environment["STATE_MACHINE_ARN"].startswith("arn:aws:states:eu-central-1:123456789012:")
    mappings = {mapping["FunctionArn"].rpartition(":")[2]: mapping for mapping in _mappings(course)}
    assert set(mappings) == {"consultation-bell-prod-react", "consultation-bell-prod-publish"}
    for mapping in mappings.values():
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    steps = [line.removeprefix("· ") for line in tell.told.splitlines() if line.startswith("· ")]
    assert steps == [
        "Checks",
        "The stack",
        "Configuration",
        "The code",
        "What becomes of SMS",
        "The stream",
        "Stage prod is in service",
    ]
    assert "CREATE_COMPLETE" in tell.told
    assert "smoke at https://api123.execute-api.eu-central-1.amazonaws.com/api" in tell.told


def test_the_functions_may_touch_this_account_and_region_alone(course: Course) -> None:
    course.deploy()
    text = (course.folder / "policy-prod-advance.json").read_text("utf-8")
    assert "arn:aws:dynamodb:eu-central-1:123456789012:table/consultation-bell-prod" in text
    assert "arn:*" not in text


@pytest.mark.parametrize("lock", ["", "GOVERNANCE"])
def test_before_the_first_anchor_it_is_said_for_how_long_nobody_removes_it(
    course: Course, tell: Listener, lock: str
) -> None:
    course.settings = {"ANCHOR_LOCK": lock}
    course.check()
    assert ("locked for 3650 days" in tell.told) is (lock == "")


def test_again_changes_nothing(course: Course, tell: Listener) -> None:
    course.deploy()
    before = {path: path.read_bytes() for path in course.folder.rglob("*.json")}
    rows = course.aws.client("dynamodb")
    rows.put_item(TableName="consultation-bell-prod", Item={"pk": {"S": "BELL#1"}, "sk": {"S": "HEAD"}})
    course.deploy()
    assert {path: path.read_bytes() for path in course.folder.rglob("*.json")} == before
    assert rows.scan(TableName="consultation-bell-prod")["Count"] == 1
    assert len(_mappings(course)) == 2
    assert tell.told.count("Nothing to change") == 1
    assert tell.told.count("locked for 3650 days") == 1, "as long as it can be chosen"
    assert tell.told.count("· The stream") == 1


def test_what_the_operator_wrote_stays(course: Course) -> None:
    path = course.folder / "config.json"
    document = json.loads(path.read_text("utf-8"))
    document["stages"]["prod"]["environment_variables"]["RINGS_PER_PHONE"] = "7"
    document["stages"]["prod"]["minimum_compression_size"] = 1024
    other = document["stages"]["dev"]
    path.write_text(json.dumps(document), "utf-8")
    course.deploy()
    after = json.loads(path.read_text("utf-8"))
    assert after["stages"]["prod"]["minimum_compression_size"] == 1024
    assert after["stages"]["prod"]["environment_variables"]["RINGS_PER_PHONE"] == "7"
    assert after["stages"]["dev"] == other
    assert list(after["stages"]["prod"]["lambda_functions"]) == list(
        document["stages"]["prod"]["lambda_functions"]
    )


def test_one_switch_traces_everything_and_takes_it_back(course: Course, tell: Listener) -> None:
    path = course.folder / "config.json"
    for on in (True, False):
        document = json.loads(path.read_text("utf-8"))
        document["stages"]["prod"]["xray"] = on
        path.write_text(json.dumps(document), "utf-8")
        course.check()
        stack = course._changed({})
        course.configure(stack)
        assert stack.parameters["Traces"] == ("true" if on else "false")
        assert _environment(course).get("TRACES") == ("on" if on else None)
        policy = (course.folder / "policy-prod-react.json").read_text("utf-8")
        assert ("xray:PutTraceSegments" in policy) == on
    assert tell.told.count('"xray" is true') == 1


def test_a_mailbox_is_read_each_minute_once_the_operator_names_one(course: Course) -> None:
    path = course.folder / "config.json"
    for named in ({}, {"MAIL_PROVIDER": "smtp", "SMTP_HOST": "smtp.ling.cn", "SMTP_USER": "u"}):
        document = json.loads(path.read_text("utf-8"))
        document["stages"]["prod"]["environment_variables"] |= named
        if named:
            document["stages"]["prod"]["environment_variables"]["SMTP_BOUNCES"] = "imaps://imap.ling.cn"
        path.write_text(json.dumps(document), "utf-8")
        course.deploy()
        stack = course.stacks.ready()
        assert stack is not None
        assert stack.parameters["Mailbox"] == ("true" if named else "false")
        rules = course.aws.client("events").list_rules(NamePrefix="consultation-bell-prod-mailbox")["Rules"]
        assert len(rules) == bool(named)
        policy = (course.folder / "policy-prod-report.json").read_text("utf-8")
        assert ("/providers-" in policy) is bool(named)


def test_public_events_go_to_a_bus_unless_the_operator_wants_none(course: Course) -> None:
    course.configure(course._changed({}))
    assert _environment(course)["EVENT_BUS"] == "consultation-bell-prod"
    course.settings = {"BUS": "false"}
    course.configure(course._changed({}))
    assert "EVENT_BUS" not in _environment(course)


def test_a_bus_that_somebody_listens_to_is_not_taken_from_them(course: Course, tell: Listener) -> None:
    course._changed({})
    events = course.aws.client("events")
    bus = "consultation-bell-prod"
    if bus not in [one["Name"] for one in events.list_event_buses()["EventBuses"]]:
        events.create_event_bus(Name=bus)
    events.put_rule(Name="hotline", EventBusName=bus, EventPattern='{"source": ["consultation-bell"]}')
    tell.answers = ["prod", ""]
    with pytest.raises(Failed, match="hotline") as failure:
        course.destroy()
    assert f"--event-bus-name {bus}" in failure.value.advice
    assert course.stacks.found() is not None


def test_stages_know_nothing_of_each_other(course: Course, tell: Listener) -> None:
    dev = make_course(course.folder, tell, stage="dev")
    dev.deploy()
    course.deploy()
    mine, theirs = _environment(course), _environment(dev)
    for name in ("TABLE_NAME", "STATE_MACHINE_ARN", "PHOTOS_BUCKET"):
        assert mine[name] == theirs[name].replace("-dev", "-prod")
        assert mine[name] != theirs[name]
    tell.answers = ["dev", ""]
    dev.destroy()
    assert course.stacks.found() is not None
    assert "consultation-bell-prod" in course.aws.client("dynamodb").list_tables()["TableNames"]


def test_a_block_that_was_copied_from_a_deployed_stage_becomes_one_of_its_own(
    course: Course, tell: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    course.deploy()
    path = course.folder / "config.json"
    document = json.loads(path.read_text("utf-8"))
    document["stages"]["prod2"] = document["stages"]["prod"]
    path.write_text(json.dumps(document), "utf-8")
    monkeypatch.setenv("STAGE", "prod2")
    monkeypatch.delenv("TABLE_NAME", raising=False)
    with pytest.raises(NotConnected):
        to_stage(path)  # what it names is the other stage's table
    make_course(course.folder, tell, stage="prod2").deploy()
    block = json.loads(path.read_text("utf-8"))["stages"]["prod2"]
    assert block["environment_variables"]["TABLE_NAME"] == "consultation-bell-prod2"
    assert block["lambda_functions"]["react"]["iam_policy_file"] == "policy-prod2-react.json"
    assert "table/consultation-bell-prod2" in (course.folder / "policy-prod2-react.json").read_text("utf-8")
    assert block["tags"] == {"stage": "prod2"}
    assert json.loads(path.read_text("utf-8"))["stages"]["prod"] == document["stages"]["prod"]


def test_a_step_that_fails_says_what_to_do_and_the_next_run_goes_on(course: Course, tell: Listener) -> None:
    chalice = course.execute
    assert isinstance(chalice, FakeChalice)
    chalice.status = 1
    with pytest.raises(Failed) as failure:
        course.deploy()
    assert "run the same command again" in failure.value.advice
    assert _mappings(course) == []
    chalice.status = 0
    course.deploy()
    assert len(_mappings(course)) == 2
    assert tell.told.count("CREATE_IN_PROGRESS") == 1, "the stack was not made twice"


def test_code_goes_and_is_taken_away_where_the_stack_is(course: Course, tell: Listener) -> None:
    course.deploy()
    tell.answers = ["prod", ""]
    course.destroy()
    assert isinstance(course.execute, FakeChalice)
    assert course.execute.regions == ["eu-central-1"] * 2
    assert "AWS_DEFAULT_REGION=eu-central-1 .venv/bin/chalice deploy --stage prod" in tell.told


def test_chalice_is_told_the_region_whatever_the_operators_configuration_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = "import os, sys; sys.exit(os.environ['AWS_DEFAULT_REGION'] != 'eu-central-1')"
    for elsewhere in ("us-east-1", ""):
        monkeypatch.setenv("AWS_DEFAULT_REGION", elsewhere)
        assert ship.run([sys.executable, "-c", asked], "eu-central-1") == 0


def test_another_machine_does_not_make_a_second_api(course: Course, tell: Listener, tmp_path: Path) -> None:
    course.deploy()
    first = course.record.path.read_text("utf-8")
    elsewhere = make_course(tmp_path / "elsewhere" / ".chalice", tell)
    assert not elsewhere.record.path.exists()
    elsewhere.deploy()
    assert elsewhere.record.path.read_text("utf-8") == first
    assert "What was deployed before is known" in tell.told


def test_a_record_of_many_functions_fits_its_parameter(course: Course) -> None:
    course._changed({})
    record = course.record
    record.path.parent.mkdir()
    functions = [
        {
            "name": name,
            "resource_type": "lambda_function",
            "lambda_arn": course.target.arn("lambda", f"function:{course.target.function(name)}-{i}"),
        }
        for i, name in enumerate(["api_handler", "advance", "react", "sweep", "canary", "report"] * 8)
    ]
    record.path.write_text(json.dumps({"resources": functions, "schema_version": "2.0"}), "utf-8")
    record.store()
    text = record.path.read_text("utf-8")
    record.path.unlink()
    assert record.fetch()
    assert record.path.read_text("utf-8") == text
    value = course.aws.client("ssm").get_parameter(Name="/consultation-bell/prod/deployed")["Parameter"][
        "Value"
    ]
    assert len(value) < 4_096


def test_a_plan_shows_what_would_change_and_leaves_nothing(course: Course, tell: Listener) -> None:
    change_set = course.plan()
    assert {"Table", "Timeline", "AlarmCanarySilent"} <= {change.name for change in change_set.changes}
    assert "Add     Table (AWS::DynamoDB::Table)" in tell.told
    assert course.stacks.found() is None
    assert course.aws.client("dynamodb").list_tables()["TableNames"] == []
    course.deploy()
    before = (course.folder / "config.json").read_bytes()
    assert course.plan().empty
    assert (course.folder / "config.json").read_bytes() == before
    stack = course.stacks.found()
    assert stack is not None
    assert stack.status == "UPDATE_COMPLETE"


def test_a_stack_that_was_never_whole_is_made_anew(course: Course, tell: Listener, monkeypatch: Any) -> None:
    course._changed({})
    from moto.cloudformation.models import cloudformation_backends

    (stack,) = cloudformation_backends["123456789012"]["eu-central-1"].stacks.values()
    stack.status = "ROLLBACK_COMPLETE"
    assert course.stacks.ready() is None
    assert "it was never whole" in tell.told


def test_a_key_and_secrets_that_were_kept_are_used_again(course: Course) -> None:
    secrets = course.aws.client("secretsmanager")
    arn = secrets.create_secret(Name="consultation-bell/prod/key", SecretString='{"SECRET_KEY": "…"}')["ARN"]
    kms = course.aws.client("kms")
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/consultation-bell-prod", TargetKeyId=key["KeyId"])
    course.deploy()
    stack = course.stacks.found()
    assert stack is not None
    assert stack.parameters["KeptSecretKey"] == arn == stack.outputs["SecretKeyArn"]
    assert stack.outputs["DataKeyArn"] == key["Arn"]
    assert _environment(course)["SECRETS"] == arn
    assert "SECRET_KEY" not in _environment(course)


def test_a_key_that_is_about_to_go_stops_everything(course: Course) -> None:
    kms = course.aws.client("kms")
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/consultation-bell-prod", TargetKeyId=key["KeyId"])
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    with pytest.raises(Failed) as failure:
        course.deploy()
    assert "cancel-key-deletion" in failure.value.advice


def test_destroying_needs_the_name_of_the_stage(course: Course, tell: Listener) -> None:
    course.deploy()
    tell.answers = ["yes"]
    with pytest.raises(Failed, match="Nothing was touched"):
        course.destroy()
    assert course.stacks.found() is not None


def test_destroying_keeps_the_table_and_says_so(course: Course, tell: Listener) -> None:
    course.deploy()
    tell.answers = ["prod", ""]
    course.destroy()
    assert course.stacks.found() is None
    assert course.record.resources() == []
    assert "The table consultation-bell-prod is kept" in tell.told
    assert course.aws.client("dynamodb").list_tables()["TableNames"] == ["consultation-bell-prod"]


def test_a_table_goes_only_when_its_whole_name_is_typed(course: Course, tell: Listener) -> None:
    course.deploy()
    tell.answers = ["prod", "consultation-bell-prod"]
    course.destroy()
    assert course.aws.client("dynamodb").list_tables()["TableNames"] == []


def test_what_was_not_reacted_to_is_never_thrown_away(course: Course, tell: Listener) -> None:
    sqs = course.aws.client("sqs")
    url = sqs.create_queue(QueueName="consultation-bell-prod-stream-failures")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="a record")
    with pytest.raises(Failed):
        course.check()
    assert "was kept because something is in it" in tell.told


def test_there_is_nothing_to_destroy_where_nothing_is(course: Course, tell: Listener) -> None:
    course.destroy()
    assert "There is no stage prod" in tell.told


def test_code_is_shipped_and_taken_away_by_commands_that_exist(course: Course) -> None:
    for command in (ship.shipped(course.target), ship.removed(course.target)):
        assert command[-2:] == ["--stage", "prod"]
        told = subprocess.run([*command[:4], "--help"], capture_output=True, text=True, check=False)
        assert told.returncode == 0, told.stderr
        assert "--stage" in told.stdout
