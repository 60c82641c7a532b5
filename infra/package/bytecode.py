"""`python -I -S bytecode.py FOLDER`: bytecode beside every source below the folder, the same bytes every time.

A program of its own because bytecode says of each string whether somebody else holds it, too: in a process that
does nothing else, in this order, the answer is always the same. `unchecked-hash`: what is in the zip is never edited,
and a function should not compare dates, which in a zip of 1980 never match.
"""

from __future__ import annotations

import py_compile
import sys
import warnings
from pathlib import Path

TASK = "/var/task"
"""Where Lambda unpacks the zip: named in tracebacks, and so Python need not rename every function at start."""


def compiled(folder: Path) -> int:
    """Compile all below the folder; how many files. Raises py_compile.PyCompileError for one that cannot be."""
    sources = sorted(folder.rglob("*.py"))
    for source in sources:
        py_compile.compile(
            str(source),
            dfile=f"{TASK}/{source.relative_to(folder).as_posix()}",
            doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
    return len(sources)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    compiled(Path(sys.argv[1]))
