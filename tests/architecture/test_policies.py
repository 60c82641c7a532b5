"""Each function may do what its code does, where it does it, and nothing else."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from infra.deploy.policies import Where, functions, names, policy
from infra.template import load_template

ROOT = Path(__file__).parents[2]
CONFIG = json.loads((ROOT / ".chalice/config.json").read_text("utf-8"))
APP: str = CONFIG["app_name"]
STAGES: list[str] = sorted(CONFIG["stages"])
FUNCTIONS = ("api_handler", "advance", "anchor", "canary", "publish", "react", "report", "sweep")
BOTH = [(stage, function) for stage in STAGES for function in FUNCTIONS]
SOMEWHERE = Where("aws-cn", "cn-north-1", "123456789012")
# AWS knows no resource for these.
TRACING = {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}
NAMELESS = {"dynamodb:ListStreams"} | TRACING


def _environment(stage: str) -> dict[str, str]:
    found: dict[str, str] = CONFIG["stages"][stage]["environment_variables"]
    return found


def _statements(stage: str, function: str) -> list[dict[str, Any]]:
    statements: list[dict[str, Any]] = policy(function, APP, stage, Where(), {})["Statement"]
    return statements


def _actions(stage: str, function: str) -> set[str]:
    return {action for statement in _statements(stage, function) for action in statement["Action"]}


def _resources(statement: dict[str, Any]) -> list[str]:
    where = statement.get("Resource", statement.get("NotResource"))
    return [where] if isinstance(where, str) else list(where)


def test_every_function_of_the_application_has_its_policy_memory_and_time() -> None:
    tree = ast.parse((ROOT / "app.py").read_text("utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    declared = {
        keyword.value.value
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"lambda_function", "schedule"}
        for keyword in call.keywords
        if keyword.arg == "name" and isinstance(keyword.value, ast.Constant)
    }
    assert declared | {"api_handler"} == set(FUNCTIONS) == set(functions())
    for stage in STAGES:
        block = CONFIG["stages"][stage]["lambda_functions"]
        assert set(block) == set(FUNCTIONS)
        for settings in block.values():
            assert set(settings) == {"lambda_memory_size", "lambda_timeout", "iam_policy_file"}


@pytest.mark.parametrize(("stage", "function"), BOTH)
def test_the_file_chalice_reads_is_what_was_written_by_hand(stage: str, function: str) -> None:
    """With the place filled in once the stage is deployed."""
    name = CONFIG["stages"][stage]["lambda_functions"][function]["iam_policy_file"]
    found = json.loads((ROOT / ".chalice" / name).read_text("utf-8"))
    written = policy(function, APP, stage, Where.noted(_environment(stage)), _environment(stage))
    assert found == written, "run: python -m infra.deploy policies"


@pytest.mark.parametrize("stage", STAGES)
def test_packaged_functions_have_the_names_that_deployed_ones_have(stage: str) -> None:
    found = json.loads((ROOT / f".chalice/names-{stage}.json").read_text("utf-8"))
    assert found == names(APP, stage, sorted(FUNCTIONS))


@pytest.mark.parametrize(("stage", "function"), BOTH)
def test_no_policy_allows_a_whole_service_or_a_constant_partition(stage: str, function: str) -> None:
    for statement in _statements(stage, function):
        assert statement["Effect"] == "Allow"
        assert not any("*" in action for action in statement["Action"]), statement["Sid"]
        nameless = set(statement["Action"]) <= NAMELESS
        assert all(where.startswith("arn:*:") or nameless for where in _resources(statement))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_where_a_stage_is_deployed_its_policies_name_the_place(function: str) -> None:
    for statement in policy(function, APP, "prod", SOMEWHERE, {})["Statement"]:
        for where in _resources(statement):
            _, partition, service, region, account, name = where.split(":", 5) if ":" in where else ["*"] * 6
            if set(statement["Action"]) <= NAMELESS or "NotResource" in statement:
                continue
            assert partition == "aws-cn"
            assert (region, account) == (("", "") if service == "s3" else ("cn-north-1", "123456789012"))
            # What is left open: files, streams and log streams have names of their own; so have addresses of mail.
            end = name.removesuffix("/*")
            assert "*" not in end.removesuffix(":*") or service == "ses"


@pytest.mark.parametrize(("stage", "function"), BOTH)
def test_a_stage_cannot_touch_the_table_of_another(stage: str, function: str) -> None:
    for statement in _statements(stage, function):
        for where in _resources(statement):
            if APP in where:
                assert f"{APP}-{stage}" in where or f"{APP}/{stage}/" in where


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_stages_differ_in_nothing_but_their_name(function: str) -> None:
    dev, prod = (json.dumps(_statements(stage, function)) for stage in ("dev", "prod"))
    assert dev.replace("-dev", "-prod").replace("/dev/", "/prod/") == prod


def test_only_the_functions_that_send_may_send_and_only_react_moves_the_timeline() -> None:
    for function in FUNCTIONS:
        actions = _actions("prod", function)
        assert ("sns:Publish" in actions) == (function in {"react", "sweep"})
        assert ("ses:SendEmail" in actions) == (function in {"anchor", "react", "sweep"})
        assert any(action.startswith("states:") for action in actions) == (function == "react")


def test_who_publishes_may_do_nothing_else_and_nobody_else_may_publish() -> None:
    for function in FUNCTIONS:
        assert ("events:PutEvents" in _actions("prod", function)) == (function == "publish")
    (bus,) = (s for s in _statements("prod", "publish") if s["Sid"] == "Bus")
    assert bus["Resource"] == f"arn:*:events:*:*:event-bus/{APP}-prod"
    services = {action.partition(":")[0] for action in _actions("prod", "publish")}
    assert services == {"dynamodb", "events", "logs", "secretsmanager", "sqs"}
    table = [s for s in _statements("prod", "publish") if "dynamodb:" in s["Action"][0]]
    assert all(s["Resource"] == "*" or s["Resource"].endswith("/stream/*") for s in table)


def test_a_stage_that_sends_by_others_may_not_send_by_aws() -> None:
    others = {"SMS_PROVIDER": "aliyun", "MAIL_PROVIDER": "smtp"}
    for function in FUNCTIONS:
        actions = {
            a for s in policy(function, APP, "prod", SOMEWHERE, others)["Statement"] for a in s["Action"]
        }
        assert not any(action.startswith(("sns:", "ses:")) for action in actions)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_send_traces_only_where_the_stage_traces(function: str) -> None:
    """Lambda sends them in the function's name; AWS knows no resource for it."""
    traced = policy(function, APP, "prod", SOMEWHERE, {"TRACES": "on"})["Statement"]
    (statement,) = (s for s in traced if set(s["Action"]) & TRACING)
    assert (set(statement["Action"]), statement["Resource"]) == (TRACING, "*")
    assert not _actions("prod", function) & TRACING


