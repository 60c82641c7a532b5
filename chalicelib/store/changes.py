"""What moves things on in the table: bells and cases, each with its record, all in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.core.chain import Event, Tip
from chalicelib.core.errors import Stale
from chalicelib.core.links import Link
from chalicelib.ports import Change
from chalicelib.store import case_codec, codec, keys
from chalicelib.store.models import BellHead, CaseHead, Row
from chalicelib.store.table import Part, Raw, Refused, Table, Transaction

if TYPE_CHECKING:
    from chalicelib.bell.rules import Bell
    from chalicelib.case.rules import Case
    from chalicelib.case.shapes import CaseChange
    from chalicelib.poll.shapes import PollChange
    from chalicelib.poll.state import Poll
    from chalicelib.store.poll_models import PollHead

_REMEMBERED = 1000
_BELL, _POLL = "BELL#", "POLL#"


class Changes(Part):
    """The part of the store that changes what is there."""

    def __init__(self, table: Table) -> None:
        super().__init__(table)
        # What a bell holds never changes, so what was read with it may be remembered.
        self._guards: dict[str, str] = {}

    def commit(self, *changes: Change | CaseChange | PollChange) -> None:
        """One TransactWriteItems; see `ports.Store`."""
        transaction = Transaction()
        for change in changes:
            if isinstance(change, Change):
                self._move_bell(transaction, change)
            elif change.after.thing.startswith(_POLL):
                self._move_poll(transaction, cast("PollChange", change))
            else:
                self._move_case(transaction, cast("CaseChange", change))
        self.unless_stale(transaction, {change.after.thing: change.after.tip for change in changes})

    def append(self, head: Bell | Case | Poll, events: Sequence[Event]) -> None:
        """One TransactWriteItems; see `ports.Store`."""
        model, end = _model_of(head.thing), Tip(events[-1].seq, events[-1].hash)
        transaction = Transaction()
        actions = assign(
            model, {"tip_seq": end.seq, "tip_hash": end.hash, "tip_shard": keys.tips_of(head.thing)}
        )
        same = model.tip_hash == head.tip.hash
        self._update(transaction, head.thing, actions, same)
        extend(self.table, transaction, events)
        self.unless_stale(transaction, {head.thing: end})

    def unless_stale(self, transaction: Transaction, tips: Mapping[str, Tip]) -> None:
        """Write it, or raise Stale naming a thing on which somebody else was first."""
        try:
            self.table.transact(transaction)
        except Refused as refused:
            others = [thing for thing, tip in tips.items() if tip_hash(refused, thing) != tip.hash]
            # Done already, by us, if every record ends as we would have it: the answer was lost on the way.
            if others:
                named = next((thing for thing in others if head_of(thing) in refused.found), others[0])
                raise Stale(named) from refused

    def remember(self, bell_id: str, guards: str) -> None:
        """Keep in mind what a bell holds, so that giving it up needs no call."""
        if len(self._guards) >= _REMEMBERED:
            self._guards.clear()
        self._guards[bell_id] = guards

    # -- inside

    def _move_bell(self, transaction: Transaction, change: Change) -> None:
        before = change.before
        same = (BellHead.version == before.version) & (BellHead.tip_hash == before.tip.hash)
        actions = [
            *_moved(BellHead, codec.bell_state(change.after)),
            BellHead.by_timeline.set(change.by_timeline),
        ]
        if change.erase:
            actions += [BellHead.person.remove(), BellHead.person_at.remove()]
            contact = self.table.delete((before.thing, keys.CONTACT))
            transaction.deletes.append((f"contact {before.thing}", contact))
        if change.contact:
            row = codec.contact_row(before.thing, change.contact)
            transaction.puts.append((f"contact {before.thing}", self.table.put(row)))
        if change.person:
            actions.append(BellHead.person.set(change.person))
        self._update(transaction, before.thing, actions, same)
        extend(self.table, transaction, change.events)
        add_links(self.table, transaction, before.thing, change.links)
        if change.release:
            transaction.deletes += self._releases(before.id, change.events[-1].at)

    def _move_case(self, transaction: Transaction, change: CaseChange) -> None:
        thing = change.after.thing
        if change.before is None:
            head = case_codec.case_head(change.after, change.subject or "")
            transaction.puts.append((head_of(thing), self.table.put(head, Row.pk.does_not_exist())))
        else:
            self._update_case(transaction, change.before, change)
        extend(self.table, transaction, change.events)
        rows: list[Row] = [case_codec.text_row(thing, text) for text in change.texts]
        rows += [case_codec.party_row(thing, party) for party in change.parties]
        transaction.puts += [(f"{row.sk} {thing}", self.table.put(row)) for row in rows]
        gone = [keys.text(thing, text_id) for text_id in change.erase]
        gone += [keys.party(thing, party_id) for party_id in change.forget]
        for key in gone:
            transaction.deletes.append((f"{key[1]} {thing}", self.table.delete(key)))
        add_links(self.table, transaction, thing, change.links)

    def _update_case(self, transaction: Transaction, before: Case, change: CaseChange) -> None:
        same = (CaseHead.version == before.version) & (CaseHead.tip_hash == before.tip.hash)
        actions = [
            *_moved(CaseHead, case_codec.case_state(change.after)),
            CaseHead.by_timeline.set(change.by_timeline),
        ]
        if change.subject is not None:
            actions.append(CaseHead.subject.set(change.subject))
        self._update(transaction, before.thing, actions, same)

    def _move_poll(self, transaction: Transaction, change: PollChange) -> None:
        from chalicelib.store import poll_codec
        from chalicelib.store.poll_models import PollHead

        thing = change.after.thing
        if change.before is None:
            head = poll_codec.poll_head(change.after)
            transaction.puts.append((head_of(thing), self.table.put(head, Row.pk.does_not_exist())))
        else:
            same = (PollHead.version == change.before.version) & (PollHead.tip_hash == change.before.tip.hash)
            actions = [
                *_moved(PollHead, poll_codec.poll_state(change.after)),
                PollHead.by_timeline.set(change.by_timeline),
            ]
            self._update(transaction, thing, actions, same)
        extend(self.table, transaction, change.events)
        gates = poll_codec.gate_rows(change.after.id, change.gate) if change.gate else ()
        transaction.puts += [(f"{row.sk} {thing}", self.table.put(row)) for row in gates]

    def _update(
        self, transaction: Transaction, thing: str, actions: Sequence[Action], same: Condition
    ) -> None:
        transaction.updates.append((head_of(thing), self.table.update(keys.head(thing), actions, same)))

    def _releases(self, bell_id: str, now: str) -> list[tuple[str, Raw]]:
        """Removals of what the bell still holds; after its end a guard may be another bell's."""
        held = codec.guards_of(self._guards_of(bell_id))
        return [(f"guard {key}", self.table.delete(keys.guard(key))) for key, until in held if until > now]

    def _guards_of(self, bell_id: str) -> str:
        if bell_id not in self._guards:
            raw = self.table.get(keys.head(keys.bell(bell_id)))
            row = codec.row_of(raw) if raw else None
            return row.guards if isinstance(row, BellHead) else "[]"
        return self._guards[bell_id]


