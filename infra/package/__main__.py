"""`python -m infra.package deploy --stage prod`: Chalice's own command line, shipping the slim zip.

`python -m infra.package sizes ZIP` says what is in a zip. Every other word is Chalice's.
"""

from __future__ import annotations

import sys
from pathlib import Path

from infra.package import archive, packager


def main() -> int:
    """Run the command; its exit status."""
    if sys.argv[1:2] == ["sizes"]:
        archive.table(Path(sys.argv[2]), print)
        return 0
    from chalice.cli import main as chalice

    packager.install()
    return int(chalice() or 0)


if __name__ == "__main__":
    sys.exit(main())
