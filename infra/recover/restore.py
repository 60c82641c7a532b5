"""The command behind `make restore`: a stage's table as it was, in a stage of its own.

STAGE=prod TO=prod2 AT=2026-11-24T01:00:00Z   from a point of the last 35 days (without AT: five minutes ago)
TO=prod2 FROM=s3://bucket/AWSDynamoDB/0173…/data/   from an export

Run it, run `make deploy STAGE=prod2` when it says so, run it again: each run does what is still to do. The stage that
was is not touched. Exit status: 0 all is done, 1 something is still to do (it says what), 2 the stage is out of reach.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chalicelib.core.times import parse_iso
from infra.deploy.aws import Aws
from infra.deploy.target import Target
from infra.deploy.telling import Failed, Teller, attempted
from infra.recover.call import Functions, stage_of
from infra.template import load_template

_LOOK_EVERY = 15.0
KEY_READERS = ("api_handler", "advance", "react", "sweep", "report", "canary", "anchor", "publish")
"""The functions that may read the key, each once a process."""


@dataclass
class Restore:
    """What is to be restored to where. `at`: None means the latest that there is; `export`: instead of a table."""

    aws: Aws
    source: Target
    goal: Target
    tell: Teller
    functions: Functions
    at: datetime | None = None
    export: str = ""
    sleep: Callable[[float], None] = time.sleep

    def run(self) -> bool:
        """Do whatever is still to do; whether that was all."""
        if self._status() is None:
            self._begin()
        self._wait()
        self._settle()
        if not self.functions.exists("sweep"):
            self.tell.warning("The table is there. Now the stage around it:")
            self.tell.line(
                f"a block {self.goal.stage} in .chalice/config.json, copied from {self.source.stage}'s,"
            )
            self.tell.line(
                f"make deploy STAGE={self.goal.stage} REGION={self.goal.region}   (it takes the table over),"
            )
            self.tell.line(
                "then the same command again, which brings the key over and gives every clock a timer"
            )
            return False
        self._bring_key()
        self.rearm()
        return True

    def rearm(self) -> int:
        """Every clock gets a new timer, a page at a time; how many did."""
        done, after = 0, ""
        while True:
            answer = self.functions.on_schedule(
                "sweep", {"rearm": True, **({"after": after} if after else {})}
            )
            done, after = done + int(answer["rearmed"]), answer.get("next", "")
            self.tell.line(f"{done} timers")
            if not after:
                self.tell.good(f"Every clock has a timer ({done})")
                return done

    # -- the table

    def _status(self) -> str | None:
        client = self.aws.client("dynamodb")
        try:
            table = client.describe_table(TableName=self.goal.name)["Table"]
        except client.exceptions.ResourceNotFoundException:
            return None
        # A table goes on being ACTIVE while an index is filled.
        making = [index["IndexName"] for index in _indexes(table) if index.get("IndexStatus") == "CREATING"]
        status: str = table["TableStatus"]
        return f"making index {making[0]}" if making else status

    def _begin(self) -> None:
        client = self.aws.client("dynamodb")
        if self.export:
            self._import(client)
            return
        when = {"RestoreDateTime": self.at} if self.at else {"UseLatestRestorableTime": True}
        try:
            client.restore_table_to_point_in_time(
                SourceTableName=self.source.name, TargetTableName=self.goal.name, **when
            )
        except client.exceptions.ClientError as error:
            raise Failed(
                f"{self.source.name} cannot be restored: {error}",
                "AT must lie within the last 35 days and after the table was made; PITR must be on (`make doctor`).",
            ) from None
        self.tell.good(f"{self.source.name} is being restored to {self.goal.name}")

    def _import(self, client: Any) -> None:
        bucket, _, prefix = self.export.removeprefix("s3://").partition("/")
        table = load_template()["Resources"]["Table"]["Properties"]
        kept = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
        client.import_table(
            S3BucketSource={"S3Bucket": bucket, "S3KeyPrefix": prefix},
            InputFormat="DYNAMODB_JSON",
            InputCompressionType="GZIP",
            TableCreationParameters={"TableName": self.goal.name, **{name: table[name] for name in kept}},
        )
        self.tell.good(f"{self.export} is being imported into {self.goal.name}")

    def _wait(self) -> None:
        began = time.monotonic()
        while (status := self._status()) != "ACTIVE":
            if status is None:
                raise Failed(
                    f"{self.goal.name} is not there any more: the restore or the import failed.",
                    "The console says why (DynamoDB, Imports from S3, or Backups). Then run this again.",
                )
            self.tell.quiet(
                f"{status}, {time.monotonic() - began:.0f} s (a restore takes 20 minutes and more)"
            )
            self.sleep(_LOOK_EVERY)
        self.tell.good(f"{self.goal.name} is there")

    def _settle(self) -> None:
        """What a restored table does not take over: its stream, the removal by age, its own way back; and the indexes
        that came later than what is restored, as the stack takes the table over without looking at them."""
        client, name = self.aws.client("dynamodb"), self.goal.name
        table = client.describe_table(TableName=name)["Table"]
        self._index({index["IndexName"] for index in _indexes(table)})
        if not table.get("StreamSpecification", {}).get("StreamEnabled"):
            stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
            client.update_table(TableName=name, StreamSpecification=stream)
            self._wait()
        ttl = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["TimeToLiveStatus"]
        if ttl not in ("ENABLED", "ENABLING"):
            spec = {"Enabled": True, "AttributeName": "expires_at"}
            client.update_time_to_live(TableName=name, TimeToLiveSpecification=spec)
        if not recoverable(client, name):
            spec = {"PointInTimeRecoveryEnabled": True}
            client.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=spec)
        self.tell.good("It has its stream, removal by age and point-in-time recovery")

    def _index(self, there: Set[str]) -> None:
        """DynamoDB makes one index at a time."""
        wanted = load_template()["Resources"]["Table"]["Properties"]
        for index in wanted["GlobalSecondaryIndexes"]:
            if index["IndexName"] in there:
                continue
            keys = {key["AttributeName"] for key in index["KeySchema"]}
            self.aws.client("dynamodb").update_table(
                TableName=self.goal.name,
                AttributeDefinitions=[
                    d for d in wanted["AttributeDefinitions"] if d["AttributeName"] in keys
                ],
                GlobalSecondaryIndexUpdates=[{"Create": index}],
            )
            self._wait()
            self.tell.good(f"It has the index {index['IndexName']}, which it did not have then")

    # -- the key

    def _bring_key(self) -> None:
        """Links and look-ups by phone hang on the key that they were made with."""
        safe = self.aws.client("secretsmanager")
        try:
            old = safe.get_secret_value(SecretId=_safe(self.source))["SecretString"]
        except safe.exceptions.ResourceNotFoundException:
            self.tell.warning(
                f"{_safe(self.source)} is gone: links sent before, and `my bells`, do not open in the new stage"
            )
            return
        if safe.get_secret_value(SecretId=_safe(self.goal))["SecretString"] != old:
            safe.put_secret_value(SecretId=_safe(self.goal), SecretString=old)
            self.tell.good(f"The key of {self.source.stage} is in the safe of {self.goal.stage}")
        # Each time: a run that broke off right here has not told them yet.
        self._read_key_again()

    def _read_key_again(self) -> None:
        """Functions read the key once a process: a change of their settings makes new ones."""
        client = self.aws.client("lambda")
        for name in KEY_READERS:
            if not self.functions.exists(name):
                continue
            function = self.goal.function(name)
            settings = client.get_function_configuration(FunctionName=function).get(
                "Environment", {"Variables": {}}
            )
            variables = {**settings.get("Variables", {}), "KEY_BROUGHT_AT": datetime.now(UTC).isoformat()}
            client.update_function_configuration(FunctionName=function, Environment={"Variables": variables})


def _indexes(table: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = table.get("GlobalSecondaryIndexes", ())
    return found


def recoverable(client: Any, table: str) -> bool:
    """Whether the table can be restored to a point in time."""
    found = client.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    status: str = found.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus", "")
    return status == "ENABLED"


def _safe(target: Target) -> str:
    return f"{target.app}/{target.stage}/key"


def wanted(environment: Mapping[str, str], tell: Teller) -> Restore:
    """What the environment asks for; raises Failed naming what is missing."""
    to = environment.get("TO", "")
    if environment.get("STAGE") == "local":
        raise Failed(
            "The run on this machine cannot be restored.", "Keep copies of its folder (DATA) while it is off."
        )
    if not to or to == environment.get("STAGE", ""):
        raise Failed("TO is missing: the stage to restore into.", "make restore STAGE=prod TO=prod2 [AT=…]")
    aws, source = stage_of(environment)
    goal = Target(to, source.region, source.account, source.partition, source.suffix, source.app)
    try:
        at = parse_iso(environment["AT"]) if environment.get("AT") else None
    except ValueError:
        raise Failed("AT is no instant.", "Write it like 2026-11-24T01:00:00Z.") from None
    functions = Functions(aws.client("lambda"), goal)
    return Restore(aws, source, goal, tell, functions, at, environment.get("FROM", ""))


def main() -> int:
    """Run from the command line: STAGE, TO, REGION, AT, FROM."""
    tell = Teller()
    return attempted(tell, lambda: _restored(tell))


def _restored(tell: Teller) -> int:
    restore = wanted(os.environ, tell)
    tell.step(f"{restore.export or restore.source.name} into {restore.goal.name}")
    return 0 if restore.run() else 1


if __name__ == "__main__":
    sys.exit(main())
