"""ministack in a virtual environment of its own, made once for each version of its requirements."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from infra.deploy.telling import Failed, Teller

REQUIREMENTS = Path(__file__).with_name("requirements.txt")


def ready(folder: Path, tell: Teller) -> Path:
    """The Python of the environment in that folder, installed if need be; raises Failed when it cannot be."""
    python, stamp = folder / "bin" / "python", folder / "requirements.sha256"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        tell.good(f"ministack is installed in {folder}")
        return python
    tell.line(f"Installing ministack into {folder} (once, about half a minute)")
    shutil.rmtree(folder, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(folder)])
    _run([str(python), "-m", "pip", "install", "-qq", "-r", str(REQUIREMENTS)])
    stamp.write_text(wanted)
    tell.good("ministack is installed")
    return python


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(
            f"{' '.join(command[:4])} … ended with {done.returncode}: {done.stderr.strip()[-600:]}",
            "The package index has to be within reach the first time. Then run make rehearse again.",
        )
