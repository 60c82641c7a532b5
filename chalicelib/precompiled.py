"""What Python looks up and compiles anew at every start, kept when the zip was made: a quarter of a cold start.

Bytecode is a file a module; regular expressions, annotations, and the methods that `dataclasses` and `namedtuple` write
as text are compiled each time. `infra.package.precompile` rings once while it makes the zip and puts all that this ring
imported and compiled into one file; `use` lets Python take it from there. What is not in the file Python finds and
compiles as ever, and likewise everything where there is no file (the tree) or another Python's.

Only here is anything of Python's own replaced: the compiler of `re`, which has no public door, and the names `exec`,
`eval` and `compile` as three modules see them. `tests/package/test_precompiled.py` notices when they move.
"""

from __future__ import annotations

import collections
import marshal
import re
import sys
import typing
from importlib import import_module
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import MAGIC_NUMBER, spec_from_file_location
from mmap import ACCESS_READ, mmap
from pathlib import Path
from types import CodeType
from typing import Any

FILE = Path(__file__).with_suffix(".bin")
"""Where the packager writes it: PYTHON, marshalled `(size, modules, texts, patterns)`, and `size` bytes in which these
three name places."""
_TASK = str(FILE.parents[1])

# Missing in a Python that has moved it: then nobody can have made a file for that Python.
_compiler: Any = getattr(re, "_compiler", None)

_MAGIC = f"{MAGIC_NUMBER.hex()} {getattr(_compiler, 'MAGIC', '')}"
PYTHON = f"{sys.implementation.cache_tag} {_MAGIC} {sys.byteorder}\n".encode()
"""What compiled: code of another Python would not run in this one."""

Place = tuple[int, int]
"""From where to where, in the last part of the file, something marshalled lies."""


class Kept:
    """What the file has, each by its place: of modules, and where their sources lie below the zip's root, the code; of
    texts, and how they are compiled ("exec", "eval"), the code; of patterns and their flags, what `_sre.compile` is
    given after the pattern."""

    def __init__(self, file: memoryview) -> None:
        found = marshal.loads(file)  # noqa: S302 - made by our packager, like all bytecode in the zip
        size, self.modules, self.texts, self.patterns = found
        self._codes = file[-size:]

    modules: dict[str, tuple[str, Place]]
    texts: dict[tuple[str, str], Place]
    patterns: dict[tuple[str | bytes, int], Place]

    def load(self, place: Place) -> Any:
        """What lies there."""
        start, end = place
        return marshal.loads(self._codes[start:end])  # noqa: S302


def use(file: Path = FILE) -> bool:
    """Take from the file, from now on, what it has; whether there was one of this Python."""
    kept = read(file)
    if kept is None:
        return False
    sys.meta_path.insert(0, _Finder(kept))
    _take_patterns(kept)
    _take_texts(kept)
    return True


def read(file: Path) -> Kept | None:
    """The file, when it is there and of this Python."""
    try:
        with file.open("rb") as opened:
            # Mapped: copying four megabytes, twice, would cost half of what they save.
            mapped = memoryview(mmap(opened.fileno(), 0, access=ACCESS_READ))
    except FileNotFoundError:
        return None
    return Kept(mapped[len(PYTHON) :]) if mapped[: len(PYTHON)] == PYTHON else None


class _Finder:
    """Finds the modules of the file before anybody looks into folders; each once: who reloads one reads its source."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """As `importlib.abc.MetaPathFinder` says."""
        found = self._kept.modules.pop(name, None)
        if found is None:
            return None
        source = f"{_TASK}/{found[0]}"
        return spec_from_file_location(name, source, loader=_Loader(name, source, self._kept, found[1]))


class _Loader(SourceFileLoader):
    """Loads a source whose code is at hand."""

    def __init__(self, name: str, source: str, kept: Kept, place: Place) -> None:
        super().__init__(name, source)
        self._kept = kept
        self._place = place

    def get_code(self, fullname: str) -> CodeType | None:
        """The module's."""
        code: CodeType = self._kept.load(self._place)
        return code


def _take_patterns(kept: Kept) -> None:
    compiled, sre = _compiler.compile, _compiler._sre  # noqa: SLF001 - the only way to a compiled pattern

    def compile_(pattern: Any, flags: int = 0) -> Any:
        place = kept.patterns.get((pattern, int(flags))) if isinstance(pattern, (str, bytes)) else None
        return compiled(pattern, flags) if place is None else sre.compile(pattern, *kept.load(place))

    _compiler.compile = compile_


def _take_texts(kept: Kept) -> None:
    """A module's own name goes before the built-in one."""

    def code(text: Any, name: str, mode: str) -> Any:
        place = kept.texts.get((text, mode)) if isinstance(text, str) else None
        # Not with this module's __future__: as it would be where it was written.
        return compile(text, name, mode, dont_inherit=True) if place is None else kept.load(place)

    def execute(text: Any, *names: Any) -> None:
        exec(code(text, "<string>", "exec"), *names)  # noqa: S102 - what dataclasses would do itself

    def evaluate(text: Any, *names: Any) -> Any:
        return eval(code(text, "<string>", "eval"), *names)  # noqa: S307 - what namedtuple would do itself

    vars(typing)["compile"] = code
    vars(collections)["eval"] = evaluate
    vars(import_module("dataclasses"))["exec"] = execute
