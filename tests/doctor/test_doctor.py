"""The doctor finds what is wrong with a stage, says what to do about it, and says nothing where all is well."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.session import get_session

from chalicelib.anchor import service as anchors
from chalicelib.files.vault import S3Vault
from chalicelib.status import service as status
from infra.deploy.aws import Aws
from infra.deploy.checks import Kind
from infra.deploy.target import Target
from infra.deploy.telling import Teller
from infra.doctor.__main__ import HERE, LOOKS, report
from infra.doctor.stage import Stage, examine
from tests.fakes.clock import FakeClock
from tests.recovery.capture import Life, life

ACCOUNT = "123456789012"
FUNCTIONS = ("advance", "anchor", "api_handler", "canary", "react", "sweep")
TOLD = {
    "STAGE": "prod",
    "PUBLIC_URL": "https://bell.example.org",
    "MAIL_FROM": "bell@ling.example",
    "PREFIXES": "MX",
}
NAME = "consultation-bell-prod"


@dataclass
class Patient:
    """A stage that is healthy until somebody does something to it."""

    life: Life
    stage: Stage

    def client(self, service: str) -> Any:
        """A client of its region; the doctor uses the same one."""
        return self.stage.client(service)

    def found(self, looks: Mapping[str, Any] = LOOKS) -> list[tuple[str, str]]:
        """Everything that is not as it should be: title and sentence."""
        found = examine(replace(self.stage, now=self.life.clock.now()), looks)
        return [(title, finding.sentence) for title, finding in found if finding.kind is not Kind.GOOD]

    def mapping(self) -> str:
        """The id of the stream's mapping."""
        listed = self.client("lambda").list_event_source_mappings(FunctionName=f"{NAME}-react")
        uuid: str = listed["EventSourceMappings"][0]["UUID"]
        return uuid


@pytest.fixture
def patient() -> Iterator[Patient]:
    with life("prod") as played:
        aws = Aws(played.aws.region, played.aws.session)
        where = Target("prod", played.aws.region, ACCOUNT)
        made = Patient(played, Stage(aws, where, TOLD, FUNCTIONS, played.clock.now()))
        _table(made)
        _functions(made)
        _watchers(made)
        _posts(made)
        yield made


def _table(patient: Patient) -> None:
    client = patient.client("dynamodb")
    client.update_continuous_backups(
        TableName=NAME, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    client.update_time_to_live(
        TableName=NAME, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at"}
    )
    client.update_table(TableName=NAME, DeletionProtectionEnabled=True)
    for name in ("sweep", "canary"):
        status.came_round(patient.life.ports, name)
    anchored(patient)


def anchored(patient: Patient, days: int = 0) -> None:
    """The anchor of today, or of a later day."""
    bucket, clock = patient.life.aws.anchors, FakeClock(patient.life.clock.now() + timedelta(days=days))
    vault = S3Vault(bucket.name, bucket.region, get_session)
    anchors.take(replace(patient.life.ports, vault=vault, clock=clock))


def _functions(patient: Patient) -> None:
    client, where = patient.client("lambda"), patient.stage.where
    role = patient.client("iam").get_role(RoleName=NAME)["Role"]["Arn"]
    for name in FUNCTIONS:
        full = where.function(name)
        with suppress(client.exceptions.ResourceConflictException):
            client.create_function(
                FunctionName=full, Runtime="python3.11", Role=role, Handler="app.x", Code={"ZipFile": _zip()}
            )
        client.update_function_configuration(FunctionName=full, Environment={"Variables": TOLD})
    stream = patient.client("dynamodb").describe_table(TableName=NAME)["Table"]["LatestStreamArn"]
    client.create_event_source_mapping(
        FunctionName=f"{NAME}-react", EventSourceArn=stream, StartingPosition="TRIM_HORIZON"
    )


def _zip() -> bytes:
    from infra.local.embedded import _empty_zip

    return _empty_zip()


def _watchers(patient: Patient) -> None:
    where = patient.stage.where
    events, logs, watch = (patient.client(name) for name in ("events", "logs", "cloudwatch"))
    for name in ("sweep", "canary", "anchor"):
        events.put_rule(Name=f"{NAME}-{name}-event", ScheduleExpression="rate(1 minute)", State="ENABLED")
        arn = where.arn("lambda", f"function:{where.function(name)}")
        events.put_targets(Rule=f"{NAME}-{name}-event", Targets=[{"Id": "1", "Arn": arn}])
    for name in FUNCTIONS:
        group = f"/aws/lambda/{where.function(name)}"
        logs.create_log_group(logGroupName=group)
        logs.put_retention_policy(logGroupName=group, retentionInDays=30)
    watch.put_metric_alarm(
        AlarmName=f"{NAME}-stream-late",
        Namespace="ConsultationBell",
        MetricName="StreamAgeSeconds",
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=3,
        Threshold=120,
        ComparisonOperator="GreaterThanThreshold",
    )
    watch.set_alarm_state(AlarmName=f"{NAME}-stream-late", StateValue="OK", StateReason="quiet")
    topic = where.arn("sns", f"{NAME}-operator-alerts")
    patient.client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="you@ling.example")
    template = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    patient.client("cloudformation").create_stack(StackName=NAME, TemplateBody=template)


