"""Rows that only who sends and who hears of it needs, apart from `store.models` because a ring does without."""

from __future__ import annotations

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from chalicelib.store.models import Row


class MessageRow(Row, discriminator="MESSAGE"):
    """`MESSAGE#channel#id / thing#NOTICE#…`: which notice a provider's message was, as long as reports come."""

    thing = UnicodeAttribute()
    notice = UnicodeAttribute()


class WishRow(Row, discriminator="WISH"):
    """`WISH#key / WISH`: whether an address wants messages. The key is a keyed hash: nobody can read the list."""

    out = BooleanAttribute()
    at = UnicodeAttribute()
