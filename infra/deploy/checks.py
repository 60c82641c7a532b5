"""What must be so before anything is touched; each finding says what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError
from botocore.session import get_session

from chalicelib import providers
from chalicelib.config import ConfigError, Settings
from infra.deploy import policies, prices, template
from infra.deploy.aws import Aws
from infra.deploy.configuration import OUTPUTS, Configuration, machine_of
from infra.deploy.stack import Stack
from infra.deploy.target import Target
from infra.deploy.telling import Failed, Teller

SERVICES = (
    "apigateway",
    "cloudformation",
    "cloudwatch",
    "dynamodb",
    "events",
    "iam",
    "kms",
    "lambda",
    "logs",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "stepfunctions",
    "sts",
)
"""What every stage needs where it is. SES and budgets are only used where they exist."""
SMS, MAIL = ("sns", "aliyun", "tencent", "none"), ("ses", "smtp", "none")
"""What SMS_PROVIDER and MAIL_PROVIDER may say."""
IN_THE_SAFE = ("SMS_KEY_SECRET", "SMTP_PASSWORD", "SMTP_BOUNCES_PASSWORD", "WECHAT_SECRET")
"""The settings that are secret."""
# An SMS holds one link of an address of this length and its words in a single segment.
LINK_LENGTH = 24


class Kind(StrEnum):
    """How bad a finding is; an error stops the deployment."""

    GOOD = "good"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """What was found, in a sentence that says what to do."""

    kind: Kind
    sentence: str


def run(aws: Aws, target: Target, configuration: Configuration, stack: Stack | None, tell: Teller) -> None:
    """Check everything, tell all of it, and raise Failed when anything must be mended first."""
    found = [*of_configuration(configuration, target), *of_account(aws, target, stack)]
    for finding in found:
        {Kind.GOOD: tell.good, Kind.WARNING: tell.warning, Kind.ERROR: tell.error}[finding.kind](
            finding.sentence
        )
    cost(configuration, target, tell)
    errors = sum(finding.kind is Kind.ERROR for finding in found)
    if errors:
        raise Failed(f"{errors} of the checks did not pass.", "Mend the ✗ above; nothing was touched yet.")


def of_configuration(configuration: Configuration, target: Target) -> Iterator[Finding]:
    """Of .chalice/config.json alone, without asking anybody."""
    block = configuration.stage(target.stage)
    environment = configuration.environment(target.stage)
    yield from _of_addresses(environment)
    yield from _of_providers(environment, target)
    yield from _of_the_rest(environment)
    yield from _of_functions(block)
    yield from _of_place(environment, target)
    if environment.get("SECRET_KEY"):
        yield Finding(
            Kind.WARNING,
            "SECRET_KEY stands in .chalice/config.json. It goes on working; to keep it in the safe instead, put it "
            f"into the secret {target.app}/{target.stage}/key and take it out of the file.",
        )


def _of_addresses(environment: Mapping[str, str]) -> Iterator[Finding]:
    for name in ("PUBLIC_URL", "LINK_URL"):
        url = environment.get(name, "")
        host = urlsplit(url).hostname or ""
        if not url.startswith("https://") or host.endswith("example.org") or host == "example.com":
            yield Finding(
                Kind.ERROR,
                f"{name} is {url!r}: set the https address people will use, in .chalice/config.json.",
            )
    link = environment.get("LINK_URL", "")
    if len(link) > LINK_LENGTH:
        yield Finding(
            Kind.WARNING,
            f"LINK_URL has {len(link)} characters, an alert will take two SMS segments; "
            f"with {LINK_LENGTH} or fewer it takes one.",
        )


def _of_the_rest(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Whatever no function would start with. Addresses and key have findings of their own, outputs are to come."""
    apart = {"PUBLIC_URL": "https://bell.cn", "LINK_URL": "", "SECRET_KEY": "x" * 32}
    try:
        Settings.from_env({**environment, **dict.fromkeys(OUTPUTS, "an output"), **apart})
    except ConfigError as error:
        yield Finding(Kind.ERROR, str(error))


def _of_providers(environment: Mapping[str, str], target: Target) -> Iterator[Finding]:
    settings = {**policies.DEFAULTS, **{k: v for k, v in environment.items() if v}}
    for name, known, only_commercial in (("SMS_PROVIDER", SMS, "sns"), ("MAIL_PROVIDER", MAIL, "ses")):
        chosen = settings[name]
        if chosen not in known:
            yield Finding(Kind.ERROR, f"{name} is {chosen!r}; it may be {', '.join(known)}.")
        elif chosen == only_commercial and not target.commercial:
            others = " or ".join(choice for choice in known if choice not in (only_commercial, "none"))
            what = "SMS by SNS" if chosen == "sns" else "SES"
            yield Finding(
                Kind.ERROR,
                f"{what} does not exist in {target.region}: set {name} to {others} in .chalice/config.json.",
            )
    yield from _of_settings(settings)
    sender = settings.get("MAIL_FROM", "")
    if settings["MAIL_PROVIDER"] != "none" and (not sender or sender.endswith("@example.org")):
        yield Finding(Kind.ERROR, f"MAIL_FROM is {sender!r}: set the address that mail comes from.")