def _posts(patient: Patient) -> None:
    patient.client("secretsmanager").create_secret(
        Name="consultation-bell/prod/key", SecretString=json.dumps({"SECRET_KEY": "k" * 64})
    )
    sns, ses = patient.client("sns"), patient.client("ses")
    logged = {"DeliveryStatusIAMRole": "arn:aws:iam::123456789012:role/sms-log"}
    sns.set_sms_attributes(attributes={"MonthlySpendLimit": "50"} | logged)
    ses.verify_email_identity(EmailAddress="bell@ling.example")
    # What the emulator does not have.
    sns.get_sms_sandbox_account_status = lambda: {"IsInSandbox": False}
    ses.get_account_sending_enabled = lambda: {"Enabled": True}
    ses.get_send_quota = lambda: {"Max24HourSend": 50_000.0, "SentLast24Hours": 10.0}


def test_a_healthy_stage_has_nothing_to_mend(patient: Patient) -> None:
    assert patient.found() == []
    out = io.StringIO()
    assert report(examine(patient.stage, LOOKS), Teller(out)) == 0
    assert out.getvalue().rstrip().endswith("Healthy")
    assert out.getvalue().count("✓") >= len(LOOKS)
    assert "k" * 64 not in out.getvalue()


def _no_way_back(patient: Patient) -> None:
    patient.client("dynamodb").update_continuous_backups(
        TableName=NAME, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )


def _kept_for_ever(patient: Patient) -> None:
    patient.client("dynamodb").update_time_to_live(
        TableName=NAME, TimeToLiveSpecification={"Enabled": False, "AttributeName": "expires_at"}
    )


def _unprotected(patient: Patient) -> None:
    patient.client("dynamodb").update_table(TableName=NAME, DeletionProtectionEnabled=False)


def _mute_stream(patient: Patient) -> None:
    patient.client("lambda").update_event_source_mapping(UUID=patient.mapping(), Enabled=False)


def _no_mapping(patient: Patient) -> None:
    patient.client("lambda").delete_event_source_mapping(UUID=patient.mapping())


def _mute_bus(patient: Patient) -> None:
    told = {**TOLD, "EVENT_BUS": NAME}
    patient.stage = replace(patient.stage, told=told)
    for name in FUNCTIONS:
        full = patient.stage.where.function(name)
        patient.client("lambda").update_function_configuration(
            FunctionName=full, Environment={"Variables": told}
        )


def _lost_function(patient: Patient) -> None:
    patient.client("lambda").delete_function(FunctionName=f"{NAME}-canary")


def _other_settings(patient: Patient) -> None:
    told = {**TOLD, "PUBLIC_URL": "https://old.example.org"}
    patient.client("lambda").update_function_configuration(FunctionName=NAME, Environment={"Variables": told})


def _no_schedule(patient: Patient) -> None:
    patient.client("events").disable_rule(Name=f"{NAME}-sweep-event")


