"""Use cases of the operator: see what a place file would change, and let it take effect."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.core.chain import Actor, extend
from chalicelib.place.changes import Change, diff, happenings
from chalicelib.place.rules import Directory
from chalicelib.ports import Ports


@dataclass(frozen=True)
class Plan:
    """What applying would change, on top of which stored version; nothing to do when `changes` is empty."""

    directory: Directory
    seen: int
    changes: tuple[Change, ...]


def thing_of(directory: Directory) -> str:
    """The thing on whose chain changes of a directory are recorded."""
    return f"PLACE#{directory.subdistrict.prefix}"


def plan(ports: Ports, directory: Directory) -> Plan:
    """Compare with what is stored under the prefix, whatever `version` the directory has; writes nothing."""
    stored = ports.store.directory(directory.subdistrict.prefix)
    seen = stored.version if stored else 0
    return Plan(replace(directory, version=seen + 1), seen, diff(stored, directory))


def apply(ports: Ports, plan: Plan, actor: Actor) -> Directory:
    """Write the planned directory and its changes on the record; without changes nothing is written.

    Raises `core.errors.Stale` when somebody else applied a file since the plan was made. Bells that ring keep
    the ladder they were rung with; whom a level alerts is looked up when it is due, so people change at once.
    """
    if not plan.changes:
        return replace(plan.directory, version=plan.seen)
    thing = thing_of(plan.directory)
    tip = ports.store.tip(thing)
    events = extend(thing, tip, ports.clock.now(), actor, happenings(plan.changes))
    ports.store.save_directory(plan.directory, events)
    return plan.directory
