"""The rows of polls and rolls, apart from `store.models` because every class costs a cold start its time and bells do
without."""

from __future__ import annotations

from pynamodb.attributes import (
    BooleanAttribute,
    ListAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)

from chalicelib.store.models import Row


class PollHead(Row, discriminator="POLL"):
    """`POLL#id / HEAD`. The state machine writes to it as to a bell's head; votes never do. `poll` is JSON of all that
    no other attribute holds."""

    schema = NumberAttribute(null=True)
    version = NumberAttribute()
    generation = NumberAttribute()
    hops = NumberAttribute()
    due_at = UnicodeAttribute(null=True)
    due_shard = UnicodeAttribute(null=True)
    task_token = UnicodeAttribute(null=True)
    by_timeline = BooleanAttribute(null=True)
    tip_seq = NumberAttribute()
    tip_hash = UnicodeAttribute()
    tip_shard = UnicodeAttribute(null=True)
    poll = UnicodeAttribute()
    public_scope = UnicodeAttribute()
    public_at = UnicodeAttribute()


class GateRow(Row, discriminator="GATE"):
    """`POLL#id / GATE#00`: one of the equal rows of which each vote asks one whether it may pass."""

    opens_at = UnicodeAttribute()
    closes_at = UnicodeAttribute()
    entry_until = UnicodeAttribute()
    choices = UnicodeSetAttribute()


class BoxRow(Row, discriminator="BOX"):
    """`POLL#id / UNIT#000001`: every ballot of a unit as JSON, in the order in which they came in. `ids`: theirs, so
    that none comes in twice; `n`: how many; `round`: which printing of its link is valid; `ruling`: JSON."""

    ballots = ListAttribute(of=UnicodeAttribute, null=True)
    ids = UnicodeSetAttribute(null=True)
    n = NumberAttribute(null=True)
    round = NumberAttribute(null=True)
    ruling = UnicodeAttribute(null=True)


class PartRow(Row, discriminator="PART"):
    """`POLL#id / PART#0001` and `ROLL#neighbourhood / V000001#PART#0001`: a page of a roll as JSON."""

    units = UnicodeAttribute()


class PublishedRow(Row, discriminator="PUBLISHED"):
    """`POLL#id / PUBLISHED#0001#0001`: a piece of a published file."""

    piece = UnicodeAttribute()


class RollHead(Row, discriminator="ROLL"):
    """`ROLL#neighbourhood / HEAD`: the history of a roll, and the head of its record."""

    version = NumberAttribute()
    tip_seq = NumberAttribute()
    tip_hash = UnicodeAttribute()
    tip_shard = UnicodeAttribute(null=True)
    roll = UnicodeAttribute()