def _uncalled(patient: Patient) -> None:
    patient.client("events").remove_targets(Rule=f"{NAME}-canary-event", Ids=["1"])


def _alarm(patient: Patient) -> None:
    patient.client("cloudwatch").set_alarm_state(
        AlarmName=f"{NAME}-stream-late", StateValue="ALARM", StateReason="300 s"
    )


def _no_alarms(patient: Patient) -> None:
    patient.client("cloudwatch").delete_alarms(AlarmNames=[f"{NAME}-stream-late"])


def _unheard(patient: Patient) -> None:
    sns = patient.client("sns")
    for one in sns.list_subscriptions()["Subscriptions"]:
        sns.unsubscribe(SubscriptionArn=one["SubscriptionArn"])


def _letter(patient: Patient) -> None:
    patient.client("sqs").send_message(QueueUrl=patient.life.aws.stream_failures_url, MessageBody="{}")


def _news_left(patient: Patient) -> None:
    sqs = patient.client("sqs")
    url = sqs.create_queue(QueueName=f"{NAME}-report-failures")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="{}")


def _overdue(patient: Patient) -> None:
    patient.life.ring("one")
    patient.life.clock.advance(minutes=9)
    for name in ("sweep", "canary"):
        status.came_round(patient.life.ports, name)


def _silent_minute(patient: Patient) -> None:
    patient.life.clock.advance(minutes=10)


def _lost_canary(patient: Patient) -> None:
    status.came_round(patient.life.ports, "canary", ok=False, detail="timer")


def _overwritten_anchor(patient: Patient) -> None:
    client, bucket = patient.client("s3"), patient.life.aws.anchors.name
    (found,) = client.list_objects_v2(Bucket=bucket, Prefix="roots/")["Contents"]
    client.put_object(Bucket=bucket, Key=found["Key"], Body=b"{}", ChecksumAlgorithm="SHA256")


def _hidden_anchor(patient: Patient) -> None:
    client, bucket = patient.client("s3"), patient.life.aws.anchors.name
    (found,) = client.list_objects_v2(Bucket=bucket, Prefix="roots/")["Contents"]
    anchored(patient, days=1)
    client.delete_object(Bucket=bucket, Key=found["Key"])


def _no_anchor(patient: Patient) -> None:
    bucket = patient.life.aws.anchors
    bucket._backend.get_bucket(bucket.name).keys.clear()


def _anchor_of_a_day_to_come(patient: Patient) -> None:
    anchored(patient, days=365)


def _fewer_under_the_newest(patient: Patient) -> None:
    """A head as it was before heads were found by their index."""
    patient.client("dynamodb").update_item(
        TableName=NAME,
        Key={"pk": {"S": "PLACE#MX"}, "sk": {"S": "DIRECTORY"}},
        UpdateExpression="REMOVE tip_shard",
    )
    anchored(patient, days=1)


