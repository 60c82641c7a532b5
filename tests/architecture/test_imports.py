"""Who may import whom: the contracts in pyproject.toml leave nothing out, and each of them can break."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
CODE = sorted((ROOT / "chalicelib").rglob("*.py"))
CONTRACTS: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"][
    "importlinter"
]["contracts"]

# An import that each contract must refuse: where it is written, and what it says.
VIOLATIONS = {
    "first": ("precompiled.py", "import chalicelib.core.ids"),
    "core": ("core/ids.py", "import chalicelib.place.ladder"),
    "rules": ("bell/rules.py", "import chalicelib.ports"),
    "case-rules": ("case/rules.py", "import chalicelib.escalation.rules"),
    "ports": ("ports.py", "import chalicelib.store"),
    "service": ("bell/service.py", "import chalicelib.notify.sns"),
    "services": ("notice/service.py", "import chalicelib.bell.service"),
    "wire": ("bell/wire.py", "import chalicelib.core.ids"),
    "edge": ("bell/pages.py", "import chalicelib.store"),
    "web": ("web/views.py", "import chalicelib.ports"),
    "adapters": ("notify/sns.py", "import chalicelib.timeline.machine"),
    "adapter": ("store/table.py", "import chalicelib.bell.service"),
    "wiring": ("wiring.py", "import chalicelib.bell.api"),
    "only-wiring-builds": ("http/call.py", "import chalicelib.store"),
    "only-wiring-configures": ("http/call.py", "import chalicelib.config"),
    "only-edges-are-wired": ("bell/api.py", "import chalicelib.wiring"),
    "only-edges-speak-chalice": ("steps.py", "import chalice"),
    "only-the-store-speaks-pynamodb": ("timeline/runner.py", "import pynamodb"),
    "only-adapters-speak-aws": ("http/answers.py", "import botocore"),
    "only-pages-draw": ("bell/present.py", "import jinja2"),
}


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _lint(folder: Path, contract: str = "") -> subprocess.CompletedProcess[str]:
    command = [
        Path(sys.executable).with_name("lint-imports"),
        "--no-cache",
        *(("--contract", contract) if contract else ()),
    ]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code once more, where it may be spoiled."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(ROOT / "chalicelib", folder / "chalicelib", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    result = _lint(folder)
    assert result.returncode == 0, result.stdout
    return folder


def test_every_contract_has_a_violation_to_try() -> None:
    assert {contract["id"] for contract in CONTRACTS} == set(VIOLATIONS)


@pytest.mark.parametrize("contract", VIOLATIONS)
def test_a_wrong_import_breaks_its_contract(copy: Path, contract: str) -> None:
    where, line = VIOLATIONS[contract]
    spoiled = copy / "chalicelib" / where
    whole = spoiled.read_text("utf-8")
    spoiled.write_text(f"{whole}\n{line}\n", "utf-8")
    try:
        result = _lint(copy, contract)
    finally:
        spoiled.write_text(whole, "utf-8")
    assert result.returncode == 1, result.stdout + result.stderr
    assert "1 broken" in result.stdout


def test_every_module_has_a_room() -> None:
    rooms = [
        room
        for contract in CONTRACTS
        if contract["type"] == "forbidden"
        for room in contract["source_modules"]
    ]
    packages = {_module(path) for path in CODE if path.name == "__init__.py"}
    modules = {_module(path) for path in CODE} - packages
    homeless = {m for m in modules if not any(fnmatchcase(m, r) or m.startswith(f"{r}.") for r in rooms)}
    assert homeless == set(), "Say in pyproject.toml which contracts hold for them"


def test_every_folder_is_kept_away_from_the_core() -> None:
    folders = {
        f"chalicelib.{path.name}"
        for path in (ROOT / "chalicelib").iterdir()
        if (path / "__init__.py").exists()
    }
    files = {f"chalicelib.{path.stem}" for path in (ROOT / "chalicelib").glob("*.py")} - {
        "chalicelib.__init__"
    }
    forbidden = next(set(contract["forbidden_modules"]) for contract in CONTRACTS if contract["id"] == "core")
    assert (folders | files) - forbidden == {"chalicelib.core"}


def test_rules_and_core_import_only_the_standard_library_and_each_other() -> None:
    pure = next(contract["source_modules"] for contract in CONTRACTS if contract["id"] == "rules")
    for path in CODE:
        if path.parent.name == "core" or any(fnmatchcase(_module(path), room) for room in pure):
            strangers = _imported(path) - sys.stdlib_module_names - {"chalicelib"}
            assert strangers == set(), path


def test_aws_is_not_even_mentioned_outside_its_rooms() -> None:
    rooms = {"store", "notify", "timeline", "files"}
    for path in [*CODE, ROOT / "app.py"]:
        if path.parent.name not in rooms and path.name not in {"wiring.py", "aws_models.py"}:
            found = re.search(r"\b(boto3|botocore|pynamodb)\b", path.read_text("utf-8"))
            assert found is None, f"{path.relative_to(ROOT)} mentions {found and found[0]}"


def test_nothing_uses_boto3_which_is_slow_to_start() -> None:
    for path in [*CODE, ROOT / "app.py"]:
        assert "boto3" not in _imported(path), path


def test_the_application_file_only_puts_things_together() -> None:
    text = (ROOT / "app.py").read_text("utf-8")
    assert len(text.splitlines()) <= 100
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            statements = [s for s in node.body if not isinstance(s, ast.Expr)]
            assert len(statements) <= 2, f"{node.name} does more than pass on"
    # `sys` and `infra`: only while Chalice's command line packs the zip (docs/decisions/0022-package.md).
    known = {"__future__", "collections", "sys", "typing", "chalice", "chalicelib", "infra"}
    assert _imported(ROOT / "app.py") <= known


def _imported(path: Path) -> set[str]:
    """The first names of what a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found
