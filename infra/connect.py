"""Where a command's table is: a deployed stage, else the run on this machine, else its journal at rest."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chalicelib import wiring
from chalicelib.ports import Ports
from infra.local.embedded import embedded_aws
from infra.local.journal import Journal
from infra.local.run import attach

NOBODY = """No run was found to work on. Start one with `make run` (DATA names its folder), or name the table of a
deployed stage with TABLE_NAME, STATE_MACHINE_ARN, PHOTOS_BUCKET, PUBLIC_URL and SECRET_KEY as in
.chalice/config.json."""


class NotConnected(Exception):
    """There is no table; the message says what to do."""


def data_folder() -> Path:
    """The folder of the local run."""
    return Path(os.environ.get("DATA", ".local"))


def connected() -> Ports:
    """The ports of a deployed stage or of the run on this machine; raises NotConnected."""
    if "TABLE_NAME" not in os.environ and not attach(data_folder()):
        raise NotConnected(NOBODY)
    return wiring.ports()


@contextmanager
def readable() -> Iterator[Ports]:
    """As `connected`; with neither, the journal of the last run is read into a table of its own, which nobody sees."""
    folder = data_folder()
    at_rest = "TABLE_NAME" not in os.environ and not attach(folder)
    if not at_rest or not (folder / "journal.jsonl").exists():
        yield connected()
        return
    with embedded_aws() as aws:
        journal = Journal(folder)
        aws.restore(journal.images())
        journal.close()
        os.environ.update(aws.environment, PUBLIC_URL="http://127.0.0.1", SECRET_KEY="reads-only" * 4)
        yield wiring.ports()
