"""What became of SMS by SNS is connected by `make deploy`, with respect for an account that others use, too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.deploy.course import Course
from infra.deploy.sms import KEPT_DAYS, SmsLog
from infra.template import load_template
from tests.deploy.conftest import Listener, make_course

OTHERS = "arn:aws:iam::123456789012:role/somebody-elses"
GROUP = "sns/eu-central-1/123456789012/DirectPublishToPhoneNumber"
QUESTION = "type yes"


@pytest.fixture(autouse=True)
def _no_trial_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Course, "smoke", lambda *_: None)


def setting(course: Course) -> dict[str, str]:
    """What the account tells SNS."""
    found: dict[str, str] = course.aws.client("sns").get_sms_attributes()["attributes"]
    return {name: value for name, value in found.items() if value}


def connected(course: Course) -> bool:
    stack = course.stacks.found()
    assert stack is not None
    return stack.parameters["ConnectSms"] == "true"


def role(course: Course) -> str:
    stack = course.stacks.found()
    assert stack is not None
    return stack.outputs["SmsLogRoleArn"]


def groups(course: Course) -> dict[str, Any]:
    found = course.aws.client("logs").describe_log_groups(logGroupNamePrefix="sns/")["logGroups"]
    return {group["logGroupName"]: group.get("retentionInDays") for group in found}


def read_by(course: Course, *functions: str) -> None:
    """Others read SNS's log already."""
    client = course.aws.client("logs")
    for name in (GROUP, f"{GROUP}/Failure"):
        client.create_log_group(logGroupName=name)
        for function in functions:
            arn = course.aws.client("lambda").create_function(
                FunctionName=f"{function}-{'lost' if name.endswith('Failure') else 'arrived'}",
                Runtime="python3.11",
                Role=course.execute._role(),  # type: ignore[attr-defined]
                Handler="x.y",
                Code={"ZipFile": b""},
            )["FunctionArn"]
            client.put_subscription_filter(
                logGroupName=name, filterName=function, filterPattern="", destinationArn=arn
            )


def test_it_is_asked_for_since_it_is_the_accounts_and_then_all_is_connected(
    course: Course, tell: Listener
) -> None:
    tell.answers = ["yes"]
    course.deploy()
    assert QUESTION in tell.told
    assert "the whole account in eu-central-1" in tell.told
    assert setting(course) == {
        "DeliveryStatusIAMRole": role(course),
        "DeliveryStatusSuccessSamplingRate": "100",
    }
    assert groups(course) == {GROUP: KEPT_DAYS, f"{GROUP}/Failure": KEPT_DAYS}
    assert connected(course)


def test_again_nobody_is_asked_and_nothing_changes(course: Course, tell: Listener) -> None:
    course.settings = {"SMS_LOG": "on"}
    course.deploy()
    before, course.settings = setting(course), {}
    course.deploy()
    assert QUESTION not in tell.told
    assert (setting(course), connected(course)) == (before, True)


@pytest.mark.parametrize("settings", [{}, {"SMS_LOG": "off"}])
def test_whoever_does_not_say_yes_has_nothing_set(
    course: Course, tell: Listener, settings: dict[str, str]
) -> None:
    course.settings = settings
    course.deploy()
    assert (QUESTION in tell.told) == (not settings)
    assert (setting(course), groups(course), connected(course)) == ({}, {}, False)


@pytest.mark.parametrize("rate", ["100", "10"])
def test_what_somebody_else_has_set_is_left_alone_and_read_all_the_same(
    course: Course, tell: Listener, rate: str
) -> None:
    theirs = {"DeliveryStatusIAMRole": OTHERS, "DeliveryStatusSuccessSamplingRate": rate}
    course.aws.client("sns").set_sms_attributes(attributes=theirs)
    read_by(course, "theirs")
    course.aws.client("logs").put_retention_policy(logGroupName=GROUP, retentionInDays=365)
    course.deploy()
    assert QUESTION not in tell.told
    assert (setting(course), connected(course)) == (theirs, True)
    assert groups(course)[GROUP] == 365
    assert ("left so" in tell.told) == (rate == "10")
    tell.answers = ["prod", ""]
    course.destroy()
    assert setting(course) == theirs


def test_where_two_others_read_the_log_already_it_says_so_and_goes_on(course: Course, tell: Listener) -> None:
    course.settings = {"SMS_LOG": "on"}
    read_by(course, "one", "two")
    course.deploy()
    assert "2 others read SNS's log" in tell.told
    assert not connected(course)
    assert "is in service" in tell.told


def test_out_of_service_takes_back_its_own_setting_and_leaves_the_log(course: Course, tell: Listener) -> None:
    course.settings = {"SMS_LOG": "on"}
    course.deploy()
    tell.answers = ["prod", ""]
    course.destroy()
    assert setting(course) == {}
    assert GROUP in groups(course)
    assert "`make deploy` there, once" in tell.told


def test_a_stage_that_sends_by_others_is_asked_nothing(course: Course, tell: Listener) -> None:
    path = course.folder / "config.json"
    document = json.loads(path.read_text("utf-8"))
    environment = document["stages"]["prod"]["environment_variables"]
    environment |= {"SMS_PROVIDER": "none"}
    path.write_text(json.dumps(document), "utf-8")
    course.deploy()
    assert QUESTION not in tell.told
    assert setting(course) == {}


def test_a_second_stage_reads_along_and_asks_nobody(course: Course, tell: Listener) -> None:
    course.settings = {"SMS_LOG": "on"}
    course.deploy()
    before = setting(course)
    dev = make_course(course.folder, tell, stage="dev")
    dev.deploy()
    assert QUESTION not in tell.told
    assert (setting(dev), connected(dev)) == (before, True)


def test_the_template_names_the_log_as_the_deployment_does(course: Course) -> None:
    resources = load_template()["Resources"]
    named = [
        resources[name]["Properties"]["LogGroupName"]["Fn::Sub"]
        for name in ("SmsArrivedToReport", "SmsLostToReport")
    ]
    known = {"AWS::Region": course.target.region, "AWS::AccountId": course.target.account}
    for name, value in known.items():
        named = [text.replace(f"${{{name}}}", value) for text in named]
    assert tuple(named) == SmsLog(course.aws, course.target, course.tell).groups
    permission = resources["SmsNewsMayReport"]["Properties"]
    assert permission["Principal"] == "logs.amazonaws.com"
    assert permission["SourceArn"]["Fn::Sub"].endswith(
        "log-group:sns/${AWS::Region}/${AWS::AccountId}/DirectPublishToPhoneNumber*"
    )
    (policy,) = resources["SmsLogRole"]["Properties"]["Policies"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Resource"] == permission["SourceArn"]
