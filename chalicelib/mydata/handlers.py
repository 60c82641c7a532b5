"""Somebody's own data over JSON: parse, one service call, answer. The routes are declared in `mydata.api`."""

from __future__ import annotations

from chalicelib.core import ids
from chalicelib.core.errors import Invalid
from chalicelib.http import Call
from chalicelib.mydata import correcting, guests, present, service, wire


def data_of_bell(call: Call, bell_id: str) -> wire.DataBody:
    """Whole and unmasked: it is the resident's own."""
    return present.body(call.ports, service.look(call.ports, call.bearer, bell_id), call.language)


def erase_data_of_bell(call: Call, bell_id: str) -> wire.ErasedBody:
    """Only by the resident; cannot be undone. Again: the same, and nothing more happens."""
    body, known = call.read(wire.EraseRequest, optional=True)
    if known:
        raise Invalid(*known)
    return present.erased_by_link(service.erase(call.ports, call.bearer, bell_id, withdraw=body.withdraw))


def all_my_data(call: Call) -> wire.MyDataBody:
    """Whole and unmasked: it is their own."""
    member = call.signed_in
    found = service.look_at_mine(call.ports, member.session.person)
    return present.everything(call.ports, found, member, call.language)


def erase_all_my_data(call: Call) -> wire.ClearedBody:
    """What cannot be erased yet is left, and named. Again: what is left is tried anew."""
    body, known = call.read(wire.EraseAllRequest, optional=True)
    if known:
        raise Invalid(*known)
    done = service.erase_mine(call.ports, call.signed_in.session.person, withdraw=body.withdraw)
    return present.cleared(done, call.language)


def data_of_guest(call: Call, case_id: str) -> wire.GuestDataBody:
    """Whole and unmasked: it is the guest's own. Also for one who was removed from the case."""
    return present.guests_body(
        call.ports, guests.look_as_guest(call.ports, call.bearer, case_id), call.language
    )


def erase_data_of_guest(call: Call, case_id: str) -> wire.GuestErasedBody:
    """Only by the guest; cannot be undone. Again: the same, and nothing more happens."""
    held, texts, files = guests.erase_as_guest(call.ports, call.bearer, case_id)
    return wire.GuestErasedBody(held.file.case.id, ids.number(held.file.case.id), texts, files)


def correct_my_data(call: Call) -> wire.CorrectedBody:
    """On every bell that is not erased. After another number, sign in with it."""
    body, known = call.read(wire.CorrectRequest)
    if known:
        raise Invalid(*known)
    person = call.signed_in.session.person
    bells = correcting.correct(call.ports, person, name=body.name, phone=body.phone, code=body.code)
    return wire.CorrectedBody([ids.number(bell.id) for bell in bells])
