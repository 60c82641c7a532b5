"""Each function may do what its code does, where it does it, and nothing else."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from infra.local.embedded import load_template

ROOT = Path(__file__).parents[2]
CONFIG = json.loads((ROOT / ".chalice/config.json").read_text("utf-8"))
STAGES: list[str] = sorted(CONFIG["stages"])
FUNCTIONS = ("api_handler", "advance", "react", "sweep")
BOTH = [(stage, function) for stage in STAGES for function in FUNCTIONS]

# What IAM calls the operations of the clients that the adapters call.
ACTIONS = {
    "start_execution": {"states:StartExecution"},
    "send_task_success": {"states:SendTaskSuccess"},
    "send_task_failure": {"states:SendTaskFailure"},
    "publish": {"sns:Publish"},
    "send_email": {"ses:SendEmail", "ses:SendRawEmail"},
    "copy_object": {"s3:GetObject", "s3:PutObject"},
    "head_object": {"s3:GetObject"},
}
OF_THE_ROLE = {
    # Not called by the code: the stream's mapping and the logs use the function's role.
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
    "sqs:SendMessage",
    # Without it S3 says of a file that is not there that it is forbidden.
    "s3:ListBucket",
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
}


def _statements(stage: str, function: str) -> list[dict[str, Any]]:
    name = CONFIG["stages"][stage]["lambda_functions"][function]["iam_policy_file"]
    statements: list[dict[str, Any]] = json.loads((ROOT / ".chalice" / name).read_text("utf-8"))["Statement"]
    return statements


def _actions(stage: str, function: str) -> set[str]:
    return {action for statement in _statements(stage, function) for action in statement["Action"]}


def test_every_function_of_the_application_has_its_policy_memory_and_time() -> None:
    tree = ast.parse((ROOT / "app.py").read_text("utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    names = {
        keyword.value.value
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"lambda_function", "schedule"}
        for keyword in call.keywords
        if keyword.arg == "name" and isinstance(keyword.value, ast.Constant)
    }
    assert names | {"api_handler"} == set(FUNCTIONS)
    for stage in STAGES:
        functions = CONFIG["stages"][stage]["lambda_functions"]
        assert set(functions) == set(FUNCTIONS)
        for settings in functions.values():
            assert set(settings) == {"lambda_memory_size", "lambda_timeout", "iam_policy_file"}


@pytest.mark.parametrize(("stage", "function"), BOTH)
def test_no_policy_allows_a_whole_service_or_a_constant_partition(stage: str, function: str) -> None:
    for statement in _statements(stage, function):
        assert statement["Effect"] == "Allow"
        assert not any("*" in action for action in statement["Action"]), statement["Sid"]
        where = statement.get("Resource", statement.get("NotResource"))
        assert where.startswith("arn:*:") or statement["Action"] == ["dynamodb:ListStreams"]


@pytest.mark.parametrize(("stage", "function"), BOTH)
def test_a_stage_cannot_touch_the_table_of_another(stage: str, function: str) -> None:
    for statement in _statements(stage, function):
        if "consultation-bell" in statement.get("Resource", ""):
            assert f"consultation-bell-{stage}" in statement["Resource"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_stages_differ_in_nothing_but_their_name(function: str) -> None:
    dev, prod = (json.dumps(_statements(stage, function)) for stage in ("dev", "prod"))
    assert dev.replace("-dev", "-prod") == prod


def test_what_the_adapters_call_is_allowed_and_what_they_do_not_call_is_not() -> None:
    called: set[str] = set()
    for folder in ("notify", "timeline", "files"):
        for path in (ROOT / "chalicelib" / folder).glob("*.py"):
            nodes = ast.walk(ast.parse(path.read_text("utf-8")))
            called |= {
                node.attr for node in nodes if isinstance(node, ast.Attribute) and node.attr in ACTIONS
            }
    allowed = set().union(*(_actions("prod", function) for function in FUNCTIONS)) - OF_THE_ROLE
    assert {action for action in allowed if not action.startswith("dynamodb:")} == set().union(
        *(ACTIONS[name] for name in called)
    )


def test_only_the_functions_that_send_may_send_and_only_react_moves_the_timeline() -> None:
    for function in FUNCTIONS:
        actions = _actions("prod", function)
        assert ("sns:Publish" in actions) == ("ses:SendEmail" in actions) == (function in {"react", "sweep"})
        assert any(action.startswith("states:") for action in actions) == (function == "react")


def test_only_requests_touch_photos_and_only_where_photos_are() -> None:
    for function in FUNCTIONS:
        photos = [s for s in _statements("prod", function) if s["Action"][0].startswith("s3:")]
        where = {s["Resource"].partition("photos-*")[2] for s in photos}
        assert where == ({"/incoming/*", "/kept/*", ""} if function == "api_handler" else set())
        assert all(s["Action"] == ["s3:ListBucket"] or s["Resource"].endswith("/*") for s in photos)


def test_the_bucket_shows_nothing_to_the_public_and_nothing_in_the_clear() -> None:
    resources = load_template()["Resources"]
    photos = resources["Photos"]
    assert all(photos["Properties"]["PublicAccessBlockConfiguration"].values())
    assert len(photos["Properties"]["PublicAccessBlockConfiguration"]) == 4
    assert (photos["DeletionPolicy"], photos["UpdateReplacePolicy"]) == ("Retain", "Retain")
    (statement,) = resources["PhotosPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Action"], statement["Principal"]) == ("Deny", "s3:*", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_what_nobody_keeps_goes_and_what_is_kept_stays() -> None:
    rules = load_template()["Resources"]["Photos"]["Properties"]["LifecycleConfiguration"]["Rules"]
    ends = {rule.get("Prefix", ""): rule.get("ExpirationInDays") for rule in rules}
    assert ends == {"incoming/": 2, "kept/": None, "": None}


def test_an_sms_can_be_sent_but_no_topic_be_written_to() -> None:
    (statement,) = (s for s in _statements("prod", "react") if s["Action"] == ["sns:Publish"])
    assert statement["NotResource"] == "arn:*:sns:*:*:*"


def test_no_function_may_scan_the_table() -> None:
    assert not any("dynamodb:Scan" in _actions(stage, function) for stage, function in BOTH)


def test_a_deployed_stage_says_what_the_settings_need() -> None:
    from chalicelib.config import ConfigError, Settings

    for stage in STAGES:
        environment = CONFIG["stages"][stage]["environment_variables"]
        with pytest.raises(ConfigError, match="SECRET_KEY"):
            Settings.from_env(environment)
        settings = Settings.from_env(environment | {"SECRET_KEY": "x" * 32, "AWS_REGION": "cn-north-1"})
        assert (settings.stage, settings.table) == (stage, f"consultation-bell-{stage}")
        assert len(settings.link_url) <= 32
