"""The pages of one's own data: what is held, to read and to save, and the form that erases it."""

from __future__ import annotations

import msgspec
from chalice import Response

from chalicelib.core import ids
from chalicelib.core.errors import Conflict
from chalicelib.http import JSON_HEADERS, BadRequest, Call, explain
from chalicelib.mydata import present, service
from chalicelib.web.edge import see_other, show
from chalicelib.web.i18n import N_, translate
from chalicelib.web.views import FieldError

SURE = N_("Please tick that you are sure; until then nothing is erased.")
TAKE_BACK = N_("Please tick that the bell is taken back, too; until then nothing is erased.")


def my_data(call: Call, token: str) -> Response:
    """What is held because of one bell. Looking changes nothing."""
    return _shown(call, token, told=call.query.get("told", ""))


def my_data_as_a_file(call: Call, token: str) -> Response:
    """The same as JSON, to save: the document that the API answers."""
    held = service.look(call.ports, token)
    document = msgspec.json.format(
        msgspec.json.encode(present.body(call.ports, held, call.language)), indent=2
    )
    name = f"my-data-{ids.number(held.bell.id)}.json"
    headers = {**JSON_HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(document.decode(), headers=headers)


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
