"""The page of a case at the desk of a member of staff: read it, and do what can be done now."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import msgspec
from chalice import Response

from chalicelib.case import lists, pairs, present, service
from chalicelib.case.handlers import upload_answer
from chalicelib.case.orders import ORDERS
from chalicelib.case.reading import Lens
from chalicelib.console import screens
from chalicelib.console.form_screens import Typed
from chalicelib.console.forms import FORMS, Plan
from chalicelib.console.posted import body
from chalicelib.core.errors import Conflict, DomainError, Invalid
from chalicelib.core.errors import FieldError as Wrong
from chalicelib.core.uploads import kind_of
from chalicelib.http import JSON_HEADERS, BadRequest, Call, explain, problem
from chalicelib.web import case_labels
from chalicelib.web import console_views as v
from chalicelib.web.edge import see_other, show
from chalicelib.web.problems import field_message
from chalicelib.web.views import FieldError

Form = dict[str, str]
_OURS = frozenset(
    {"action", "version", "csrf", "sure", "more", "do", "did", "key", "bucket", "etag", "lang", "elder"}
)
_PLAIN_KIND = "image/jpeg"
_LONG = 20


def show_case(call: Call, case_id: str) -> Response:
    """The case; `do` opens a form and the rest of the query fills it in, `did` says what was just done."""
    verb, did = call.query.get("do", ""), call.query.get("did", "")
    typed = Typed(verb, _asked(call), posted=False) if verb in FORMS else Typed()
    flash = case_labels.done(did, call.language) if did in FORMS else ""
    return _show(call, case_id, typed, flash=flash)


def _asked(call: Call) -> Form:
    """The fields in the query; a photo that was just uploaded without a script joins those before it."""
    values = {name: value for name, value in call.query.items() if name not in _OURS}
    uploaded = call.query.get("key", "").rpartition("/")[2]
    if kind_of(uploaded):
        values["files"] = " ".join(filter(None, (values.get("files", ""), uploaded)))
    return values


def change_case(call: Call, case_id: str) -> Response:
    """Do what a form asks for. What cannot be done comes back with everything that was typed."""
    form = call.form()
    verb = form.get("action", "")
    if verb == "upload":
        return _upload(call, case_id, form)
    plan = FORMS.get(verb)
    if plan is None:
        raise BadRequest("unknown_action")
    values = {name: value for name, value in form.items() if name not in _OURS}
    if "more" in form:
        return _show(call, case_id, Typed(verb, values))
    if plan.confirm and form.get("sure") != "yes":
        return _show(call, case_id, Typed(verb, values, sure=True))
    return _try(call, case_id, verb, plan, form, values)


def _try(call: Call, case_id: str, verb: str, plan: Plan, form: Form, values: Form) -> Response:
    seen = int(form["version"]) if form.get("version", "").isdecimal() else 0
    try:
        where = _do(call, case_id, verb, plan, form, seen)
    except Invalid as error:
        wrong = tuple(
            FieldError(e.field, field_message(call.language, e.field, e.code, e.params)) for e in error.errors
        )
        return _show(call, case_id, Typed(verb, values, wrong), status=400)
    except Conflict as error:
        _, told, _ = explain(error, call.language)
        later = seen if error.code == "changed_meanwhile" else 0
        return _show(call, case_id, Typed(verb, values), problem=told.message, seen=later, status=409)
    return see_other(call, f"{screens.path_of(where)}?{urlencode({'did': verb})}")


def _do(call: Call, case_id: str, verb: str, plan: Plan, form: Form, seen: int) -> str:
    """Do it; the id of the case to look at afterwards."""
    session = call.signed_in.session
    directory = call.ports.directories.of(session.prefix)
    asked, wrong = body(plan, form, directory.subdistrict.zone)
    if verb == "merge":
        return pairs.merge(call.ports, session, case_id, asked["case"], seen=seen).id
    if verb == "split":
        second = pairs.Second(asked["category"], asked["subject"], tuple(asked["bells"]))
        return pairs.split(call.ports, session, case_id, second, seen=seen).id
    order = ORDERS[verb]
    shaped: Any = msgspec.convert(asked, order.shape)
    done = service.act(
        call.ports,
        session,
        case_id,
        verb,
        lambda desk: order.make(shaped, desk),
        seen=seen,
        known=_first_of_each(wrong),
    )
    return done.id


def _first_of_each(wrong: tuple[Wrong, ...]) -> tuple[Wrong, ...]:
    return tuple({error.field: error for error in reversed(wrong)}.values())


def _show(
    call: Call,
    case_id: str,
    typed: Typed,
    *,
    flash: str = "",
    problem: str = "",
    seen: int = 0,
    status: int = 200,
) -> Response:
    reading = service.read(call.ports, call.signed_in.session, case_id)
    lens = present.lens_of(call.ports, reading, call.language)
    visit = screens.Visit(
        typed=typed,
        flash=flash,
        problem=problem,
        seen=seen,
        similar=_similar(call, lens) if "similar" in call.query else None,
        uploader=_uploader(call, lens, typed),
    )
    return show(call, "case.html", screens.case(lens, visit), directory=reading.directory, status=status)


def _similar(call: Call, lens: Lens) -> tuple[v.SimilarCase, ...]:
    """Only when asked for: it costs two calls more."""
    bells = call.ports.store.bells(lens.case.bells[:1])
    contact = lens.residents.get(lens.case.bells[0])
    words = f"{lens.file.subject} {contact.text if contact else ''}"
    found = lists.similar(call.ports, bells[0], words) if bells else ()
    others = (line for line in found if line.case.id != lens.case.id)
    return screens.similar(others, lens.directory, call.language)


def _uploader(call: Call, lens: Lens, typed: Typed) -> v.Uploader | None:
    """For a form with photos that was opened by its address: this is how it is done without a script."""
    plan = FORMS.get(typed.verb)
    if plan is None or not any(part.kind == "files" for part in plan.inputs):
        return None
    kept = {name: value for name, value in typed.values.items() if len(value) <= _LONG or name == "files"}
    query = urlencode({"do": typed.verb, **kept})
    back = f"{call.ports.policy.public_url}{screens.path_of(lens.case.id)}?{query}"
    session = call.signed_in.session
    whole, _ = service.upload(call.ports, session, lens.case.id, service.Wanted(_PLAIN_KIND, 1, back))
    return v.Uploader(typed.verb, whole.url, tuple(whole.fields.items()), _PLAIN_KIND)


def _upload(call: Call, case_id: str, form: Form) -> Response:
    """For `static/upload.js`: where the file and its thumbnail go, or what is wrong, as JSON."""
    size = int(form["bytes"]) if form.get("bytes", "").isdecimal() else 0
    wanted = service.Wanted(form.get("kind", ""), size)
    try:
        whole, small = service.upload(call.ports, call.signed_in.session, case_id, wanted)
    except DomainError as error:
        return problem(error, call.language)
    answer = upload_answer(whole, small)
    return Response(msgspec.json.encode(answer).decode(), status_code=200, headers=JSON_HEADERS)
