"""Tests are sentences that say what a person can rely on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))


def _functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node


def test_a_test_file_says_first_what_can_be_relied_on() -> None:
    mute = [
        path
        for path in TESTS
        if len((ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").split()) < 3
    ]
    assert mute == []


def test_a_test_is_named_by_a_sentence() -> None:
    terse = [
        f"{path.name}: {test.name}" for path in TESTS for test in _functions(path) if test.name.count("_") < 3
    ]
    assert terse == []


def test_no_name_is_used_twice_in_a_file() -> None:
    for path in TESTS:
        names = [
            test.name for test in ast.parse(path.read_text("utf-8")).body if isinstance(test, ast.FunctionDef)
        ]
        assert len(names) == len(set(names)), f"a test of {path.name} hides another of the same name"
