"""The pages of a case for those who rang and those who were invited. What they can take away is in `takeaways`.

A resident's page stands at the address of the bell (`bell.pages` leads here once it is accepted); a party's has its
own. Looking changes nothing; a form posts `action`, `version` and its fields, and what is wrong keeps what was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

import msgspec
from chalice import Response

from chalicelib.bell import present as bell_words
from chalicelib.bell import service as bells
from chalicelib.case import access, present, service, signing
from chalicelib.case.handlers import upload_answer
from chalicelib.case.orders import ORDERS
from chalicelib.case.reading import Lens
from chalicelib.case.stages import OPEN
from chalicelib.core import ids, links, uploads
from chalicelib.core.errors import (
    Conflict,
    DomainError,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    TooMany,
    Unauthorized,
)
from chalicelib.core.links import Purpose
from chalicelib.core.times import parse_iso
from chalicelib.guest import posted, screens
from chalicelib.http import JSON_HEADERS, BadRequest, Call, explain, problem
from chalicelib.place.casework import calendar_for, policy_for
from chalicelib.web import guest_views as v
from chalicelib.web.edge import see_other, show
from chalicelib.web.problems import field_message
from chalicelib.web.views import FieldError

_TOLD = {
    "reply": "replied",
    "choose": "chosen",
    "respond": "responded",
    "message": "sent",
    "comment": "commented",
    "ask_code": "coded",
    "sign": "signed",
    "accept": "accepted",
    "send_back": "sent_back",
    "perform": "performed",
    "rate": "rated",
    "reopen": "reopened",
    "confirm": "confirmed",
}
_PHOTO = "image/jpeg"
_TOLD_BY_THE_CASE = frozenset({"accepted"})
_CODE = frozenset({"code_wrong", "code_expired", "too_many_codes"})


@dataclass(frozen=True)
class Seen:
    """The case before somebody's eyes, and what happened to their bell `earlier`."""

    lens: Lens
    earlier: tuple[v.Entry, ...] = ()


@dataclass(frozen=True)
class Visit:
    """Somebody at their page: `look` reads the case anew."""

    call: Call
    path: str
    token: str
    look: Callable[[], Seen]


def visit_of_party(call: Call, token: str) -> Visit:
    """A party by their link."""

    def look() -> Seen:
        reading = service.read(call.ports, token)
        if reading.viewer.side is not access.Side.PARTY:
            raise Forbidden("link_not_for_this")
        return Seen(present.lens_of(call.ports, reading, call.language))

    return Visit(call, f"/p/{token}", token, look)


def visit_of_resident(call: Call, token: str, bell: bells.Reading | None = None) -> Visit:
    """A resident by the tracking link of a bell that is in a case; `bell`: when it was read already."""
    first = [bell] if bell else []

    def look() -> Seen:
        found = first.pop() if first else bells.read(call.ports, token)
        if found.link.purpose is not Purpose.TRACK:
            raise Forbidden("link_not_for_this")
        return Seen(_residents_lens(call, found), earlier(found, call.language))

    return Visit(call, f"/t/{token}", token, look)


def of_bell(call: Call, token: str, bell: bells.Reading) -> Response | None:
    """The page of the case that a bell has led to; None when there is none that has the bell."""
    try:
        return shown(visit_of_resident(call, token, bell))
    except NotFound:
        return None


def earlier(bell: bells.Reading, language: str) -> tuple[v.Entry, ...]:
    """What happened to a bell before it led to a case, which tells of its own beginning itself."""
    told = (e for e in bell_words.public(bell.file.events) if e.kind not in _TOLD_BY_THE_CASE)
    return tuple(
        v.Entry(0, e.kind, parse_iso(e.at), bell_words.say(e, language, bell.directory)) for e in told
    )


def resident_acts(call: Call, token: str) -> Response:
    """A resident answers, chooses, replies, signs, accepts, rates, writes."""
    return acted(visit_of_resident(call, token))


def _residents_lens(call: Call, found: bells.Reading) -> Lens:
    bell = found.file.bell
    reading = service.as_resident(call.ports, bell.case, bell.id) if bell.case else None
    if reading is None:
        raise NotFound("no_such_case")
    own = {bell.id: found.file.contact} if found.file.contact else {}
    return present.lens_of(call.ports, replace(reading, residents=own), call.language)


def party_page(call: Call, token: str) -> Response:
    """What concerns a party, and what is asked of them."""
    try:
        return shown(visit_of_party(call, token))
    except Gone as error:
        return _gone(call, token, error)


def party_acts(call: Call, token: str) -> Response:
    """A party replies, comments, signs, reports what was done, writes."""
    try:
        return acted(visit_of_party(call, token))
    except Gone as error:
        return _gone(call, token, error)


def _gone(call: Call, token: str, error: Gone) -> Response:
    if error.code != "party_gone":
        raise error
    named = links.thing_id_of(token)
    view = v.GoneView(ids.number(named) if named else "", f"/p/{token}/data")
    return show(call, "party_gone.html", view, status=410)


def shown(
    visit: Visit,
    form: Mapping[str, str] | None = None,
    errors: tuple[FieldError, ...] = (),
    since: int | None = None,
    status: int = 200,
) -> Response:
    """The page as it stands; with `form`, what was typed comes back."""
    seen = visit.look()
    lens = seen.lens
    view = screens.guest(lens, _desk(visit, seen, form, errors, since))
    template = "party.html" if view.side == "party" else "guest.html"
    return show(visit.call, template, view, directory=lens.directory, status=status)


