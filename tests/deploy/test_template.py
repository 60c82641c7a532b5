"""The template as it is sent to Frankfurt and to Beijing: what is in it exists there, and nothing names one of them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from botocore.session import get_session

from chalicelib.store.keys import EVENTS
from infra.deploy import policies
from infra.deploy.course import SETTINGS
from infra.deploy.target import Target
from infra.deploy.template import LIMIT, document, rendered
from infra.template import TEMPLATE_PATH, load_template

ROOT = Path(__file__).parents[2]
FRANKFURT = Target("prod", "eu-central-1", "123456789012")
BEIJING, NINGXIA = (
    Target("prod", region, "123456789012", "aws-cn", "amazonaws.com.cn")
    for region in ("cn-north-1", "cn-northwest-1")
)
PLACES = [FRANKFURT, BEIJING, NINGXIA]
CHINA = [BEIJING, NINGXIA]

# Which service of botocore's table of endpoints stands behind what the template makes, and behind what else is used.
SERVICES = {
    "Budgets": "budgets",
    "CloudWatch": "cloudwatch",
    "DynamoDB": "dynamodb",
    "Events": "events",
    "IAM": "iam",
    "KMS": "kms",
    "Lambda": "lambda",
    "Logs": "logs",
    "S3": "s3",
    "SES": "ses",
    "SNS": "sns",
    "SQS": "sqs",
    "SSM": "ssm",
    "SecretsManager": "secretsmanager",
    "StepFunctions": "stepfunctions",
}
BESIDES = ("apigateway", "cloudformation", "dynamodbstreams", "events", "sts")
OF_ACTIONS = {
    "dynamodb": "dynamodb",
    "events": "events",
    "logs": "logs",
    "s3": "s3",
    "secretsmanager": "secretsmanager",
    "ses": "ses",
    "sns": "sns",
    "sqs": "sqs",
    "states": "stepfunctions",
    "xray": "xray",
}
ALIYUN = {"SMS_PROVIDER": "aliyun", "MAIL_PROVIDER": "smtp"}


def _offered(service: str, target: Target) -> bool:
    """Whether botocore's table has the service there, of the region or of the whole partition."""
    found = get_session().get_available_regions(service, target.partition, allow_non_regional=True)
    return target.region in found or f"{target.partition}-global" in found


def _resources(target: Target) -> dict[str, Any]:
    found: dict[str, Any] = document(target)["Resources"]
    return found


def test_the_table_of_endpoints_knows_what_is_not_in_china() -> None:
    """Or the tests below would prove nothing."""
    assert not any(_offered("ses", target) for target in CHINA)
    assert not any(_offered("cognito-idp", target) for target in CHINA)
    assert _offered("ses", FRANKFURT)


@pytest.mark.parametrize("target", PLACES, ids=lambda t: t.region)
def test_every_service_that_the_stack_uses_exists_there(target: Target) -> None:
    kinds = {resource["Type"].split("::")[1] for resource in _resources(target).values()}
    used = {SERVICES[kind] for kind in kinds} | set(BESIDES)
    assert [service for service in sorted(used) if not _offered(service, target)] == []


@pytest.mark.parametrize("target", CHINA, ids=lambda t: t.region)
def test_every_service_that_a_function_may_call_exists_there(target: Target) -> None:
    for function in policies.functions():
        settings = {**ALIYUN, "TRACES": "on"}
        written = policies.policy(function, target.app, "prod", policies.Where.of(target), settings)
        services = {action.split(":")[0] for s in written["Statement"] for action in s["Action"]}
        assert [name for name in services if not _offered(OF_ACTIONS[name], target)] == []
        assert not services & {"sns", "ses"}


