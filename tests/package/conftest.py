"""The zip as `chalice deploy` ships it, built once from the packages of this environment: no network."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from chalicelib.aws_models import SERVICES
from chalicelib.precompiled import Kept, read
from infra.package import archive, installed


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip."""
    target = tmp_path_factory.mktemp("package") / "package.zip"
    archive.build(installed.everything(), SERVICES, target)
    return target


@pytest.fixture(scope="session")
def unpacked(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what is in it; nobody changes it."""
    folder = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(package) as opened:
        opened.extractall(folder)
    return folder


@pytest.fixture(scope="session")
def precompiled(unpacked: Path) -> Kept:
    """What its file of compiled things holds."""
    kept = read(unpacked / "chalicelib/precompiled.bin")
    assert kept is not None
    return kept