def extend(table: Table, transaction: Transaction, events: Iterable[Event]) -> None:
    """Add events to their records."""
    for event in events:
        # The head's tip forbids it already; an event that is there must not be lost to any mistake.
        put = table.put(codec.event_row(event), Row.pk.does_not_exist())
        transaction.puts.append((f"event {event.thing} {event.seq}", put))


def add_links(table: Table, transaction: Transaction, thing: str, links: Iterable[Link]) -> None:
    """Add links to a thing, each once: DynamoDB refuses a transaction that names a row twice."""
    once = {link.hash: link for link in links}
    for link in once.values():
        transaction.puts.append((f"link {thing} {link.hash}", table.put(codec.link_row(thing, link))))


def assign(model: type[Row], values: dict[str, Any]) -> list[Action]:
    """Set the attributes, or remove those that are None."""
    attributes = model.get_attributes()
    return [
        attributes[name].remove() if value is None else attributes[name].set(value)
        for name, value in values.items()
    ]


def head_of(thing: str) -> str:
    """What a transaction calls the head of a thing."""
    return f"head {thing}"


def tip_hash(refused: Refused, thing: str) -> str:
    """The end of the record of a thing whose head stood in the way."""
    tip: str = refused.found.get(head_of(thing), {}).get("tip_hash", {}).get("S", "")
    return tip


def _moved(model: type[BellHead | CaseHead | PollHead], state: dict[str, Any]) -> list[Action]:
    # Who is told next finds the token in the stream's old image.
    return [*assign(model, state), model.task_token.remove()]


def _model_of(thing: str) -> type[BellHead | CaseHead | PollHead]:
    if thing.startswith(_POLL):
        from chalicelib.store.poll_models import PollHead

        return PollHead
    return BellHead if thing.startswith(_BELL) else CaseHead
