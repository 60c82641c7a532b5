"""What the routes of anchors do. A proof is for whoever may read the record that it is of."""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.anchor import rules, service, wire
from chalicelib.anchor.rules import Anchor, Proof
from chalicelib.core.chain import Event
from chalicelib.core.errors import FieldError, Invalid
from chalicelib.http import Call


def list_anchors(call: Call) -> wire.AnchorList:
    """A page of them."""
    cursor = call.query.get("cursor", "")
    if cursor and not rules.is_date(cursor):
        raise Invalid(FieldError("cursor", "unknown"))
    found, following = service.page(call.ports, cursor)
    return wire.AnchorList([_body(anchor) for anchor in found], following)


def read_anchor(call: Call, date: str) -> wire.AnchorBody:
    """As it lies in the vault."""
    return _body(service.read(call.ports, date))


def proof_of_bell(call: Call, bell_id: str) -> wire.ProofAnswer:
    """For the resident (tracking token), the person asked (link's token) and staff of its places (session)."""
    from chalicelib.bell import present
    from chalicelib.bell import service as bells

    file = present.current(bells.read(call.ports, call.credential, bell_id)).file
    return _proof(call, file.bell.thing, file.events)


def proof_of_case(call: Call, case_id: str) -> wire.ProofAnswer:
    """For staff of its places (session), a resident of its bells (tracking token), a party (its token)."""
    from chalicelib.case import service as cases

    reading = cases.read(call.ports, call.credential, case_id)
    return _proof(call, reading.case.thing, reading.file.events)


def proof_of_poll(call: Call, poll_id: str) -> wire.ProofAnswer:
    """For everybody, once it is announced."""
    from chalicelib.poll import service

    reading = service.read(call.ports, poll_id, call.perhaps_staff)
    return _proof(call, reading.poll.thing, reading.events)


def _proof(call: Call, thing: str, events: Sequence[Event]) -> wire.ProofAnswer:
    proof = service.prove(call.ports, thing, call.query.get("date", ""))
    return wire.ProofAnswer(thing, _shown(proof, events) if proof else None)


def _shown(proof: Proof, events: Sequence[Event]) -> wire.ProofBody:
    leaf = proof.leaf
    fits = rules.holds(proof) and rules.misfit_of(leaf, proof.anchor.date, events) is None
    return wire.ProofBody(leaf.seq, leaf.hash, proof.index, list(proof.path), _body(proof.anchor), fits)


def _body(anchor: Anchor) -> wire.AnchorBody:
    return wire.AnchorBody(
        anchor.date, anchor.at, anchor.size, anchor.root, anchor.previous, anchor.hash, anchor.format
    )
