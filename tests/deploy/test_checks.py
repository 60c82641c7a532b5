"""Before anything is touched the operator hears what is wrong, and what to do about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from infra.deploy import checks
from infra.deploy.aws import Aws, region_of, target
from infra.deploy.checks import Kind
from infra.deploy.configuration import Configuration
from infra.deploy.course import Course
from infra.deploy.target import Target
from infra.deploy.telling import Failed
from tests.deploy.conftest import CHALICE, REGION, Listener, make_course, project

HERE = Target("prod", REGION, "123456789012")
BEIJING = Target("prod", "cn-north-1", "123456789012", "aws-cn", "amazonaws.com.cn")
ALIYUN = {
    "SMS_PROVIDER": "aliyun",
    "SMS_KEY_ID": "id",
    "SMS_SIGN": "米市巷街道",
    "SMS_TEMPLATES": "alert=SMS_1",
    "MAIL_PROVIDER": "smtp",
    "SMTP_HOST": "smtp.example.cn",
}


def _errors(folder: Path, place: Target, **settings: str) -> list[str]:
    path = project(folder / ".chalice") / "config.json"
    document = json.loads(path.read_text("utf-8"))
    document["stages"]["prod"]["environment_variables"] |= settings
    path.write_text(json.dumps(document), "utf-8")
    found = checks.of_configuration(Configuration.read(path.parent), place)
    return [finding.sentence for finding in found if finding.kind is Kind.ERROR]


def test_a_stage_that_is_filled_in_passes(tmp_path: Path) -> None:
    assert _errors(tmp_path, HERE) == []


def test_what_we_ship_must_be_filled_in_first() -> None:
    found = list(checks.of_configuration(Configuration.read(CHALICE), HERE))
    errors = " ".join(finding.sentence for finding in found if finding.kind is Kind.ERROR)
    assert all(name in errors for name in ("PUBLIC_URL", "LINK_URL", "MAIL_FROM"))


@pytest.mark.parametrize("address", ["http://bell.cn", "https://bell.example.org", "", "bell.cn"])
def test_an_address_that_nobody_can_open_is_refused(tmp_path: Path, address: str) -> None:
    (error,) = _errors(tmp_path, HERE, PUBLIC_URL=address)
    assert error.startswith("PUBLIC_URL")


def test_what_the_stack_will_tell_need_not_be_there_yet(tmp_path: Path) -> None:
    """A stage of before there were anchors knows no bucket for them."""
    assert _errors(tmp_path, HERE, ANCHORS_BUCKET="", TABLE_NAME="") == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("ANCHOR_MAIL", "notary"), ("RINGS_PER_PHONE", "five"), ("PREFIXES", "MX,ZZ")],
)
def test_a_setting_with_which_no_function_would_start_is_found_before_they_do(
    tmp_path: Path, name: str, value: str
) -> None:
    (error,) = _errors(tmp_path, HERE, **{name: value})
    assert name in error


def test_in_china_neither_sns_nor_ses_sends(tmp_path: Path) -> None:
    sms, mail = _errors(tmp_path, BEIJING)
    assert "set SMS_PROVIDER to aliyun or tencent" in sms
    assert "set MAIL_PROVIDER to smtp" in mail
    assert "cn-north-1" in sms


def test_in_china_what_exists_there_is_taken(tmp_path: Path) -> None:
    lacking = _errors(tmp_path, BEIJING, **ALIYUN)
    assert all("SMS_TEMPLATES has no template for" in error for error in lacking)


def test_a_provider_nobody_knows_is_refused_with_those_we_know(tmp_path: Path) -> None:
    assert any("sns, aliyun, tencent" in error for error in _errors(tmp_path, HERE, SMS_PROVIDER="pigeon"))


def test_what_a_provider_misses_is_named(tmp_path: Path) -> None:
    assert any("SMTP_HOST" in error for error in _errors(tmp_path, HERE, MAIL_PROVIDER="smtp"))


def test_a_stage_is_not_deployed_a_second_time_elsewhere(tmp_path: Path) -> None:
    arn = "arn:aws:states:us-east-1:210987654321:stateMachine:consultation-bell-prod-escalation"
    (error,) = _errors(tmp_path, HERE, STATE_MACHINE_ARN=arn)
    assert "us-east-1 of account 210987654321" in error


@pytest.mark.parametrize(
    ("setting", "value"), [("api_gateway_endpoint_type", "EDGE"), ("autogen_policy", True)]
)
def test_what_chalice_would_do_by_default_is_refused(tmp_path: Path, setting: str, value: Any) -> None:
    path = project(tmp_path / ".chalice") / "config.json"
    document = json.loads(path.read_text("utf-8"))
    document["stages"]["prod"][setting] = value
    path.write_text(json.dumps(document), "utf-8")
    found = checks.of_configuration(Configuration.read(path.parent), HERE)
    assert [setting in f.sentence for f in found if f.kind is Kind.ERROR] == [True]


def test_a_long_link_costs_a_segment_and_is_said_so(tmp_path: Path) -> None:
    path = project(tmp_path / ".chalice") / "config.json"
    document = json.loads(path.read_text("utf-8"))
    document["stages"]["prod"]["environment_variables"]["LINK_URL"] = "https://consultation.bell.gov.cn"
    path.write_text(json.dumps(document), "utf-8")
    (finding,) = checks.of_configuration(Configuration.read(path.parent), HERE)
    assert finding.kind is Kind.WARNING
    assert "two SMS segments" in finding.sentence


def test_an_error_stops_before_anything_is_touched(course: Course, tell: Listener) -> None:
    path = course.folder / "config.json"
    path.write_text(path.read_text("utf-8").replace("https://ling.cn", "http://ling.cn"), "utf-8")
    with pytest.raises(Failed, match="1 of the checks"):
        course.deploy()
    assert "LINK_URL" in tell.told
    assert course.stacks.found() is None


def test_the_cost_at_rest_is_told(course: Course, tell: Listener) -> None:
    course.check()
    assert "USD a month" in tell.told
    assert "Alarm 2.40" in tell.told


def test_a_log_group_of_an_earlier_life_is_found(course: Course, tell: Listener) -> None:
    course.aws.client("logs").create_log_group(logGroupName="/aws/lambda/consultation-bell-prod-react")
    course.aws.client("logs").create_log_group(logGroupName="/aws/lambda/consultation-bell-production")
    with pytest.raises(Failed):
        course.check()
    assert "delete-log-group --log-group-name /aws/lambda/consultation-bell-prod-react" in tell.told
    assert "consultation-bell-production" not in tell.told


def test_without_credentials_it_says_how_to_sign_in(emulated: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with pytest.raises(Failed) as failure:
        target(Aws(REGION), "prod")
    assert "aws sso login" in failure.value.advice


def test_credentials_of_another_partition_are_found_out(emulated: None, tmp_path: Path) -> None:
    """moto answers as of the region's own partition; so the region is exchanged after the identity was asked."""

    class Abroad(Aws):
        def client(self, service: str) -> Any:
            return Aws(REGION).client(service)

    with pytest.raises(Failed, match="partition aws, the region cn-north-1 to aws-cn"):
        target(Abroad("cn-north-1"), "prod")


