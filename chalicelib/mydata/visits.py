"""The pages of one's own data: what is held, to read and to save, and the form that erases it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from chalice import Response

from chalicelib.core import ids
from chalicelib.core.errors import Conflict, Gone, Invalid, TooMany, Unauthorized
from chalicelib.core.errors import FieldError as WrongField
from chalicelib.http import JSON_HEADERS, BadRequest, Call, explain
from chalicelib.mydata import correcting, guests, present, service
from chalicelib.session import service as sessions
from chalicelib.web.edge import see_other, show
from chalicelib.web.i18n import N_, translate
from chalicelib.web.problems import field_message
from chalicelib.web.views import FieldError

SURE = N_("Please tick that you are sure; until then nothing is erased.")
_TOLD = frozenset({"erased", "renamed", "moved"})
TAKE_BACK = N_("Please tick that the bell is taken back, too; until then nothing is erased.")


def my_data(call: Call, token: str) -> Response:
    """What is held because of one bell. Looking changes nothing."""
    return _shown(call, token, told=call.query.get("told", ""))


def my_data_as_a_file(call: Call, token: str) -> Response:
    """The same as JSON, to save: the document that the API answers."""
    held = service.look(call.ports, token)
    return _saved(present.body(call.ports, held, call.language), f"my-data-{ids.number(held.bell.id)}")


def _saved(document: object, name: str) -> Response:
    text = msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
    headers = {**JSON_HEADERS, "Content-Disposition": f'attachment; filename="{name}.json"'}
    return Response(text, headers=headers)


def erase_my_data(call: Call, token: str) -> Response:
    """Erase it, once the boxes are ticked that say what that means."""
    form = call.form()
    if form.get("action") != "erase":
        raise BadRequest("unknown_action")
    sure, withdraw = bool(form.get("sure")), bool(form.get("withdraw"))
    if not sure:
        return _shown(call, token, FieldError("sure", translate(call.language, SURE)), 400, withdraw=withdraw)
    try:
        service.erase(call.ports, token, withdraw=withdraw)
    except Conflict as refusal:
        if refusal.code == "bell_still_open":
            error = FieldError("withdraw", translate(call.language, TAKE_BACK))
        else:
            error = FieldError("form", explain(refusal, call.language)[1].message)
        return _shown(call, token, error, 409, sure=sure, withdraw=withdraw)
    return see_other(call, f"/t/{token}/data?told=erased")


def _shown(
    call: Call,
    token: str,
    error: FieldError | None = None,
    status: int = 200,
    *,
    sure: bool = False,
    withdraw: bool = False,
    told: str = "",
) -> Response:
    held = service.look(call.ports, token)
    view = present.view(call.ports, held, token, call.language)
    typed = msgspec.structs.replace(
        view,
        errors=(error,) if error else (),
        sure=sure,
        withdraw=withdraw,
        told="erased" if told == "erased" and view.erased_at else "",
    )
    return show(call, "my_data.html", typed, directory=held.directory, status=status)


def all_my_data(call: Call) -> Response:
    """Every bell of whoever has signed in, each with its own page. Looking changes nothing."""
    return _overview(call, told=call.query.get("told", ""))


def all_my_data_as_a_file(call: Call) -> Response:
    """All of it as JSON, to save."""
    found = service.look_at_mine(call.ports, call.signed_in.session.person)
    return _saved(present.everything(call.ports, found, call.signed_in, call.language), "all-my-data")


def erase_all_my_data(call: Call) -> Response:
    """Erase what can be erased, once the boxes are ticked that say what that means."""
    form = call.form()
    if form.get("action") in {"name", "ask_number", "number"}:
        return _correct(call, form)
    if form.get("action") != "erase":
        raise BadRequest("unknown_action")
    withdraw = bool(form.get("withdraw"))
    if not form.get("sure"):
        error = FieldError("sure", translate(call.language, SURE))
        return _overview(call, error, status=400, withdraw=withdraw)
    service.erase_mine(call.ports, call.signed_in.session.person, withdraw=withdraw)
    return see_other(call, "/me/data?told=erased")


def _correct(call: Call, form: Mapping[str, str]) -> Response:
    """Another name at once; another number once the code that was texted to it is typed."""
    action, phone = form["action"], form.get("phone", "")
    person = call.signed_in.session.person
    try:
        if action == "ask_number":
            sessions.ask(call.ports, phone, call.address, call.language)
            return _overview(call, phone=phone, asked=True)
        names = ("name",) if action == "name" else ("phone", "code")
        correcting.correct(call.ports, person, **{name: form.get(name, "") for name in names})
    except Invalid as error:
        wrong = (_field(call, e, action) for e in error.errors)
        asked = action == "number"
        return _overview(call, *wrong, status=400, name=form.get("name", ""), phone=phone, asked=asked)
    except (Unauthorized, Gone, TooMany) as error:
        status, body, headers = explain(error, call.language)
        told = FieldError("code", body.message)
        answer = _overview(call, told, status=status, phone=phone, asked=True)
        answer.headers.update({k: value for k, value in headers.items() if k != "WWW-Authenticate"})
        return answer
    return see_other(call, f"/me/data?told={'renamed' if action == 'name' else 'moved'}")


def _field(call: Call, error: WrongField, action: str) -> FieldError:
    # Whoever sends the form of the number without one is told at its field.
    field = "phone" if action != "name" and error.field == "name" else error.field
    return FieldError(field, field_message(call.language, field, error.code, error.params))


def _overview(
    call: Call,
    *errors: FieldError,
    status: int = 200,
    withdraw: bool = False,
    told: str = "",
    name: str = "",
    phone: str = "",
    asked: bool = False,
) -> Response:
    found = service.look_at_mine(call.ports, call.signed_in.session.person)
    view = msgspec.structs.replace(
        present.overview(call.ports, found, call.language),
        errors=errors,
        withdraw=withdraw,
        told=told if told in _TOLD else "",
        name=name,
        phone=phone,
        asked=asked,
    )
    return show(call, "all_my_data.html", view, directory=call.signed_in.directory, status=status)


def guests_data(call: Call, token: str) -> Response:
    """What is held of a guest of a case, also of one who was removed from it. Looking changes nothing."""
    return _guest(call, token, told=call.query.get("told", ""))


def guests_data_as_a_file(call: Call, token: str) -> Response:
    """The same as JSON, to save."""
    held = guests.look_as_guest(call.ports, token)
    name = f"my-data-{ids.number(held.file.case.id)}"
    return _saved(present.guests_body(call.ports, held, call.language), name)


def erase_guests_data(call: Call, token: str) -> Response:
    """Erase it, once the box is ticked that says what that means."""
    form = call.form()
    if form.get("action") != "erase":
        raise BadRequest("unknown_action")
    if not form.get("sure"):
        return _guest(call, token, FieldError("sure", translate(call.language, SURE)), 400)
    try:
        guests.erase_as_guest(call.ports, token)
    except Conflict as refusal:
        return _guest(call, token, FieldError("form", explain(refusal, call.language)[1].message), 409)
    return see_other(call, f"/p/{token}/data?told=erased")


def _guest(
    call: Call, token: str, error: FieldError | None = None, status: int = 200, told: str = ""
) -> Response:
    held = guests.look_as_guest(call.ports, token)
    view = present.guests_view(call.ports, held, token, call.language)
    told = "erased" if told == "erased" and view.erased else ""
    typed = msgspec.structs.replace(view, errors=(error,) if error else (), told=told)
    return show(call, "guest_data.html", typed, directory=held.directory, status=status)
