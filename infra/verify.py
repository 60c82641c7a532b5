"""The command behind `make verify`: every record's chain of hashes, computed anew.

Exit status: 0 all intact, 1 at least one is not, 2 there is nothing to read.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator

from chalicelib.core.chain import Verdict
from chalicelib.record.service import verify_all
from infra.connect import NotConnected, readable

_EVERY = 200


def main() -> int:
    """Verify, with progress; answers the exit status."""
    try:
        with readable() as ports:
            return _report(dict(_watched(verify_all(ports))))
    except NotConnected as error:
        print(error, file=sys.stderr)
        return 2


def _watched(verdicts: Iterator[tuple[str, Verdict]]) -> Iterator[tuple[str, Verdict]]:
    for count, found in enumerate(verdicts, 1):
        if count % _EVERY == 0 and sys.stderr.isatty():
            print(f"\r{count} records …", end="", file=sys.stderr, flush=True)
        yield found


def _report(verdicts: dict[str, Verdict]) -> int:
    broken = {thing: verdict for thing, verdict in verdicts.items() if not verdict.intact}
    for thing, verdict in sorted(broken.items()):
        print(f"BROKEN {thing}: event {verdict.broken_at} {verdict.reason}")
    kinds = Counter(thing.partition("#")[0].lower() for thing in verdicts)
    events = sum(verdict.events for verdict in verdicts.values())
    what = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    print(
        f"{len(verdicts)} records ({what}), {events} events: "
        + (f"{len(broken)} BROKEN" if broken else "all intact")
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
