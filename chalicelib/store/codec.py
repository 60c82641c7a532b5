"""Domain objects as rows and back. What an attribute of the row holds is not repeated in its JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from chalicelib.bell.rules import Bell
from chalicelib.core.chain import Event, Tip, canonical
from chalicelib.core.links import Link
from chalicelib.core.times import iso, parse_iso
from chalicelib.place import codec as places
from chalicelib.place.rules import Directory
from chalicelib.ports import Contact, Guard, Ringing
from chalicelib.store import keys
from chalicelib.store.models import (
    BellHead,
    CodeRow,
    ContactRow,
    DirectoryRow,
    EventRow,
    GuardRow,
    LinkRow,
    Row,
)

if TYPE_CHECKING:
    from chalicelib.session.shapes import Code
from chalicelib.store.upgrade import schema_of, upgraded

T = TypeVar("T")
Raw = Mapping[str, Any]
"""A row as DynamoDB gives it: `{"pk": {"S": "…"}, …}`."""

LINK_KEPT = timedelta(days=30)
"""An expired link still says that it has expired, for as long."""
_GUARD_KEPT = timedelta(hours=1)
_DECODERS: dict[type, msgspec.json.Decoder[Any]] = {}


def encode(value: object) -> str:
    """A frozen dataclass as compact JSON."""
    return msgspec.json.encode(value).decode()


def decode(kind: type[T], text: str) -> T:
    """The reverse of `encode`; the decoder of a class is made when it is first needed."""
    decoder = _DECODERS.get(kind)
    if decoder is None:
        decoder = _DECODERS[kind] = msgspec.json.Decoder(kind)
    value: T = decoder.decode(text)
    return value


def row_of(raw: Raw) -> Row:
    """The row as the class that its `kind` names, brought up to today's version."""
    return Row.from_raw_data(upgraded(raw))


def bell_head(ringing: Ringing) -> BellHead:
    """The head of a bell that is rung now."""
    bell = ringing.bell
    pk, sk = keys.head(bell.thing)
    return BellHead(
        pk,
        sk,
        **bell_state(bell),
        by_timeline=False,
        guards=released_guards(ringing.guards),
        person=ringing.person,
        person_at=iso(bell.rung_at),
    )


def bell_state(bell: Bell) -> dict[str, Any]:
    """The attributes of a head that change with the bell; None: the row has no such attribute."""
    return {
        "schema": schema_of("BELL"),
        "version": bell.version,
        "generation": bell.generation,
        "hops": bell.hops,
        "status": str(bell.status),
        "tip_seq": bell.tip.seq,
        "tip_hash": bell.tip.hash,
        "tip_shard": keys.tips_of(bell.thing),
        "bell": encode(replace(bell, version=0, generation=1, hops=0, due_at=None, tip=Tip())),
        "due_at": iso(bell.due_at) if bell.due_at else None,
        "due_shard": keys.shard_of(bell.thing) if bell.due_at else None,
        "worklist_scope": keys.worklist_of(bell.id) if bell.open else None,
        "worklist_at": keys.worklist_at(bell.id, bell.due_at) if bell.open else None,
    }


def bell_of(row: BellHead) -> Bell:
    """The bell that a head describes."""
    return replace(
        decode(Bell, row.bell),
        version=int(row.version),
        generation=int(row.generation),
        hops=int(row.hops),
        due_at=parse_iso(row.due_at) if row.due_at else None,
        tip=Tip(int(row.tip_seq), row.tip_hash),
    )


def released_guards(guards: tuple[Guard, ...]) -> str:
    """The guards that a bell gives up when it is taken back or declined.

    One with a fingerprint is a client's own key for its request: repeating that request still meets this bell.
    """
    return json.dumps([[guard.key, iso(guard.until)] for guard in guards if not guard.fingerprint])


def guards_of(text: str) -> list[tuple[str, str]]:
    """The reverse of `released_guards`: keys and the instants until which they are held."""
    return [(key, until) for key, until in json.loads(text)]


def event_row(event: Event) -> EventRow:
    """An event; its JSON is canonical, so that what is read hashes like what was written."""
    pk, sk = keys.event(event.thing, event.seq)
    return EventRow(
        pk,
        sk,
        seq=event.seq,
        at=event.at,
        actor=canonical(event.actor).decode(),
        what=event.kind,
        data=canonical(event.data).decode(),
        prev=event.prev,
        hash=event.hash,
    )


def event_of(row: EventRow) -> Event:
    """The event of a row."""
    return Event(
        thing=row.pk,
        seq=int(row.seq),
        at=row.at,
        actor=json.loads(row.actor),
        kind=row.what,
        data=json.loads(row.data),
        prev=row.prev,
        hash=row.hash,
    )


def contact_row(thing: str, contact: Contact) -> ContactRow:
    """A resident's data."""
    return ContactRow(thing, keys.CONTACT, contact=encode(contact))


def contact_of(row: ContactRow) -> Contact:
    """The contact of a row."""
    return decode(Contact, row.contact)


def link_row(thing: str, link: Link) -> LinkRow:
    """What a token opens."""
    pk, sk = keys.link(thing, link.hash)
    return LinkRow(pk, sk, link=encode(link), expires_at=link.expires_at + LINK_KEPT)


def link_of(row: LinkRow) -> Link:
    """The link of a row."""
    return decode(Link, row.link)


def guard_row(guard: Guard, bell_id: str) -> GuardRow:
    """A guard held by a bell."""
    pk, sk = keys.guard(guard.key)
    return GuardRow(
        pk,
        sk,
        bell=bell_id,
        until=iso(guard.until),
        fingerprint=guard.fingerprint,
        expires_at=guard.until + _GUARD_KEPT,
    )


def code_row(code: Code) -> CodeRow:
    """A code that was just asked for."""
    pk, sk = keys.code(code.person)
    return CodeRow(
        pk,
        sk,
        phone=code.phone,
        salt=code.salt,
        language=code.language,
        until=iso(code.until),
        again_at=iso(code.again_at),
        tries=0,
        template=code.template,
        expires_at=code.until,
    )


def code_of(row: CodeRow) -> Code:
    """The code of a row."""
    from chalicelib.session.shapes import Code

    person = row.pk.partition("#")[2]
    until, again_at = parse_iso(row.until), parse_iso(row.again_at)
    template = row.template or "code"
    return Code(person, row.phone, row.salt, row.language, until, again_at, int(row.tries), template)


def directory_json(directory: Directory) -> str:
    """A directory without its version and what else the row holds by itself."""
    return places.encode(replace(directory, version=0, ended={})).decode()


def directory_of(row: DirectoryRow) -> Directory:
    """The directory of a row."""
    return replace(places.decode(row.directory), version=int(row.version), ended=ended_of(row))


def ended_of(row: DirectoryRow) -> dict[str, datetime]:
    """When staff ended their sessions."""
    return {staff: parse_iso(at) for staff, at in json.loads(row.ended).items()} if row.ended else {}


def ended_json(ended: Mapping[str, datetime]) -> str:
    """The reverse of `ended_of`."""
    return json.dumps({staff: iso(at) for staff, at in ended.items()})


def tip_of(row: Row) -> Tip:
    """The end of the record that a head claims."""
    tip_hash = getattr(row, "tip_hash", None)
    return Tip(int(getattr(row, "tip_seq", 0)), tip_hash) if tip_hash else Tip()
