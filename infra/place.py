"""The command behind `make place`: check a place file, say what it would change, and apply it when told to.

Exit status: 0 done or nothing to do, 1 the table could not be read or written, 2 the file cannot be used.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from chalicelib.config import ConfigError
from chalicelib.core.chain import Actor
from chalicelib.core.errors import Stale, Unavailable
from chalicelib.place.changes import Change, diff
from chalicelib.place.file import BadPlace, Problem, parse, review, taken
from chalicelib.place.rules import Directory
from chalicelib.place.service import Plan, apply, plan
from chalicelib.ports import Ports

_COLOURS = {"added": "32", "removed": "31", "changed": "33", "error": "31", "warning": "33", "good": "32"}
_MARKS = {"added": "+", "removed": "-", "changed": "~"}


@dataclass(frozen=True)
class Source:
    """A file's keys and values, on which line each path begins, and keys that are there twice."""

    document: Any
    lines: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def line(self, path: str) -> int | None:
        """The line of a path or of the nearest thing around it."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines.get("")


def load(path: Path) -> Directory:
    """The directory a file describes; raises BadPlace with every problem, OSError when it cannot be read."""
    return _parse(read(path))


def read(path: Path) -> Source:
    """The keys and values of a YAML or JSON file; raises BadPlace when it is neither."""
    try:
        text = path.read_text("utf-8-sig")
        return Source(json.loads(text)) if path.suffix == ".json" else _yaml(text)
    except (yaml.YAMLError, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise BadPlace((Problem("", f"cannot be read: {error}"),)) from None


def main(arguments: list[str] | None = None) -> int:
    """Run the command; answers the exit status."""
    wanted = _arguments(arguments)
    say = _Printer(colour=sys.stdout.isatty() and "NO_COLOR" not in os.environ)
    try:
        source = read(wanted.file)
        directory = _parse(source)
    except OSError as error:
        say.problems(wanted.file, Source(None), [Problem("", f"cannot be read: {error.strerror}")])
        return 2
    except BadPlace as bad:
        say.problems(wanted.file, _lines_of(wanted.file), bad.problems)
        return 2
    say.problems(wanted.file, source, review(directory))
    if wanted.check:
        say.good(f"{wanted.file} is well formed.")
        return 0
    return _compare(source, directory, wanted, say)


def _compare(source: Source, directory: Directory, wanted: argparse.Namespace, say: _Printer) -> int:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        with _ports(apply=wanted.apply) as ports:
            if not isinstance(ports, str) and (problems := taken(directory, ports.directories.all())):
                say.problems(wanted.file, source, problems)
                return 2
            return _change(ports, directory, wanted, say)
    except Stale:
        say.error("Somebody else applied a file just now; nothing was written. Run this again.")
    except (BotoCoreError, ClientError, ConfigError, Unavailable) as error:
        say.error(f"The table cannot be reached: {error}")
    return 1


def _change(ports: Ports | str, directory: Directory, wanted: argparse.Namespace, say: _Printer) -> int:
    if isinstance(ports, str):
        say.error(f"{ports} So this compares with nothing.")
        planned = Plan(directory, 0, diff(None, directory))
    else:
        planned = plan(ports, directory)
    say.changes(planned)
    if not planned.changes:
        return 0
    if isinstance(ports, str) or not wanted.apply:
        say.good(f"Nothing was written. To apply it: make place {wanted.stage}FILE={wanted.file} APPLY=1")
        return 0
    apply(ports, planned, Actor("staff", wanted.actor, role="operator"))
    say.good(f"Applied, version {planned.directory.version}.")
    return 0


@contextmanager
def _ports(*, apply: bool) -> Iterator[Ports | str]:
    """The table to write to, or to compare with; why there is none, when nothing is to be written."""
    from infra.connect import NotConnected, connected, readable

    with ExitStack() as stack:
        ports: Ports | str
        try:
            ports = connected() if apply else stack.enter_context(readable())
        except NotConnected as error:
            if apply:
                raise ConfigError(str(error)) from None
            ports = str(error)
        yield ports


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make place", description="Check and apply a place file.")
    parser.add_argument("file", type=Path, help="YAML, or JSON when it ends in .json")
    parser.add_argument("--apply", action="store_true", help="write it; otherwise only say what would change")
    parser.add_argument("--check", action="store_true", help="only check the file; reach for no table")
    parser.add_argument("--actor", default=getpass.getuser(), help="who applies it, for the record")
    stage = os.environ.get("STAGE", "")  # as it was typed: a stage's own settings have it, too
    parser.set_defaults(stage=f"STAGE={stage} " if stage else "")
    return parser.parse_args(arguments)


def _parse(source: Source) -> Directory:
    try:
        directory = parse(source.document)
    except BadPlace as bad:
        raise BadPlace((*source.problems, *bad.problems)) from None
    if source.problems:
        raise BadPlace(source.problems)
    return directory


def _lines_of(path: Path) -> Source:
    try:
        return read(path)
    except BadPlace:
        return Source(None)


def _yaml(text: str) -> Source:
    """Every value as the text that is written: 22:00 stays a time and 0571 a number of a telephone."""
    node = yaml.compose(text, Loader=yaml.BaseLoader)
    lines: dict[str, int] = {}
    problems: list[Problem] = []
    document = None if node is None else _value(node, "", lines, problems)
    return Source(document, lines, tuple(problems))


def _value(node: yaml.Node, path: str, lines: dict[str, int], problems: list[Problem]) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return dict(_items(node, path, lines, problems))
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, f"{path}[{i}]", lines, problems) for i, item in enumerate(node.value)]
    plain = isinstance(node, yaml.ScalarNode) and node.style is None
    return None if plain and node.value in ("", "~", "null") else node.value


def _items(
    node: yaml.MappingNode, path: str, lines: dict[str, int], problems: list[Problem]
) -> Iterator[tuple[str, Any]]:
    seen: set[str] = set()
    for key, value in node.value:
        name = str(key.value)
        below = f"{path}.{name}" if path else name
        if name in seen:
            line = key.start_mark.line + 1
            problems.append(Problem(below, f"is written twice, again in line {line}: take one out"))
        seen.add(name)
        lines.setdefault(below, key.start_mark.line + 1)
        yield name, _value(value, below, lines, problems)


class _Printer:
    """Sentences for the operator, coloured on a terminal only."""

    def __init__(self, *, colour: bool) -> None:
        self._colour = colour

    def problems(self, file: Path, source: Source, problems: Iterable[Problem]) -> None:
        """One line each: file:line: path: what is wrong."""
        for problem in problems:
            line = source.line(problem.path)
            where = f"{file}:{line}" if line else str(file)
            kind = "warning" if problem.warning else "error"
            path = f" {problem.path}:" if problem.path else ""
            print(f"{self._paint(kind, f'{where}: {kind}:')}{path} {problem.message}", file=sys.stderr)

    def changes(self, planned: Plan) -> None:
        """What would change, one entry a paragraph."""
        if not planned.changes:
            return self.good("Nothing would change.")
        for change in planned.changes:
            print(self._paint(change.kind, f"{_MARKS[change.kind]} {change.title()}"))
            for detail in change.details():
                print(f"    {detail}")
        return print(_count(planned.changes))

    def good(self, sentence: str) -> None:
        """Something went well."""
        print(self._paint("good", sentence))

    def error(self, sentence: str) -> None:
        """Something did not."""
        print(self._paint("error", sentence), file=sys.stderr)

    def _paint(self, kind: str, words: str) -> str:
        return f"\033[{_COLOURS[kind]}m{words}\033[0m" if self._colour else words


def _count(changes: tuple[Change, ...]) -> str:
    kinds = [change.kind for change in changes]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in ("added", "changed", "removed"))


if __name__ == "__main__":
    sys.exit(main())