@pytest.mark.parametrize("target", CHINA, ids=lambda t: t.region)
def test_in_china_there_is_no_mail_by_ses_no_spend_of_sms_and_no_budget(target: Target) -> None:
    kinds = {resource["Type"] for resource in _resources(target).values()}
    assert not any(kind.startswith(("AWS::SES", "AWS::Budgets")) for kind in kinds)
    assert "SMSMonthToDateSpentUSD" not in json.dumps(_resources(target))
    assert set(_resources(FRANKFURT)) - set(_resources(target)) == {
        "AlarmReportFailures",
        "AlarmSmsSpend",
        "Budget",
        "MailNews",
        "MailNewsMayReport",
        "MailNewsPolicy",
        "MailNewsToReport",
        "MailSettings",
        "MailSettingsNews",
        "ReportFailures",
        "ReportFailuresPolicy",
        "SmsArrivedToReport",
        "SmsLogRole",
        "SmsLostToReport",
        "SmsNewsMayReport",
    }


@pytest.mark.parametrize("target", CHINA, ids=lambda t: t.region)
def test_nothing_in_china_refers_to_what_is_left_out(target: Target) -> None:
    template = document(target)
    text = json.dumps(template)
    known = set(template["Resources"]) | set(template["Parameters"])
    asked = set(re.findall(r'"Ref": "([A-Za-z]+)"', text)) | set(
        re.findall(r'"Fn::GetAtt": \["([A-Za-z]+)"', text)
    )
    assert asked <= known
    conditions = set(re.findall(r'"Condition": "([A-Za-z]+)"', text)) | set(
        re.findall(r'"Fn::If": \["([A-Za-z]+)"', text)
    )
    assert conditions <= set(template["Conditions"])
    assert "Commercial" not in text


def test_no_partition_region_or_host_is_a_constant() -> None:
    text = re.sub(r"^ *#.*", "", TEMPLATE_PATH.read_text("utf-8"), flags=re.MULTILINE)
    for found in re.findall(r"arn:[^\s\"']+", text):
        assert found.startswith("arn:${"), found
    # The name of a service is the same in every partition; only the state machine's has a region in it.
    hosts = set(re.findall(r"[\w.${}:-]+\.amazonaws\.com[\w.]*", text))
    assert hosts == {
        "budgets.amazonaws.com",
        "cloudwatch.amazonaws.com",
        "events.amazonaws.com",
        "logs.amazonaws.com",
        "ses.amazonaws.com",
        "sns.amazonaws.com",
        "states.${AWS::Region}.amazonaws.com",
    }
    assert not re.search(r"\b(us|eu|ap|cn)-[a-z]+-\d\b", text)


def test_arns_in_china_are_of_china() -> None:
    for function in policies.functions():
        written = policies.policy(function, BEIJING.app, "prod", policies.Where.of(BEIJING), ALIYUN)
        for arn in re.findall(r"arn:[^\"]+", json.dumps(written)):
            assert arn.startswith("arn:aws-cn:")
    assert BEIJING.arn("lambda", "function:x") == "arn:aws-cn:lambda:cn-north-1:123456789012:function:x"


def test_a_bucket_is_found_where_its_partition_has_it() -> None:
    from chalicelib.files import origin

    assert origin("photos", "cn-north-1", "").endswith(".cn-north-1.amazonaws.com.cn")
    assert origin("photos", "eu-central-1", "").endswith(".eu-central-1.amazonaws.com")


def test_every_stage_has_a_regional_address() -> None:
    config = json.loads((ROOT / ".chalice/config.json").read_text("utf-8"))
    assert {stage["api_gateway_endpoint_type"] for stage in config["stages"].values()} == {"REGIONAL"}


@pytest.mark.parametrize("target", PLACES, ids=lambda t: t.region)
def test_what_is_sent_fits_into_the_request(target: Target) -> None:
    assert len(rendered(target).encode()) < LIMIT