@pytest.mark.parametrize(("app", "may"), [("", False), ("wx1", True)])
def test_only_with_a_mini_program_people_have_a_providers_secret_used(app: str, may: bool) -> None:
    found = policy("api_handler", APP, "prod", SOMEWHERE, {"WECHAT_APP_ID": app})["Statement"]
    assert any("/providers-" in where for s in found for where in _resources(s)) is may


@pytest.mark.parametrize(("bounces", "may"), [("", False), ("imaps://imap.example.org", True)])
def test_only_where_a_mailbox_is_read_reports_have_a_providers_secret_used(bounces: str, may: bool) -> None:
    found = policy("report", APP, "prod", SOMEWHERE, {"SMTP_BOUNCES": bounces})["Statement"]
    assert any("/providers-" in where for s in found for where in _resources(s)) is may


def test_who_reads_what_anybody_may_write_can_send_nothing() -> None:
    """A mailbox is open to the world."""
    settings = {"SMTP_BOUNCES": "imaps://imap.example.org"}
    found = policy("report", APP, "prod", SOMEWHERE, settings)["Statement"]
    services = {action.partition(":")[0] for s in found for action in s["Action"]}
    assert services == {"dynamodb", "logs", "secretsmanager"}


def test_only_the_canary_and_people_remove_anything() -> None:
    removing = {function for function in FUNCTIONS if "dynamodb:DeleteItem" in _actions("prod", function)}
    assert removing == {"api_handler", "canary"}


def test_no_function_makes_log_groups_since_the_stack_has_made_them() -> None:
    groups = {
        resource["Properties"]["LogGroupName"]["Fn::Sub"].rpartition("/")[2]
        for resource in load_template()["Resources"].values()
        if resource["Type"] == "AWS::Logs::LogGroup"
    }
    for function in FUNCTIONS:
        assert "logs:CreateLogGroup" not in _actions("prod", function)
        suffix = "" if function == "api_handler" else f"-{function}"
        assert f"${{AppName}}-${{Stage}}{suffix}" in groups


