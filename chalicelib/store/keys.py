"""Where things are in the table: partition and sort keys, and the keys of the indexes."""

from __future__ import annotations

import zlib
from datetime import datetime

from chalicelib.core import ids
from chalicelib.core.times import iso

Key = tuple[str, str]

HEAD, CONTACT, DIRECTORY, WINDOW, BUNDLE = "HEAD", "CONTACT", "DIRECTORY", "WINDOW", "BUNDLE"
CODE = "CODE"
EVENTS, LINKS, NOTICES, COUNTS = "EVENT#", "LINK#", "NOTICE#", "COUNT#"
TEXTS, PARTIES = "TEXT#", "PARTY#"
PULSES = "STATUS"
GATES, PARTS, BOXES, PUBLISHED = "GATE#", "PART#", "UNIT#", "PUBLISHED#"
SHARDS = 4
"""In so many partitions are the index of what is due, which every change of a clock writes to, and that of how records
end, which every event does."""


def bell(bell_id: str) -> str:
    """The partition of a bell."""
    return f"BELL#{bell_id}"


def case(case_id: str) -> str:
    """The partition of a case."""
    return f"CASE#{case_id}"


def place(prefix: str) -> str:
    """The partition of a subdistrict."""
    return f"PLACE#{prefix}"


def staff(staff_id: str) -> str:
    """The partition of a member of staff."""
    return f"STAFF#{staff_id}"


def head(thing: str) -> Key:
    """The row that says where a thing stands and how its record ends."""
    return thing, DIRECTORY if thing.startswith("PLACE#") else HEAD


def event(thing: str, seq: int) -> Key:
    """An event of a thing."""
    return thing, f"{EVENTS}{seq:06d}"


def link(thing: str, link_hash: str) -> Key:
    """What a token opens."""
    return thing, f"{LINKS}{link_hash}"


def text(thing: str, text_id: str) -> Key:
    """What somebody wrote about a case."""
    return thing, f"{TEXTS}{text_id}"


def party(thing: str, party_id: str) -> Key:
    """How to reach a party of a case."""
    return thing, f"{PARTIES}{party_id}"


def notice(thing: str, version: int, recipient: str, channel: str) -> Key:
    """A notice on a channel; `-` is the notice as a whole."""
    return thing, f"{NOTICES}{version:06d}#{recipient}#{channel or '-'}"


def message(channel: str, message_id: str) -> str:
    """The partition of what a provider's message was."""
    return f"MESSAGE#{channel}#{message_id}"


def wish(key: str) -> Key:
    """Whether an address wants messages."""
    return f"WISH#{key}", "WISH"


def pulse(name: str) -> Key:
    """The latest pulse of what comes round by itself."""
    return PULSES, f"PULSE#{name}"


def guard(key: str) -> Key:
    """Who holds a guard."""
    return f"GUARD#{key}", "GUARD"


def limit(key: str) -> Key:
    """How much of a limit is used up."""
    return f"LIMIT#{key}", "LIMIT"


def code(person: str) -> Key:
    """The one living code of a phone."""
    return f"CODE#{person}", CODE


def bundle(bundle_id: str) -> Key:
    """A bundle."""
    return f"BUNDLE#{bundle_id}", BUNDLE


def counted(scope: str, event_id: str) -> Key:
    """The mark that an event moved a scope's counters."""
    return f"COUNTED#{scope}#{event_id}", "COUNTED"


def counters(scope: str) -> str:
    """The partition of a scope's counters."""
    return f"COUNTERS#{scope}"


def shard(number: int) -> str:
    """A partition of the due index."""
    return f"DUE#{number}"


def shard_of(thing: str) -> str:
    """The partition of the due index in which a thing is, always the same."""
    return shard(zlib.crc32(thing.encode()) % SHARDS)


def tips(number: int) -> str:
    """A partition of the index of how records end."""
    return f"TIP#{number}"


def tips_of(thing: str) -> str | None:
    """The partition of that index in which a thing is, always the same; None for the canary's, which are removed."""
    return None if ids.is_canary(thing) else tips(zlib.crc32(thing.encode()) % SHARDS)


def worklist(prefix: str) -> str:
    """The open bells of a subdistrict."""
    return f"BELL#{prefix}#open"


def worklist_at(thing_id: str, due_at: datetime | None) -> str:
    """Most pressing first; what has no deadline comes last."""
    return f"{iso(due_at) if due_at else '9999'}#{thing_id}"


def worklist_of(bell_id: str) -> str:
    """The worklist of a bell while it is open."""
    return worklist(ids.prefix_of(bell_id))


def cases(prefix: str, community: str = "") -> str:
    """The open cases of a subdistrict, or of one of its communities."""
    return f"CASE#{prefix}#{community}#open" if community else f"CASE#{prefix}#open"


def poll(poll_id: str) -> str:
    """The partition of a poll."""
    return f"POLL#{poll_id}"


def polls(prefix: str) -> str:
    """The polls of a subdistrict."""
    return f"POLL#{prefix}"


def gate(poll_id: str, number: int) -> Key:
    """One of the rows that let votes pass."""
    return poll(poll_id), f"{GATES}{number:02d}"


def box(poll_id: str, unit: int) -> Key:
    """The ballots of a unit."""
    return poll(poll_id), f"{BOXES}{unit:06d}"


def frozen(poll_id: str, part: int) -> Key:
    """A page of the roll as it was frozen for a poll."""
    return poll(poll_id), f"{PARTS}{part:04d}"


def published(poll_id: str, count: int, piece: int) -> Key:
    """A piece of the published file of a count."""
    return poll(poll_id), f"{published_of(count)}{piece:04d}"


def published_of(count: int) -> str:
    """What the pieces of a count's published file begin with."""
    return f"{PUBLISHED}{count:04d}#"


def roll(neighbourhood: str) -> str:
    """The partition of a neighbourhood's roll."""
    return f"ROLL#{neighbourhood}"


def roll_part(neighbourhood: str, version: int, part: int) -> Key:
    """A page of a version of a roll."""
    return roll(neighbourhood), f"{roll_parts(version)}{part:04d}"


def roll_parts(version: int) -> str:
    """What the pages of a roll's version begin with."""
    return f"V{version:06d}#{PARTS}"
