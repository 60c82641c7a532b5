"""`python -m bench`: every timing the project promises, as tables. Exit status 1 when a target is missed."""

from __future__ import annotations

import argparse
import sys

from bench import cold, warm


def main() -> int:
    """Run them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="of the cold start")
    options = parser.parse_args()
    met = cold.report(options.rounds)
    print()
    warm.report()
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