def test_only_requests_read_and_keep_photos_and_only_reactions_remove_what_was_erased() -> None:
    for function in FUNCTIONS:
        photos = [s for s in _statements("prod", function) if "-photos-" in str(s.get("Resource"))]
        where = {s["Resource"].partition("photos-*")[2] for s in photos}
        may = {"api_handler": {"/incoming/*", "/kept/*", ""}, "react": {"/kept/*"}}
        assert where == may.get(function, set())
        removes = {s["Sid"] for s in photos if "s3:DeleteObject" in s["Action"]}
        assert removes == ({"PhotosErased"} if function == "react" else set())
        assert function != "react" or [s["Action"] for s in photos] == [["s3:DeleteObject"]]
        assert all(s["Action"] == ["s3:ListBucket"] or s["Resource"].endswith("/*") for s in photos)


def test_only_the_anchors_function_writes_anchors_and_nobody_can_remove_one() -> None:
    for function in FUNCTIONS:
        found = [s for s in _statements("prod", function) if "-anchors-" in str(s.get("Resource"))]
        actions = {s["Resource"].partition("anchors-*")[2]: set(s["Action"]) for s in found}
        may = {"api_handler": {"s3:GetObject"}, "anchor": {"s3:GetObject", "s3:PutObject"}}.get(function)
        there = {"/roots/*": may, "/leaves/*": may, "": {"s3:ListBucket"}} if may else {}
        assert actions == there, function
    photos_or_anchors = {
        statement["Sid"]: "-photos-" in statement["Resource"] or "-anchors-" in statement["Resource"]
        for function in FUNCTIONS
        for statement in _statements("prod", function)
        if statement["Action"][0].startswith("s3:")
    }
    assert all(photos_or_anchors.values())


@pytest.mark.parametrize("bucket", ["Photos", "Anchors"])
def test_no_bucket_shows_anything_to_the_public_or_in_the_clear(bucket: str) -> None:
    resources = load_template()["Resources"]
    found = resources[bucket]
    assert all(found["Properties"]["PublicAccessBlockConfiguration"].values())
    assert len(found["Properties"]["PublicAccessBlockConfiguration"]) == 4
    assert (found["DeletionPolicy"], found["UpdateReplacePolicy"]) == ("Retain", "Retain")
    statements = resources[f"{bucket}Policy"]["Properties"]["PolicyDocument"]["Statement"]
    assert {statement["Effect"] for statement in statements} == {"Deny"}, "it allows nobody anything"
    (statement,) = (statement for statement in statements if statement["Action"] == "s3:*")
    assert (statement["Effect"], statement["Action"], statement["Principal"]) == ("Deny", "s3:*", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_what_nobody_keeps_goes_and_what_is_kept_stays() -> None:
    rules = load_template()["Resources"]["Photos"]["Properties"]["LifecycleConfiguration"]["Rules"]
    ends = {rule.get("Prefix", ""): rule.get("ExpirationInDays") for rule in rules}
    assert ends == {"incoming/": 2, "kept/": None, "": None}


def test_an_sms_can_be_sent_but_no_topic_be_written_to() -> None:
    (statement,) = (s for s in _statements("prod", "react") if s["Action"] == ["sns:Publish"])
    assert statement["NotResource"] == "arn:*:sns:*:*:*"


def test_no_function_may_scan_and_only_the_anchors_reads_the_ends_of_records() -> None:
    """The index holds nothing but these."""
    tips = f"arn:*:dynamodb:*:*:table/{APP}-prod/index/tips"
    for function in FUNCTIONS:
        assert "dynamodb:Scan" not in _actions("prod", function)
        reads = [s for s in _statements("prod", function) if any(tips == where for where in _resources(s))]
        assert [s["Action"] for s in reads] == ([["dynamodb:Query"]] if function == "anchor" else [])
    projected = next(
        index["Projection"]
        for index in load_template()["Resources"]["Table"]["Properties"]["GlobalSecondaryIndexes"]
        if index["IndexName"] == "tips"
    )
    assert projected == {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["tip_seq", "tip_hash"]}


def test_a_deployed_stage_says_what_the_settings_need() -> None:
    from chalicelib.config import ConfigError, Settings

    for stage in STAGES:
        environment = _environment(stage)
        with pytest.raises(ConfigError, match="SECRET_KEY"):
            Settings.from_env(environment)
        safe = environment | {"SECRETS": "arn:…", "AWS_REGION": "cn-north-1"}
        settings = Settings.from_env(safe, lambda _: {"SECRET_KEY": "x" * 32})
        assert (settings.stage, settings.table) == (stage, f"consultation-bell-{stage}")
        assert len(settings.link_url) <= 32


def test_no_secret_stands_in_the_configuration() -> None:
    for stage in STAGES:
        assert not [name for name in _environment(stage) if "SECRET" in name or "PASSWORD" in name]
