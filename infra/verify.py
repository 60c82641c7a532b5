"""The command behind `make verify`: every record's chain of hashes, computed anew, and whether each still holds what
the daily anchors found.

Exit status: 0 all intact, 1 at least one is not, 2 there is nothing to read.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from chalicelib.anchor import service as anchors
from chalicelib.anchor.rules import Anchor, Leaf, Misfit
from chalicelib.core.chain import Verdict, verify
from chalicelib.core.errors import Unavailable
from chalicelib.ports import Ports
from infra.connect import NotConnected, readable

_EVERY = 200
_SAYS: Mapping[str, str] = {
    "missing": "event {seq} is gone; the anchor of {date} has it",
    "altered": "event {seq} is another one than the anchor of {date} has",
    "leaves": "the records that it was made of do not lead to its root",
    "hash": "it was altered: its own hash is another",
    "previous": "it does not follow the anchor before it",
    "gone": "it cannot be read",
}
_MANY = 5
Ends = Mapping[str, Sequence[tuple[str, Leaf]]]


@dataclass(frozen=True)
class Found:
    """What is to be said of a record: whether its chain is whole, and what does not fit the anchors."""

    verdict: Verdict
    misfits: tuple[Misfit, ...] = ()

    @property
    def intact(self) -> bool:
        """Nothing is wrong with it."""
        return self.verdict.intact and not self.misfits


def main() -> int:
    """Verify, with progress; answers the exit status."""
    try:
        with readable() as ports:
            return _verified(ports)
    except NotConnected as error:
        print(error, file=sys.stderr)
    except Unavailable as error:
        print(f"Not everything could be read ({error}): run it again when it is less busy.", file=sys.stderr)
    return 2


def _verified(ports: Ports) -> int:
    """Anchors first: whatever they have must be found in the records that are read after them."""
    checked = list(anchors.check(ports))
    found = dict(_watched(_records(ports, anchors.ends(ports))))
    return max(_report_anchors(checked), _report(found))


def _records(ports: Ports, ends: Ends) -> Iterator[tuple[str, Found]]:
    """Every record with a chain, and every one that an anchor has and the table has not."""
    seen: set[str] = set()
    for thing, events, tip in ports.store.chains():
        seen.add(thing)
        misfits = anchors.compare(ends.get(thing, ()), events)
        yield thing, Found(verify(events, tip, thing), tuple(misfits))
    for thing in sorted(set(ends) - seen):
        yield thing, Found(Verdict(False, 0, 1, "missing"), tuple(anchors.compare(ends[thing], ())))


def _watched(found: Iterable[tuple[str, Found]]) -> Iterator[tuple[str, Found]]:
    for count, one in enumerate(found, 1):
        if count % _EVERY == 0 and sys.stderr.isatty():
            print(f"\r{count} records …", end="", file=sys.stderr, flush=True)
        yield one


def _report_anchors(checked: Sequence[tuple[Anchor | None, Sequence[Misfit]]]) -> int:
    wrong = [misfit for _, misfits in checked for misfit in misfits]
    for misfit in wrong:
        print(f"BROKEN anchor {misfit.date}: {_SAYS[misfit.reason]}")
    if not checked:
        print("No anchor yet: the first is made within an hour, and each day (UTC) has one")
        return 0
    newest = next((a for a, _ in reversed(checked) if a), None)
    to = f", the newest of {newest.date} over {newest.size} records" if newest else ""
    print(
        f"{len(checked)} anchor{'s' * (len(checked) != 1)}{to}: "
        + (f"{len(wrong)} BROKEN" if wrong else "each follows the one before")
    )
    return 1 if wrong else 0


def _report(found: Mapping[str, Found]) -> int:
    broken = {thing: one for thing, one in found.items() if not one.intact}
    for thing, one in sorted(broken.items()):
        if not one.verdict.intact:
            print(f"BROKEN {thing}: event {one.verdict.broken_at} {one.verdict.reason}")
        for misfit in one.misfits[:_MANY]:
            print(f"BROKEN {thing}: " + _SAYS[misfit.reason].format(seq=misfit.seq, date=misfit.date))
    kinds = Counter(thing.partition("#")[0].lower() for thing in found)
    events = sum(one.verdict.events for one in found.values())
    what = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    print(
        f"{len(found)} records ({what}), {events} events: "
        + (f"{len(broken)} BROKEN" if broken else "all intact")
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
