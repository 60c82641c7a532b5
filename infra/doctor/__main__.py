"""The command behind `make doctor`. Exit status: 0 healthy, 1 not, 2 the stage cannot be reached."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

from botocore.exceptions import ClientError

from chalicelib.core.times import parse_iso
from infra.connect import data_folder
from infra.deploy.checks import Finding, Kind
from infra.deploy.configuration import FOLDER, Configuration
from infra.deploy.stack import Stacks
from infra.deploy.telling import Failed, Teller, attempted
from infra.doctor import anchors, data, machines, posts
from infra.doctor.stage import Look, Stage, error, examine, good
from infra.recover.call import stage_of

LOOKS: Mapping[str, Look] = {
    "Stack": machines.stack,
    "Table": data.table,
    "Functions": machines.functions,
    "Stream": machines.mapping,
    "Schedules": machines.schedules,
    "Timelines": machines.timelines,
    "Clocks": data.clocks,
    "What comes round by itself": data.pulses,
    "Anchors": anchors.anchors,
    "Dead letters": data.letters,
    "Alarms": machines.alarms,
    "Places": data.places,
    "Key": posts.key,
    "SMS": posts.sms,
    "Mail": posts.mail,
    "Logs": machines.logs,
}
HERE: Mapping[str, Look] = {
    "Table": data.bare_table,
    "Timelines": machines.timelines,
    "Clocks": data.clocks,
    "What comes round by itself": data.pulses,
    "Places": data.places,
    "Anchors": anchors.newest,
    "Dead letters": lambda _: _local_letters(),
}
"""What there is to look at on one's own machine."""


def report(found: Iterable[tuple[str, Finding]], tell: Teller) -> int:
    """Tell every finding under the title of its look; the exit status."""
    count: Counter[Kind] = Counter()
    last = ""
    for title, finding in found:
        if title != last:
            tell.step(title)
        last = title
        {Kind.GOOD: tell.good, Kind.WARNING: tell.warning, Kind.ERROR: tell.error}[finding.kind](
            finding.sentence
        )
        count[finding.kind] += 1
    tell.step("Healthy" if not count[Kind.ERROR] else f"{count[Kind.ERROR]} to mend")
    if count[Kind.WARNING]:
        tell.line(f"{count[Kind.WARNING]} to know (!)")
    return 1 if count[Kind.ERROR] else 0


def deployed(environment: Mapping[str, str], folder: Path = FOLDER) -> Stage:
    """The deployed stage that STAGE and REGION name; raises Failed."""
    configuration = Configuration.read(folder)
    block = configuration.stage(environment.get("STAGE", "dev"))
    aws, where = stage_of(environment)
    functions = tuple(sorted(block.get("lambda_functions", {})))
    return Stage(aws, where, configuration.environment(where.stage), functions, datetime.now(UTC))


def here() -> Stage:
    """The run on this machine; raises Failed when there is none."""
    aws, where = stage_of({"STAGE": "local"})
    with urlopen(f"{os.environ['PUBLIC_URL']}/_local/clock", timeout=5) as answer:  # noqa: S310 - our own address
        now = parse_iso(json.load(answer)["now"])
    return Stage(aws, where, dict(os.environ), (), now)


def _local_letters() -> Iterator[Finding]:
    path = data_folder() / "stream-failures.jsonl"
    count = len(path.read_text("utf-8").splitlines()) if path.exists() else 0
    yield error(f"{count} record(s) in {path}: make replay STAGE=local") if count else good("No dead letters")


def main() -> int:
    """Run from the command line: STAGE, REGION."""
    tell = Teller()
    return attempted(tell, lambda: _looked_at(tell))


def _absent(stage: Stage, tell: Teller) -> bool:
    """Whether there is certainly no such stage there; who may not look at the stack may look at the rest."""
    try:
        return Stacks(stage.client("cloudformation"), stage.where, tell).found() is None
    except ClientError:
        return False


def _looked_at(tell: Teller) -> int:
    local = os.environ.get("STAGE") == "local"
    stage = here() if local else deployed(os.environ)
    where = stage.where
    if not local and _absent(stage, tell):
        raise Failed(
            f"There is no stage {where.stage} in {where.region} of account {where.account}.",
            f"Put it into service (make deploy STAGE={where.stage} REGION=…), or name the region that it is in.",
        )
    tell.line(f"{where.name} in {where.region} ({where.partition}, account {where.account})")
    return report(examine(stage, HERE if local else LOOKS), tell)


if __name__ == "__main__":
    sys.exit(main())
