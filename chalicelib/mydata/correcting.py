"""Whoever has signed in corrects their name or number: load, decide, save."""

from __future__ import annotations

from dataclasses import asdict, replace

from chalicelib.bell.ringing import NAME_LIMIT, person_of
from chalicelib.bell.rules import Bell, fold
from chalicelib.core import text as words
from chalicelib.core.chain import RESIDENT, Happening, commitment, extend
from chalicelib.core.errors import FieldError, Gone, Invalid, NotFound, Stale, Unauthorized, Unavailable
from chalicelib.mydata.service import TRIES, mine, of_person
from chalicelib.ports import Change, Contact, Ports
from chalicelib.session import rules as codes


def correct(
    ports: Ports, person: str, *, name: str = "", phone: str = "", code: str = ""
) -> tuple[Bell, ...]:
    """Whoever has signed in corrects their name, or their number, on all of their bells that are not erased; the bells
    afterwards. Another number needs the code that was texted to it, as for signing in with it; the bells are then that
    number's. One AWS call for each page of their bells, three for each bell (and one for each case), two for a code,
    and with another number one more where there is a mini program: the WeChat of the old one is forgotten.

    Only with a session: signatures are confirmed by a code to the number, so a link alone must not change it. Raises
    Invalid naming every wrong field, Unauthorized and Gone for a code that is wrong or over.
    """
    number, problems = _number(ports, phone)
    problems += _about_the_name(name)
    if number and not code.strip():
        problems.append(FieldError("code", "required"))
    # As for ringing: a name of which nothing can be seen is none.
    if not words.visible(name) and (name.strip() or not phone.strip()):
        problems.append(FieldError("name", "required"))
    if problems:
        raise Invalid(*problems)
    if number:
        _prove(ports, number, code)
    bells = [held.bell.id for held in tuple(mine(ports, person))]
    done = [bell for bell_id in bells if (bell := _corrected(ports, person, bell_id, name.strip(), number))]
    if number and ports.wechat and person_of(ports.policy.key, number) != person:
        # Nobody would find it under the old number any more, but for whoever is given that number next.
        ports.wechat.bindings.unbind(person)
    return tuple(done)


def _number(ports: Ports, phone: str) -> tuple[str, list[FieldError]]:
    if not phone.strip():
        return "", []
    first = next(iter(ports.directories.all()), None)
    found = words.phone(phone, first.subdistrict.country_code if first else "86")
    return (found, []) if found else ("", [FieldError("phone", "not_a_phone")])


def _about_the_name(name: str) -> list[FieldError]:
    if len(name) > NAME_LIMIT:
        return [FieldError("name", "too_long", {"limit": NAME_LIMIT})]
    return [FieldError("name", "control_characters")] if words.has_control(name) else []


def _prove(ports: Ports, number: str, typed: str) -> None:
    """Raise unless that is the code that was texted to the number; it is used up."""
    key = ports.policy.key
    person = person_of(key, number)
    code = ports.store.try_code(person, ports.clock.now(), codes.CODE_TRIES)
    if code is None:
        raise Gone("code_expired")
    if not codes.same_code(codes.code_of(key, person, code.salt), typed):
        raise Unauthorized("code_wrong", left=codes.CODE_TRIES - code.tries)
    if not ports.store.use_code(code):
        raise Gone("code_expired")


def _corrected(ports: Ports, person: str, bell_id: str, name: str, number: str) -> Bell | None:
    """The bell afterwards; None when it is that person's no more: erased, or another number's."""
    for _ in range(TRIES):
        try:
            file = of_person(ports, person, bell_id)
        except NotFound:
            return None
        if file.contact is None:
            return None
        contact, happening = _put_right(file.contact, name, number, f"{ports.entropy.number(128):032x}")
        if happening is None:
            return file.bell
        bell, now = file.bell, ports.clock.now()
        events = extend(bell.thing, bell.tip, now, RESIDENT, (happening,))
        owner = person_of(ports.policy.key, contact.phone)
        try:
            ports.store.commit(Change(bell, fold(events, bell), events, contact=contact, person=owner))
        except Stale:
            continue
        return fold(events, bell)
    raise Unavailable("correct")


def _put_right(before: Contact, name: str, number: str, salt: str) -> tuple[Contact, Happening | None]:
    """The contact with what is given, and what the record says: what was corrected, and the commitment that holds from
    now on. None when nothing is different."""
    after = replace(before, name=name or before.name, phone=number or before.phone)
    what = [field for field in ("name", "phone") if getattr(after, field) != getattr(before, field)]
    if not what:
        return before, None
    after = replace(after, salt=salt)
    sealed = commitment(salt, {key: value for key, value in asdict(after).items() if key != "salt"})
    return after, Happening("corrected", {"what": what, "contact": sealed})
