"""The project's own files in the zip, and the two modules of Chalice that run in a function."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
_RUNTIME = ("__init__.py", "app.py")


def project(root: Path = ROOT) -> Iterator[tuple[str, Path]]:
    """Path in the zip and file: `app.py`, `chalicelib/`, `vendor/` (its contents on top), Chalice's runtime."""
    yield "app.py", root / "app.py"
    yield from _below(root / "chalicelib", "chalicelib/")
    yield from _below(root / "vendor", "")
    found = importlib.util.find_spec("chalice")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("chalice is not installed")
    for name in _RUNTIME:
        yield f"chalice/{name}", Path(found.origin).with_name(name)


def _below(folder: Path, prefix: str) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield prefix + path.relative_to(folder).as_posix(), path
