"""The packages of requirements.txt as installed in this environment: for tests and timings, without a network.

What `chalice deploy` ships are the wheels for Lambda's Linux. On a Linux of the same Python and processor these
are the same files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

from infra.package.project import ROOT, project


def everything() -> Iterator[tuple[str, Path]]:
    """All files that a package would be made of: the project's, Chalice's runtime, the requirements'."""
    yield from project()
    for name in requirements():
        yield from _of(name)


def requirements() -> list[str]:
    """The names in requirements.txt, as written."""
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    return [found.group() for line in lines if (found := re.match(r"[A-Za-z0-9._-]+(?===)", line))]


def _of(name: str) -> Iterator[tuple[str, Path]]:
    found = distribution(name)
    for file in found.files or ():
        if ".." not in file.parts:
            yield file.as_posix(), Path(str(found.locate_file(file)))
