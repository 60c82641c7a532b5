"""`make cost`: play and count, then write infra/cost/counted.json and docs/cost.md."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from infra.cost.plays import PLAYS, Counts

COUNTED = Path(__file__).with_name("counted.json")
PAGE = Path(__file__).parents[2] / "docs" / "cost.md"


def kept() -> dict[str, Counts]:
    """What was counted when the page was written."""
    found: dict[str, Counts] = json.loads(COUNTED.read_text("utf-8"))
    return found


def main() -> int:
    """Count all anew; the exit status."""
    from infra.cost.page import page

    counted = {name: play() for name, play in PLAYS.items()}
    COUNTED.write_text(json.dumps(counted, indent=1, sort_keys=True) + "\n", "utf-8")
    PAGE.write_text(page(kept()), "utf-8")
    print(f"{PAGE.name} written, from {len(counted)} plays")
    return 0


if __name__ == "__main__":
    sys.exit(main())