def test_what_is_kept_has_a_name_under_which_it_is_found_again() -> None:
    """CloudFormation takes over by names that are written out; what has none is found by `infra.deploy.kept`."""
    resources = _resources(FRANKFURT)
    kept = {name: r for name, r in resources.items() if r.get("DeletionPolicy") == "Retain"}
    assert set(kept) == {
        "Anchors",
        "DataKey",
        "DataKeyName",
        "Photos",
        "ProviderSecrets",
        "SecretKey",
        "Table",
    }
    properties = {name: resource["Properties"] for name, resource in kept.items()}
    assert properties["Table"]["TableName"] == "consultation-bell-prod"
    assert properties["Photos"]["BucketName"] == "consultation-bell-prod-photos-123456789012"
    assert properties["Anchors"]["BucketName"] == "consultation-bell-prod-anchors-123456789012"
    assert properties["SecretKey"]["Name"] == "consultation-bell/prod/key"


def test_the_table_can_be_restored_watched_and_not_deleted() -> None:
    table = load_template()["Resources"]["Table"]["Properties"]
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert table["DeletionProtectionEnabled"] == {"Ref": "DeletionProtection"}
    assert table["SSESpecification"]["SSEType"] == "KMS"


def test_an_anchor_cannot_be_changed() -> None:
    anchors = load_template()["Resources"]["Anchors"]["Properties"]
    assert anchors["ObjectLockEnabled"] is True
    assert anchors["VersioningConfiguration"] == {"Status": "Enabled"}
    assert anchors["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]["Mode"] == {"Ref": "AnchorLock"}
    assert load_template()["Parameters"]["AnchorLock"]["Default"] == "COMPLIANCE"


def test_nothing_can_be_put_over_an_anchor() -> None:
    """Whoever writes without asking whether something is there is refused, whatever their own policy allows; what we
    write asks (tests/anchor/test_vault.py)."""
    statements = load_template()["Resources"]["AnchorsPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    (denied,) = (statement for statement in statements if statement["Action"] == "s3:PutObject")
    assert (denied["Effect"], denied["Principal"]) == ("Deny", "*")
    assert denied["Resource"] == {"Fn::Sub": "${Anchors.Arn}/*"}
    # Parts of an upload cannot bring the condition and are nothing yet: what completes it must.
    assert denied["Condition"] == {
        "Null": {"s3:if-none-match": "true"},
        "Bool": {"s3:ObjectCreationOperation": "true"},
    }


def test_all_that_can_hold_personal_data_is_encrypted_with_our_key() -> None:
    resources = load_template()["Resources"]
    by_arn, by_name = (
        json.dumps({"Fn::If": ["MakesKey", key, {"Ref": "KeptKey"}]})
        for key in ({"Fn::GetAtt": "DataKey.Arn"}, {"Ref": "DataKeyName"})
    )
    for name, resource in resources.items():
        holds = resource["Type"] in (
            "AWS::DynamoDB::Table",
            "AWS::SNS::Topic",
            "AWS::SQS::Queue",
            "AWS::SecretsManager::Secret",
        )
        # What outlives the stack waits for the key's name, under which it is found again.
        ours = by_name if resource.get("DeletionPolicy") == "Retain" else by_arn
        assert not holds or ours in json.dumps(resource["Properties"]), name
    assert by_name in json.dumps(resources["Photos"]["Properties"])
    assert resources["DataKey"]["Properties"]["EnableKeyRotation"] is True


def test_the_key_opens_nothing_by_itself() -> None:
    policy = load_template()["Resources"]["DataKey"]["Properties"]["KeyPolicy"]
    (anybody,) = (s for s in policy["Statement"] if s["Principal"] == {"AWS": "*"})
    assert anybody["Condition"]["StringEquals"] == {"kms:CallerAccount": {"Ref": "AWS::AccountId"}}
    through = [way["Fn::Sub"].split(".")[0] for way in anybody["Condition"]["StringLike"]["kms:ViaService"]]
    assert through == ["dynamodb", "s3", "secretsmanager", "sns", "sqs"]


def test_logs_are_kept_for_the_six_months_of_the_cybersecurity_law() -> None:
    assert load_template()["Parameters"]["LogDays"]["Default"] >= 180


def test_every_function_has_a_log_that_ends() -> None:
    groups = [r for r in load_template()["Resources"].values() if r["Type"] == "AWS::Logs::LogGroup"]
    assert len(groups) == len(policies.functions()) + 1
    assert all(group["Properties"]["RetentionInDays"] == {"Ref": "LogDays"} for group in groups)


@pytest.mark.parametrize("target", PLACES, ids=lambda t: t.region)
def test_cfn_lint_finds_nothing(target: Target, tmp_path: Path) -> None:
    path = tmp_path / "template.json"
    path.write_text(rendered(target), "utf-8")
    command = [Path(sys.executable).with_name("cfn-lint"), "--regions", target.region, "--", path]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_who_publishes_reads_the_stream_for_itself_and_only_events() -> None:
    resources = load_template()["Resources"]
    react, publish = (resources[name]["Properties"] for name in ("StreamToReact", "StreamToPublish"))
    assert react["EventSourceArn"] == publish["EventSourceArn"]
    (only,) = publish["FilterCriteria"]["Filters"]
    pattern = json.loads(only["Pattern"])
    assert pattern == {"eventName": ["INSERT"], "dynamodb": {"Keys": {"sk": {"S": [{"prefix": EVENTS}]}}}}
    assert publish["MaximumRecordAgeInSeconds"] == 6 * 3600
    assert not any(kind["Type"] == "AWS::Events::EventBusPolicy" for kind in resources.values())


@pytest.mark.parametrize("target", PLACES, ids=lambda t: t.region)
def test_a_mailbox_is_read_each_minute_where_there_is_one(target: Target) -> None:
    """Also in China, where all mail goes by SMTP."""
    template = document(target)
    rule, may = (template["Resources"][name] for name in ("MailboxMinute", "MailboxMayReport"))
    assert {rule["Condition"], may["Condition"]} == {"MailboxConnected"}
    assert template["Conditions"]["MailboxConnected"] == {
        "Fn::And": [
            {"Fn::Equals": [{"Ref": "ConnectReport"}, "true"]},
            {"Fn::Equals": [{"Ref": "Mailbox"}, "true"]},
        ]
    }
    assert {template["Parameters"][name]["Default"] for name in ("ConnectReport", "Mailbox")} == {"false"}
    (called,) = rule["Properties"]["Targets"]
    assert (rule["Properties"]["ScheduleExpression"], json.loads(called["Input"])) == (
        "rate(1 minute)",
        {"read": "mailbox"},
    )
    assert may["Properties"]["SourceArn"] == {"Fn::GetAtt": ["MailboxMinute", "Arn"]}


def test_timers_are_traced_only_where_the_stage_traces() -> None:
    template = load_template()
    assert template["Parameters"]["Traces"]["Default"] == "false"
    timeline, role = (template["Resources"][name]["Properties"] for name in ("Timeline", "TimelineRole"))
    assert timeline["TracingConfiguration"] == {"Enabled": {"Ref": "Traces"}}
    (policy,) = role["Policies"]
    with_xray = [s for s in policy["PolicyDocument"]["Statement"] if "xray:" in json.dumps(s)]
    assert [s["Fn::If"][0] for s in with_xray] == ["Traced"]


def test_how_much_of_the_stream_is_taken_at_once_is_the_operators_to_choose() -> None:
    template = load_template()
    mapping = template["Resources"]["StreamToReact"]["Properties"]
    assert (mapping["BatchSize"], mapping["ParallelizationFactor"]) == (
        {"Ref": "StreamBatch"},
        {"Ref": "StreamLanes"},
    )
    assert {"STREAM_BATCH": "StreamBatch", "STREAM_LANES": "StreamLanes"}.items() <= SETTINGS.items()
    assert set(SETTINGS.values()) <= set(template["Parameters"])
