"""Signing in with a browser, and the lists one has then. Everything works without JavaScript."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlencode

from chalice import Blueprint, Response

from chalicelib.bell.rules import Bell
from chalicelib.bell.screens import place_name
from chalicelib.core import ids, links
from chalicelib.core.errors import DomainError, Forbidden, Gone, Invalid, TooMany, Unauthorized
from chalicelib.core.links import Purpose
from chalicelib.http import BadRequest, Call, explain
from chalicelib.session import service
from chalicelib.session.rules import CODE_FOR, DEVICE_FOR, EVERYBODY, SIGNED_IN
from chalicelib.web import views
from chalicelib.web.edge import page, see_other, set_cookie, set_session, show

blueprint = Blueprint(__name__)
_DEVICE = "device"
_MINUTES = int(CODE_FOR.total_seconds()) // 60
Step = Literal["phone", "code"]


@page(blueprint, "GET", "/sign-in", audience=EVERYBODY)
def sign_in_form(call: Call) -> Response:
    """The phone first."""
    return show(call, "sign_in.html", views.SignInView())


@page(blueprint, "POST", "/sign-in", audience=EVERYBODY)
def sign_in_step(call: Call) -> Response:
    """Ask for a code, or sign in with it. The phone stays in the form: addresses hold no personal data."""
    if (
        call.header("sec-fetch-site") == "cross-site"
    ):  # a foreign page would sign its visitor in as somebody else
        raise Forbidden("form_not_ours")
    form = call.form()
    match form.get("action"):
        case "code":
            return _ask(call, form.get("phone", ""))
        case "enter":
            return _enter(call, form.get("phone", ""), form.get("code", ""))
    raise BadRequest("unknown_action")


def _ask(call: Call, phone: str) -> Response:
    try:
        service.ask(call.ports, phone, call.address, call.language, _devices(call))
    except Invalid as error:
        return _again(call, "phone", phone, error)
    except TooMany as error:  # one may be on its way already: there must be a place to type it
        return _again(call, "code", phone, error)
    return show(call, "sign_in.html", views.SignInView("code", phone, minutes=_MINUTES))


def _enter(call: Call, phone: str, code: str) -> Response:
    try:
        found = service.enter(call.ports, phone, code, _devices(call))
    except Invalid as error:
        step: Step = "phone" if any(e.field == "phone" for e in error.errors) else "code"
        return _again(call, step, phone, error)
    except (Unauthorized, Gone) as error:
        return _again(call, "code", phone, error)
    clock, answer = call.ports.clock, see_other(call, "/me")
    seconds = int((found.session.expires_at - clock.now()).total_seconds())
    set_session(call, answer, found.token, clock.real(seconds))
    set_cookie(call, answer, _DEVICE, found.device, clock.real(int(DEVICE_FOR.total_seconds())), "/sign-in")
    return answer


def _devices(call: Call) -> str:
    return call.cookies.get(_DEVICE, "")


def _again(call: Call, step: Step, phone: str, error: DomainError) -> Response:
    """The same step with what was wrong."""
    status, body, headers = explain(error, call.language)
    message = body.details[0].message if body.details else body.message
    view = views.SignInView(step, phone, (views.FieldError(step, message),), _MINUTES)
    answer = show(call, "sign_in.html", view, status=status)
    answer.headers.update({k: v for k, v in headers.items() if k != "WWW-Authenticate"})
    return answer


@page(blueprint, "POST", "/sign-out", audience=SIGNED_IN)
def sign_out_of_browser(call: Call) -> Response:
    """The browser forgets the session; staff may end all of theirs."""
    if call.form().get("everywhere") == "1":
        service.end_everywhere(call.ports, call.signed_in)
    answer = see_other(call, "/")
    set_session(call, answer, "", 0)
    return answer


@page(blueprint, "GET", "/me", audience=SIGNED_IN)
def my_lists(call: Call) -> Response:
    """The bells of my places for staff, the bells that I rang for everybody; one Query."""
    member, cursor = call.signed_in, call.query.get("cursor", "")
    places = member.staff is not None and call.query.get("list") != "rung"
    listed = service.worklist if places else service.my_bells
    found = listed(call.ports, member, cursor)
    view = views.MeView(
        shows="places" if places else "rung",
        rows=tuple(_row(call, bell, places=places) for bell in found.items),
        more=_more(found.cursor, places=places),
        name=member.staff.name if member.staff else "",
        role=str(member.staff.role) if member.staff else "",
    )
    return show(call, "me.html", view, directory=member.directory)


def _more(cursor: str, *, places: bool) -> str:
    query = {"cursor": cursor} if places else {"list": "rung", "cursor": cursor}
    return f"/me?{urlencode(query)}" if cursor else ""


def _row(call: Call, bell: Bell, *, places: bool) -> views.MyRow:
    key = call.ports.policy.key
    directory = call.ports.directories.of(ids.prefix_of(bell.id))
    return views.MyRow(
        f"/a/{bell.id}" if places else f"/t/{links.token(key, bell.id, Purpose.TRACK)}",
        ids.number(bell.id),
        place_name(directory, bell.neighbourhood, call.language),
        bell.category,
        bell.urgency,
        bell.status,
        bell.rung_at,
        bell.due_at,
    )
