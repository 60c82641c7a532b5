"""Signing with a one-time code that is texted to the signatory's own phone: asked for, then typed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chalicelib.bell.ringing import pseudonym, window
from chalicelib.case import access, service
from chalicelib.case import commands as do
from chalicelib.case.access import Side, Viewer
from chalicelib.case.service import Credential
from chalicelib.case.shapes import CaseFile
from chalicelib.case.state import Case
from chalicelib.case.writing import Desk
from chalicelib.core import text as texts
from chalicelib.core.errors import Conflict, FieldError, Forbidden, Gone, Invalid, Unauthorized
from chalicelib.core.times import parse_iso
from chalicelib.place.rules import Directory
from chalicelib.ports import Limit, Ports
from chalicelib.session import rules as codes
from chalicelib.session.shapes import Code


def ask_code(ports: Ports, by: Credential, case_id: str, language: str) -> Code:
    """Let a code be texted to the caller's phone as the case knows it; two AWS calls, four with a bell's link.

    Raises Forbidden for staff, Conflict when there is nothing for the caller to sign, Invalid when no phone is known
    (then paper signs), TooMany.
    """
    reading = service.read(ports, by, case_id)
    viewer = reading.viewer
    _signatory(reading.case, viewer)
    phone = _phone(ports, reading.file, viewer, reading.directory)
    if not phone:
        raise Invalid(FieldError("code", "no_phone"))
    now, person = ports.clock.now(), _person(ports, reading.case.id, viewer)
    salt = f"{ports.entropy.number(128):032x}"
    until, again = now + codes.CODE_FOR, now + codes.CODE_AGAIN
    code = Code(person, phone, salt, language, until, again, template="sign")
    ports.store.ask_code(code, now, _limits(ports, person, now))
    return code


def sign(
    ports: Ports, by: Credential, case_id: str, typed: str, seen: int = 0, known: Sequence[FieldError] = ()
) -> Case:
    """Sign with the code that was texted; five AWS calls, six with a bell's link. What is refused for another reason
    leaves the code as it was; whoever has signed with a code has signed, and no more is done. Raises Unauthorized for
    a wrong code, with the tries that are left, Gone when none is alive."""
    reading = service.read(ports, by, case_id)
    if known or not typed.strip():
        raise Invalid(*(known or [FieldError("code", "required")]))
    if _signed_already(reading.file, reading.viewer):
        return reading.case
    viewer, key, now = reading.viewer, ports.policy.key, ports.clock.now()
    signatory = _signatory(reading.case, viewer)
    service.require_current(reading.case, reading.file.events, viewer, seen)
    person = _person(ports, reading.case.id, viewer)
    code = ports.store.try_code(person, now, codes.CODE_TRIES)
    if code is None:
        raise Gone("code_expired")
    if not codes.same_code(codes.code_of(key, person, code.salt), typed):
        raise Unauthorized("code_wrong", left=codes.CODE_TRIES - code.tries)
    if not ports.store.use_code(code):
        raise Gone("code_expired")
    masked = texts.mask_phone(code.phone)

    def make(desk: Desk) -> do.Sign:
        return do.Sign(signatory, "code", desk.pen.write("code", masked))

    return service.act(ports, by, reading.case.id, "sign", make, seen=seen)


def _signatory(case: Case, viewer: Viewer) -> str:
    """The name under which the caller is asked to sign."""
    if viewer.side is Side.STAFF:
        raise Forbidden("role_not_for_this")
    possible = access.open_to(case, viewer)
    if case.agreement is None or "sign" not in possible:
        raise Conflict("nothing_to_sign", stage=case.stage, possible=list(access.asked_for(possible)))
    return next(name for name in case.agreement.missing if name in access.names_of(case, viewer))


def _signed_already(file: CaseFile, viewer: Viewer) -> bool:
    """Whether the caller's own signature by code is under the agreement as it was drafted last, and no other is asked
    of them: the answer to it may have been lost."""
    agreement = file.case.agreement
    if agreement is None or access.names_of(file.case, viewer) & set(agreement.missing):
        return False
    standing = {signature.signatory: signature.at for signature in agreement.signatures}
    return any(
        event.kind == "signed"
        and event.data["by"] == "code"
        and event.actor.get("id") == viewer.id
        and standing.get(event.data["signatory"]) == parse_iso(event.at)
        for event in file.events
    )


def _phone(ports: Ports, file: CaseFile, viewer: Viewer, directory: Directory) -> str:
    if viewer.side is Side.RESIDENT:
        contact = ports.store.contacts([viewer.id]).get(viewer.id)
        return contact.phone if contact else ""
    party = file.parties.get(viewer.id)
    if party is None:
        return ""
    known = next((o for o in directory.organisations if o.id == party.organisation), None)
    typed = known.phone if known else party.phone
    return (texts.phone(typed, directory.subdistrict.country_code) or "") if typed else ""


def _person(ports: Ports, case_id: str, viewer: Viewer) -> str:
    """What the code is kept under: one living code for one signatory of one case."""
    return pseudonym(ports.policy.key, "sign", case_id, viewer.side, viewer.id)


def _limits(ports: Ports, person: str, now: datetime) -> tuple[Limit, ...]:
    limits = []
    for most, seconds in codes.PHONE_LIMITS:
        number, until = window(now, seconds)
        key = pseudonym(ports.policy.key, "code", "sign", person, str(seconds), str(number))
        limits.append(Limit(key, most, until))
    return tuple(limits)