def _of_settings(settings: Mapping[str, str]) -> Iterator[Finding]:
    """What the chosen providers miss. Secrets may be in the safe, which only the functions open."""
    found = providers.problems({**settings, **dict.fromkeys(IN_THE_SAFE, "in the safe")}, _tools())
    yield from (Finding(Kind.ERROR, f"{problem} (docs/providers.md)") for problem in found)


def _tools() -> providers.Tools:
    """Senders are made to see whether they can be; nothing is sent with them."""
    return providers.Tools(get_session, lambda: datetime.now(UTC), lambda: "", lambda: "")


def _of_functions(block: Mapping[str, Any]) -> Iterator[Finding]:
    if block.get("api_gateway_endpoint_type") != "REGIONAL":
        yield Finding(
            Kind.ERROR, 'Set "api_gateway_endpoint_type": "REGIONAL"; EDGE does not exist everywhere.'
        )
    if block.get("xray"):
        yield Finding(
            Kind.WARNING,
            '"xray" is true: X-Ray keeps for 30 days what AWS itself notes of the requests it chooses, their paths '
            "(with secrets of links) and the callers' addresses. Turn it off again when you have found what you seek.",
        )
    if block.get("autogen_policy") is not False:
        yield Finding(Kind.ERROR, 'Set "autogen_policy": false; what Chalice guesses allows too much.')
    unset = sorted(set(policies.functions()) - set(block.get("lambda_functions", {})))
    if unset:
        yield Finding(
            Kind.ERROR,
            f'"lambda_functions" has no {", ".join(unset)}, which the application has now: copy it from another stage '
            "in .chalice/config.json, with a policy file of this stage's name.",
        )
    without = sorted(set(block.get("lambda_functions", {})) - set(policies.functions()))
    if without:
        yield Finding(Kind.ERROR, f"There is no policy for {', '.join(without)} in infra/deploy/policies.")


def _of_place(environment: Mapping[str, str], target: Target) -> Iterator[Finding]:
    """What an earlier deployment wrote must be of the same place: else two stages would share one table."""
    machine = machine_of(target.stage, environment)
    if machine and machine[1:5] != [target.partition, "states", target.region, target.account]:
        region, account = machine[3:5]
        yield Finding(
            Kind.ERROR,
            f"Stage {target.stage} lives in {region} of account {account}, but you are in {target.region} of "
            f"{target.account}. Use that account and region, or another stage for this one.",
        )


def of_account(aws: Aws, target: Target, stack: Stack | None) -> Iterator[Finding]:
    """Of the account: what its region offers, and what is there already."""
    yield Finding(
        Kind.GOOD, f"Account {target.account}, region {target.region}, partition {target.partition}"
    )
    missing = [service for service in SERVICES if not aws.offers(service)]
    if missing:
        yield Finding(Kind.ERROR, f"{target.region} has no {', '.join(missing)}: choose another region.")
    if not target.commercial:
        yield Finding(
            Kind.WARNING,
            "In China an API answers the public only after the account's ICP filing; without it the smoke test fails.",
        )
    yield from _of_what_is_there(aws, target, stack)


def _of_what_is_there(aws: Aws, target: Target, stack: Stack | None) -> Iterator[Finding]:
    if stack is not None:
        yield Finding(
            Kind.GOOD, f"The stack {target.name} is there ({stack.status}) and will be brought up to date"
        )
        return
    yield Finding(Kind.GOOD, f"The stack {target.name} is not there yet and will be made")
    table, log = f"The table {target.name}", f"The log group /aws/lambda/{target.name}"
    if _there(lambda: aws.client("dynamodb").describe_table(TableName=target.name)):
        yield Finding(
            Kind.WARNING, f"{table} was kept from an earlier stack; it is taken over with what is in it."
        )
    queue = f"{target.name}-stream-failures"
    if aws.client("sqs").list_queues(QueueNamePrefix=queue).get("QueueUrls"):
        yield Finding(
            Kind.ERROR,
            f"The queue {queue} was kept because something is in it: receive and note what it holds, then delete it "
            "with aws sqs delete-queue (its address: aws sqs get-queue-url).",
        )
    groups = aws.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{target.name}")
    taken = [g["logGroupName"] for g in groups["logGroups"] if _of_stage(g["logGroupName"], target)]
    if taken:
        yield Finding(
            Kind.ERROR,
            f"{log} exists outside the stack. Delete what is left: "
            + "; ".join(f"aws logs delete-log-group --log-group-name {name}" for name in taken),
        )


def _of_stage(log_group: str, target: Target) -> bool:
    function = log_group.rpartition("/")[2]
    return function in {target.function(name) for name in policies.functions()}


def _there(look: Callable[[], Any]) -> bool:
    try:
        look()
    except ClientError as error:
        if error.response["Error"]["Code"] in ("ResourceNotFoundException", "404", "NoSuchBucket"):
            return False
        raise
    return True


def cost(configuration: Configuration, target: Target, tell: Teller) -> None:
    """Tell what the stage will cost at rest."""
    prefixes = [p for p in configuration.environment(target.stage).get("PREFIXES", "MX").split(",") if p]
    costs = prices.standing(template.document(target), len(prefixes))
    listed = ", ".join(f"{name} {amount:.2f}" for name, amount in costs.items())
    tell.line(
        f"At rest about {sum(costs.values()):.0f} USD a month at list price ({listed}); bells and SMS: docs/cost.md"
    )
