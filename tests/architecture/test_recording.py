"""A session of tests fails when a function asks for what its policy does not allow, with workers and without."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = """
from contextlib import suppress

from botocore.exceptions import ClientError
from botocore.session import get_session
from botocore.stub import Stubber

from tests.architecture.recording import inside


@inside("advance")
def ask(operation, **what):
    client = get_session().create_client("dynamodb", region_name="eu-central-1")
    with Stubber(client) as stub, suppress(ClientError):
        stub.add_client_error(operation)
        getattr(client, operation)(TableName="consultation-bell-local", **what)


def test_of_what_is_allowed():
    ask("update_item", Key={"pk": {"S": "BELL#MX7F3K92QD"}, "sk": {"S": "HEAD"}})


def test_of_what_is_not():
    ask("scan")
"""


def session(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """A session of these two tests and no other."""
    file = folder / "test_asking.py"
    file.write_text(TESTS, "utf-8")
    plugins = ("-p", "xdist", "-p", "tests.architecture.recording")
    command = [sys.executable, "-m", "pytest", *plugins, *options, str(file)]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_call_too_many_fails_a_session_whose_tests_all_pass(tmp_path: Path, workers: str) -> None:
    done = session(tmp_path, "-n", workers)
    assert "2 passed" in done.stdout, done.stdout + done.stderr
    assert "advance: dynamodb:Scan on arn:aws:dynamodb:" in done.stdout
    assert "UpdateItem" not in done.stdout
    assert done.returncode == 1


def test_a_session_without_such_a_call_ends_well(tmp_path: Path) -> None:
    done = session(tmp_path, "-n", "2", "-k", "allowed")
    assert done.returncode == 0, done.stdout + done.stderr
