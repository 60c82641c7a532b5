"""Cases as rows and back, apart from `store.codec` because bells do without."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chalicelib.core import ids
from chalicelib.core.chain import Tip
from chalicelib.core.times import iso
from chalicelib.store import codec, keys
from chalicelib.store.models import CaseHead, PartyRow, TextRow
from chalicelib.store.upgrade import schema_of

if TYPE_CHECKING:
    from chalicelib.case.rules import Case
    from chalicelib.case.shapes import PartyContact, Text


def case_head(case: Case, subject: str) -> CaseHead:
    """The head of a case that comes into being now."""
    pk, sk = keys.head(case.thing)
    return CaseHead(pk, sk, **case_state(case), by_timeline=False, subject=subject)


def case_state(case: Case) -> dict[str, Any]:
    """The attributes of a head that change with the case; None: the row has no such attribute."""
    from chalicelib.case.stages import OPEN

    prefix = ids.prefix_of(case.id)
    at = keys.worklist_at(case.id, case.due_at) if case.stage in OPEN else None
    return {
        "schema": schema_of("CASE"),
        "version": case.version,
        "generation": case.generation,
        "hops": case.hops,
        "tip_seq": case.tip.seq,
        "tip_hash": case.tip.hash,
        "tip_shard": keys.tips_of(case.thing),
        "case": codec.encode(replace(case, version=1, generation=1, hops=0, tip=Tip())),
        "due_at": iso(case.due_at) if case.due_at else None,
        "due_shard": keys.shard_of(case.thing) if case.due_at else None,
        "worklist_scope": keys.cases(prefix) if at else None,
        "community_scope": keys.cases(prefix, case.community) if at and case.community else None,
        "worklist_at": at,
        "person": keys.staff(case.owner) if at else None,
        "person_at": at,
    }


def case_of(row: CaseHead) -> Case:
    """The case that a head describes; its clock is in its deadlines."""
    from chalicelib.case.state import Case

    return replace(
        codec.decode(Case, row.case),
        version=int(row.version),
        generation=int(row.generation or 1),
        hops=int(row.hops or 0),
        tip=Tip(int(row.tip_seq), row.tip_hash),
    )


def text_row(thing: str, text: Text) -> TextRow:
    """What somebody wrote."""
    return TextRow(*keys.text(thing, text.id), text=codec.encode(text))


def text_of(row: TextRow) -> Text:
    """The text of a row."""
    from chalicelib.case.shapes import Text

    return codec.decode(Text, row.text)


def party_row(thing: str, party: PartyContact) -> PartyRow:
    """How to reach a party."""
    return PartyRow(*keys.party(thing, party.id), party=codec.encode(party))


def party_of(row: PartyRow) -> PartyContact:
    """The party of a row."""
    from chalicelib.case.shapes import PartyContact

    return codec.decode(PartyContact, row.party)
