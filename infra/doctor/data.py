"""The table: is it safe, does everything in it go on, is there anything to ring in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import msgspec

from chalicelib.core.times import iso
from chalicelib.status.rules import CANARY, SILENT, SWEEP, Pulse
from chalicelib.store import keys
from chalicelib.store.table import INDEXES
from infra.deploy.checks import Finding
from infra.doctor.stage import Stage, error, good, warning
from infra.recover.restore import recoverable

# An overdue clock is found within two minutes; one that is later than this was not.
_LATE = timedelta(minutes=3)
_LISTED = 5
_PAGES = ("docs/runbooks/dead-letters.md", "docs/runbooks/report-failures.md")


def table(stage: Stage) -> Iterator[Finding]:
    """There, with its stream, its indexes, its removal by age, its way back, and safe from being deleted."""
    client, name = stage.client("dynamodb"), stage.where.name
    found = client.describe_table(TableName=name)["Table"]
    if found["TableStatus"] != "ACTIVE":
        yield warning(f"The table is {found['TableStatus']}: wait.")
    if not found.get("StreamSpecification", {}).get("StreamEnabled"):
        yield error(
            "The table has no stream, so nothing reacts: `make deploy` (after a restore: `make restore`)."
        )
    there = {index["IndexName"] for index in found.get("GlobalSecondaryIndexes", ())}
    if missing := sorted(set(INDEXES) - there):
        yield error(
            f"The table has no index {', '.join(missing)}: `make deploy`. One that was restored as it was before there "
            "was such an index gets it by the same `make restore` again."
        )
    if not found.get("DeletionProtectionEnabled") and stage.where.stage == "prod":
        yield warning("The table can be deleted: `make deploy DELETION_PROTECTION=true`.")
    if not recoverable(client, name):
        yield error(
            "Point-in-time recovery is off: a mistake could not be undone. `make deploy` turns it on."
        )
    ttl = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["TimeToLiveStatus"]
    if ttl not in ("ENABLED", "ENABLING"):
        yield error("Removal by age is off: codes and guards stay for ever. `make deploy` turns it on.")
    yield good(f"The table {name} is there, about {found.get('ItemCount', 0)} rows")


def bare_table(stage: Stage) -> Iterator[Finding]:
    """On one's own machine: there, with its stream."""
    found = stage.client("dynamodb").describe_table(TableName=stage.where.name)["Table"]
    if not found.get("StreamSpecification", {}).get("StreamEnabled"):
        yield error("The table has no stream, so nothing reacts: start `make run` again.")
    yield good(f"The table {stage.where.name} is there")


def clocks(stage: Stage) -> Iterator[Finding]:
    """Nothing is overdue that somebody should have looked after."""
    late = sorted(place for number in range(keys.SHARDS) for place in _late(stage, keys.shard(number)))
    if late:
        named = ", ".join(thing for _, thing in late[:_LISTED])
        more = f" and {len(late) - _LISTED} more" if len(late) > _LISTED else ""
        yield error(
            f"{len(late)} overdue since {late[0][0]}: {named}{more}. The sweeper should have given them new timers: "
            "docs/runbooks/sweeper-silent.md."
        )
    else:
        yield good("Nothing is overdue")


def _late(stage: Stage, shard: str) -> Iterator[tuple[str, str]]:
    pages = (
        stage.client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=stage.where.name,
            IndexName="due",
            KeyConditionExpression="due_shard = :shard AND due_at < :before",
            ExpressionAttributeValues={":shard": {"S": shard}, ":before": {"S": iso(stage.now - _LATE)}},
        )
    )
    return ((item["due_at"]["S"], item["pk"]["S"]) for page in pages for item in page["Items"])


def pulses(stage: Stage) -> Iterator[Finding]:
    """The minute and the trial bell come round, and the bell gets through."""
    found = pulses_of(stage)
    yield from _round(stage, found.get(SWEEP), "The sweeper", "docs/runbooks/sweeper-silent.md")
    canary = found.get(CANARY)
    yield from _round(stage, canary, "The canary", "docs/runbooks/canary-silent.md")
    if canary and not canary.ok:
        yield error(
            f"The trial bell has not got past `{canary.detail}` since {iso(canary.since)}: "
            "docs/runbooks/canary-failed.md."
        )


def _round(stage: Stage, pulse: Pulse | None, who: str, page: str) -> Iterator[Finding]:
    if pulse is None:
        yield warning(f"{who} has never come round. Right after the first deployment wait; else: {page}.")
    elif stage.now - pulse.at > SILENT[pulse.name]:
        yield error(f"{who} last came round at {iso(pulse.at)}: {page}.")
    else:
        yield good(f"{who} came round at {iso(pulse.at)}")


def pulses_of(stage: Stage) -> Mapping[str, Pulse]:
    """What was noted of whatever comes round by itself."""
    items = stage.client("dynamodb").query(
        TableName=stage.where.name,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": keys.PULSES}},
    )["Items"]
    decoded = [msgspec.json.decode(item["pulse"]["S"], type=Pulse) for item in items]
    return {pulse.name: pulse for pulse in decoded}


def places(stage: Stage) -> Iterator[Finding]:
    """Every subdistrict it serves has its place file."""
    missing = [prefix for prefix in stage.prefixes if not _directory(stage, prefix)]
    if missing:
        yield error(
            f"No place is loaded for {', '.join(missing)}, so nothing can be rung there: "
            f"make place STAGE={stage.where.stage} FILE=… APPLY=1 (docs/deploying.md)."
        )
    else:
        yield good(f"Places are loaded for {', '.join(stage.prefixes)}")


def _directory(stage: Stage, prefix: str) -> Any:
    pk, sk = keys.head(keys.place(prefix))
    key = {"pk": {"S": pk}, "sk": {"S": sk}}
    return stage.client("dynamodb").get_item(TableName=stage.where.name, Key=key).get("Item")


def letters(stage: Stage) -> Iterator[Finding]:
    """Nothing waits among the dead letters."""
    queue = stage.client("sqs")
    urls = queue.list_queues(QueueNamePrefix=f"{stage.where.name}-").get("QueueUrls", [])
    if not urls:
        yield error("There is no queue for what could not be reacted to: `make deploy`.")
    for url in urls:
        name = url.rpartition("/")[2]
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = queue.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        depth = sum(int(found[n]) for n in names)
        if depth:
            page = _PAGES[name.endswith("-report-failures")]
            yield error(f"{depth} dead letter(s) in {name}: make replay STAGE={stage.where.stage} ({page}).")
        else:
            yield good(f"{name} is empty")
