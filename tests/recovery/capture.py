"""Rows as this version writes them, kept for ever: `python -m tests.recovery.capture 2026-11-24`.

A short life of everything is played on the embedded AWS and the whole table is written to old/<day>.json, with what
each row means. Later versions must still read each of these files (test_old_rows.py); none is ever changed.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from pynamodb.attributes import MapAttribute

from chalicelib import steps
from chalicelib import store as store_package
from chalicelib.bell import service as bells
from chalicelib.bell.changes import answer_token
from chalicelib.bell.service import Caller, Rung
from chalicelib.canary import place as canary
from chalicelib.core.chain import SYSTEM, Happening, Tip, extend
from chalicelib.notice.types import Bundle
from chalicelib.place.directories import CachedDirectories
from chalicelib.poll import changes, clock
from chalicelib.poll.roll import Roll, RollVersion, digest
from chalicelib.poll.shapes import Cast
from chalicelib.ports import Ports
from chalicelib.session.shapes import Code
from chalicelib.status import service as status
from chalicelib.store import DynamoStore, case_codec, codec, notice_codec, poll_codec, poll_models
from chalicelib.store import models as rows
from chalicelib.store.stream import parse
from chalicelib.store.wechats import Bindings
from infra.local.embedded import EmbeddedAws, embedded_aws
from tests.fakes.clock import START, FakeClock
from tests.fakes.places import directory
from tests.fakes.senders import Sent
from tests.fakes.world import World, draft
from tests.poll import samples as polls
from tests.store.lives import COMPANY, LINK, WORDS, eventful

FOLDER = Path(__file__).with_name("old")


class NoTimeline:
    """Nothing waits."""

    def start(self, thing: str, generation: int, version: int, seconds: int) -> None:
        """Nothing."""

    def signal(self, token: str, thing: str, version: int, seconds: int) -> None:
        """Nothing."""

    def end(self, token: str) -> None:
        """Nothing."""


@dataclass
class Life:
    """The platform on a real table, reacting when it is told to."""

    aws: EmbeddedAws
    ports: Ports
    clock: FakeClock
    sent: list[Sent]
    seen: int = 0

    def react(self) -> None:
        """Everything that was written since is reacted to."""
        while self.seen < len(self.aws.records):
            fresh, self.seen = self.aws.records[self.seen :], len(self.aws.records)
            for _, record in parse(fresh):
                steps.react_to(self.ports, record)

    def ring(self, text: str) -> Rung:
        """Somebody rings."""
        return bells.ring(self.ports, draft(text=text), Caller("203.0.113.7", f"key-{text}"))


@contextmanager
def life(stage: str = "local") -> Iterator[Life]:
    """A platform whose table is real and empty but for its place."""
    with embedded_aws(stage=stage) as aws:
        clock = FakeClock(START)
        store = DynamoStore(aws.table_name, aws.region, clock.sleep)
        place = directory()
        events = extend("PLACE#MX", Tip(), START, SYSTEM, [Happening("place_changed", {"version": 1})])
        store.save_directory(place, events)
        world = World()
        ports = replace(
            world.ports,
            store=store,
            polls=store,
            clock=clock,
            timeline=NoTimeline(),
            directories=CachedDirectories(store, clock, ("MX",)),
        )
        yield Life(aws, ports, clock, world.sent)


def live(life: Life) -> None:
    """One of everything that a table can hold."""
    ports, store = life.ports, life.ports.store
    waiting, taken, declined, withdrawn = (
        life.ring(text) for text in ("waits", "taken", "declined", "withdrawn")
    )
    life.react()
    token = answer_token(ports.policy.key, taken.bell, "zhao")
    bells.answer(ports, token)
    bells.accept(ports, token)
    other = answer_token(ports.policy.key, declined.bell, "zhao")
    bells.answer(ports, other)
    bells.decline(ports, other, "not_in_scope", "与本街道无关", "12345")
    bells.withdraw(ports, withdrawn.token)
    life.react()
    _case(life)
    code = Code("person-hmac", "+8613900000001", "5a17", "zh-CN", START + timedelta(minutes=5), START)
    store.ask_code(code, START, ())
    _poll(life)
    life.clock.advance(minutes=6)
    steps.sweep_once(ports)
    life.react()
    store.save_bundle(
        Bundle("MX00000099", "zhao", (waiting.bell.id,), "hash-of-bundle", START + timedelta(days=7))
    )
    store.wish("wish-hmac", START, out=True)
    whose = Bindings(DynamoStore(life.aws.table_name, life.aws.region, life.clock.sleep).table)
    whose.bind("person-hmac", "openid-of-somebody", "2026-11-29", START)
    whose.grant("person-hmac", ("template-of-answered",), START)
    status.came_round(ports, "sweep", seconds=1.5)
    store.save_directory(canary.directory(), ())
    assert store.bell(waiting.bell.id)


def _case(life: Life) -> None:
    """A case with one of everything, and one from before cases had a clock."""
    store, lived = life.ports.store, eventful()
    from tests.store.lives import begun

    first = begun(7, at=START)
    store.commit(replace(first, texts=(WORDS,), parties=(COMPANY,), links=(LINK,)))
    raw = _row(life, first.after.thing, "HEAD")
    full = {
        **raw,
        "case": {"S": codec.encode(replace(lived.case, version=1, generation=1, hops=0, tip=Tip()))},
    }
    life.aws.client("dynamodb").put_item(
        TableName=life.aws.table_name, Item={**full, "pk": {"S": "CASE#MX00000080"}}
    )
    old = begun(9, clock=False)
    store.commit(old)
    bare = _row(life, old.after.thing, "HEAD")
    for name in ("generation", "hops", "by_timeline", "schema", "due_at", "due_shard"):
        bare.pop(name, None)
    life.aws.client("dynamodb").put_item(TableName=life.aws.table_name, Item=bare)


def _poll(life: Life) -> None:
    """A roll, and a poll on which two have voted and of which something is published."""
    store, roll = life.ports.store, polls.roll(6)
    version = RollVersion(1, len(roll), sum(u.area for u in roll), digest(roll), START, "liu", adopted=True)
    store.write_roll("yiqing", version, roll)
    before, told = Roll("yiqing", "MX"), (Happening("adopted", {"version": 1}),)
    after = Roll("yiqing", "MX", 1, (version,))
    store.save_roll(changes.roll_after(before, after, told, polls.LIU, START))
    drafted = polls.drafted()
    store.commit(drafted)
    store.freeze(polls.POLL, roll)
    announced = polls.announced(drafted.after, roll)
    store.commit(announced)
    store.commit(
        changes.following(announced.after, clock.due(announced.after, polls.NOW), polls.LIU, polls.NOW)
    )
    for number, unit in enumerate((1, 2), 1):
        store.cast(Cast(polls.POLL, unit, polls.ballot(number, "for"), 0))
    store.publish(polls.POLL, 1, '{"made": "by hand"}')


def _row(life: Life, pk: str, sk: str) -> dict[str, Any]:
    key = {"pk": {"S": pk}, "sk": {"S": sk}}
    row: dict[str, Any] = life.aws.client("dynamodb").get_item(TableName=life.aws.table_name, Key=key)["Item"]
    return row


# Every kind of row is known by its class, wherever that is.
for _module in pkgutil.iter_modules(store_package.__path__):
    importlib.import_module(f"chalicelib.store.{_module.name}")

_MEANINGS = {
    rows.BellHead: codec.bell_of,
    rows.CaseHead: case_codec.case_of,
    rows.TextRow: case_codec.text_of,
    rows.PartyRow: case_codec.party_of,
    rows.EventRow: codec.event_of,
    rows.ContactRow: codec.contact_of,
    rows.LinkRow: codec.link_of,
    rows.NoticeRow: notice_codec.dispatch_of,
    rows.WindowRow: notice_codec.window_of,
    rows.BundleRow: notice_codec.bundle_of,
    rows.CodeRow: codec.code_of,
    rows.DirectoryRow: codec.directory_of,
    poll_models.PollHead: poll_codec.poll_of,
    poll_models.BoxRow: poll_codec.box_of,
    poll_models.PartRow: poll_codec.units_of,
    poll_models.RollHead: poll_codec.roll_of,
}


def _own(row: rows.Row) -> dict[str, Any]:
    """A row's own attributes, as plain data."""
    return {name: _plain(value) for name, value in row.attribute_values.items() if name != "kind"}


