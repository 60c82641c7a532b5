"""Taking a stage out of service: the functions and the API, then the stack; data stays unless it is named, too."""

from __future__ import annotations

from collections.abc import Callable

from botocore.exceptions import ClientError

from infra.deploy import ship
from infra.deploy.aws import Aws
from infra.deploy.ship import Record
from infra.deploy.sms import SmsLog
from infra.deploy.stack import Stack, Stacks
from infra.deploy.target import Target
from infra.deploy.telling import Failed, Teller

_KEPT = """What stays, because it cannot be made again:
      the table {name} (deletion protection, backups of the last 35 days),
      the buckets of photos and of anchors (anchors cannot be deleted at all before their time),
      the key alias/{name} that encrypts them, and the secrets {app}/{stage}/key and …/providers.
    A new `make deploy STAGE={stage}` takes them over again."""


def run(
    aws: Aws, target: Target, stacks: Stacks, record: Record, tell: Teller, execute: ship.Run = ship.run
) -> None:
    """Ask, then do it; raises Failed when the answer is not the stage's name."""
    stack = stacks.found()
    record.fetch()
    if stack is None and not record.resources():
        tell.good(f"There is no stage {target.stage} in {target.region} of account {target.account}.")
        return
    _unheard(aws, target)
    _announce(target, stack, record, tell)
    if tell.ask(f"To take it out of service, type the stage's name ({target.stage}):") != target.stage:
        raise Failed("Nothing was touched.", "Type the stage's name when asked, if you mean it.")
    _unship(target, record, tell, execute)
    if target.commercial and stack is not None:
        SmsLog(aws, target, tell).forget(stack.outputs.get("SmsLogRoleArn", ""))
    tell.step("The stack")
    stacks.delete()
    tell.good("Gone")
    _queue(aws, target, tell)
    _data(aws, target, tell)


def _unheard(aws: Aws, target: Target) -> None:
    """AWS deletes no bus that somebody listens to; whoever listens is told before anything goes."""
    rules: list[str] = []
    try:
        found = aws.client("events").list_rules(EventBusName=target.name)["Rules"]
        rules = [rule["Name"] for rule in found]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
    if rules:
        raise Failed(
            f"Other systems listen to the bus {target.name}: {', '.join(rules)}. Nothing was touched.",
            f"Tell whoever made them, then: aws events remove-targets --event-bus-name {target.name} --rule … --ids …; "
            f"aws events delete-rule --event-bus-name {target.name} --name …",
        )


def _announce(target: Target, stack: Stack | None, record: Record, tell: Teller) -> None:
    tell.step(f"{target.name} in {target.region} of account {target.account}")
    tell.warning(
        f"People use it at {record.api_url() or 'no address'}: bells that ring now will not be answered."
    )
    if stack is not None:
        tell.line(f"The stack is {stack.status}")
    tell.line(_KEPT.format(name=target.name, app=target.app, stage=target.stage))


def _unship(target: Target, record: Record, tell: Teller, execute: ship.Run) -> None:
    if not record.resources():
        return
    tell.step("Functions and API")
    status = execute(ship.removed(target), target.region)
    record.store()
    if status != 0:
        raise Failed(
            f"chalice delete ended with status {status}.",
            "It says above what it could not delete. Mend that, then run the same command again.",
        )


def _queue(aws: Aws, target: Target, tell: Teller) -> None:
    """The queue of what could not be reacted to is kept while anything is in it."""
    client, name = aws.client("sqs"), f"{target.name}-stream-failures"
    urls = client.list_queues(QueueNamePrefix=name).get("QueueUrls", [])
    for url in urls:
        asked = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        counts = client.get_queue_attributes(QueueUrl=url, AttributeNames=asked)["Attributes"]
        if any(int(count) for count in counts.values()):
            tell.warning(f"The queue {name} is kept: there are records in it that nobody has reacted to.")
        else:
            client.delete_queue(QueueUrl=url)


def _data(aws: Aws, target: Target, tell: Teller) -> None:
    """The table goes only when its whole name is typed; the rest is left to whoever empties buckets."""
    if not _answers(lambda: aws.client("dynamodb").describe_table(TableName=target.name)):
        return
    tell.step("The table")
    typed = tell.ask(
        f"It is kept. To delete it with every bell and case in it for ever, type {target.name}; else press Enter:"
    )
    if typed != target.name:
        tell.good(f"The table {target.name} is kept")
        return
    client = aws.client("dynamodb")
    client.update_table(TableName=target.name, DeletionProtectionEnabled=False)
    client.delete_table(TableName=target.name)
    tell.good("The table is deleted. A last backup of AWS's own stays for 35 days.")


def _answers(look: Callable[[], object]) -> bool:
    try:
        look()
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return False
        raise
    return True
