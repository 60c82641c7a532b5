"""The local run around the fake application, for tests that need a process of its own to kill."""

import os
import sys
from types import ModuleType

from infra.local.options import Options
from infra.local.run import Running, serve


def load() -> ModuleType:
    """Import the fake application once the environment is there."""
    from tests.local import fake_app

    return fake_app


def ready(run: Running) -> None:
    """Tell the parent."""
    print("ready", run.options.url, flush=True)


if __name__ == "__main__":
    sys.exit(serve(Options.of(os.environ), load, ready=ready))