def _removable_anchors(patient: Patient) -> None:
    lock = {"Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
    patient.client("s3").get_object_lock_configuration = lambda **_: {"ObjectLockConfiguration": lock}


def _unlocked_anchors(patient: Patient) -> None:
    bucket = patient.life.aws.anchors
    bucket._backend.get_bucket(bucket.name).object_lock_enabled = False


def _no_place(patient: Patient) -> None:
    key = {"pk": {"S": "PLACE#MX"}, "sk": {"S": "DIRECTORY"}}
    patient.client("dynamodb").delete_item(TableName=NAME, Key=key)


def _no_key(patient: Patient) -> None:
    patient.client("secretsmanager").put_secret_value(
        SecretId="consultation-bell/prod/key", SecretString="{}"
    )


def _endless_log(patient: Patient) -> None:
    patient.client("logs").delete_retention_policy(logGroupName=f"/aws/lambda/{NAME}-react")


def _poor(patient: Patient) -> None:
    patient.client("sns").set_sms_attributes(attributes={"MonthlySpendLimit": "1"})


def _unlogged_sms(patient: Patient) -> None:
    patient.client("sns").set_sms_attributes(attributes={"DeliveryStatusIAMRole": ""})


def _sms_sandbox(patient: Patient) -> None:
    patient.client("sns").get_sms_sandbox_account_status = lambda: {"IsInSandbox": True}


def _mail_sandbox(patient: Patient) -> None:
    patient.client("ses").get_send_quota = lambda: {"Max24HourSend": 200.0, "SentLast24Hours": 0.0}


def _paused_mail(patient: Patient) -> None:
    patient.client("ses").get_account_sending_enabled = lambda: {"Enabled": False}


def _unverified(patient: Patient) -> None:
    patient.client("ses").delete_identity(Identity="bell@ling.example")


def _no_index(patient: Patient) -> None:
    gone = {"Delete": {"IndexName": "tips"}}
    patient.client("dynamodb").update_table(TableName=NAME, GlobalSecondaryIndexUpdates=[gone])


ILLS: list[tuple[Callable[[Patient], None], str, str]] = [
    (_no_way_back, "Table", "make deploy"),
    (_kept_for_ever, "Table", "make deploy"),
    (_unprotected, "Table", "DELETION_PROTECTION=true"),
    (_no_index, "Table", "make restore"),
    (_mute_stream, "Stream", "--enabled"),
    (_no_mapping, "Stream", "make deploy"),
    (_mute_bus, "Stream", "not fed to publish"),
    (_lost_function, "Functions", f"{NAME}-canary"),
    (_other_settings, "Functions", "PUBLIC_URL"),
    (_no_schedule, "Schedules", "aws events enable-rule"),
    (_uncalled, "Schedules", "chalice deploy"),
    (_alarm, "Alarms", "docs/runbooks/stream-late.md"),
    (_no_alarms, "Alarms", "make deploy"),
    (_unheard, "Alarms", "OPERATOR_MAIL"),
    (_letter, "Dead letters", "make replay STAGE=prod"),
    (_news_left, "Dead letters", "docs/runbooks/report-failures.md"),
    (_overdue, "Clocks", "sweeper-silent.md"),
    (_silent_minute, "What comes round by itself", "sweeper-silent.md"),
    (_lost_canary, "What comes round by itself", "timer"),
    (_overwritten_anchor, "Anchors", "oldest version"),
    (_hidden_anchor, "Anchors", "roots/2026-11-23.json"),
    (_no_anchor, "Anchors", "within an hour"),
    (_anchor_of_a_day_to_come, "Anchors", "yet to come"),
    (_fewer_under_the_newest, "Anchors", "make migrate"),
    (_removable_anchors, "Anchors", "COMPLIANCE"),
    (_unlocked_anchors, "Anchors", "make deploy"),
    (_no_place, "Places", "make place"),
    (_no_key, "Key", "SECRET_KEY"),
    (_endless_log, "Logs", "make deploy"),
    (_poor, "SMS", "MonthlySpendLimit"),
    (_unlogged_sms, "SMS", "SMS_LOG=on"),
    (_sms_sandbox, "SMS", "sandbox"),
    (_mail_sandbox, "Mail", "production access"),
    (_paused_mail, "Mail", "bounces"),
    (_unverified, "Mail", "verify"),
]


@pytest.mark.parametrize(("ill", "title", "advice"), ILLS, ids=[ill[0].__name__.strip("_") for ill in ILLS])
def test_each_ill_is_found_alone_and_comes_with_what_to_do(
    patient: Patient, ill: Callable[[Patient], None], title: str, advice: str
) -> None:
    ill(patient)
    found = patient.found()
    assert [where for where, _ in found] == [title]
    assert advice in found[0][1]


@pytest.mark.parametrize(("days", "kinds"), [(1, []), (2, [Kind.ERROR]), (30, [Kind.ERROR])])
def test_an_anchor_older_than_two_days_is_an_ill_here_and_there(
    patient: Patient, days: int, kinds: list[Kind]
) -> None:
    later = replace(patient.stage, now=patient.life.clock.now() + timedelta(days=days))
    for looks in (LOOKS, HERE):
        found = [finding for _, finding in examine(later, {"Anchors": looks["Anchors"]})]
        assert [finding.kind for finding in found if finding.kind is not Kind.GOOD] == kinds
        assert all("anchors-late.md" in finding.sentence for finding in found if finding.kind is Kind.ERROR)


def test_that_records_are_under_no_anchor_is_still_said_a_week_later(patient: Patient) -> None:
    """The doctor is asked once a week, and the newest two are alike by then."""
    _fewer_under_the_newest(patient)
    for day in range(2, 8):
        anchored(patient, days=day)
    later = replace(patient.stage, now=patient.life.clock.now() + timedelta(days=7))
    found = [finding for _, finding in examine(later, {"Anchors": LOOKS["Anchors"]})]
    (warned,) = (finding.sentence for finding in found if finding.kind is not Kind.GOOD)
    assert "2026-11-30" in warned
    assert "2026-11-23" in warned
    assert "make migrate" in warned


def test_every_page_that_is_named_exists() -> None:
    import re
    from pathlib import Path

    root = Path(__file__).parents[2]
    named = {
        page
        for path in (root / "infra/doctor").glob("*.py")
        for page in re.findall(r"docs/[a-z/-]+\.md", path.read_text("utf-8"))
    }
    assert {page for page in named if not (root / page).exists()} == set()


def test_a_look_that_is_denied_is_said_and_the_others_go_on(patient: Patient) -> None:
    def denied(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "DescribeStacks")

    patient.client("cloudformation").describe_stacks = denied
    _alarm(patient)
    found = patient.found()
    assert [title for title, _ in found] == ["Stack", "Alarms"]
    assert "credentials" in found[0][1]


def test_a_stage_that_is_not_there_is_told_to_be_deployed() -> None:
    with life("other") as played:
        aws = Aws(played.aws.region, played.aws.session)
        stage = Stage(aws, Target("prod", played.aws.region, ACCOUNT), TOLD, FUNCTIONS, played.clock.now())
        out = io.StringIO()
        assert (
            report(examine(stage, {n: LOOKS[n] for n in ("Table", "Functions", "Clocks")}), Teller(out)) == 1
        )
        assert "make deploy" in out.getvalue()


def test_china_is_not_asked_for_what_it_does_not_have(patient: Patient) -> None:
    def never(**_: Any) -> Any:
        raise AssertionError("there is no such service in China")

    patient.client("sns").get_sms_attributes = never
    patient.client("ses").get_send_quota = never
    told = {**TOLD, "SMS_PROVIDER": "aliyun", "MAIL_PROVIDER": "smtp"}
    where = replace(patient.stage.where, partition="aws-cn", region="cn-north-1")
    china = replace(patient.stage, where=where, told=told)
    found = [f for _, f in examine(china, {n: LOOKS[n] for n in ("SMS", "Mail")})]
    assert [f.kind for f in found] == [Kind.GOOD, Kind.GOOD, Kind.WARNING]
    assert "SMTP_BOUNCES" in found[-1].sentence


def test_a_mailbox_that_nobody_reads_is_found(patient: Patient) -> None:
    told = {**TOLD, "MAIL_PROVIDER": "smtp", "SMTP_BOUNCES": "imaps://imap.ling.example"}
    mailed = replace(patient, stage=replace(patient.stage, told=told))
    looks, ports = {"Mail": LOOKS["Mail"]}, patient.life.ports
    ((_, never),) = mailed.found(looks)
    assert "never read" in never
    status.came_round(ports, "mailbox")
    assert mailed.found(looks) == []
    status.came_round(ports, "mailbox", ok=False, detail="login_refused")
    ((_, refused),) = mailed.found(looks)
    assert "(login_refused)" in refused
    patient.life.clock.advance(minutes=11)
    ((_, silent),) = mailed.found(looks)
    assert "last read at" in silent
    assert all("docs/runbooks/report-faults.md" in sentence for sentence in (never, refused, silent))


def test_on_ones_own_machine_it_looks_at_what_there_is(patient: Patient) -> None:
    looks = {name: look for name, look in HERE.items() if name != "Dead letters"}
    assert patient.found(looks) == []
    patient.life.ring("one")
    patient.life.clock.advance(minutes=9)
    assert [title for title, _ in patient.found(looks)] == ["Clocks", "What comes round by itself"]
