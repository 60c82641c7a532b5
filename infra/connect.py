"""Where a command's table is: a deployed stage, else the run on this machine, else its journal at rest.

A deployed stage is named by STAGE (`make place STAGE=prod …`): its settings are those that `make deploy` left in
.chalice/config.json. Whoever sets TABLE_NAME and the rest himself is taken at his word.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chalicelib import wiring
from chalicelib.ports import Ports
from infra.deploy.configuration import machine_of
from infra.local.embedded import embedded_aws
from infra.local.journal import Journal
from infra.local.photos import AnchorShelf
from infra.local.surroundings import attach

NOBODY = "No run was found to work on: start one with `make run` (DATA names its folder), or name a deployed STAGE."
NOT_DEPLOYED = "Stage {stage} is not deployed, as far as {file} says: `make deploy STAGE={stage}` first."
_CONFIGURATION = Path(__file__).parents[1] / ".chalice" / "config.json"


class NotConnected(Exception):
    """There is no table; the message says what to do."""


def data_folder() -> Path:
    """The folder of the local run."""
    return Path(os.environ.get("DATA", ".local"))


def to_stage(configuration: Path = _CONFIGURATION) -> bool:
    """Take the settings of the stage that STAGE names, unless they are there already; False when none is named. A
    bucket of anchors that is named already stays. Raises NotConnected when it is not deployed."""
    stage = os.environ.get("STAGE", "")
    if not stage or stage == "local" or "TABLE_NAME" in os.environ:
        return False
    stages = json.loads(configuration.read_text("utf-8"))["stages"]
    settings = stages.get(stage, {}).get("environment_variables", {})
    machine = machine_of(stage, settings)
    if not machine:
        raise NotConnected(NOT_DEPLOYED.format(stage=stage, file=".chalice/config.json"))
    # After a restore the anchors of the stage before are those that tell what was lost.
    settings = {**settings, **{name: os.environ[name] for name in ("ANCHORS_BUCKET",) if name in os.environ}}
    os.environ.update(settings, AWS_REGION=machine[3], AWS_DEFAULT_REGION=machine[3])
    return True


def connected() -> Ports:
    """The ports of a deployed stage or of the run on this machine; raises NotConnected."""
    to_stage()
    if "TABLE_NAME" not in os.environ and not attach(data_folder()):
        raise NotConnected(NOBODY)
    return wiring.ports()


@contextmanager
def readable() -> Iterator[Ports]:
    """As `connected`; with neither, the journal of the last run is read into a table of its own, which nobody sees."""
    to_stage()
    folder = data_folder()
    at_rest = "TABLE_NAME" not in os.environ and not attach(folder)
    if not at_rest or not (folder / "journal.jsonl").exists():
        yield connected()
        return
    with embedded_aws() as aws:
        journal = Journal(folder)
        aws.restore(journal.images())
        AnchorShelf(folder).restore(aws.anchors)
        journal.close()
        os.environ.update(aws.environment, PUBLIC_URL="http://127.0.0.1", SECRET_KEY="reads-only" * 4)
        yield wiring.ports()
