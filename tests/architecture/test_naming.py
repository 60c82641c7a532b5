"""Tests are sentences that say what a person can rely on."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))


ALL = sorted((ROOT / "tests").rglob("*.py"))


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


def test_a_test_would_notice_if_what_it_calls_did_nothing() -> None:
    """Each asserts something itself or calls a helper, known by its name, that does."""
    functions = [
        (path, node, *_noticing(node))
        for path in ALL
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
    ]
    helpers = [(node.name, itself, calls) for _, node, itself, calls in functions if not _is_test(node)]
    noticing = {"raises", "warns", "fail", "expect"} | {name for name, itself, _ in helpers if itself}
    while more := {name for name, _, calls in helpers if name not in noticing and calls & noticing}:
        noticing |= more
    mute = [
        f"{path.name}: {node.name}"
        for path, node, itself, calls in functions
        if _is_test(node) and not itself and not calls & noticing
    ]
    assert mute == []


def _is_test(node: ast.FunctionDef) -> bool:
    return node.name.startswith("test_")


def _noticing(function: ast.FunctionDef) -> tuple[bool, set[str]]:
    """Whether it asserts something itself, and the names of what it calls."""
    inside = list(ast.walk(function))
    called = [node.func for node in inside if isinstance(node, ast.Call)]
    names = {
        f.attr if isinstance(f, ast.Attribute) else f.id
        for f in called
        if isinstance(f, ast.Attribute | ast.Name)
    }
    return any(isinstance(node, ast.Assert | ast.Raise) for node in inside), names
