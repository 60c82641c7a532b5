"""Whose WeChat is whose, in the table. Not a part of `DynamoStore`: a process that rings never loads it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime

from pynamodb.attributes import MapAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action

from chalicelib.core.times import iso, parse_iso
from chalicelib.notice.types import Notice
from chalicelib.people.staff import Channel
from chalicelib.store import keys
from chalicelib.store.models import Row
from chalicelib.store.patience import nonce
from chalicelib.store.table import Part, Raw, Refused, Transaction
from chalicelib.wechat.rules import KEPT, MOST, Binding, Standing

_WECHAT = "WECHAT"


class WechatRow(Row, discriminator="WECHAT"):
    """`WECHAT#person / WECHAT`. `grants`: template id → number. `spent`: which writing used the last grant up.
    `consent` and `bound_at`: to which text they agreed, and when."""

    openid = UnicodeAttribute()
    consent = UnicodeAttribute()
    bound_at = UnicodeAttribute()
    grants: MapAttribute[str, int] = MapAttribute()  # type: ignore[no-untyped-call]  # pynamodb leaves it out
    spent = UnicodeAttribute(null=True)


def key_of(person: str) -> keys.Key:
    """A person's WeChat."""
    return f"{_WECHAT}#{person}", _WECHAT


class Bindings(Part):
    """The port `Bindings` on DynamoDB."""

    def bind(self, person: str, openid: str, consent_version: str, at: datetime) -> Binding:
        """One UpdateItem, and one more for the same openid again; see `ports.Bindings`."""
        agreed = [
            Path("kind").set(_WECHAT),
            WechatRow.openid.set(openid),
            WechatRow.consent.set(consent_version),
            WechatRow.bound_at.set(iso(at)),
            Row.expires_at.set(at + KEPT),
        ]
        anew = [*agreed, WechatRow.grants.set({})], Row.pk.does_not_exist() | (WechatRow.openid != openid)
        again = agreed, WechatRow.openid == openid
        ways = itertools.cycle((anew, again))
        while True:
            try:
                return _known(self.table.change(self.table.update(key_of(person), *next(ways))))
            except Refused:
                continue

    def binding(self, person: str) -> Binding | None:
        """One GetItem; see `ports.Bindings`."""
        return _binding(self.table.get(key_of(person)))

    def unbind(self, person: str) -> None:
        """One TransactWriteItems; see `ports.Bindings`."""
        self.table.transact(Transaction(deletes=[("row", self.table.delete(key_of(person)))]))

    def grant(self, person: str, templates: Sequence[str], at: datetime) -> Binding | None:
        """One UpdateItem, and one more when a template is at its most; see `ports.Bindings`."""
        wanted = tuple(dict.fromkeys(templates))
        while True:
            there: Condition = Row.pk.exists()
            for template in wanted:
                there &= _grants(template).does_not_exist() | (_grants(template) < MOST)
            actions = [_grants(t).set((_grants(t) | 0) + 1) for t in wanted]
            try:
                raw = self.table.change(
                    self.table.update(key_of(person), [*actions, Row.expires_at.set(at + KEPT)], there)
                )
            except Refused as refused:
                found = _binding(refused.found["row"] or None)
                if found is None:
                    return None
                wanted = tuple(t for t in wanted if found.left(t) < MOST)
                continue
            return _known(raw)

    def spend(self, person: str, openid: str, template: str) -> bool:
        """One UpdateItem; see `ports.Bindings`. A writing whose answer was lost is known by its nonce."""
        mine, left = nonce(), _grants(template)
        there = (WechatRow.openid == openid) & (left > 0)
        there &= WechatRow.spent.does_not_exist() | (WechatRow.spent != mine)
        actions = [left.set(left - 1), WechatRow.spent.set(mine)]
        try:
            self.table.change(self.table.update(key_of(person), actions, there))
        except Refused as refused:
            return bool(refused.found["row"].get("spent", {}).get("S") == mine)
        return True

    def give_back(self, person: str, openid: str, template: str) -> None:
        """One UpdateItem; see `ports.Bindings`."""
        left = _grants(template)
        self._change(person, [left.set((left | 0) + 1)], WechatRow.openid == openid)

    def void(self, person: str, openid: str, template: str) -> None:
        """One UpdateItem; see `ports.Bindings`."""
        self._change(person, [_grants(template).set(0)], WechatRow.openid == openid)

    def standing(self, wish_key: str, person: str, notices: Sequence[Notice]) -> Standing:
        """One BatchGetItem for each hundred rows; see `ports.Bindings`."""
        wish, mine = keys.wish(wish_key), key_of(person)
        claims = {
            keys.notice(n.thing, n.version, n.recipient.id, channel): channel
            for n in notices
            for channel in Channel
        }
        found = self.table.get_many([wish, mine, *claims])
        out = bool(found[wish]["out"]["BOOL"]) if wish in found else False
        begun = frozenset(channel for claim, channel in claims.items() if claim in found)
        return Standing(out, _binding(found.get(mine)), begun)

    def _change(self, person: str, actions: Sequence[Action], condition: Condition) -> None:
        """Change the row if it is as it must be; nothing otherwise."""
        try:
            self.table.change(self.table.update(key_of(person), actions, condition))
        except Refused:
            return


def _grants(template: str) -> Path:
    return Path(["grants", template])


def _binding(raw: Raw | None) -> Binding | None:
    return _known(raw) if raw else None


def _known(raw: Raw) -> Binding:
    grants = {template: int(number["N"]) for template, number in raw["grants"]["M"].items()}
    return Binding(raw["openid"]["S"], raw["consent"]["S"], parse_iso(raw["bound_at"]["S"]), grants)
