"""The zip: how large it is, component by component; and unpacked as Lambda unpacks it, for the cold start.

Built from the packages installed here, so that it needs no network; `make package` builds from the wheels for Lambda
and says the sizes of those.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chalicelib.aws_models import SERVICES
from infra.package import archive, installed


def report() -> None:
    """Build and print."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        target = Path(name) / "package.zip"
        archive.build(installed.everything(), SERVICES, target)
        print("The zip that chalice deploy ships\n")
        archive.table(target, print)


@contextmanager
def unpacked() -> Iterator[Path]:
    """A folder with what the zip holds, while the context lasts."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        target, folder = Path(name) / "package.zip", Path(name) / "task"
        archive.build(installed.everything(), SERVICES, target)
        with zipfile.ZipFile(target) as opened:
            opened.extractall(folder)
        yield folder


if __name__ == "__main__":
    report()
