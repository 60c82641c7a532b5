"""A program in a fresh Python with nothing but the unpacked zip and the standard library on its path."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def alone(folder: Path, program: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run it to its end; fails with its errors when it does."""
    start = f"import sys; sys.path.insert(0, {str(folder)!r})\n"
    own = {name: value for name, value in env.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [sys.executable, "-S", "-B", "-P", "-c", start + program],
        env=own | {"STAGE": "local"},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done
