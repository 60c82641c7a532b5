"""The rows of the one table. `kind` says which class a row is; what a row means is decided in `store.codec`.

Rows are built, serialised and read with these classes, and conditions are written with their attributes; calls go
through `store.table`, so that all of them share one client.
"""

from __future__ import annotations

from pynamodb.attributes import (
    BooleanAttribute,
    DiscriminatorAttribute,
    NumberAttribute,
    TTLAttribute,
    UnicodeAttribute,
)
from pynamodb.models import Model


class Row(Model):
    """What every row has. `expires_at`: DynamoDB removes the row some time after it. `schema`: `store.upgrade`."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    kind = DiscriminatorAttribute()
    expires_at = TTLAttribute(null=True)
    schema = NumberAttribute(null=True)


class BellHead(Row, discriminator="BELL"):
    """`BELL#id / HEAD`. The state machine writes `task_token` and `hops`, so nobody may put the row as a whole.

    `bell` is JSON of all that no other attribute holds. `guards`: JSON of what withdrawing gives up, `[[key, until]]`.
    `person` goes when the resident's data is erased.
    """

    version = NumberAttribute()
    generation = NumberAttribute()
    hops = NumberAttribute()
    due_at = UnicodeAttribute(null=True)
    due_shard = UnicodeAttribute(null=True)
    task_token = UnicodeAttribute(null=True)
    by_timeline = BooleanAttribute()
    status = UnicodeAttribute()
    tip_seq = NumberAttribute()
    tip_hash = UnicodeAttribute()
    tip_shard = UnicodeAttribute(null=True)
    bell = UnicodeAttribute()
    guards = UnicodeAttribute()
    worklist_scope = UnicodeAttribute(null=True)
    worklist_at = UnicodeAttribute(null=True)
    person = UnicodeAttribute(null=True)
    person_at = UnicodeAttribute(null=True)


class CaseHead(Row, discriminator="CASE"):
    """`CASE#id / HEAD`. The state machine writes to it as to a bell's head.

    `case` is JSON of all that no other attribute holds. While the case is open it is in the indexes, by `person` under
    its owner's name. A head from before cases had a clock lacks what may be null here.
    """

    version = NumberAttribute()
    generation = NumberAttribute(null=True)
    hops = NumberAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    due_shard = UnicodeAttribute(null=True)
    task_token = UnicodeAttribute(null=True)
    by_timeline = BooleanAttribute(null=True)
    tip_seq = NumberAttribute()
    tip_hash = UnicodeAttribute()
    tip_shard = UnicodeAttribute(null=True)
    case = UnicodeAttribute()
    subject = UnicodeAttribute(null=True)
    worklist_scope = UnicodeAttribute(null=True)
    community_scope = UnicodeAttribute(null=True)
    worklist_at = UnicodeAttribute(null=True)
    person = UnicodeAttribute(null=True)
    person_at = UnicodeAttribute(null=True)


class TextRow(Row, discriminator="TEXT"):
    """`CASE#id / TEXT#id`: what somebody wrote. Erasing it is deleting this row."""

    text = UnicodeAttribute()


class PartyRow(Row, discriminator="PARTY"):
    """`CASE#id / PARTY#id`: how to reach somebody who takes part."""

    party = UnicodeAttribute()


class EventRow(Row, discriminator="EVENT"):
    """`<thing> / EVENT#000001`. `actor` and `data` are JSON."""

    seq = NumberAttribute()
    at = UnicodeAttribute()
    actor = UnicodeAttribute()
    what = UnicodeAttribute()
    data = UnicodeAttribute()
    prev = UnicodeAttribute()
    hash = UnicodeAttribute()


class ContactRow(Row, discriminator="CONTACT"):
    """`BELL#id / CONTACT`: the only place with a resident's data. Erasing it is deleting this row."""

    contact = UnicodeAttribute()


class LinkRow(Row, discriminator="LINK"):
    """`<thing> / LINK#<sha256 of the token>`."""

    link = UnicodeAttribute()


class NoticeRow(Row, discriminator="NOTICE"):
    """`<thing> / NOTICE#<version>#<recipient>#<channel>`: the claim, later the fate. `nonce`: whose claim it is."""

    fate = UnicodeAttribute()
    dispatch = UnicodeAttribute()
    nonce = UnicodeAttribute(null=True)


class GuardRow(Row, discriminator="GUARD"):
    """`GUARD#key / GUARD`: held by `bell` until `until`, whether or not DynamoDB removed it by then."""

    bell = UnicodeAttribute()
    until = UnicodeAttribute()
    fingerprint = UnicodeAttribute()


class LimitRow(Row, discriminator="LIMIT"):
    """`LIMIT#key / LIMIT`: how often the key was used."""

    n = NumberAttribute()


class CodeRow(Row, discriminator="CODE"):
    """`CODE#person / CODE`. Not the digits: they follow from the server's key and `salt`. The phone is there so that
    they can be sent, and goes with the row. `tries_known`: those from its owner's devices. `sent` and `used`: whose
    writing that was."""

    phone = UnicodeAttribute()
    salt = UnicodeAttribute()
    language = UnicodeAttribute()
    until = UnicodeAttribute()
    again_at = UnicodeAttribute()
    tries = NumberAttribute()
    tries_known = NumberAttribute(null=True)
    template = UnicodeAttribute(null=True)
    sent = UnicodeAttribute(null=True)
    used = UnicodeAttribute(null=True)


class WindowRow(Row, discriminator="WINDOW"):
    """`STAFF#id / WINDOW`. `nonce`: which write this is."""

    version = NumberAttribute()
    due_at = UnicodeAttribute(null=True)
    due_shard = UnicodeAttribute(null=True)
    window = UnicodeAttribute()
    nonce = UnicodeAttribute()


class BundleRow(Row, discriminator="BUNDLE"):
    """`BUNDLE#id / BUNDLE`."""

    bundle = UnicodeAttribute()


class DirectoryRow(Row, discriminator="DIRECTORY"):
    """`PLACE#prefix / DIRECTORY`, which is also the head of the place's record. `ended`: JSON of when staff ended their
    sessions, by id."""

    version = NumberAttribute()
    directory = UnicodeAttribute()
    ended = UnicodeAttribute(null=True)
    tip_seq = NumberAttribute(null=True)
    tip_hash = UnicodeAttribute(null=True)
    tip_shard = UnicodeAttribute(null=True)


class CountedRow(Row, discriminator="COUNTED"):
    """`COUNTED#scope#event / COUNTED`: this event moved the scope's counters."""


class CountRow(Row, discriminator="COUNT"):
    """`COUNTERS#scope / COUNT#name`."""

    n = NumberAttribute()


class PulseRow(Row, discriminator="PULSE"):
    """`STATUS / PULSE#name`. Written each minute, so that the stream is never silent while all is well."""

    pulse = UnicodeAttribute()