def _desk(
    visit: Visit,
    seen: Seen,
    form: Mapping[str, str] | None,
    errors: tuple[FieldError, ...],
    since: int | None,
) -> screens.Desk:
    query, lens = visit.call.query, seen.lens
    added = _added(form or query, form is not None)
    told = query.get("told", "") or ("uploaded" if added.ids and form is None else "")
    return screens.Desk(
        path=visit.path,
        token=visit.token,
        phone=_phone(lens),
        told="" if form else told,
        form=posted.typed(form) if form else v.GuestForm(),
        errors=errors,
        added=added,
        uploads=_uploads(visit, lens, added),
        since=since,
        earlier=seen.earlier,
        reopen_until=_reopen_until(lens),
    )


def _added(source: Mapping[str, str], done: bool) -> v.Added:
    slot = source.get("slot", "")
    if done:
        slot = "-".join(filter(None, (source.get("action", ""), source.get("number", ""))))
    return v.Added(slot, posted.files(source.get("files", "")))


def _phone(lens: Lens) -> str:
    """Where a code would go, of the reader alone."""
    if lens.viewer.side == "resident":
        own = lens.residents.get(lens.viewer.id)
        return own.phone if own else ""
    party = lens.file.parties.get(lens.viewer.id)
    if party is None:
        return ""
    listed = lens.directory.organisation(party.organisation)
    return listed.phone if listed else party.phone


def _uploads(visit: Visit, lens: Lens, added: v.Added) -> dict[str, v.UploadForm]:
    """A form for each place that takes photos; signed here, no call to anybody."""
    verbs = access.open_to(lens.case, lens.viewer)
    slots: list[str] = [verb for verb in ("message", "reply", "confirm") if verb in verbs]
    if "perform" in verbs:
        own = (o for o in lens.case.obligations if o.status == "open" and o.who in lens.mine)
        slots += (f"perform-{o.number}" for o in own)
    return {slot: _upload(visit, lens, slot, added) for slot in slots}


def _upload(visit: Visit, lens: Lens, slot: str, added: v.Added) -> v.UploadForm:
    ports = visit.call.ports
    file_id = uploads.file_id(_PHOTO, ports.entropy.number(uploads.CHANCE_BITS))
    kept = added.ids if added.slot == slot else ()
    query = urlencode({"slot": slot, "files": ",".join((*kept, file_id))})
    back = f"{ports.policy.public_url}{visit.path}?{query}"
    made = ports.files.upload(lens.case.id, file_id, _PHOTO, uploads.MOST_BYTES, uploads.UPLOAD_SECONDS, back)
    return v.UploadForm(made.url, tuple(made.fields.items()), _PHOTO, made.most_bytes // 1_000_000)


def _reopen_until(lens: Lens) -> datetime | None:
    case = lens.case
    if case.stage in OPEN:
        return None
    policy, calendar = policy_for(lens.directory), calendar_for(lens.directory)
    return policy.reopen.end(calendar, case.ended_at or case.stage_since or case.opened_at)


def acted(visit: Visit) -> Response:
    """Do what was asked and show the page anew; what cannot be done comes back with everything typed."""
    form = visit.call.form()
    action = form.get("action", "")
    if action == "upload":
        return _uploaded(visit, form)
    if action not in _TOLD:
        raise BadRequest("unknown_action")
    try:
        _do(visit, visit.look().lens, action, form)
    except Invalid as error:
        return shown(visit, form, _wrong(visit, error, action), status=400)
    except (Conflict, TooMany, Unauthorized, Gone) as error:
        return _refused(visit, form, error)
    return see_other(visit.call, f"{visit.path}?told={_TOLD[action]}")


def _uploaded(visit: Visit, form: Mapping[str, str]) -> Response:
    """For `static/upload.js`: where the file and its thumbnail go, or what is wrong, as JSON."""
    ports, size = visit.call.ports, form.get("bytes", "")
    wanted = service.Wanted(form.get("kind", ""), int(size) if size.isdecimal() and len(size) < 12 else 0)
    try:
        whole, small = service.upload(ports, visit.token, visit.look().lens.case.id, wanted)
    except DomainError as error:
        return problem(error, visit.call.language)
    answer = msgspec.json.encode(upload_answer(whole, small)).decode()
    return Response(answer, status_code=200, headers=JSON_HEADERS)


def _do(visit: Visit, lens: Lens, action: str, form: Mapping[str, str]) -> None:
    ports, case_id, seen = visit.call.ports, lens.case.id, posted.seen(form)
    if action == "ask_code":
        signing.ask_code(ports, visit.token, case_id, visit.call.language)
        return
    if action == "sign":
        signing.sign(ports, visit.token, case_id, form.get("code", ""), seen)
        return
    body, unread = posted.body(form, lens.directory.subdistrict.zone)
    order = ORDERS[action]
    service.act(
        ports, visit.token, case_id, action, lambda desk: order.make(body, desk), seen=seen, known=unread
    )


def _wrong(visit: Visit, error: Invalid, action: str) -> tuple[FieldError, ...]:
    """The wrong fields; a text is wrong here as anywhere, and not as on the form of a bell."""
    language = visit.call.language
    return tuple(
        FieldError(e.field, field_message(language, "" if e.field == "text" else e.field, e.code, e.params))
        for e in error.errors
    )


def _refused(visit: Visit, form: Mapping[str, str], error: DomainError) -> Response:
    """Why not, at the top of the page; raises what has no page to be told on."""
    if isinstance(error, Unauthorized | Gone) and error.code not in _CODE:
        raise error
    status, body, headers = explain(error, visit.call.language)
    changed = error.code == "changed_meanwhile"
    told = () if changed else (FieldError("code" if error.code in _CODE else "form", body.message),)
    since = posted.seen(form) if changed else None
    answer = shown(visit, form, told, since, status)
    answer.headers.update({name: value for name, value in headers.items() if name != "WWW-Authenticate"})
    return answer
