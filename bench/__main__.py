"""`python -m bench`: every timing the project promises, as tables. Only `bench.cold` alone exits with 1 for a miss."""

from __future__ import annotations

import argparse

from bench import anchors, cold, package, polls, warm


def main() -> None:
    """Run them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="of the cold start")
    options = parser.parse_args()
    package.report()
    print()
    cold.report(options.rounds)
    print()
    warm.report()
    print()
    polls.report()
    print()
    anchors.report()


if __name__ == "__main__":
    main()
