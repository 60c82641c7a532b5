"""What became of SMS by SNS is connected by `make deploy`, with respect for an account that others use, too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.deploy.course import Course
from infra.deploy.sms import KEPT_DAYS, SmsLog
from infra.deploy.stack import Stack
from infra.template import load_template
from tests.deploy.conftest import FakeChalice, Listener

OURS = "arn:aws:iam::123456789012:role/consultation-bell-prod-SmsLogRole"
OTHERS = "arn:aws:iam::123456789012:role/somebody-elses"
GROUP = "sns/eu-central-1/123456789012/DirectPublishToPhoneNumber"
QUESTION = "type yes"


@pytest.fixture(autouse=True)
def _no_trial_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Course, "smoke", lambda *_: None)


@pytest.fixture
def log(course: Course, tell: Listener) -> SmsLog:
    return SmsLog(course.aws, course.target, tell)


def setting(course: Course) -> dict[str, str]:
    """What the account tells SNS."""
    found: dict[str, str] = course.aws.client("sns").get_sms_attributes()["attributes"]
    return {name: value for name, value in found.items() if value}


def logged(role: str, rate: str = "100") -> dict[str, str]:
    """The account's setting when SNS keeps the log with that role."""
    return {"DeliveryStatusIAMRole": role, "DeliveryStatusSuccessSamplingRate": rate}


def stack(course: Course) -> Stack:
    found = course.stacks.found()
    assert found is not None
    return found


def groups(course: Course) -> dict[str, Any]:
    found = course.aws.client("logs").describe_log_groups(logGroupNamePrefix="sns/")["logGroups"]
    return {group["logGroupName"]: group.get("retentionInDays") for group in found}


def read_by(course: Course, *functions: str) -> None:
    """Others read SNS's log already."""
    chalice, logs = course.execute, course.aws.client("logs")
    assert isinstance(chalice, FakeChalice)
    for name in (GROUP, f"{GROUP}/Failure"):
        logs.create_log_group(logGroupName=name)
        for function in functions:
            arn = course.aws.client("lambda").create_function(
                FunctionName=f"{function}-{'lost' if name.endswith('Failure') else 'arrived'}",
                Runtime="python3.11",
                Role=chalice._role(),
                Handler="x.y",
                Code={"ZipFile": b""},
            )["FunctionArn"]
            logs.put_subscription_filter(
                logGroupName=name, filterName=function, filterPattern="", destinationArn=arn
            )


def test_it_is_asked_for_once_since_it_is_the_accounts_and_taken_back_at_the_end(
    course: Course, tell: Listener
) -> None:
    tell.answers = ["yes"]
    course.deploy()
    assert tell.told.count(QUESTION) == 1
    assert "whole account in eu-central-1" in tell.told
    assert setting(course) == logged(stack(course).outputs["SmsLogRoleArn"])
    assert groups(course) == {GROUP: KEPT_DAYS, f"{GROUP}/Failure": KEPT_DAYS}
    assert stack(course).parameters["ConnectSms"] == "true"
    course.deploy()
    assert tell.told.count(QUESTION) == 1
    tell.answers = ["prod", ""]
    course.destroy()
    assert setting(course) == {}
    assert GROUP in groups(course)
    assert "`make deploy` there, once" in tell.told


def test_whoever_does_not_say_yes_has_nothing_set(course: Course, tell: Listener) -> None:
    course.deploy()
    assert QUESTION in tell.told
    assert (setting(course), groups(course)) == ({}, {})
    assert stack(course).parameters["ConnectSms"] == "false"


@pytest.mark.parametrize(("said", "agreed"), [("on", True), ("off", False)])
def test_whoever_said_it_beforehand_is_not_asked(
    log: SmsLog, tell: Listener, said: str, agreed: bool
) -> None:
    assert log.agreed(said) is agreed
    assert QUESTION not in tell.told


@pytest.mark.parametrize("rate", ["100", "10"])
def test_what_somebody_else_has_set_is_left_alone_and_read_all_the_same(
    course: Course, log: SmsLog, tell: Listener, rate: str
) -> None:
    course.aws.client("sns").set_sms_attributes(attributes=logged(OTHERS, rate))
    read_by(course, "theirs")
    course.aws.client("logs").put_retention_policy(logGroupName=GROUP, retentionInDays=365)
    assert log.agreed("")
    assert log.readable()
    log.keep(OURS)
    log.forget(OURS)
    assert QUESTION not in tell.told
    assert setting(course) == logged(OTHERS, rate)
    assert groups(course) == {GROUP: 365, f"{GROUP}/Failure": KEPT_DAYS}
    assert ("left so" in tell.told) == (rate == "10")


def test_where_two_others_read_the_log_already_it_says_so(
    course: Course, log: SmsLog, tell: Listener
) -> None:
    read_by(course, "one", "two")
    assert not log.readable()
    assert "2 others read SNS's log" in tell.told


def test_a_stage_that_sends_by_others_is_asked_nothing(course: Course, tell: Listener) -> None:
    path = course.folder / "config.json"
    document = json.loads(path.read_text("utf-8"))
    document["stages"]["prod"]["environment_variables"] |= {"SMS_PROVIDER": "aliyun"}
    path.write_text(json.dumps(document), "utf-8")
    deployed = Stack("id", "CREATE_COMPLETE", "", {"SmsLogRoleArn": OURS}, {})
    assert course._sms_log(deployed) is None
    assert QUESTION not in tell.told


def test_the_template_names_the_log_as_the_deployment_does(course: Course, log: SmsLog) -> None:
    resources = load_template()["Resources"]
    filters = [resources[name]["Properties"] for name in ("SmsArrivedToReport", "SmsLostToReport")]
    named = [one["LogGroupName"]["Fn::Sub"] for one in filters]
    for name, value in {
        "AWS::Region": course.target.region,
        "AWS::AccountId": course.target.account,
    }.items():
        named = [text.replace(f"${{{name}}}", value) for text in named]
    assert tuple(named) == log.groups
    permission = resources["SmsNewsMayReport"]["Properties"]
    assert permission["Principal"] == "logs.amazonaws.com"
    assert permission["SourceArn"]["Fn::Sub"].endswith(
        "log-group:sns/${AWS::Region}/${AWS::AccountId}/DirectPublishToPhoneNumber*"
    )
    (policy,) = resources["SmsLogRole"]["Properties"]["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Resource"] == permission["SourceArn"]