def test_without_a_region_it_asks_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(Failed) as failure:
        region_of("")
    assert "REGION=" in failure.value.advice


def test_a_stage_that_is_not_there_says_which_are(emulated: None, tmp_path: Path, tell: Listener) -> None:
    course = make_course(tmp_path / ".chalice", tell, stage="staging")
    with pytest.raises(Failed, match="only dev, prod"):
        course.check()


def test_what_a_stage_costs_at_rest_grows_with_its_subdistricts_until_they_are_not_measured() -> None:
    from infra.deploy import prices, template

    stack = template.document(HERE)
    one, ten, eleven = (sum(prices.standing(stack, count).values()) for count in (1, 10, 11))
    assert 10 < one < 20
    assert one < ten
    assert eleven < one


def test_a_stage_that_was_written_before_a_function_was_added_is_told_so(tmp_path: Path) -> None:
    path = project(tmp_path / ".chalice") / "config.json"
    document = json.loads(path.read_text("utf-8"))
    del document["stages"]["prod"]["lambda_functions"]["publish"]
    path.write_text(json.dumps(document), "utf-8")
    found = checks.of_configuration(Configuration.read(path.parent), HERE)
    (error,) = (finding.sentence for finding in found if finding.kind is Kind.ERROR)
    assert error.startswith('"lambda_functions" has no publish')
