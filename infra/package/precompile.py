"""`python -P precompile.py FOLDER < EVENT`: ring once, and put all that the ring imported and compiled into one file.

FOLDER is the zip's, with its bytecode; the file is there for `chalicelib.precompiled`, and the bytecode in it is not in
the zip a second time. What rings is the tree's app on the packages installed here, which are those of requirements.txt:
wheels for another processor need not be imported, and what a text or a pattern compiles to depends on Python alone.

A program of its own, and not a module of infra: only a process that has imported nothing yet meets every text. The same
bytes every time: sorted, and marshalled in the version that does not say who else holds a string.
"""

from __future__ import annotations

import collections
import json
import marshal
import sys
import typing
from importlib import import_module
from importlib.util import cache_from_source
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

FILE = "chalicelib/precompiled.bin"
"""In the zip."""
_PLAIN = 2
"""Marshal's version without references."""
_HEAD = 16
"""Bytes before the code in a file of bytecode."""
_BEFORE = frozenset({"__main__", "app", "chalicelib", "chalicelib.precompiled"})
"""What is imported before the file is read."""

Place = tuple[int, int]
"""As in `chalicelib.precompiled`, like all that is written here."""


class _Codes:
    """What is kept, one after another."""

    def __init__(self) -> None:
        self.all = bytearray()

    def add(self, marshalled: bytes) -> Place:
        """The place that it gets."""
        self.all += marshalled
        return len(self.all) - len(marshalled), len(self.all)


# What was heard.
texts: dict[tuple[str, str], bytes] = {}
patterns: dict[tuple[str | bytes, int], bytes] = {}


def main(folder: Path) -> None:
    """Ring and write the file. Exits with the answer when the bell does not ring."""
    answer = import_module("app").app(json.load(sys.stdin), None)
    if answer["statusCode"] != 201:
        sys.exit(f"The app does not ring: {answer}")
    codes = _Codes()
    modules = _modules(folder, sorted(set(sys.modules) - _BEFORE), codes)
    kept = [{key: codes.add(one) for key, one in sorted(of.items(), key=repr)} for of in (texts, patterns)]
    index = marshal.dumps((len(codes.all), modules, *kept), _PLAIN)
    python: bytes = import_module("chalicelib.precompiled").PYTHON
    (folder / FILE).write_bytes(python + index + codes.all)


def _modules(folder: Path, names: list[str], codes: _Codes) -> dict[str, tuple[str, Place]]:
    """Those of the modules that are in the zip; their bytecode moves over from the folder."""
    found = {}
    for name in names:
        path = name.replace(".", "/")
        for source in (f"{path}/__init__.py", f"{path}.py"):
            if (bytecode := folder / cache_from_source(source)).is_file():
                found[name] = source, codes.add(bytecode.read_bytes()[_HEAD:])
                bytecode.unlink()
    return found


def listen() -> None:
    """Note from now on what is compiled."""
    _listen_to_patterns()
    vars(typing)["compile"] = _noted
    vars(collections)["eval"] = _evaluate
    vars(import_module("dataclasses"))["exec"] = _execute


def _execute(text: Any, *names: Any) -> None:
    exec(_noted(text, "<string>", "exec"), *names)  # noqa: S102 - what dataclasses does


def _evaluate(text: Any, *names: Any) -> Any:
    return eval(_noted(text, "<string>", "eval"), *names)  # noqa: S307 - what namedtuple does


def _noted(text: Any, name: str, mode: str) -> Any:
    code = compile(text, name, mode, dont_inherit=True)
    texts[text, mode] = marshal.dumps(code, _PLAIN)
    return code


def _listen_to_patterns() -> None:
    compiler: Any = import_module("re._compiler")
    compiled, sre = compiler.compile, compiler._sre  # noqa: SLF001 - see chalicelib.precompiled
    made: list[Any] = []

    def keep(pattern: Any, *rest: Any) -> Any:
        made.append(rest)
        return sre.compile(pattern, *rest)

    def compile_(pattern: Any, flags: int = 0) -> Any:
        answer = compiled(pattern, flags)
        if isinstance(pattern, (str, bytes)):
            taken, code, *rest = made[-1]
            plain = (int(taken), [int(one) for one in code], *rest)
            patterns[pattern, int(flags)] = marshal.dumps(plain, _PLAIN)
        return answer

    compiler._sre = SimpleNamespace(**vars(sre) | {"compile": keep})  # noqa: SLF001
    compiler.compile = compile_


if __name__ == "__main__":
    listen()
    main(import_module("pathlib").Path(sys.argv[1]))