def _plain(value: Any) -> Any:
    """Sets have no order, maps a class of pynamodb's."""
    if isinstance(value, set):
        return sorted(value)
    return value.as_dict() if isinstance(value, MapAttribute) else value


def meaning(raw: dict[str, Any]) -> Any:
    """What a row means to this version, as plain data: what its codec makes of it, else its own attributes."""
    row = codec.row_of(raw)
    decoded = _MEANINGS.get(type(row))
    value = decoded(row) if decoded else _own(row)
    return json.loads(json.dumps(msgspec.to_builtins(value), default=str, ensure_ascii=False, sort_keys=True))


def main(day: str) -> None:
    """Write the file of a day."""
    with life() as lived:
        live(lived)
        items = lived.aws.client("dynamodb").scan(TableName=lived.aws.table_name)["Items"]
    items.sort(key=lambda item: (item["pk"]["S"], item["sk"]["S"]))
    frozen = [{"row": item, "means": meaning(item)} for item in items]
    FOLDER.mkdir(exist_ok=True)
    target = FOLDER / f"{day}.json"
    if target.exists():
        raise SystemExit(f"{target} is there: what was once written is never changed")
    target.write_text(json.dumps(frozen, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"{len(frozen)} rows of {len({item['kind']['S'] for item in items})} kinds in {target}")


if __name__ == "__main__":
    main(sys.argv[1])
