"""Chalice's packager, replaced by ours: whatever Chalice does next (deploy, package, plan) is given the slim zip.

Chalice 1.34.0 has no hook for it. Its packager is one class with one public method; `app.py` calls `install` when it
is imported by Chalice's command line, which happens before the packaging. So `chalice deploy` itself ships this zip.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chalicelib.aws_models import SERVICES
from infra.package import archive
from infra.package.project import project


class Incomplete(Exception):
    """A requirement has no wheel for Lambda; Chalice would ship the zip without it."""


def install() -> None:
    """Let Chalice's packager, in this process, make the slim zip."""
    from chalice.deploy.packager import LambdaDeploymentPackager

    LambdaDeploymentPackager.create_deployment_package = create


def create(self: Any, project_dir: str, python_version: str) -> str:
    """As LambdaDeploymentPackager.create_deployment_package: make the zip of the project, answer its path.

    `python_version` is the runtime's ("python3.11"), which Chalice takes from the Python it runs in; that one compiles.
    The packages are downloaded once per requirements.txt; the zip is made anew each time, and is the same file with
    the same bytes when nothing changed. Raises Incomplete when a requirement cannot be had for Lambda.
    """
    if python_version != f"python{sys.version_info[0]}.{sys.version_info[1]}":
        raise Incomplete(f"Python {sys.version.split()[0]} cannot compile for {python_version}: use that one")
    root = Path(project_dir)
    packages = _packages(self, root, python_version)
    target = root / ".chalice" / "deployments" / f"package-{python_version}.zip"
    say = self._ui.write
    say("Compiling and packing.\n")
    archive.build([*project(root), *_installed(packages)], SERVICES, target)
    archive.table(target, lambda line: say(line + "\n"))
    return str(target)


def _packages(packager: Any, root: Path, python_version: str) -> Path:
    """The unpacked wheels for Lambda: a folder named for what is in it, made once."""
    requirements = root / "requirements.txt"
    told = requirements.read_bytes() + f"{python_version} {packager._architecture}".encode()  # noqa: SLF001 - Chalice's own; its version is pinned and a test holds it
    folder = root / ".chalice" / "deployments" / f"wheels-{hashlib.sha256(told).hexdigest()[:16]}"
    if folder.is_dir():
        return folder
    packager._ui.write("Fetching the packages for Lambda (once for this requirements.txt).\n")  # noqa: SLF001
    folder.parent.mkdir(parents=True, exist_ok=True)
    for old in folder.parent.glob("wheels-*"):
        shutil.rmtree(old)
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        _fetch(packager, requirements, python_version, Path(name) / "site")
        (Path(name) / "site").rename(folder)
    return folder


def _fetch(packager: Any, requirements: Path, python_version: str, folder: Path) -> None:
    from chalice.deploy.packager import MissingDependencyError

    try:
        packager._dependency_builder.build_site_packages(  # noqa: SLF001
            packager._RUNTIME_TO_ABI[python_version],  # noqa: SLF001
            str(requirements),
            str(folder),
        )
    except MissingDependencyError as error:
        missing = ", ".join(sorted(one.identifier for one in error.missing))
        raise Incomplete(f"No wheel for {python_version} on Lambda: {missing}") from error


def _installed(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.relative_to(folder).parts[0] != "chalice":
            yield path.relative_to(folder).as_posix(), path
