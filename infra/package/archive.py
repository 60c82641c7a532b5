"""Put the zip together: the same input gives the same bytes."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.package import bytecode, models, precompile
from infra.package.contents import kept
from infra.package.replaced import REPLACED
from infra.package.ring import environment, event
from infra.package.stub import stub

LIMIT = 8_000_000
"""Bytes that the zip may have (issue: at most 8 MB zipped)."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o100644 << 16

Files = Iterable[tuple[str, Path]]
"""Path in the zip, and the file."""


@dataclass(frozen=True)
class Size:
    """Of one component, a package or a folder at the top of the zip: bytes in the zip, unpacked, and of bytecode."""

    zipped: int
    plain: int
    bytecode: int
    files: int


def build(files: Files, services: Iterable[str], target: Path) -> None:
    """Write the zip `target` of those of the files that belong into it, compiled for the Python that runs this.

    `services` are the AWS services, as botocore names them, whose descriptions go in.
    """
    with tempfile.TemporaryDirectory(prefix="package-") as name:
        folder = Path(name)
        _lay_out(folder, files, services)
        program = [sys.executable, "-I", "-S", bytecode.__file__, str(folder)]
        subprocess.run(program, check=True)
        if (folder / "chalicelib/precompiled.py").is_file():
            _precompile(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        half = target.with_suffix(".part")
        pack(folder, half)
        half.replace(target)


def pack(folder: Path, target: Path) -> None:
    """A folder as a zip: in the order of the names, of one date, readable by anyone."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
            entry.external_attr = _READABLE
            entry.create_system = 3
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, 9)


def sizes(archive: Path) -> Mapping[str, Size]:
    """By component, largest first; a package's metadata and its single modules count under their own names."""
    zipped, plain, compiled, files = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    with zipfile.ZipFile(archive) as opened:
        for entry in opened.infolist():
            name = _component(entry.filename)
            zipped[name] += entry.compress_size
            plain[name] += entry.file_size
            compiled[name] += entry.file_size if entry.filename.endswith((".pyc", precompile.FILE)) else 0
            files[name] += 1
    return {name: Size(n, plain[name], compiled[name], files[name]) for name, n in zipped.most_common()}


def table(archive: Path, say: Callable[[str], None]) -> None:
    """Say the sizes, a line a component and the small ones together."""
    found = sizes(archive)
    say(f"  {'':<24}{'zipped':>10}{'unpacked':>10}{'bytecode':>10}   (KB)")
    shown = {name: size for name, size in found.items() if size.zipped >= 20_000}
    rest = [size for name, size in found.items() if name not in shown]
    for name, size in shown.items():
        say(_row(name, [size]))
    say(_row(f"{len(rest)} smaller ones", rest))
    say(_row("together", found.values()))
    total = archive.stat().st_size
    told = "kept" if total <= LIMIT else "MISSED"
    say(f"  The zip has {total / 1e6:.2f} MB; at most {LIMIT / 1e6:.0f} MB: {told}")


def _row(name: str, of: Iterable[Size]) -> str:
    of = list(of)
    sums = (sum(one.zipped for one in of), sum(one.plain for one in of), sum(one.bytecode for one in of))
    return f"  {name:<24}" + "".join(f"{number / 1e3:>10.0f}" for number in sums)


def _component(path: str) -> str:
    if path.startswith(models.DATA):
        return models.DATA.rstrip("/")
    if path == precompile.FILE:
        return "a ring, compiled"
    first = path.split("/", 1)[0]
    return "metadata, licences" if first.endswith((".dist-info", ".data")) else first


def _lay_out(folder: Path, files: Files, services: Iterable[str]) -> None:
    data: Path | None = None
    for name, path in files:
        if name.startswith(models.DATA):
            data = path if data is None and name == f"{models.DATA}_retry.json" else data
        elif kept(name):
            shorter = REPLACED.get(name)
            _put(folder / name, path.read_bytes() if shorter is None else shorter.encode())
    if data is not None:
        for name, content in models.slim(data.parent, services):
            _put(folder / models.DATA / name, content)


def _precompile(folder: Path) -> None:
    program = [sys.executable, "-P", precompile.__file__, str(folder)]
    with stub() as (endpoint, _):
        env = environment(endpoint) | {"PYTHONHASHSEED": "0"}
        subprocess.run(program, env=env, input=json.dumps(event()), text=True, check=True)


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
